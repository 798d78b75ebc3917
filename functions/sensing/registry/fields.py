"""What a person may say about a device, in a form or in a line of a list: read and checked in one place."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from functions.core.context import Context
from functions.core.i18n import N_
from functions.sensing.registry.domain import ACTIVE, EUI, PLANNED, SYSTEMS, THING, Device, Place, normal_code
from functions.sensing.registry.service import RESERVED

# In the order of a list's columns: name -> its heading.
FIELDS = {
    "thing": N_("Device id"),
    "profile": N_("Kind of device"),
    "title": N_("Name of the device"),
    "lat": N_("Latitude"),
    "lon": N_("Longitude"),
    "address": N_("Address of the place"),
    "area": N_("Area"),
    "department": N_("Owner department"),
    "installed": N_("Installed on"),
    "design_life_years": N_("Design life in years"),
    "calibration_due": N_("Calibration due on"),
    "eui": N_("DevEUI (LoRaWAN)"),
    "serial": N_("Serial number"),
}
KEPT = ("title", "place", "department", "installed", "design_life_years", "calibration_due", "eui", "serial")
LENGTHS = {"title": 80, "address": 200, "area": 60, "serial": 64}
BAD_THING = N_("A device id has 2 to 48 characters: small letters, digits and hyphens, a letter first")
NO_PROFILE = N_("There is no kind of device with this id")
NO_DEPARTMENT = N_("The city has no such department")
BAD_POINT = N_("A point has a latitude from -90 to 90 and a longitude from -180 to 180, in degrees")
HALF_POINT = N_("A point has a latitude and a longitude")
BAD_DAY = N_("A day is written as year-month-day, for example 2026-11-20")
BAD_LIFE = N_("The design life is a whole number of years from 1 to 100")
BAD_EUI = N_("A DevEUI has 16 characters: digits and the letters a to f")
TOO_LONG = N_("This is too long")


@dataclass(frozen=True)
class Choices:
    """What may be chosen: ids of profiles and of departments."""

    profiles: Collection[str]
    departments: Collection[str]


def choices(ctx: Context) -> Choices:
    """Of the catalogue and of the context's city."""
    from functions.sensing.profiles import profile_ids

    return Choices(profile_ids(), list(ctx.city.config.get("departments", {})))


def read(
    values: Mapping[str, str], allowed: Choices, base: Device | None = None
) -> tuple[Device, dict[str, str]]:
    """A device as its fields say, and what is wrong: field -> message id. ``base`` is the device that is
    changed; its id and its kind stay. A new LoRaWAN device is active at once, since it gets no
    certificate."""
    given = {name: values.get(name, "").strip() for name in FIELDS}
    errors: dict[str, str] = {}
    for name, length in LENGTHS.items():
        if len(given[name]) > length:
            errors[name] = TOO_LONG
    place = _place(given, errors)
    eui = normal_code(given["eui"])
    if given["eui"] and not EUI.fullmatch(eui):
        errors["eui"] = BAD_EUI
    if given["department"] and given["department"] not in allowed.departments:
        errors["department"] = NO_DEPARTMENT
    device = base or _new(given, eui, allowed, errors)
    return replace(
        device,
        title=given["title"],
        place=place,
        department=given["department"],
        installed=_day(given, "installed", errors),
        design_life_years=_life(given, errors),
        calibration_due=_day(given, "calibration_due", errors),
        eui=eui,
        serial=given["serial"],
    ), errors


def onto(now: Device, wanted: Device) -> Device:
    """What a form may change on the record as it is now, so that a certificate that came meanwhile stays."""
    return replace(now, **{name: getattr(wanted, name) for name in KEPT})


def _new(given: Mapping[str, str], eui: str, allowed: Choices, errors: dict[str, str]) -> Device:
    if not THING.fullmatch(given["thing"]):
        errors["thing"] = BAD_THING
    elif given["thing"] in SYSTEMS:
        errors["thing"] = RESERVED
    if given["profile"] not in allowed.profiles:
        errors["profile"] = NO_PROFILE
    return Device(given["thing"], given["profile"], state=ACTIVE if eui else PLANNED)


def _place(given: Mapping[str, str], errors: dict[str, str]) -> Place:
    lat, lon = (number(given[name], most) for name, most in (("lat", 90), ("lon", 180)))
    if bool(given["lat"]) != bool(given["lon"]):
        errors["lat" if not given["lat"] else "lon"] = HALF_POINT
    for name, value in (("lat", lat), ("lon", lon)):
        if given[name] and value is None:
            errors[name] = BAD_POINT
    return Place(lat, lon, given["address"], given["area"])


def number(text: str, most: float) -> float | None:
    """A plain number of degrees between -most and most, to a ten-millionth (a centimetre); else None."""
    if not text or len(text) > 24 or not all(char in "0123456789.-+" for char in text):
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return round(value, 7) if math.isfinite(value) and abs(value) <= most else None


def _day(given: Mapping[str, str], name: str, errors: dict[str, str]) -> str:
    text = given[name]
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        errors[name] = BAD_DAY
        return ""


def _life(given: Mapping[str, str], errors: dict[str, str]) -> int | None:
    text = given["design_life_years"]
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= 100:
        return int(text)
    errors["design_life_years"] = BAD_LIFE
    return None


def shown(device: Device) -> dict[str, str]:
    """The fields of a device as text: what a form shows and a list carries."""
    place = device.place
    point = {"lat": place.lat, "lon": place.lon}
    texts = {name: str(getattr(device, name, "") or "") for name in FIELDS if name not in point}
    texts |= {"address": place.address, "area": place.area}
    texts |= {
        name: "" if value is None else f"{value:.7f}".rstrip("0").rstrip(".") for name, value in point.items()
    }
    return {name: texts[name] for name in FIELDS}
