"""The one place where a city's file meets the catalogues of other features: service templates and device
profiles."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from functions.tenancy.country import Country, country, country_ids
from functions.tenancy.schemas import CityFile, EnabledService

if TYPE_CHECKING:
    from functions.services.lint_base import Around


def service_template_ids() -> list[str]:
    """Ids of the service templates that ship."""
    from functions.services.service import template_ids

    return template_ids()


def resolved_service(service_id: str, enabled: EnabledService, city: CityFile) -> dict[str, Any]:
    """The service's definition with the city's override, as plain JSON. Raises DefinitionError."""
    known = sorted({*service_template_ids(), *city.services})
    appeal = city.country not in country_ids() or has_appeal(country(city.country))
    text = _resolved(service_id, enabled.model_dump_json(), (*city.languages,), (*known,), appeal)
    resolved: dict[str, Any] = json.loads(text)
    return resolved


@lru_cache(maxsize=64)
def _resolved(
    service_id: str, enabled: str, languages: tuple[str, ...], known: tuple[str, ...], appeal: bool
) -> str:
    """JSON, so that nobody changes what is kept: one file's service is asked for several times."""
    from functions.services.lint_base import Around
    from functions.services.service import load, made_live

    said = EnabledService.model_validate_json(enabled)
    template = said.template or service_id
    raw = said.definition if said.definition is not None else load(template)
    around = Around(languages, known, appeal)
    name = service_id if said.definition is not None else template
    return json.dumps(made_live(name, raw, said.override, said.department, around), ensure_ascii=False)


def template_of(service_id: str, enabled: EnabledService) -> dict[str, Any] | None:
    """The template as its file says it; None for a service of the city's own or an unknown template."""
    from functions.services.service import load

    name = enabled.template or service_id
    return load(name) if enabled.definition is None and name in service_template_ids() else None


def around_template(content: bytes) -> Around:
    """What a template's file is checked with: it may lead to any template that ships, and where it names
    countries, their profiles say whether there is an appeal."""
    from functions.services.lint_base import Around
    from functions.tenancy.source import Refused, read

    try:
        data = read("", content).data
    except Refused:
        return Around()
    about = data.get("service") if isinstance(data, dict) else None
    named = about.get("countries") if isinstance(about, dict) else None
    countries = [one for one in named if one in country_ids()] if isinstance(named, list) else []
    own = about.get("id") if isinstance(about, dict) else None
    known = {*service_template_ids(), *([own] if isinstance(own, str) else [])}
    return Around(services=known, appeal=all(has_appeal(country(one)) for one in countries))


def has_appeal(profile: Country) -> bool:
    """Whether a country's profile says where a refusal can be contested."""
    return any(entry.active for entry in profile.appeal)


def finder_index(services: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the search over the city's resolved services reads, as plain JSON."""
    from functions.services.finder_index import make_index

    return make_index(services)


def device_profile_ids() -> list[str]:
    """Ids of the device profiles that ship."""
    from functions.sensing.profiles import profile_ids

    return profile_ids()


def device_profile(profile_id: str) -> dict[str, Any]:
    """A profile as plain JSON; ``quantities`` maps a metric to its unit, range and names. Raises KeyError."""
    from functions.sensing.profiles import for_city

    return for_city(profile_id)


def profiles_of(city: CityFile) -> list[str]:
    """The profiles that the city's devices, rules and decisions about rules name, in order."""
    named = {device.profile for device in city.sensors.devices} | {
        rule.profile for rule in city.sensors.rules if rule.profile
    }
    decided = {one.profile for one in city.sensors.confirmed} | {one.profile for one in city.sensors.off}
    return sorted(named | decided)


def _profile(profile_id: str) -> dict[str, Any]:
    """Empty for an unknown one, which is a finding of its own."""
    return device_profile(profile_id) if profile_id in device_profile_ids() else {}


def profile_rules(profile_id: str) -> list[dict[str, Any]]:
    """The alarm rules of a profile, active or not."""
    return list(_profile(profile_id).get("rules", ()))


def commands(profile_id: str) -> dict[str, Any]:
    """What devices of a profile can be told."""
    return dict(_profile(profile_id).get("commands", {}))


def cadence(profile_id: str) -> int | None:
    """Usual seconds between two readings; None for a device that speaks when something happens."""
    found: int | None = _profile(profile_id).get("cadence")
    return found


def metrics(profile_id: str) -> list[str]:
    """What devices of a profile measure."""
    return sorted(_profile(profile_id).get("quantities", {}))


def says_where(profile_id: str) -> bool:
    """Whether devices of a profile measure where they are."""
    units = {quantity["unit"] for quantity in _profile(profile_id).get("quantities", {}).values()}
    return {"lat", "lon"} <= units


def metric_range(profile_id: str, metric: str) -> tuple[float, float]:
    """The least and the greatest value that a profile measures; infinite when nothing is said."""
    low, high = (_profile(profile_id).get("quantities", {}).get(metric) or {}).get("range") or (None, None)
    return (float("-inf") if low is None else float(low)), (float("inf") if high is None else float(high))


def sound_service(service_id: str, enabled: EnabledService, city: CityFile) -> dict[str, Any] | None:
    """Like :func:`resolved_service`; None for a service in which something is wrong."""
    from functions.services.errors import DefinitionError

    try:
        return resolved_service(service_id, enabled, city)
    except DefinitionError:
        return None
