"""Closing days: entries of a log become an item for each device and day, with hour and day roll-ups beside
it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from functions.sensing.domain import Reading
from functions.sensing.log.appending import RulesOf
from functions.sensing.log.days import Day, close_days, day_of
from functions.sensing.log.domain import Entry, Memory
from functions.sensing.log.rollups import DayRollups, roll_up
from functions.sensing.rules import RuleSet


class DayShelf(Protocol):
    """Where closed days lie. A write raises Stale when a later closing was there first."""

    def closed_through(self) -> int:
        """The entry up to which all are closed."""

    def read_entries(self, after: int) -> Iterable[tuple[int, Entry]]:
        """The entries behind ``after``, in order."""

    def memory_before(self, thing: str, day: date) -> Memory | None:
        """The rules' memory at the end of the last closed day before."""

    def days_since(self, thing: str, day: date) -> list[Day]:
        """Closed days from ``day`` on."""

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
    base, stored = shelf.memory_before(thing, first), shelf.days_since(thing, first)
    made = close_days(rules, base, stored, fresh, through)
    for day in reversed(made):  # an earlier day stays old until those that follow from it are written
        shelf.write_day(thing, day, roll_up(day.date, rules.zone, day.readings))
    return [day.date for day in made]
