"""Working days of a city, from its compiled calendar. Pure; used for the dates by which something is due.

A day is worked when it is an extra working day, or when its weekday has hours and it is no holiday."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SEARCH_DAYS = 3660  # a calendar without any working day in ten years is a fault, not a long weekend


def is_working_day(calendar: Mapping[str, Any], day: date) -> bool:
    """Whether anybody works on ``day``."""
    return bool(hours_of(calendar, day))


def hours_of(calendar: Mapping[str, Any], day: date) -> list[list[str]]:
    """``[["08:30", "12:00"], ...]`` in the city's own time; empty on a day off."""
    stamp = day.isoformat()
    week: Mapping[str, list[list[str]]] = calendar["week"]
    for extra in calendar.get("extra_days", ()):
        if extra["date"] == stamp:
            return list(extra.get("hours") or _usual(week))
    if any(holiday["date"] == stamp for holiday in calendar.get("holidays", ())):
        return []
    return list(week.get(WEEKDAYS[day.weekday()], ()))


def _usual(week: Mapping[str, list[list[str]]]) -> list[list[str]]:
    """The hours of the first weekday that has any."""
    return next((week[name] for name in WEEKDAYS if week.get(name)), [])


def add_working_days(calendar: Mapping[str, Any], start: date, days: int) -> date:
    """The ``days``-th working day after ``start`` (``start`` itself does not count); with 0 the first
    working day from ``start`` on. Raises ValueError for a negative number and for a calendar without
    working days."""
    if days < 0:
        raise ValueError("working days cannot be counted backwards")
    day, left = start, days
    if days == 0:
        return _next(calendar, start)
    while left:
        day = _next(calendar, day + timedelta(days=1))
        left -= 1
    return day


def working_days_between(calendar: Mapping[str, Any], start: date, end: date) -> int:
    """How many working days lie after ``start`` up to and including ``end``; 0 when ``end`` is not later."""
    span = (end - start).days
    return sum(is_working_day(calendar, start + timedelta(days=n)) for n in range(1, span + 1))


def _next(calendar: Mapping[str, Any], day: date) -> date:
    for n in range(SEARCH_DAYS):
        if is_working_day(calendar, day + timedelta(days=n)):
            return day + timedelta(days=n)
    raise ValueError("this calendar has no working day")
