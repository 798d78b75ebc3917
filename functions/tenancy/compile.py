"""A checked city file to the compiled configuration: plain JSON that pages and workers read, with everything
resolved (holidays, services, device profiles, legal texts, logo). The same file gives the same JSON until
the year changes."""

from __future__ import annotations

import base64
from datetime import date
from pathlib import Path
from typing import Any

from functions.tenancy import catalogue
from functions.tenancy.country import KINDS, Country, country
from functions.tenancy.country_holidays import days_off, extra_working_days
from functions.tenancy.legal import legal_pages
from functions.tenancy.loader import LoadedCity
from functions.tenancy.plans import PLANS
from functions.tenancy.schemas import CityFile

SCHEMA = 1
LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def compile_city(loaded: LoadedCity, today: date) -> dict[str, Any]:
    """The compiled configuration. Lint first: what the linter finds can raise KeyError or DefinitionError
    here."""
    city, profile = loaded.city, country(loaded.city.country)
    services = {key: catalogue.resolved_service(key, value, city) for key, value in city.services.items()}
    return {
        "schema": SCHEMA,
        "id": city.id,
        "demo": city.demo,
        "names": city.names,
        "country": city.country,
        "zone": city.zone,
        "languages": city.languages,
        "currency": city.currency,
        "centre": city.centre.model_dump(),
        "bbox": city.bbox,
        "contact": city.contact.model_dump(),
        "colours": city.colours.model_dump(),
        "logo": _logo(city, loaded.folder),
        "calendar": _calendar(city, profile, today.year),
        "departments": {key: value.model_dump() for key, value in city.departments.items()},
        "staff": [{**member.model_dump(), "email": member.email.lower()} for member in city.staff],
        "services": services,
        "finder": catalogue.finder_index(services),
        "devices": _devices(city),
        "privacy": _privacy(city, profile),
        "identity": city.identity.model_dump() if city.identity else None,
        "plan": {"name": city.plan.name, "limits": _limits(city)},
        "residency": city.residency,
        "legal": legal_pages(city, profile),
        "country_profile": _profile(profile),
    }


def _logo(city: CityFile, folder: Path) -> dict[str, Any] | None:
    if city.logo is None:
        return None
    path = folder / city.logo.file
    return {
        "type": LOGO_TYPES[path.suffix.lower()],
        "data": base64.b64encode(path.read_bytes()).decode(),
        "file": city.logo.file,
        "alt": city.logo.alt,
    }


def _calendar(city: CityFile, profile: Country, first_year: int) -> dict[str, Any]:
    own = city.calendar.model_dump(mode="json")
    off = days_off(profile, first_year) if city.calendar.country_holidays else []
    extra = extra_working_days(profile, first_year) if city.calendar.country_holidays else []
    worked = {day["date"] for day in own["extra_days"]}
    return {
        "week": {day: own["week"][day] for day in WEEKDAYS},
        "holidays": _by_date([day for day in off if day["date"] not in worked], own["holidays"]),
        "extra_days": _by_date(extra, own["extra_days"]),
    }


def _by_date(country_days: list[dict[str, Any]], own_days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    merged = {day["date"]: day for day in country_days} | {day["date"]: day for day in own_days}
    return [merged[key] for key in sorted(merged)]


def _devices(city: CityFile) -> dict[str, Any]:
    return {
        "profiles": {name: _device_profile(city, name) for name in catalogue.profiles_of(city)},
        "things": [thing.model_dump() for thing in city.sensors.devices],
        "rules": [rule.model_dump(exclude_none=True) for rule in city.sensors.rules],
        "areas": _areas(city),
    }


def _areas(city: CityFile) -> dict[str, list[dict[str, Any]]]:
    """By the group that rules name."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for area in city.sensors.areas:
        groups.setdefault(area.group, []).append(area.model_dump(exclude_none=True, exclude={"group"}))
    return groups


def _device_profile(city: CityFile, name: str) -> dict[str, Any]:
    """A profile whose rules are active as the city decided; a confirmed one says what it was compared
    with."""
    profile = catalogue.device_profile(name)
    sources = {one.rule: one.source for one in city.sensors.confirmed if one.profile == name}
    off = {one.rule for one in city.sensors.off if one.profile == name}
    rules = []
    for rule in profile.get("rules", ()):
        active = (rule["active"] or rule["id"] in sources) and rule["id"] not in off
        decided = "off" if rule["id"] in off else "confirmed" if rule["id"] in sources else None
        rules.append({**rule, "active": active, "decided": decided, "source": sources.get(rule["id"])})
    return {**profile, "rules": rules}


OF_READINGS = ("readings_personal", "readings_events", "rollups")  # the city's own choice, or left out


def _privacy(city: CityFile, profile: Country) -> dict[str, Any]:
    kept = city.privacy.retention.model_dump()
    rules = {rule.kind: rule for rule in profile.retention if rule.active}
    retention = {
        kind: {
            "days": kept[kind],
            "rule": rules[kind].rule if kind in rules else None,
            "source": _url(rules[kind].source) if kind in rules else None,
        }
        for kind in KINDS
    }
    of_readings = [kind for kind in OF_READINGS if kept[kind] is not None]
    retention |= {kind: {"days": kept[kind], "rule": None, "source": None} for kind in of_readings}
    return {"controller": city.privacy.controller, "email": city.privacy.email, "retention": retention}


def _url(source: Any) -> str | None:
    return source.url if source else None


def _limits(city: CityFile) -> dict[str, int]:
    own = {name: value for name, value in city.plan.limits.model_dump().items() if value is not None}
    return {**PLANS[city.plan.name], **own}


def _profile(profile: Country) -> dict[str, Any]:
    whole = profile.model_dump(mode="json", exclude={"legal", "retention", "holidays"})
    for part in ("clocks", "complaint", "appeal"):
        whole[part] = [entry for entry in whole[part] if entry["active"]]
    return whole
