"""A device's days: the city's own calendar days, each closed into one item with all its readings."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from functions.sensing.domain import Reading
from functions.sensing.log.domain import Memory
from functions.sensing.rules import RuleSet, evaluate

STORED = 3  # of the quality marks, RANGE and CLOCK are facts of intake; the others follow from the series


@dataclass(frozen=True)
class Day:
    """``readings`` in order, with all their marks; ``memory`` is that of the rules at its end; ``through`` is
    the entry of the log up to which it is complete."""

    date: date
    readings: tuple[Reading, ...]
    memory: Memory
    through: int = 0


def day_of(at: int, zone: tzinfo) -> date:
    """The city's day of a moment."""
    return datetime.fromtimestamp(at / 1000, zone).date()


def start_of(day: date, zone: tzinfo) -> int:
    """The first moment of a day of the city."""
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)


def by_day(readings: Iterable[Reading], zone: tzinfo) -> dict[date, list[Reading]]:
    """Readings by the city's day, each day in order of time."""
    found: dict[date, list[Reading]] = defaultdict(list)
    day, first, last = date.min, 0, 0
    for reading in sorted(readings):
        if not first <= reading.at < last:
            day = day_of(reading.at, zone)
            first, last = start_of(day, zone), start_of(day + timedelta(days=1), zone)
        found[day].append(reading)
    return dict(found)


def identity(reading: Reading) -> tuple[int, str, float]:
    """What makes a reading the same reading, however often it comes."""
    return reading.at, reading.metric, reading.value


def union(*parts: Iterable[Reading]) -> list[Reading]:
    """Each reading once, in order, with the marks of intake: those that it had whenever it came, so that it
    does not matter which time was the first."""
    found: dict[tuple[int, str, float], int] = {}
    for part in parts:
        for reading in part:
            name = reading[:3]
            found[name] = found.get(name, 0) | reading.flags & STORED
    return sorted(Reading(*name, flags) for name, flags in found.items())


def close_days(
    rules: RuleSet, base: Memory | None, days: Iterable[Day], fresh: Iterable[Reading], through: int
) -> Iterator[tuple[Memory, Day]]:
    """The days that ``fresh`` changes, with new marks and memories, and those behind them that follow from
    it, one at a time, each with the memory before it. It ends where nothing changes any more.

    ``days``: every closed day from the first fresh reading's on, in order; ``base``: the memory at the end
    of the closed day before them (None without one)."""
    waiting = by_day(fresh, rules.zone)
    memory = before = base if base is not None else rules.start()
    for day, old in together(days, sorted(waiting)):
        if old and day not in waiting and _same(memory, before):
            if day > max(waiting, default=date.min):
                return
            memory = before = old.memory
            continue
        base = memory
        readings = union(old.readings if old else (), waiting.get(day, ()))
        memory, _, marked = evaluate(rules, base, readings)
        yield base, Day(day, tuple(marked), memory, through)
        before = old.memory if old else before


def together(days: Iterable[Day], waiting: Iterable[date]) -> Iterator[tuple[date, Day | None]]:
    """Closed days and the days of waiting readings, both in order, in one row."""
    left = deque(waiting)
    for old in days:
        while left and left[0] < old.date:
            yield left.popleft(), None
        if left and left[0] == old.date:
            left.popleft()
        yield old.date, old
    for day in left:
        yield day, None


def _same(one: Memory, other: Memory) -> bool:
    return one is other or json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def utc(at: int) -> datetime:
    """A moment."""
    return datetime.fromtimestamp(at / 1000, UTC)
