"""A change of a rule tried on what was measured: when it would have raised, beside the rule as it is.

It judges with the same engine as live readings. Bounded: so many days, devices and readings a try."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.sensing.domain import Reading
from functions.sensing.rules.build import compile_rules
from functions.sensing.rules.domain import Change
from functions.sensing.rules.engine import evaluate
from functions.sensing.rules.intervals import beside

DAYS = 30
DEVICES = 10
READINGS = 150_000
DAY_MS = 86_400_000
NOW, NEW = "now", "new"

ROUND_MS = 300_000  # how often somebody looks who is silent (functions/sensing/alarms/tick.py)

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Episode:
    """From raised to cleared (None: still raised at the end); ``value`` is what raised it, ``severity`` the
    worst that it came to."""

    since: int
    until: int | None
    severity: str
    value: float


Part = Callable[[str], Sequence[Episode]]


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
    readings: Sequence[Reading], thing: str = "", end: int = 0, part: Part | None = None,
) -> Tried:  # fmt: skip
    """One device's readings (in order, up to the moment ``end``) through both rules. ``part``: the alarms of
    a rule that one of them joins, by its id."""
    rules = compile_rules(
        {**profile, "rules": [{**now, "id": NOW}, {**new, "id": NEW}]}, zone=where.zone, muted=muted,
        every=True, place=where.place, areas=where.areas,
    )  # fmt: skip
    looked_at = {metric for rule in rules.rules.values() for metric in (rule.metric, rule.pair)}
    own = [reading for reading in readings if reading.metric in looked_at]
    _, changes, _ = evaluate(rules, rules.start(), own)

    def alarms(rule: Entry, name: str) -> Sequence[Episode]:
        if rule.get("missing"):
            limit = int(float(rule["missing"]) * 1000 * int(profile.get("heartbeat") or 86_400))
            return silences(readings, limit, muted, end, rule["severity"])
        if rule.get("both"):
            first, second = (part(one) if part else [] for one in rule["both"])
            return together(first, second, rule["severity"])
        return episodes(changes, name)

    return Tried(thing, len(own) if looked_at else len(readings), alarms(now, NOW), alarms(new, NEW))


def silences(
    readings: Iterable[Reading], limit: int, muted: Sequence[tuple[int, int]], end: int, severity: str
) -> list[Episode]:
    """When nothing came for longer than ``limit`` (ms), as the rounds of every fifth minute would have seen
    it: by the times of the readings, since times of receipt are not kept. ``value``: minutes since the last
    one."""
    moments = sorted({reading.at for reading in readings})
    found: list[Episode] = []
    raised, value, place = None, 0.0, 0
    for now in range((moments[0] // ROUND_MS + 1) * ROUND_MS if moments else end, end, ROUND_MS):
        while place + 1 < len(moments) and moments[place + 1] <= now:
            place += 1
        silent = now - moments[place] > limit and not any(start <= now < over for start, over in muted)
        if silent and raised is None:
            raised, value = now, (now - moments[place]) / 60_000
        elif raised is not None and not silent:
            found.append(Episode(raised, max(raised, moments[place]), severity, value))
            raised = None
    return found if raised is None else [*found, Episode(raised, None, severity, value)]


def together(first: Sequence[Episode], second: Sequence[Episode], severity: str) -> list[Episode]:
    """The stretches in which two rules are raised."""
    found = []
    for one, other in beside(first, second, lambda episode: episode.until):
        since = max(one.since, other.since)
        until = min((own.until for own in (one, other) if own.until is not None), default=None)
        if until is None or since < until:
            found.append(Episode(since, until, severity, 0.0))
    return found


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
