"""Checks: devices and threshold rules."""

from __future__ import annotations

from functions.tenancy import catalogue
from functions.tenancy.lint_base import Found, Looked, rule
from functions.tenancy.schema_devices import ThresholdRule


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


@rule("rule-repeated")
def rule_repeated(file: Looked) -> Found:
    """A rule's id names its alarm."""
    seen: set[str] = set()
    for n, one in enumerate(file.city.sensors.rules):
        if one.id in seen:
            yield ("sensors", "rules", n, "id"), f'"{one.id}" stands here a second time'
        seen.add(one.id)


@rule("rule-watches-nothing")
def rule_watches_nothing(file: Looked) -> Found:
    """The thing is a device of this file; the profile has a device in it."""
    things = {device.thing for device in file.city.sensors.devices}
    profiles = {device.profile for device in file.city.sensors.devices}
    for n, one in enumerate(file.city.sensors.rules):
        if one.thing is not None and one.thing not in things:
            yield ("sensors", "rules", n, "thing"), f'there is no device "{one.thing}"'
        if one.profile is not None and one.profile not in profiles:
            yield (
                ("sensors", "rules", n, "profile"),
                f'no device of this file has the profile "{one.profile}"',
            )


@rule("rule-metric-unknown")
def rule_metric_unknown(file: Looked) -> Found:
    """A quantity of the watched profile."""
    for n, one in enumerate(file.city.sensors.rules):
        known = _metrics(file, one)
        if known is not None and one.metric not in known:
            yield (
                ("sensors", "rules", n, "metric"),
                f'the device does not measure "{one.metric}"; it measures: {", ".join(known)}',
            )


@rule("rule-level-impossible")
def rule_level_impossible(file: Looked) -> Found:
    """A level outside what the sensor can measure is never reached, or always."""
    for n, one in enumerate(file.city.sensors.rules):
        low, high = catalogue.metric_range(_profile(file, one), one.metric)
        level = one.above if one.above is not None else one.below
        if level is not None and not low < level < high:
            key = "above" if one.above is not None else "below"
            yield (
                ("sensors", "rules", n, key),
                f"{level:g} is outside what the device measures ({low:g} to {high:g})",
            )


def _metrics(file: Looked, one: ThresholdRule) -> list[str] | None:
    profile = _profile(file, one)
    return catalogue.metrics(profile) if profile in catalogue.device_profile_ids() else None


def _profile(file: Looked, one: ThresholdRule) -> str:
    """The profile that a rule watches; empty when its thing is unknown."""
    found = [device.profile for device in file.city.sensors.devices if device.thing == one.thing]
    return one.profile or (found[0] if found else "")


@rule("rule-never-clears")
def rule_never_clears(file: Looked) -> Found:
    """At its own threshold an alarm would flicker."""
    for n, one in enumerate(file.city.sensors.rules):
        if one.clear in (one.above, one.below):
            yield (
                ("sensors", "rules", n, "clear"),
                "the clear level is the threshold itself; leave a gap between them",
            )


@rule("rule-clear-wrong-side")
def rule_clear_wrong_side(file: Looked) -> Found:
    """Above 3.5 clears below it, not above it."""
    for n, one in enumerate(file.city.sensors.rules):
        if one.above is not None and one.clear > one.above:
            yield (
                ("sensors", "rules", n, "clear"),
                f"the alarm is raised above {one.above:g}, so the clear level must be lower",
            )
        if one.below is not None and one.clear < one.below:
            yield (
                ("sensors", "rules", n, "clear"),
                f"the alarm is raised below {one.below:g}, so the clear level must be higher",
            )


@rule("rule-department-unknown")
def rule_department_unknown(file: Looked) -> Found:
    """Incidents go to a department of this file."""
    for n, one in enumerate(file.city.sensors.rules):
        if one.department not in file.city.departments:
            yield ("sensors", "rules", n, "department"), f'there is no department "{one.department}"'
