"""A change of a rule tried on what was measured: when it would have raised, beside the rule as it is.

It judges with the same engine as live readings. Bounded: so many days, devices and readings a try."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.sensing.domain import Reading
from functions.sensing.rules.build import compile_rules
from functions.sensing.rules.domain import Change
from functions.sensing.rules.engine import evaluate

DAYS = 30
DEVICES = 10
READINGS = 150_000
DAY_MS = 86_400_000
NOW, NEW = "now", "new"

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Episode:
    """From raised to cleared (None: still raised at the end); ``value`` is what raised it, ``severity`` the
    worst that it came to."""

    since: int
    until: int | None
    severity: str
    value: float


@dataclass(frozen=True)
class Tried:
    """A device's episodes under the rule as it is and as changed."""

    thing: str
    readings: int
    now: Sequence[Episode]
    new: Sequence[Episode]


@dataclass
class Trial:
    """``left_out``: devices that were not looked at any more, because of the limits."""

    tried: list[Tried] = field(default_factory=list)
    left_out: int = 0


@dataclass(frozen=True)
class Where:
    """The city's zone, the device's latitude and longitude, the city's areas by group."""

    zone: str
    place: tuple[float, float] | None = None
    areas: Entry | None = None


def replay(
    profile: Entry, now: Entry, new: Entry, *, where: Where, muted: Sequence[tuple[int, int]],
    readings: Iterable[Reading], thing: str = "",
) -> Tried:  # fmt: skip
    """One device's readings (in order) through both rules."""
    rules = compile_rules(
        {**profile, "rules": [{**now, "id": NOW}, {**new, "id": NEW}]}, zone=where.zone, muted=muted,
        every=True, place=where.place, areas=where.areas,
    )  # fmt: skip
    looked_at = {metric for rule in rules.rules.values() for metric in (rule.metric, rule.pair)}
    own = [reading for reading in readings if reading.metric in looked_at]
    _, changes, _ = evaluate(rules, rules.start(), own)
    return Tried(thing, len(own), episodes(changes, NOW), episodes(changes, NEW))


def episodes(changes: Iterable[Change], rule_id: str) -> list[Episode]:
    """The alarms of one rule."""
    found: list[Episode] = []
    for change in changes:
        if change.rule != rule_id:
            continue
        if change.change == "raised":
            found.append(Episode(change.at, None, change.severity, change.value))
            continue
        last = found[-1]
        until = change.at if change.change == "cleared" else None
        found[-1] = Episode(last.since, until, change.severity, last.value)
    return found
