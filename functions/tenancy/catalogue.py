"""The one place where a city's file meets the catalogues of other features: service templates and device profiles."""

from __future__ import annotations

from typing import Any

from functions.tenancy.schemas import CityFile, EnabledService


def service_template_ids() -> list[str]:
    """Ids of the service templates that ship."""
    from functions.services.service import template_ids

    return template_ids()


def resolved_service(service_id: str, enabled: EnabledService, languages: list[str]) -> dict[str, Any]:
    """The service's definition with the city's override, as plain JSON. Raises DefinitionError."""
    from functions.services.service import resolve

    return resolve(
        enabled.template or service_id, dict(enabled.override), department=enabled.department, languages=languages
    )


def device_profile_ids() -> list[str]:
    """Ids of the device profiles that ship."""
    from functions.core import paths

    return sorted(path.stem for path in (paths.templates() / "devices").glob("*.yaml"))


def device_profile(profile_id: str) -> dict[str, Any]:
    """A profile as plain JSON; ``quantities`` maps a metric to its unit, range and names. Raises KeyError."""
    from functions.core import paths
    from functions.tenancy.source import read

    if profile_id not in device_profile_ids():
        raise KeyError(profile_id)
    path = paths.templates() / "devices" / f"{profile_id}.yaml"
    data: dict[str, Any] = read(path.name, path.read_bytes()).data
    return data


def profiles_of(city: CityFile) -> list[str]:
    """The profiles that the city's devices and rules name, in order."""
    named = {device.profile for device in city.sensors.devices} | {rule.profile for rule in city.sensors.rules if rule.profile}
    return sorted(named)
