"""Readings of a device through its rules: in order, judged again, or too late to be judged. Nothing here
reads or writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from functions.sensing.domain import Reading
from functions.sensing.log.days import identity, start_of, union
from functions.sensing.log.domain import Arrival, DeviceState, Memory, alarms_of
from functions.sensing.log.steps import READINGS_AT_ONCE, Step
from functions.sensing.rules import Change, RuleSet, evaluate

CHANGES_AT_ONCE = 6  # of one device's alarms in one transaction


def judged(thing: str, device: DeviceState, arrivals: Sequence[Arrival], rules: RuleSet) -> Iterator[Step]:
    """In order: the memory goes on. Cut where a step would carry too many changes."""
    memory = device.memory if device.memory is not None else rules.start()
    pending, rest = list(device.pending), list(arrivals)
    while rest or pending:
        part = rest[:READINGS_AT_ONCE]
        readings = sorted([*pending, *(arrival.reading for arrival in part)])
        after, changes, _ = evaluate(rules, memory, readings)
        if len(changes) > CHANGES_AT_ONCE:
            cut = changes[CHANGES_AT_ONCE - 1].reading
            end = (cut.at, cut.metric, cut.value)
            part = [arrival for arrival in part if identity(arrival.reading) <= end]
            readings, pending = (
                [reading for reading in readings if identity(reading) <= end],
                [reading for reading in pending if identity(reading) > end],
            )
            after, changes, _ = evaluate(rules, memory, readings)
        else:
            pending = []
        yield Step(thing, tuple(part), after, tuple(changes))
        memory, rest = after, rest[len(part) :]


def judged_again(
    thing: str,
    device: DeviceState,
    arrivals: Sequence[Arrival],
    rules: RuleSet,
    base: Memory,
    day: date,
    known: Sequence[Reading],
) -> Iterator[Step]:
    """Late readings: everything from ``day`` on, once more. Where that finds what it had found without them,
    the stored alarms need not be looked at: messages that overtake each other by seconds are common."""
    start_ms = start_of(day, rules.zone)
    series = [reading for reading in known if reading.at >= start_ms]
    for start in range(0, len(arrivals), READINGS_AT_ONCE):
        part = tuple(arrivals[start : start + READINGS_AT_ONCE])
        before, series = series, union(series, (arrival.reading for arrival in part))
        after, changes, _ = evaluate(rules, base, series)
        alone = len(arrivals) > len(part) or device.pending or alarms_of(after) != device.alarms
        if not alone and changes == evaluate(rules, base, before)[1]:
            yield Step(thing, part, after, between=True)
            continue
        standing = tuple(_standing(base, start_ms))
        yield Step(thing, part, after, tuple(changes), start_ms, tuple(rules.rules), standing)


def _standing(memory: Memory, at: int) -> Iterator[Change]:
    """The alarms that a memory knows of, each with the last reading of its metric."""
    for rule, own in memory.get("r", {}).items():
        if alarm := own.get("a"):
            _, severity, metric = alarm
            seen, value, *_ = memory.get("q", {}).get(metric, (at, 0.0))
            last = Reading(seen, metric, value)
            yield Change(rule, metric, "raised", severity, at, last, (last,), value, None)


def unjudged(thing: str, far: Sequence[Arrival], memory: Memory | None, rules: RuleSet) -> Iterator[Step]:
    for start in range(0, len(far), READINGS_AT_ONCE):
        part = tuple(far[start : start + READINGS_AT_ONCE])
        yield Step(thing, part, memory if memory is not None else rules.start(), unjudged=True)


def settle(device: DeviceState, rules: RuleSet) -> None:
    """Before a board: let the rules see the pending readings. When that changes an alarm (the rules are
    others than those that saw them first) they stay pending until the device speaks again."""
    memory = device.memory if device.memory is not None else rules.start()
    after, changes, _ = evaluate(rules, memory, sorted(device.pending))
    if not changes:
        device.memory, device.pending = after, []
