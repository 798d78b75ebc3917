"""Closing days: entries of a log become an item for each device and day, with hour and day roll-ups beside
it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from functions.sensing.domain import Reading
from functions.sensing.log.appending import RulesOf
from functions.sensing.log.days import Day, by_day, close_days, day_of, union
from functions.sensing.log.domain import Entry, Memory
from functions.sensing.log.rollups import DayRollups, roll_up
from functions.sensing.rules import RuleSet, evaluate


class DayShelf(Protocol):
    """Where closed days lie. A write raises Stale when a later closing was there first."""

    def closed_through(self) -> int:
        """The entry up to which all are closed."""

    def read_entries(self, after: int) -> Iterable[tuple[int, Entry]]:
        """The entries behind ``after``, in order."""

    def memory_before(self, thing: str, day: date) -> Memory | None:
        """The rules' memory at the end of the last closed day before."""

    def days_since(self, thing: str, day: date) -> Iterator[Day]:
        """Closed days from ``day`` on, in order, each read when it is asked for."""

    def write_day(self, thing: str, day: Day, rollups: DayRollups) -> None:
        """Keep a day and its roll-ups in place of an earlier closing's."""

    def set_closed(self, through: int) -> None:
        """Note how far the log is closed."""


@dataclass
class Closed:
    """``through``: the last closed entry; ``days``: what was written, (thing, day); ``more``: it stopped
    before its time because there was so much."""

    through: int
    days: list[tuple[str, date]]
    more: bool = False


READINGS_AT_ONCE = 200_000  # about 60 MB of a function's memory
READINGS_HELD = 100_000  # of a device's days that wait to be written; those beyond are made twice


def close(shelf: DayShelf, rules_of: RulesOf, until: int | None = None) -> Closed:
    """Close the log up to the first entry with a reading at or after ``until`` (ms; None: all of it), as much
    of it as fits into memory. It can be stopped at any moment and begun again."""
    before = through = shelf.closed_through()
    count, more = 0, False
    waiting: dict[str, list[Reading]] = defaultdict(list)
    for seq, entry in shelf.read_entries(before):
        readings = [(thing, a.reading) for thing, arrivals in entry.arrivals.items() for a in arrivals]
        if _reaches(readings, until):
            break
        if count >= READINGS_AT_ONCE:
            more = True
            break
        count += len(readings)
        for thing, reading in readings:
            waiting[thing].append(reading)
        through = seq
    closed, rules = Closed(through, [], more), rules_of(waiting)
    for thing, fresh in sorted(waiting.items()):
        closed.days += [(thing, day) for day in _close_device(shelf, thing, rules[thing], fresh, through)]
    if through > before:
        shelf.set_closed(through)
    return closed


def _reaches(readings: list[tuple[str, Reading]], until: int | None) -> bool:
    return until is not None and any(reading.at >= until for _, reading in readings)


def _close_device(
    shelf: DayShelf, thing: str, rules: RuleSet, fresh: list[Reading], through: int
) -> list[date]:
    first = day_of(min(reading.at for reading in fresh), rules.zone)
    made: list[tuple[Memory, Day | None, Day]] = []
    stored, held = shelf.days_since(thing, first), 0
    for base, day in close_days(rules, shelf.memory_before(thing, first), stored, fresh, through):
        held += len(day.readings)
        made.append((base, day if held <= READINGS_HELD else None, replace(day, readings=())))
    own = by_day(fresh, rules.zone) if held > READINGS_HELD else {}
    for base, whole, day in reversed(made):  # an earlier day stays old until those that follow are written
        whole = whole or _made_again(shelf, thing, rules, base, day, own.get(day.date, []))
        shelf.write_day(thing, whole, roll_up(day.date, rules.zone, whole.readings))
    return [day.date for _, _, day in made]


def _made_again(
    shelf: DayShelf, thing: str, rules: RuleSet, base: Memory, day: Day, fresh: list[Reading]
) -> Day:
    """A day whose readings were not held: as before, from the memory ``base`` before it."""
    old = next(shelf.days_since(thing, day.date), None)
    stored = old.readings if old and old.date == day.date else ()
    return replace(day, readings=tuple(evaluate(rules, base, union(stored, fresh))[2]))
