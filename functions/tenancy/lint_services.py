"""Checks: the services that the city enables. What a service means inside is checked by
functions/services/lint.py."""

from __future__ import annotations

from functions.services.errors import DefinitionError
from functions.tenancy import catalogue
from functions.tenancy.lint_base import Found, Looked, rule


@rule("department-unknown")
def department_unknown(file: Looked) -> Found:
    """Applications go to a department of this file."""
    for name, service in file.city.services.items():
        if service.department not in file.city.departments:
            yield ("services", name, "department"), f'there is no department "{service.department}"'


@rule("service-unknown")
def service_unknown(file: Looked) -> Found:
    """A template that ships."""
    known = catalogue.service_template_ids()
    for name, service in file.city.services.items():
        if (service.template or name) not in known:
            path = ("services", name, "template") if service.template else ("services", name)
            yield (
                path,
                f'there is no service template "{service.template or name}"; there are: {", ".join(known)}',
            )


@rule("override-wrong")
def override_wrong(file: Looked) -> Found:
    """The template with the city's override still makes sense."""
    if not set(file.city.languages) <= {"en", "zh-Hans"}:
        return
    for name, service in file.city.services.items():
        if (service.template or name) not in catalogue.service_template_ids():
            continue
        try:
            catalogue.resolved_service(name, service, file.city.languages)
        except DefinitionError as error:
            problem = error.problems[0]
            path = ("services", name, "override", *problem.path.split("."))
            yield path, f"{problem.path}: {problem.message}"


@rule("service-not-for-country")
def service_not_for_country(file: Looked) -> Found:
    """Some services have a meaning in some countries only."""
    for name, service in file.city.services.items():
        template = service.template or name
        if template in catalogue.service_template_ids():
            countries = catalogue.service_countries(template)
            if countries and file.profile and file.city.country not in countries:
                yield ("services", name), f'"{template}" has a meaning only in: {", ".join(countries)}'


_KEPT = {"draft_days": "drafts", "done_days": "applications", "refused_days": "refused"}


@rule("service-retention")
def service_retention(file: Looked) -> Found:
    """The privacy notice tells the city's times, so no service keeps longer; nor shorter than the law."""
    city, shortest = file.city.privacy.retention.model_dump(), _shortest(file)
    for name, service in file.city.services.items():
        for key, days in catalogue.service_retention(name, service, file.city.languages).items():
            path = ("services", name, "override", "privacy", "retention", key)
            kind = _KEPT.get(key, "")
            if kind and days > city[kind]:
                yield path, f"{key} is {days}, but the privacy notice says {city[kind]} days ({kind})"
            elif kind and days < shortest.get(kind, 0):
                yield path, f"{key} is {days}, but the law asks for {shortest[kind]} days or more"


def _shortest(file: Looked) -> dict[str, int]:
    rules = file.profile.retention if file.profile else []
    return {one.kind: one.shortest for one in rules if one.active and one.shortest}
