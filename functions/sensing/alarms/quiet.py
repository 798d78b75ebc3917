"""Quiet hours: an alarm is raised in them, and nobody is told before they end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.sensing.rules.hours import WEEK


def end_of(hours: Mapping[str, Any], moment: datetime, zone: str) -> datetime:
    """The moment itself when it is not quiet, else the end of these quiet hours (UTC). ``start`` after
    ``end`` runs over midnight and belongs to the day on which it begins; the city's own time decides."""
    local = moment.astimezone(ZoneInfo(zone))
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        if hours.get("days") and WEEK[day.weekday()] not in hours["days"]:
            continue
        start = _at(day, hours["start"], zone)
        end = _at(day + timedelta(days=hours["end"] <= hours["start"]), hours["end"], zone)
        if start <= local < end:
            return end.astimezone(UTC)
    return moment


def _at(day: Any, clock_time: str, zone: str) -> datetime:
    hour, minute = clock_time.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=ZoneInfo(zone))
