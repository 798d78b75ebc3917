"""Checks: ids, names and languages, country, zone, currency, place, residency, plan."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator
from typing import Any

from functions.core.city import CITY_ID
from functions.core.i18n import LANGUAGES
from functions.tenancy.country import country_ids
from functions.tenancy.lint_base import Found, Looked, rule
from functions.tenancy.plans import PLANS
from functions.tenancy.source import Path

# First parts of addresses, and names that a reader would take for the platform's own.
RESERVED = frozenset(
    [
        "admin",
        "api",
        "apply",
        "assets",
        "auth",
        "bench",
        "city",
        "cities",
        "console",
        "devices",
        "edge",
        "export",
        "favicon",
        "files",
        "health",
        "help",
        "hooks",
        "internal",
        "login",
        "logout",
        "metrics",
        "mqtt",
        "operator",
        "platform",
        "robots",
        "root",
        "sensors",
        "services",
        "sign-in",
        "signin",
        "start",
        "static",
        "status",
        "system",
        "test",
        "townkit",
        "usage",
        "verify",
        "webhooks",
        "well-known",
        "www",
    ]
)
INNER_ID = re.compile(r"[a-z]([a-z0-9-]{0,46}[a-z0-9])?")
WIDEST = 5.0  # degrees; our own limit, to catch a slip of a sign or a digit


@rule("city-id-unsafe")
def city_id_unsafe(file: Looked) -> Found:
    """Architecture section 1: the id names a table, a prefix, a topic and an address."""
    if not CITY_ID.fullmatch(file.city.id):
        yield (
            ("id",),
            (
                f'"{file.city.id}" cannot be an id: 2 to 31 small letters, digits and hyphens, '
                "starting with a letter and not ending with a hyphen"
            ),
        )


@rule("city-id-reserved")
def city_id_reserved(file: Looked) -> Found:
    """An id that is also an address of the platform."""
    if file.city.id in RESERVED:
        yield ("id",), f'"{file.city.id}" is reserved for the platform; choose another id'


@rule("id-unsafe")
def id_unsafe(file: Looked) -> Found:
    """Ids of departments, services, devices and rules end up in addresses, topics and keys."""
    for path, name in _inner_ids(file):
        if not INNER_ID.fullmatch(name):
            yield path, f'"{name}" cannot be an id: small letters, digits and hyphens, starting with a letter'


def _inner_ids(file: Looked) -> Iterator[tuple[Path, str]]:
    for part in ("departments", "services"):
        for name in getattr(file.city, part):
            yield (part, name), name
    for n, device in enumerate(file.city.sensors.devices):
        yield ("sensors", "devices", n, "thing"), device.thing
    for n, one in enumerate(file.city.sensors.rules):
        yield ("sensors", "rules", n, "id"), one.id


@rule("country-unknown")
def country_unknown(file: Looked) -> Found:
    """A country without a profile has no legal texts."""
    if file.city.country not in country_ids():
        yield (
            ("country",),
            f'there is no profile for "{file.city.country}"; there are: {", ".join(country_ids())}',
        )


@rule("zone-unknown")
def zone_unknown(file: Looked) -> Found:
    """IANA time zone database."""
    if file.city.zone not in zoneinfo.available_timezones():
        yield ("zone",), f'"{file.city.zone}" is not a time zone; write for example Europe/Dublin'


@rule("currency-unknown")
def currency_unknown(file: Looked) -> Found:
    """The currencies of the country's profile (ISO 4217)."""
    if file.profile and file.city.currency not in file.profile.currencies:
        known = ", ".join(file.profile.currencies)
        yield ("currency",), f'"{file.city.currency}" is not a currency of this country; write {known}'


@rule("language-unknown")
def language_unknown(file: Looked) -> Found:
    """A language needs a translation of the pages."""
    for n, lang in enumerate(file.city.languages):
        if lang not in LANGUAGES:
            yield (
                ("languages", n),
                f'the pages are not translated into "{lang}"; there are: {", ".join(LANGUAGES)}',
            )


@rule("language-repeated")
def language_repeated(file: Looked) -> Found:
    """Each language once."""
    for n, lang in enumerate(file.city.languages):
        if lang in file.city.languages[:n]:
            yield ("languages", n), f'"{lang}" stands here a second time'


@rule("translation-missing")
def translation_missing(file: Looked) -> Found:
    """Every text in every language of the city."""
    for path, text in _texts(file.data, ()):
        for lang in file.city.languages:
            if lang in LANGUAGES and lang not in text:
                yield path, f'"{path[-1]}" has no text in {lang}'


@rule("translation-unused", "warning")
def translation_unused(file: Looked) -> Found:
    """A text in a language that the city does not offer is shown to nobody."""
    for path, text in _texts(file.data, ()):
        for lang in text:
            if lang not in file.city.languages:
                yield (*path, lang), f"nobody sees this text: the city's languages do not include {lang}"


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if path[:1] in (
        ("legal",),
        ("services",),
    ):  # the catalogue checks services; legal texts are the city's choice
        return
    if isinstance(value, dict):
        if value and all(_is_tag(key) and isinstance(text, str) for key, text in value.items()):
            yield path, value
        else:
            for key, inner in value.items():
                yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _texts(inner, (*path, n))


def _is_tag(key: str) -> bool:
    return bool(re.fullmatch(r"[a-z]{2}(-[A-Za-z]{2,8})*", key)) and key not in ("id",)


@rule("bbox-reversed")
def bbox_reversed(file: Looked) -> Found:
    """RFC 7946 section 5 order: west, south, east, north."""
    west, south, east, north = file.city.bbox
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        yield (
            ("bbox",),
            "the bounding box must be [west, south, east, north], with west < east and south < north",
        )


@rule("bbox-too-large")
def bbox_too_large(file: Looked) -> Found:
    """A city is not a continent; a slip of a sign makes it one."""
    west, south, east, north = file.city.bbox
    if west < east and south < north and max(east - west, north - south) > WIDEST:
        yield ("bbox",), f"the bounding box is more than {WIDEST:g} degrees wide or high; check the signs"


@rule("centre-outside")
def centre_outside(file: Looked) -> Found:
    """The map opens at the centre."""
    west, south, east, north = file.city.bbox
    centre = file.city.centre
    if west < east and south < north and not (west <= centre.lon <= east and south <= centre.lat <= north):
        yield ("centre",), "the centre lies outside the bounding box"


@rule("residency-unknown")
def residency_unknown(file: Looked) -> Found:
    """Where the data must stay is one of the country profile's choices."""
    if file.profile and file.city.residency not in file.profile.residency:
        known = ", ".join(file.profile.residency)
        yield (
            ("residency",),
            f'a city of this country cannot keep its data in "{file.city.residency}"; write {known}',
        )


@rule("plan-unknown")
def plan_unknown(file: Looked) -> Found:
    """Plans of functions/tenancy/plans.py."""
    if file.city.plan.name not in PLANS:
        yield ("plan", "name"), f'there is no plan "{file.city.plan.name}"; there are: {", ".join(PLANS)}'


@rule("limit-above-plan")
def limit_above_plan(file: Looked) -> Found:
    """A city may limit itself further, never wider."""
    ceiling = PLANS.get(file.city.plan.name, {})
    for name, value in file.city.plan.limits.model_dump().items():
        if value is not None and name in ceiling and value > ceiling[name]:
            yield ("plan", "limits", name), f"{name} is {value:,}, but the plan allows {ceiling[name]:,}"


@rule("plan-exceeded")
def plan_exceeded(file: Looked) -> Found:
    """More devices or staff in the file than its own limits allow."""
    limits = {**PLANS.get(file.city.plan.name, {})}
    limits |= {name: value for name, value in file.city.plan.limits.model_dump().items() if value is not None}
    for part, name, have in (
        (("sensors", "devices"), "devices", len(file.city.sensors.devices)),
        (("staff",), "staff", len(file.city.staff)),
    ):
        if name in limits and have > limits[name] <= PLANS.get(file.city.plan.name, {}).get(name, 0):
            yield part, f"the file has {have} {name}, but the limit is {limits[name]}"
