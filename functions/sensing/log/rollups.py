"""Hours and days of a series in numbers. A function of the day's readings alone, so it is exact whenever it
is made; sums are correctly rounded (math.fsum), so the order of adding does not matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from math import fsum
from typing import Any

from functions.sensing.domain import CLOCK, DUPLICATE, RANGE, STEP, STUCK, Reading
from functions.sensing.log.days import start_of

HOUR_MS = 3_600_000
UNUSABLE = RANGE | STEP | STUCK | DUPLICATE
MARKS = {RANGE: "range", CLOCK: "clock", STEP: "step", STUCK: "stuck", DUPLICATE: "duplicate"}


@dataclass(frozen=True)
class Rollup:
    """A metric over [``start``, ``end``). ``count``, ``sum``, ``low``, ``high`` and ``last`` are over the
    usable readings; ``last_at`` is that of ``last``. ``marks``: how many readings bear each quality mark.
    Without a usable reading ``count`` is 0 and the numbers are None."""

    metric: str
    start: int
    end: int
    count: int
    sum: float
    low: float | None = None
    high: float | None = None
    last: float | None = None
    last_at: int | None = None
    marks: dict[str, int] = field(default_factory=dict)

    @property
    def mean(self) -> float | None:
        """The arithmetic mean; None without a usable reading."""
        return self.sum / self.count if self.count else None


@dataclass(frozen=True)
class DayRollups:
    """``hours`` by metric and time; ``whole`` is the day, by metric."""

    date: date
    hours: tuple[Rollup, ...]
    whole: tuple[Rollup, ...]


def roll_up(day: date, zone: tzinfo, readings: Iterable[Reading]) -> DayRollups:
    """The roll-ups of a day's readings (all marked). An hour begins so many full hours after the day; the
    last one of a day on which clocks change may be shorter."""
    first, last = start_of(day, zone), start_of(day + timedelta(days=1), zone)
    by_hour: dict[tuple[str, int], list[Reading]] = defaultdict(list)
    by_metric: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        by_hour[reading.metric, (reading.at - first) // HOUR_MS].append(reading)
        by_metric[reading.metric].append(reading)
    hours = [
        _rollup(metric, first + hour * HOUR_MS, min(last, first + (hour + 1) * HOUR_MS), part)
        for (metric, hour), part in sorted(by_hour.items())
    ]
    whole = [_rollup(metric, first, last, part) for metric, part in sorted(by_metric.items())]
    return DayRollups(day, tuple(hours), tuple(whole))


def _rollup(metric: str, start: int, end: int, readings: list[Reading]) -> Rollup:
    usable = [reading for reading in readings if not reading.flags & UNUSABLE]
    marks = {
        name: count
        for flag, name in MARKS.items()
        if (count := sum(1 for reading in readings if reading.flags & flag))
    }
    if not usable:
        return Rollup(metric, start, end, 0, 0.0, marks=marks)
    values = [reading.value for reading in usable]
    last = max(usable)
    return Rollup(
        metric, start, end, len(usable), fsum(values), min(values), max(values), last.value, last.at, marks
    )


def to_rows(rollups: DayRollups) -> dict[str, Any]:
    """Plain JSON for the store."""
    base = min((one.start for one in rollups.whole), default=0)
    return {
        "t": base,
        "h": [_row(one, base) for one in rollups.hours],
        "d": [_row(one, base) for one in rollups.whole],
    }


def from_rows(day: date, rows: dict[str, Any]) -> DayRollups:
    """The inverse of :func:`to_rows`."""
    base = rows["t"]
    return DayRollups(
        day, tuple(_of_row(row, base) for row in rows["h"]), tuple(_of_row(row, base) for row in rows["d"])
    )


def _row(one: Rollup, base: int) -> list[Any]:
    row: list[Any] = [one.metric, (one.start - base) // 1000, (one.end - one.start) // 1000, one.count]
    if one.count:
        row += [one.sum, one.low, one.high, one.last, None if one.last_at is None else one.last_at - base]
    return [*row, one.marks] if one.marks else row


def _of_row(row: list[Any], base: int) -> Rollup:
    marks = row.pop() if isinstance(row[-1], dict) else {}
    metric, start, length, count, *numbers = row
    start = base + start * 1000
    end = start + length * 1000
    if not count:
        return Rollup(metric, start, end, 0, 0.0, marks=marks)
    total, low, high, last, last_at = numbers
    return Rollup(metric, start, end, count, total, low, high, last, base + last_at, marks)
