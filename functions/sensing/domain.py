"""Readings of a device, and threshold rules as a state machine: quiet -> (enough readings in a row) raised ->
cleared.

Pure: no clock, no store. Times are Unix milliseconds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from functions.core.i18n import N_
from functions.sensing.senml import Record, SenmlError
from functions.sensing.units import convert

ACTIVE = -1  # in a rule's memory; a positive number counts readings beyond the level in a row


RANGE, CLOCK, STEP, STUCK, DUPLICATE = 1, 2, 4, 8, 16  # quality marks; the first two are facts of intake


class Reading(NamedTuple):
    """``value`` is in the unit of the profile's quantity; ``flags`` are quality marks."""

    at: int
    metric: str
    value: float
    flags: int = 0


class Arrival(NamedTuple):
    """A reading that came in. ``day`` (days since 1970, UTC) is the day of receipt, which is charged;
    ``message`` is 1 on one reading of each message, so that a message is counted when, and only when, that
    reading is new.
    """

    reading: Reading
    day: int
    message: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A threshold with hysteresis: ``readings`` in a row beyond ``level`` raise, one on the good side of
    ``clear`` clears.
    """

    id: str
    metric: str
    kind: Literal["above", "below"]
    level: float
    clear: float
    readings: int = 1
    thing: str | None = None
    profile: str | None = None

    @classmethod
    def from_config(cls, entry: Mapping[str, Any]) -> Rule:
        """A rule of the city's compiled configuration."""
        first = entry["levels"][0]
        kind: Literal["above", "below"] = "above" if first.get("above") is not None else "below"
        return cls(
            id=entry["id"],
            metric=entry["metric"],
            kind=kind,
            level=float(first[kind]),
            clear=float(entry["clear"]),
            readings=int((entry.get("of") or [1])[0]),
            thing=entry.get("thing"),
            profile=entry.get("profile"),
        )

    def watches(self, thing: str, profile: str) -> bool:
        """Whether the rule looks at this device: one thing, or every thing of a profile."""
        return self.thing == thing if self.thing else self.profile == profile

    def beyond(self, value: float) -> bool:
        """Whether a value is past the level."""
        return value > self.level if self.kind == "above" else value < self.level

    def good(self, value: float) -> bool:
        """Whether a value ends the alarm."""
        return value <= self.clear if self.kind == "above" else value >= self.clear


Change = Literal["raised", "cleared"]


def step(rule: Rule, memory: int, value: float) -> tuple[int, Change | None]:
    """The rule's memory after one more reading, and what changed."""
    if memory == ACTIVE:
        return (0, "cleared") if rule.good(value) else (ACTIVE, None)
    if not rule.beyond(value):
        return 0, None
    if memory + 1 >= rule.readings:
        return ACTIVE, "raised"
    return memory + 1, None


class Transition(NamedTuple):
    """The first change that a row of readings brings, and the reading that brings it."""

    rule: Rule
    change: Change
    reading: Reading


def walk(
    rules: Iterable[Rule], memory: Mapping[str, int], readings: Sequence[Reading]
) -> tuple[dict[str, int], Transition | None]:
    """Feed readings (in order of time) to the rules until one changes state.

    Returns the memory of all rules after the last reading used, and the transition if there was one; readings
    after the transition's own (in the order given) have not been looked at.
    """
    watching = list(rules)
    after = {rule_id: count for rule_id, count in memory.items() if count}
    for reading in readings:
        for rule in watching:
            if rule.metric != reading.metric:
                continue
            count, change = step(rule, after.get(rule.id, 0), reading.value)
            after[rule.id] = count
            if change:
                return {key: value for key, value in after.items() if value}, Transition(
                    rule, change, reading
                )
    return {key: value for key, value in after.items() if value}, None


def quantity_of(name: str, known: Iterable[str]) -> str | None:
    """The profile's quantity that a SenML name ends in (`urn:dev:x:level` -> `level`), or None.

    Whatever stands before it, a city or another device, is not looked at: the certificate says who speaks."""
    fits = [q for q in known if name == q or (name.endswith(q) and name[-len(q) - 1] in ":/._-")]
    return max(fits, key=len, default=None)


def readings_of(
    records: Iterable[Record], quantities: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Reading], list[str]]:
    """The readings that the device's profile knows, in order of time, and the names that it does not know.

    Raises SenmlError when no record fits the profile, or one has a wrong unit or kind or leaves the
    quantity's range.
    """
    found: dict[tuple[int, str], Reading] = {}
    strange: list[str] = []
    for record in records:
        metric = quantity_of(record.name, quantities)
        if metric is None:
            strange.append(record.name)
            continue
        reading = Reading(round(record.time * 1000), metric, _value(record, metric, quantities[metric]))
        found.setdefault((reading.at, metric), reading)
    if not found:
        raise SenmlError(N_("the profile of the device has no quantity %(name)s"), name=strange[0][:60])
    return sorted(found.values()), strange


def _value(record: Record, metric: str, quantity: Mapping[str, Any]) -> float:
    if isinstance(record.value, bool):
        return float(record.value)
    if not isinstance(record.value, float):
        raise SenmlError(N_("%(field)s is not a number"), field=metric)
    value = convert(record.value, record.unit, quantity.get("unit"))
    if value is None:
        raise SenmlError(
            N_("%(metric)s is in %(unit)s, which cannot become %(wanted)s"),
            metric=metric,
            unit=(record.unit or "")[:20],
            wanted=quantity["unit"],
        )
    low, high = quantity.get("range") or (-math.inf, math.inf)
    if not low <= value <= high:
        raise SenmlError(
            N_("%(metric)s is %(value)s, outside the range of the sensor (%(low)s to %(high)s)"),
            metric=metric,
            value=f"{value:g}",
            low=low,
            high=high,
        )
    return value
