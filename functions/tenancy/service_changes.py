"""What a city makes of a template, in the lines of `townkit plan`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from functions.tenancy import catalogue
from functions.tenancy.plan import changed
from functions.tenancy.schemas import CityFile, EnabledService

OWN = ("template", "digest", "department")  # every service of a city has these


def changes(service_id: str, enabled: EnabledService, city: CityFile) -> list[str]:
    """``+`` comes, ``-`` goes, ``~`` changes, compared with the template as it ships; empty when it is the
    same. Raises DefinitionError for an override in which something is wrong."""
    template = catalogue.template_of(service_id, enabled)
    resolved = catalogue.resolved_service(service_id, enabled, city)
    if template is None:
        return [f"+ {service_id}: a service of the city's own"]
    plain = enabled.model_copy(update={"override": {}, "template_version": None})
    return changed(_bare(catalogue.resolved_service(service_id, plain, city)), _bare(resolved))


def changed_overrides(
    city: CityFile, live: dict[str, Any], file: dict[str, Any]
) -> Iterator[tuple[str, list[str]]]:
    """(service, lines of :func:`changes`) of every service with an override that is not live as the file says
    it."""
    for name, enabled in city.services.items():
        same = live.get(name, {}).get("digest") == file[name]["digest"]
        if enabled.override and not same:
            yield name, changes(name, enabled, city)


def _bare(definition: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in definition.items() if key not in OWN}
    return rest | {"service": {key: one for key, one in definition["service"].items() if key not in OWN}}
