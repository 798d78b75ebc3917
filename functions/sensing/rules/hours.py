"""Hours of the city's own time in which a rule looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.sensing.rules.domain import Hours

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hours_of(entry: Mapping[str, Any]) -> Hours:
    """Hours as a rule has them written: start, end and days. The same start and end is the whole day."""
    days = entry.get("days") or WEEK
    return Hours(_minute(entry["start"]), _minute(entry["end"]), frozenset(WEEK.index(day) for day in days))


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def begun(hours: Hours, zone: ZoneInfo, at: int) -> int | None:
    """The day (its ordinal) on which the hours that a moment lies in began; None outside them."""
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    minute = local.hour * 60 + local.minute
    if hours.start < hours.end:
        within, day = hours.start <= minute < hours.end, local
    else:
        within = minute >= hours.start or minute < hours.end
        day = local if minute >= hours.start else local - timedelta(days=1)
    return day.toordinal() if within and day.weekday() in hours.days else None
