"""Checks: the city's own alarm rules. Their shape is checked by functions/sensing/schema_rules.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from functions.sensing.rules.build import PLACE, waits_for
from functions.sensing.schema_rules import minutes_of
from functions.tenancy import catalogue
from functions.tenancy.lint_base import Found, Looked, rule
from functions.tenancy.lint_sensors import group_of
from functions.tenancy.schema_devices import CityRule

PARTS = 4  # a window is judged when its readings span three quarters of it


def _rules(file: Looked) -> Iterator[tuple[int, CityRule, str]]:
    """(number, rule, profile that it watches - empty when its thing is unknown)."""
    profiles = {device.thing: device.profile for device in file.city.sensors.devices}
    for n, one in enumerate(file.city.sensors.rules):
        yield n, one, one.profile or profiles.get(one.thing or "", "")


@rule("rule-repeated")
def rule_repeated(file: Looked) -> Found:
    """A rule's id names its alarm: once in the file, and not one of the profile that it watches."""
    seen: set[str] = set()
    for n, one, profile in _rules(file):
        if one.id in seen:
            yield ("sensors", "rules", n, "id"), f'"{one.id}" stands here a second time'
        elif one.id in _ids(profile):
            yield (
                ("sensors", "rules", n, "id"),
                f'the profile "{profile}" has a rule "{one.id}" already; choose another name',
            )
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
    for n, one, profile in _rules(file):
        known = catalogue.metrics(profile)
        if one.metric is not None and known and one.metric not in known:
            yield (
                ("sensors", "rules", n, "metric"),
                f'the device does not measure "{one.metric}"; it measures: {", ".join(known)}',
            )


@rule("rule-area-unknown")
def rule_area_unknown(file: Looked) -> Found:
    """A group of areas of this file, looked at by a device that says where it is."""
    groups = sorted({area.group for area in file.city.sensors.areas})
    for n, one, profile in _rules(file):
        group = group_of(one)
        if not group:
            continue
        if group not in (*groups, PLACE):
            listed = f"there are: {', '.join(groups)}" if groups else "the file has none"
            yield (
                ("sensors", "rules", n, "area"),
                f'there is no group of areas "{group}" under sensors.areas; {listed}',
            )
        if profile and not catalogue.says_where(profile):
            yield ("sensors", "rules", n, "area"), "the device does not measure its latitude and longitude"


@rule("rule-waits-for-place", "warning")
def rule_waits_for_place(file: Looked) -> Found:
    """Where the sun rises, or how far a device is from its place, is known only of a device that has one."""
    without = [device for device in file.city.sensors.devices if device.place is None]
    for n, one, profile in _rules(file):
        if waits_for(one.model_dump(), False, {group_of(one): [{}]}) != PLACE:
            continue
        things = [
            d.thing for d in without if d.thing == one.thing or (not one.thing and d.profile == profile)
        ]
        if things:
            yield (
                ("sensors", "rules", n, "id"),
                f"it waits for a place on the map of: {', '.join(things[:5])}; until then nothing is judged",
            )


@rule("rule-level-impossible")
def rule_level_impossible(file: Looked) -> Found:
    """A level outside what the sensor can measure is never reached, or always."""
    for n, one, profile in _rules(file):
        low, high = catalogue.metric_range(profile, one.metric or "")
        for number, level in enumerate(one.levels):
            value = level.above if level.above is not None else level.below
            if value is not None and not low < value < high:
                key = "above" if level.above is not None else "below"
                yield (
                    ("sensors", "rules", n, "levels", number, key),
                    f"{value:g} is outside what the device measures ({low:g} to {high:g})",
                )


@rule("rule-never-clears")
def rule_never_clears(file: Looked) -> Found:
    """At its own threshold an alarm would flicker."""
    for n, one, _ in _rules(file):
        if one.levels and one.clear in (one.levels[0].above, one.levels[0].below):
            yield (
                ("sensors", "rules", n, "clear"),
                "the clear level is the threshold itself; leave a gap between them",
            )


@rule("rule-department-unknown")
def rule_department_unknown(file: Looked) -> Found:
    """Incidents go to a department of this file."""
    for n, one, _ in _rules(file):
        if one.department is not None and one.department not in file.city.departments:
            yield ("sensors", "rules", n, "department"), f'there is no department "{one.department}"'


@rule("rule-part-unknown")
def rule_part_unknown(file: Looked) -> Found:
    """``both`` joins two rules that are judged by themselves: of this file, or of the watched profile."""
    joins = {one.id for one in file.city.sensors.rules if one.both}
    own = {one.id for one in file.city.sensors.rules} - joins
    for n, one, profile in _rules(file):
        known = own | {entry["id"] for entry in catalogue.profile_rules(profile) if not entry.get("both")}
        for number, part in enumerate(one.both or ()):
            if part not in known:
                why = "joins two rules itself" if part in joins else "does not exist"
                yield ("sensors", "rules", n, "both", number), f'the rule "{part}" {why}'


@rule("rule-silent-alone", "warning")
def rule_silent_alone(file: Looked) -> Found:
    """A silent rule only serves a ``both``."""
    parts = {part for one in file.city.sensors.rules for part in one.both or ()}
    for n, one, _ in _rules(file):
        if one.silent and one.id not in parts:
            yield ("sensors", "rules", n, "silent"), f'no rule joins "{one.id}", so nobody hears of it'


@rule("rule-window-short")
def rule_window_short(file: Looked) -> Found:
    """Too few readings in a window, or none to compare with."""
    for n, one, profile in _rules(file):
        cadence = catalogue.cadence(profile)
        if one.window and cadence and one.window.seconds < PARTS * cadence:
            yield (
                ("sensors", "rules", n, "window", "seconds"),
                f"the device speaks every {cadence} seconds; the window must be {PARTS * cadence} at least",
            )
        hours = one.usual and one.usual.hours
        if hours and cadence and minutes_of(hours) * 60 < PARTS * cadence:
            yield (
                ("sensors", "rules", n, "usual", "hours"),
                f"the device speaks every {cadence} seconds; its hours must last {PARTS * cadence} at least",
            )
        if one.rate and cadence and one.rate.seconds < 2 * cadence:
            yield (
                ("sensors", "rules", n, "rate", "seconds"),
                f"the device speaks every {cadence} seconds; there is no earlier value to compare with",
            )


@rule("rule-command-unknown")
def rule_command_unknown(file: Looked) -> Found:
    """A command of the profile of the device that is told."""
    profiles = {device.thing: device.profile for device in file.city.sensors.devices}
    for n, one, profile in _rules(file):
        if one.command is None:
            continue
        told = profiles.get(one.command.of, "") if one.command.of else profile
        known = catalogue.commands(told)
        if one.command.name not in known:
            listed = f"it knows: {', '.join(sorted(known))}" if known else "it takes no commands"
            yield (
                ("sensors", "rules", n, "command", "name"),
                f'the device does not know "{one.command.name}"; {listed}',
            )
        elif not _takes(known[one.command.name], one.command.value):
            yield (
                ("sensors", "rules", n, "command", "value"),
                f'"{one.command.name}" does not take this value',
            )


def _takes(command: dict[str, Any], value: str | float | bool) -> bool:
    if command.get("values") is not None:
        return str(value) in command["values"]
    low, high = command.get("range") or (float("-inf"), float("inf"))
    return not isinstance(value, str) and low <= value <= high


def _ids(profile: str) -> set[str]:
    return {entry["id"] for entry in catalogue.profile_rules(profile)}
