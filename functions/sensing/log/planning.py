"""What is to be written for messages of a shard's devices, given its state. Nothing here reads or writes.

Readings that follow all that is known of their metric are judged from the rules' memory. When one does not,
the whole stretch from its day on is judged again; so what is stored and which alarms there were do not depend
on the order in which messages come.
There is a bound, since all cities share the function's memory: readings of more than REPLAY_DAYS before the
device's newest, or with more than REPLAY_READINGS behind them, are stored at once but judged only when days
are closed: series, marks and roll-ups are exact then, alarms of that past stay as they were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Protocol

from functions.sensing.domain import Reading
from functions.sensing.log.days import STORED, day_of, identity, start_of, union
from functions.sensing.log.domain import AGAIN, DAY_MS, Arrival, DeviceState, Memory
from functions.sensing.log.judging import judged, judged_again, unjudged
from functions.sensing.log.steps import Step
from functions.sensing.rules import RuleSet, evaluate

REPLAY_DAYS = 8  # a late reading has at most so many days behind it judged again
REPLAY_READINGS = 30_000  # and at most so many readings
Name = tuple[int, str, float]


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

    def closed_between(self, thing: str, first: date, last: date) -> Iterator[Reading]:
        """Readings of closed days, both ends included, a day at a time."""


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
        if not _follows(device, reading, rules)
        and not _says_the_same(device.latest.get(reading.metric), reading)
    ]
    past = _known(thing, device, doubtful, rules, history)
    found = _new(device, messages, past.known, limit, made)
    if not found:
        return made
    far: list[Arrival] = []
    arrivals: list[Arrival] = []
    for one in found:
        is_far = one.reading.at < past.since and not _follows(device, one.reading, rules)
        (far if is_far else arrivals).append(one)
    if past.day is not None and any(not _follows(device, a.reading, rules) for a in arrivals):
        base = _base(thing, rules, history, past.day)
        made.steps = list(judged_again(thing, device, arrivals, rules, base, past.day, past.known))
    else:
        made.steps = list(judged(thing, device, arrivals, rules))
    made.steps += unjudged(thing, far, made.steps[-1].memory if made.steps else device.memory, rules)
    return made


def _follows(device: DeviceState, reading: Reading, rules: RuleSet) -> bool:
    """Whether it comes after everything that it is judged with: its own metric, and one that is paired with
    it (latitude and longitude)."""
    other = device.latest.get(rules.paired.get(reading.metric, ""))
    return device.is_newer(reading) and (other is None or (reading.at, reading.metric) > other[:2])


@dataclass(frozen=True)
class _Past:
    """``known``: what is stored and might be among the new readings, whole from ``day`` on (None: nothing is
    judged again); late readings before the moment ``since`` are not judged."""

    known: list[Reading]
    since: int
    day: date | None = None


def _known(
    thing: str, device: DeviceState, doubtful: Sequence[Reading], rules: RuleSet, history: History
) -> _Past:
    """Readings that wait in the log may lie before the first doubtful one: then their day is judged again
    first, since no closed day knows of them."""
    if not doubtful:
        return _Past([], 0)
    waiting = history.waiting(thing)
    newest = day_of(_newest(device), rules.zone)
    since = start_of(newest - timedelta(days=REPLAY_DAYS), rules.zone)
    near = [reading for reading in (*doubtful, *waiting) if reading.at >= since]
    stored = _stored(thing, [one for one in doubtful if one.at < since], waiting, rules, history)
    if not any(one.at >= since for one in doubtful):
        return _Past(stored, since)
    day = day_of(min(near).at, rules.zone)
    closed = list(islice(history.closed_between(thing, day, date.max), REPLAY_READINGS + 1))
    if len(closed) + len(near) <= REPLAY_READINGS:
        behind = [reading for reading in waiting if reading.at >= since]
        return _Past(union(stored, closed, behind), since, day)
    del closed
    return _Past(_stored(thing, doubtful, waiting, rules, history), _newest(device) + 1)


def _says_the_same(known: Reading | None, reading: Reading) -> bool:
    """Whether it is stored with all its marks."""
    return (
        known is not None
        and identity(known) == identity(reading)
        and not reading.flags & STORED & ~known.flags
    )


def _newest(device: DeviceState) -> int:
    """Unix milliseconds of its newest reading."""
    return max(reading.at for reading in device.latest.values())


def _stored(
    thing: str, asked: Sequence[Reading], waiting: Sequence[Reading], rules: RuleSet, history: History
) -> list[Reading]:
    """Which of some readings are stored: a look at their days, of which nothing else is kept."""
    names = set(map(identity, asked))
    found = [reading for reading in waiting if identity(reading) in names]
    for day in sorted({day_of(reading.at, rules.zone) for reading in asked}):
        found += (one for one in history.closed_between(thing, day, day) if identity(one) in names)
    return found


def _base(thing: str, rules: RuleSet, history: History, day: date) -> Memory:
    """The rules' memory before ``day``: that of the closed days, and of what was judged in order since and
    waits in the log although it is older (a metric that had not been heard of for long)."""
    memory = history.memory_before(thing, day)
    memory = memory if memory is not None else rules.start()
    heard, start = memory.get("q", {}), start_of(day, rules.zone)
    early = [
        reading
        for reading in union(history.waiting(thing))
        if reading.at < start and (reading.metric not in heard or reading.at > heard[reading.metric][0])
    ]
    return evaluate(rules, memory, early)[0]


def _new(
    device: DeviceState,
    messages: Sequence[Incoming],
    known: Sequence[Reading],
    limit: int | None,
    made: Plan,
) -> list[Arrival]:
    """The readings that are not stored yet, and those stored that come with other marks, each once, in
    order."""
    marks: dict[Name, int] = {}
    for one in (*known, *device.latest.values()):
        marks[identity(one)] = marks.get(identity(one), 0) | one.flags & STORED
    found: dict[Name, Arrival] = {}
    spent: dict[int, int] = {}
    for message in sorted(messages, key=lambda one: (one.received, one.readings)):
        readings = union(message.readings)
        fresh = [
            one for one in readings if one.flags & ~marks.get(identity(one), 0) or identity(one) not in marks
        ]
        if not fresh:
            continue
        day = message.received // DAY_MS
        before = spent.setdefault(day, device.days.get(day, (0, 0))[0])
        if limit is not None and before >= limit:
            made.over.append(message.key)
            continue
        spent[day] += _add(fresh, max(readings), message, marks, found)
    return sorted(found.values())


def _add(
    fresh: Sequence[Reading],
    newest: Reading,
    message: Incoming,
    marks: dict[Name, int],
    found: dict[Name, Arrival],
) -> bool:
    """What a message has that was not known. Answers whether it counts: its newest reading is new."""
    counts = False
    for one in fresh:
        name, before = identity(one), marks.get(identity(one))
        marks[name] = (before or 0) | one.flags
        if name in found:
            first = found[name]
            found[name] = first._replace(
                reading=first.reading._replace(flags=first.reading.flags | one.flags)
            )
            continue
        again = before is not None
        counts = counts or (one == newest and not again)
        reading = one._replace(flags=marks[name] | AGAIN) if again else one
        found[name] = Arrival(reading, message.received, int(one == newest and not again), message.promise)
    return counts
