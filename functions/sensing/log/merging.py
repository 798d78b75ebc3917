"""Closed days together with readings that wait in the log: exact, and without reading every day that lies
between a very late reading and today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from functions.sensing.domain import Reading
from functions.sensing.log.days import Day, together, union
from functions.sensing.log.domain import Memory
from functions.sensing.rules import RuleSet, evaluate
from functions.sensing.rules.marks import NONE, alike

JUMP_AFTER = 8  # days that are made anew before one looks whether the rest until the days asked for changes


@dataclass(frozen=True)
class ClosedDays:
    """Where closed days are read: ``memory_before`` a day, None without one; ``since`` a day, in order, each
    when it is asked for."""

    memory_before: Callable[[date], Memory | None]
    since: Callable[[date], Iterable[Day]]


@dataclass(frozen=True)
class _Place:
    """The rules' memory before ``day``: as it is now, and as the closed days have it."""

    day: date
    now: Memory
    closed: Memory


def made_anew(
    rules: RuleSet, closed: ClosedDays, fresh: Mapping[date, Sequence[Reading]], first: date
) -> dict[date, Day]:
    """The days that readings which wait (``fresh``, by day) change, as far as they matter from ``first`` on,
    with all their marks; perhaps some before it. The rules' memories in them are those of marks alone."""
    made: dict[date, Day] = {}
    place: _Place | None = None
    waiting = sorted(fresh)
    while waiting or place:
        if place is None:
            memory = closed.memory_before(waiting[0]) or rules.start()
            place = _Place(waiting[0], memory, memory)
        reached, place = _follow(rules, closed, fresh, first, place, made)
        waiting = [day for day in waiting if reached is not None and day >= reached]
    return made


def _follow(
    rules: RuleSet,
    closed: ClosedDays,
    fresh: Mapping[date, Sequence[Reading]],
    first: date,
    place: _Place,
    made: dict[date, Day],
) -> tuple[date | None, _Place | None]:
    """Day by day until nothing changes any more: answers from which day on (None: to the end), and where to
    go on when days in between can be passed over."""
    memory, before = place.now, place.closed
    later = sorted(day for day in fresh if day >= place.day)
    for number, (day, old) in enumerate(together(closed.since(place.day), later), 1):
        if day not in fresh:
            if not _different(rules, memory, before):
                return day, None
            if number % JUMP_AFTER == 0 and (jump := _jump(rules, closed, memory, before, day, later, first)):
                return jump.day, jump
        readings = union(old.readings if old else (), fresh.get(day, ()))
        memory, _, marked = evaluate(rules, memory, readings)
        made[day] = Day(day, tuple(marked), memory)
        before = old.memory if old else before
    return None, None


def _different(rules: RuleSet, one: Memory, other: Memory) -> list[str]:
    """The metrics whose next reading would be marked differently."""
    last, was = one.get("q", {}), other.get("q", {})
    return [
        metric
        for metric in last.keys() | was.keys()
        if not alike(rules.marks.get(metric, NONE), last.get(metric), was.get(metric))
    ]


def _jump(
    rules: RuleSet,
    closed: ClosedDays,
    memory: Memory,
    before: Memory,
    day: date,
    later: Sequence[date],
    first: date,
) -> _Place | None:
    """To the next day that matters, when no reading of the metrics that differ came until then."""
    goal = min([first, *(one for one in later if one > day)]) if day < first else day
    if goal <= day or (there := closed.memory_before(goal)) is None:
        return None
    metrics = _different(rules, memory, before)
    last, was = memory.get("q", {}), before.get("q", {})
    if any(there["q"].get(metric) != was.get(metric) for metric in metrics):
        return None
    carried = {metric: last[metric] for metric in metrics if metric in last}
    return _Place(goal, {**there, "q": {**there["q"], **carried}}, there)
