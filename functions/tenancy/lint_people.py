"""Checks: departments and staff."""

from __future__ import annotations

from functions.tenancy.lint_base import Found, Looked, rule
from functions.tenancy.schema_people import ROLES


@rule("staff-repeated")
def staff_repeated(file: Looked) -> Found:
    """An address is a person: sign-in finds exactly one record."""
    seen: set[str] = set()
    for n, member in enumerate(file.city.staff):
        if member.email.lower() in seen:
            yield ("staff", n, "email"), f'"{member.email}" stands here a second time'
        seen.add(member.email.lower())


@rule("staff-role-unknown")
def staff_role_unknown(file: Looked) -> Found:
    """Roles that the code knows."""
    for n, member in enumerate(file.city.staff):
        for m, role in enumerate(member.roles):
            if role not in ROLES:
                yield ("staff", n, "roles", m), f'there is no role "{role}"; there are: {", ".join(ROLES)}'


@rule("staff-department-unknown")
def staff_department_unknown(file: Looked) -> Found:
    """Departments of this file."""
    for n, member in enumerate(file.city.staff):
        for m, department in enumerate(member.departments):
            if department not in file.city.departments:
                yield ("staff", n, "departments", m), f'there is no department "{department}"'


@rule("staff-without-department")
def staff_without_department(file: Looked) -> Found:
    """Who decides and has no department sees an empty desk."""
    for n, member in enumerate(file.city.staff):
        deciding = [role for role in member.roles if role in ROLES and role not in ("admin", "helper")]
        if deciding and not member.departments:
            yield ("staff", n), f"{member.name} has no department and would see no cases"


@rule("no-admin")
def no_admin(file: Looked) -> Found:
    """Somebody must be able to look after the city."""
    if not any("admin" in member.roles for member in file.city.staff):
        yield ("staff",), "nobody has the role admin"


@rule("department-without-staff", "warning")
def department_without_staff(file: Looked) -> Found:
    """Cases that go there wait for ever."""
    staffed = {department for member in file.city.staff for department in member.departments}
    needed = {service.department for service in file.city.services.values()}
    needed |= {one.department for one in file.city.sensors.rules if one.department}
    for department in file.city.departments:
        if department in needed and department not in staffed:
            yield ("departments", department), f'nobody works in "{department}", but cases go there'
