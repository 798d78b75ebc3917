"""Checks: the working calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from functions.tenancy.compile import WEEKDAYS
from functions.tenancy.lint_base import Found, Looked, rule
from functions.tenancy.source import Path


def _days(file: Looked) -> Iterator[tuple[Path, list[list[str]]]]:
    for name in WEEKDAYS:
        yield ("calendar", "week", name), getattr(file.city.calendar.week, name)
    for n, extra in enumerate(file.city.calendar.extra_days):
        yield ("calendar", "extra_days", n, "hours"), extra.hours


@rule("calendar-empty")
def calendar_empty(file: Looked) -> Found:
    """Nothing is ever due in a city that never works."""
    if not any(getattr(file.city.calendar.week, name) for name in WEEKDAYS):
        yield ("calendar", "week"), "the calendar has no working time: at least one weekday needs hours"


@rule("interval-reversed")
def interval_reversed(file: Looked) -> Found:
    """An interval ends after it begins; one over midnight is two intervals."""
    for path, hours in _days(file):
        for n, (begin, end) in enumerate(hours):
            if begin >= end:
                yield (*path, n), f"{begin} to {end} ends before it begins"


@rule("intervals-overlap")
def intervals_overlap(file: Looked) -> Found:
    """In order and apart."""
    for path, hours in _days(file):
        for n in range(1, len(hours)):
            if hours[n - 1][0] < hours[n - 1][1] > hours[n][0] < hours[n][1]:
                begin, end = hours[n]
                yield (
                    (*path, n),
                    f"{begin} to {end} begins before {hours[n - 1][1]}, the end of the one before it",
                )


@rule("holiday-repeated")
def holiday_repeated(file: Looked) -> Found:
    """Each date once in each list."""
    for part in ("holidays", "extra_days"):
        seen: set[date] = set()
        for n, day in enumerate(getattr(file.city.calendar, part)):
            if day.date in seen:
                yield ("calendar", part, n), f"{day.date} stands here a second time"
            seen.add(day.date)


@rule("holiday-worked")
def holiday_worked(file: Looked) -> Found:
    """A date cannot be off and worked."""
    off = {day.date for day in file.city.calendar.holidays}
    for n, day in enumerate(file.city.calendar.extra_days):
        if day.date in off:
            yield ("calendar", "extra_days", n), f"{day.date} is both a holiday and an extra working day"


@rule("date-far-away", "warning")
def date_far_away(file: Looked) -> Found:
    """A slip of the year: dates count from last year to five years from now."""
    for part in ("holidays", "extra_days"):
        for n, day in enumerate(getattr(file.city.calendar, part)):
            if not file.today.year - 1 <= day.date.year <= file.today.year + 5:
                yield ("calendar", part, n), f"{day.date} is far away; check the year"
