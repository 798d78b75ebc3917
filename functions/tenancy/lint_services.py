"""Checks: the services that the city enables. What a service means inside is checked by
functions/services/lint.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from functions.services.errors import DefinitionError
from functions.services.patch import half_changed
from functions.services.shaping import keys_of
from functions.tenancy import catalogue
from functions.tenancy.lint_base import Found, Looked, rule
from functions.tenancy.schemas import EnabledService
from functions.tenancy.source import Path

SPOKEN = {"en", "zh-Hans"}  # the languages of the templates


def _templates(file: Looked) -> Iterator[tuple[str, EnabledService, dict[str, Any]]]:
    """(id, what the city says, the template) of the services that come from a template."""
    for name, service in file.city.services.items():
        template = catalogue.template_of(name, service)
        if template is not None:
            yield name, service, template


def _resolved(file: Looked) -> Iterator[tuple[str, EnabledService, dict[str, Any]]]:
    """(id, what the city says, the definition) of the services in which nothing is wrong."""
    for name, service in file.city.services.items():
        known = service.definition is not None or catalogue.template_of(name, service) is not None
        found = catalogue.sound_service(name, service, file.city) if known and _speaks(file) else None
        if found is not None:
            yield name, service, found


def _speaks(file: Looked) -> bool:
    return set(file.city.languages) <= SPOKEN


def _path(file: Looked, name: str, part: str, path: str) -> Path:
    """Where in the file something of a service stands, or what comes nearest to it."""
    there = part in file.data["services"][name]
    root = ("services", name, part) if there else ("services", name)
    return keys_of(file.data, root, path if there else "")


@rule("department-unknown")
def department_unknown(file: Looked) -> Found:
    """Applications go to a department of this file."""
    for name, service in file.city.services.items():
        if service.department not in file.city.departments:
            yield ("services", name, "department"), f'there is no department "{service.department}"'


@rule("route-department-unknown")
def route_department_unknown(file: Looked) -> Found:
    """A service's own route leads to departments of this file."""
    for name, service, definition in _resolved(file):
        route = (definition["workflow"] or {}).get("route") or {"rows": [], "otherwise": None}
        named = {row["department"] for row in route["rows"]} | {route["otherwise"] or service.department}
        for department in sorted(named - set(file.city.departments) - {service.department}):
            path = _path(file, name, "definition" if service.definition else "override", "workflow.route")
            yield path, f'the route leads to the unknown department "{department}"; set workflow.route'


@rule("service-unknown")
def service_unknown(file: Looked) -> Found:
    """A template that ships."""
    known = catalogue.service_template_ids()
    for name, service in file.city.services.items():
        if service.definition is None and (service.template or name) not in known:
            path = ("services", name, "template") if service.template else ("services", name)
            yield (
                path,
                f'there is no service template "{service.template or name}"; there are: {", ".join(known)}',
            )


@rule("override-wrong")
def override_wrong(file: Looked) -> Found:
    """The template with the city's override still makes sense."""
    for name, service, _ in _templates(file):
        yield from _wrong(file, name, service, "override")


@rule("definition-wrong")
def definition_wrong(file: Looked) -> Found:
    """A service of the city's own makes sense."""
    for name, service in file.city.services.items():
        if service.definition is not None:
            yield from _wrong(file, name, service, "definition")


def _wrong(file: Looked, name: str, service: EnabledService, part: str) -> Found:
    if not _speaks(file):
        return
    try:
        catalogue.resolved_service(name, service, file.city)
    except DefinitionError as error:
        for problem in error.problems:
            yield _path(file, name, part, problem.path), str(problem)


@rule("template-version-unknown")
def template_version_unknown(file: Looked) -> Found:
    """An override was not written for a version that is still to come."""
    for name, service, template in _templates(file):
        version = template["service"].get("version")
        if service.template_version and service.template_version > version:
            yield ("services", name, "template_version"), f"the template has version {version}"


@rule("template-newer", "warning")
def template_newer(file: Looked) -> Found:
    """The template has changed since the override was written."""
    for name, service, template in _templates(file):
        version = template["service"].get("version")
        if service.override and service.template_version and service.template_version < version:
            words = f"the template has version {version} now; see `townkit service diff`"
            yield ("services", name, "template_version"), words


@rule("translation-stale", "warning")
def translation_stale(file: Looked) -> Found:
    """A text that is changed in one language is changed in the others, too."""
    for name, service, template in _templates(file):
        for path, left in half_changed(template, service.override, file.city.languages):
            words = f"is changed, but not in {', '.join(left)}: there it still says what the template says"
            yield _path(file, name, "override", path), words


@rule("alternative-not-offered", "warning")
def alternative_not_offered(file: Looked) -> Found:
    """Who is told no is led to a service that the city offers."""
    for name, service, definition in _resolved(file):
        about = definition["eligibility"]
        for verdict in [*about["rules"], *([about["otherwise"]] if about["otherwise"] else [])]:
            for one in verdict["instead"]:
                if one["service"] and one["service"] not in file.city.services:
                    part = "definition" if service.definition else "override"
                    path = (
                        f"eligibility.rules.{verdict['id']}" if "id" in verdict else "eligibility.otherwise"
                    )
                    words = f'leads to "{one["service"]}", which the city does not offer'
                    yield _path(file, name, part, path), words


@rule("service-not-for-country", "warning")
def service_not_for_country(file: Looked) -> Found:
    """Some services have a meaning in some countries only."""
    for name, service, template in _templates(file):
        own = service.override.get("service")
        changed = own.get("countries") if isinstance(own, dict) else None
        countries = changed or template["service"].get("countries") or []
        if countries and file.profile and file.city.country not in countries:
            yield ("services", name), f'"{name}" has a meaning only in: {", ".join(countries)}'


@rule("service-code-twice")
def service_code_twice(file: Looked) -> Found:
    """A code of the city's own list names one service."""
    first: dict[str, str] = {}
    for name, service, definition in _resolved(file):
        code = definition["service"]["local_code"]
        if code and first.setdefault(code, name) != name:
            part = "definition" if service.definition else "override"
            words = f'"{first[code]}" has the code {code} already'
            yield _path(file, name, part, "service.local_code"), words


@rule("parent-in-circle")
def parent_in_circle(file: Looked) -> Found:
    """A main item is not, in the end, a situation of its own situation."""
    known = {name: (service, definition) for name, service, definition in _resolved(file)}
    for name, (service, definition) in known.items():
        above, seen = definition["service"]["parent"], [name]
        while above in known and above not in seen:
            seen.append(above)
            above = known[above][1]["service"]["parent"]
        if above == name:
            part = "definition" if service.definition else "override"
            words = f'"{name}" is a situation of itself: {" -> ".join(seen)}'
            yield _path(file, name, part, "service.parent"), words


@rule("identity-not-connected", "warning")
def identity_not_connected(file: Looked) -> Found:
    """A service that asks for the national sign-in can be begun at the counter only where the city has
    none."""
    for name, service, definition in _resolved(file):
        if definition["service"]["assurance"] == "identity" and file.city.identity is None:
            part = "definition" if service.definition else "override"
            words = "asks for the national sign-in, but the city's file has no `identity`"
            yield _path(file, name, part, "service.assurance"), words


_KEPT = {"draft_days": "drafts", "done_days": "applications", "refused_days": "refused"}


@rule("service-retention")
def service_retention(file: Looked) -> Found:
    """The privacy notice tells the city's times, so no service keeps longer; nor shorter than the law."""
    city, shortest = file.city.privacy.retention.model_dump(), _shortest(file)
    for name, service, definition in _resolved(file):
        part = "definition" if service.definition else "override"
        for key, days in ((definition["privacy"] or {}).get("retention") or {}).items():
            path = _path(file, name, part, f"privacy.retention.{key}")
            kind = _KEPT.get(key, "")
            if kind and days > city[kind]:
                yield path, f"{key} is {days}, but the privacy notice says {city[kind]} days ({kind})"
            elif kind and days < shortest.get(kind, 0):
                yield path, f"{key} is {days}, but the law asks for {shortest[kind]} days or more"


def _shortest(file: Looked) -> dict[str, int]:
    rules = file.profile.retention if file.profile else []
    return {one.kind: one.shortest for one in rules if one.active and one.shortest}
