"""Checks: devices, and what the file decides about the rules of their profiles. Its own rules: lint_rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from functions.tenancy import catalogue
from functions.tenancy.lint_base import Found, Looked, rule
from functions.tenancy.schema_devices import CityRule, Confirmed, Off
from functions.tenancy.source import Path


@rule("device-profile-unknown")
def device_profile_unknown(file: Looked) -> Found:
    """A profile that ships."""
    known = catalogue.device_profile_ids()
    for n, device in enumerate(file.city.sensors.devices):
        if device.profile not in known:
            yield (
                ("sensors", "devices", n, "profile"),
                f'there is no device profile "{device.profile}"; there are: {", ".join(known)}',
            )


@rule("thing-repeated")
def thing_repeated(file: Looked) -> Found:
    """A thing is one device with one certificate."""
    seen: set[str] = set()
    for n, device in enumerate(file.city.sensors.devices):
        if device.thing in seen:
            yield ("sensors", "devices", n, "thing"), f'"{device.thing}" stands here a second time'
        seen.add(device.thing)


@rule("device-outside", "warning")
def device_outside(file: Looked) -> Found:
    """A device outside the city is usually two swapped numbers."""
    west, south, east, north = file.city.bbox
    for n, device in enumerate(file.city.sensors.devices):
        place = device.place
        if (
            place
            and west < east
            and south < north
            and not (west <= place.lon <= east and south <= place.lat <= north)
        ):
            yield ("sensors", "devices", n, "place"), f'"{device.thing}" lies outside the bounding box'


@rule("area-repeated")
def area_repeated(file: Looked) -> Found:
    """An area is drawn once; "place" stands for a device's own place."""
    seen: set[str] = set()
    for n, area in enumerate(file.city.sensors.areas):
        if area.id in seen:
            yield ("sensors", "areas", n, "id"), f'"{area.id}" stands here a second time'
        if area.group == "place":
            yield ("sensors", "areas", n, "group"), '"place" is the place of a device; choose another name'
        seen.add(area.id)


@rule("area-outside", "warning")
def area_outside(file: Looked) -> Found:
    """An area that no part of the city lies in is usually two swapped numbers."""
    west, south, east, north = file.city.bbox
    for n, area in enumerate(file.city.sensors.areas):
        lats, lons = zip(*area.corners, strict=True)
        apart = max(lats) < south or min(lats) > north or max(lons) < west or min(lons) > east
        if west < east and south < north and apart:
            yield (
                ("sensors", "areas", n),
                f'"{area.id}" lies outside the bounding box; corners are [latitude, longitude]',
            )


@rule("area-unused", "warning")
def area_unused(file: Looked) -> Found:
    """A group that no rule names, of the file or of a profile that its devices have."""
    named = {group_of(one) for one in file.city.sensors.rules}
    for profile in {device.profile for device in file.city.sensors.devices}:
        named |= {group_of(entry) for entry in catalogue.profile_rules(profile)}
    for n, area in enumerate(file.city.sensors.areas):
        if area.group not in named:
            yield ("sensors", "areas", n, "group"), f'no rule looks at the group "{area.group}"'


def group_of(one: CityRule | dict[str, Any]) -> str:
    """The group of areas that a rule names, or ""."""
    entry = one.model_dump(include={"area"}) if isinstance(one, CityRule) else one
    within = entry.get("area") or {}
    return str(within.get("outside") or within.get("inside") or "")


def _decisions(file: Looked) -> Iterator[tuple[Path, Confirmed | Off]]:
    for n, confirmed in enumerate(file.city.sensors.confirmed):
        yield ("sensors", "confirmed", n, "rule"), confirmed
    for n, off in enumerate(file.city.sensors.off):
        yield ("sensors", "off", n, "rule"), off


@rule("decision-unknown")
def decision_unknown(file: Looked) -> Found:
    """What is confirmed or switched off is a rule of a profile."""
    for path, one in _decisions(file):
        known = [entry["id"] for entry in catalogue.profile_rules(one.profile)]
        if one.rule not in known:
            has = f"it has: {', '.join(known)}" if known else "it has none"
            yield path, f'the profile "{one.profile}" has no rule "{one.rule}"; {has}'


@rule("decision-repeated")
def decision_repeated(file: Looked) -> Found:
    """A rule is confirmed or switched off, and once."""
    seen: set[tuple[str, str]] = set()
    for path, one in _decisions(file):
        if (one.profile, one.rule) in seen:
            yield path, f'there is a decision about "{one.rule}" of "{one.profile}" already'
        seen.add((one.profile, one.rule))


@rule("decision-useless", "warning")
def decision_useless(file: Looked) -> Found:
    """A rule that works as it ships needs no confirmation; one that does not is not on."""
    for path, one in _decisions(file):
        confirms = isinstance(one, Confirmed)
        state = "works as it ships" if confirms else "is not on as it ships"
        for entry in catalogue.profile_rules(one.profile):
            if entry["id"] == one.rule and entry["active"] is confirms:
                yield path, f'"{one.rule}" of "{one.profile}" {state}'
