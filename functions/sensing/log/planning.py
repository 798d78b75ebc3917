"""What is to be written for messages of a shard's devices, given its state. Nothing here reads or writes.

Readings that follow all that is known of their metric are judged from the rules' memory. When one does not,
the whole stretch from its day on is judged again; so what is stored and which alarms there were never depends
on the order in which messages come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from functions.sensing.domain import Reading
from functions.sensing.log.days import day_of, identity, start_of, union
from functions.sensing.log.domain import DAY_MS, Arrival, DeviceState, Entry, Memory
from functions.sensing.rules import Change, RuleSet, evaluate

CHANGES_AT_ONCE = 6  # of one device's alarms in one transaction
READINGS_AT_ONCE = 3_000  # in one entry: it stays far below the 400 KB of an item


@dataclass(frozen=True)
class Incoming:
    """A message: ``key`` is the caller's own; ``promise`` in seconds, 0 for none."""

    key: str
    received: int
    readings: tuple[Reading, ...]
    promise: int = 0


class History(Protocol):
    """What is stored of a shard's devices behind its board."""

    def waiting(self, thing: str) -> list[Reading]:
        """Readings in the log that are not closed into days yet."""

    def memory_before(self, thing: str, day: date) -> Memory | None:
        """The rules' memory at the end of the last closed day before ``day``."""

    def closed_since(self, thing: str, day: date) -> list[Reading]:
        """Readings of closed days from ``day`` on."""


@dataclass(frozen=True)
class Step:
    """A part of a device's readings, in an entry of its own when ``alone``: with changes of alarms, or judged
    again from the moment ``since`` on by ``rules``."""

    thing: str
    arrivals: tuple[Arrival, ...]
    memory: Memory
    changes: tuple[Change, ...] = ()
    since: int | None = None
    rules: tuple[str, ...] = ()

    @property
    def alone(self) -> bool:
        """Whether others may share its entry."""
        return bool(self.changes) or self.since is not None


@dataclass
class Plan:
    """``steps`` in order; ``over``: keys of messages beyond the device's own limit."""

    steps: list[Step] = field(default_factory=list)
    over: list[str] = field(default_factory=list)


def plan(
    thing: str,
    device: DeviceState,
    messages: Sequence[Incoming],
    rules: RuleSet,
    history: History,
    limit: int | None = None,
) -> Plan:
    """The steps of one device. ``limit``: messages that it may send a day (UTC day of receipt)."""
    made = Plan()
    doubtful = [
        reading
        for message in messages
        for reading in message.readings
        if not device.is_newer(reading) and identity(reading) != identity(device.latest[reading.metric])
    ]
    day, known = _known(thing, doubtful, rules, history)
    arrivals = _new(device, messages, known, limit, made)
    if not arrivals:
        return made
    late = [a for a in arrivals if not device.is_newer(a.reading)]
    if late and day is not None:
        made.steps = list(
            _judged_again(thing, arrivals, rules, history.memory_before(thing, day), day, known)
        )
    else:
        made.steps = list(_judged(thing, device, arrivals, rules))
    return made


def _known(
    thing: str, doubtful: Sequence[Reading], rules: RuleSet, history: History
) -> tuple[date | None, list[Reading]]:
    """The first day that is looked at again, and what is stored from it on. Readings that wait in the log may
    lie before it: then it is their day, since no closed day knows of them."""
    if not doubtful:
        return None, []
    waiting = history.waiting(thing)
    day = day_of(min(reading.at for reading in (*doubtful, *waiting)), rules.zone)
    return day, union(history.closed_since(thing, day), waiting)


def _new(
    device: DeviceState,
    messages: Sequence[Incoming],
    known: Sequence[Reading],
    limit: int | None,
    made: Plan,
) -> list[Arrival]:
    """The readings that are not stored yet, each once, in order."""
    seen = {identity(reading) for reading in (*known, *device.latest.values())}
    found: list[Arrival] = []
    spent: dict[int, int] = {}
    for message in sorted(messages, key=lambda one: (one.received, one.readings)):
        fresh = [reading for reading in union(message.readings) if identity(reading) not in seen]
        if not fresh:
            continue
        day = message.received // DAY_MS
        before = spent.setdefault(day, device.days.get(day, (0, 0))[0])
        if limit is not None and before >= limit:
            made.over.append(message.key)
            continue
        newest = max(message.readings)
        spent[day] += newest in fresh
        seen.update(map(identity, fresh))
        found += [Arrival(one, message.received, int(one == newest), message.promise) for one in fresh]
    return sorted(found)


def _judged(thing: str, device: DeviceState, arrivals: Sequence[Arrival], rules: RuleSet) -> Iterator[Step]:
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


def _judged_again(
    thing: str,
    arrivals: Sequence[Arrival],
    rules: RuleSet,
    memory: Memory | None,
    day: date,
    known: Sequence[Reading],
) -> Iterator[Step]:
    """Late readings: everything from ``day`` on, once more."""
    series: list[Reading] = list(known)
    base = memory if memory is not None else rules.start()
    for start in range(0, len(arrivals), READINGS_AT_ONCE):
        part = arrivals[start : start + READINGS_AT_ONCE]
        series = union(series, (arrival.reading for arrival in part))
        after, changes, _ = evaluate(rules, base, series)
        yield Step(thing, tuple(part), after, tuple(changes), start_of(day, rules.zone), tuple(rules.rules))


def entries(steps: Sequence[Step]) -> Iterator[tuple[Entry, dict[str, Memory], Step | None]]:
    """``(entry, memories that follow from it, the step that it is of alone)``: what may be shared first, then
    each step that stands alone, a device's own in their order."""
    alone = {step.thing for step in steps if step.alone}
    yield from _shared([step for step in steps if step.thing not in alone])
    for step in steps:
        if step.thing in alone:
            arrivals = {step.thing: step.arrivals} if step.arrivals else {}
            yield Entry(arrivals, {step.thing: step.memory}), {}, step


def _shared(steps: Sequence[Step]) -> Iterator[tuple[Entry, dict[str, Memory], None]]:
    part: dict[str, tuple[Arrival, ...]] = {}
    memories: dict[str, Memory] = {}
    count = 0
    for step in steps:
        if part and (step.thing in part or count + len(step.arrivals) > READINGS_AT_ONCE):
            yield Entry(part, {}), memories, None
            part, memories, count = {}, {}, 0
        part[step.thing], memories[step.thing] = step.arrivals, step.memory
        count += len(step.arrivals)
    if part:
        yield Entry(part, {}), memories, None


def settle(device: DeviceState, rules: RuleSet) -> None:
    """Before a board: let the rules see the pending readings. When that changes an alarm (the rules are
    others than those that saw them first) they stay pending until the device speaks again."""
    memory = device.memory if device.memory is not None else rules.start()
    after, changes, _ = evaluate(rules, memory, sorted(device.pending))
    if not changes:
        device.memory, device.pending = after, []
