"""Hours in which a rule looks: of the city's own time, or by the sun at the device's place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from functions.sensing.rules.domain import Hours
from functions.sensing.rules.sun import Event, Place, near, sun_at

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 1440


def hours_of(entry: Mapping[str, Any], place: Place | None = None) -> Hours:
    """Hours as a rule has them written: start, end and days. The same start and end is the whole day.
    ``place`` (latitude, longitude) is needed for hours :func:`by_sun`."""
    days = entry.get("days") or WEEK
    (start, rises), (end, sets) = _edge(entry["start"]), _edge(entry["end"])
    weekdays = frozenset(WEEK.index(day) for day in days)
    sun = (rises, sets) if rises or sets else None
    return Hours(start, end, weekdays, sun, near(place) if sun and place else None)


def by_sun(entry: Mapping[str, Any] | None) -> bool:
    """Whether hours begin or end with the sun."""
    return entry is not None and any(_edge(entry[key])[1] for key in ("start", "end"))


def _edge(text: str) -> tuple[int, str]:
    """Minutes of the day and "", or minutes after (before: less than 0) the event of the sun and its name."""
    for event in ("sunrise", "sunset"):
        if text.startswith(event):
            return int(text.removeprefix(event) or 0), event
    return int(text[:2]) * 60 + int(text[3:]), ""


def begun(hours: Hours, zone: ZoneInfo, at: int) -> int | None:
    """The day (its ordinal) on which the hours that a moment lies in began; None outside them."""
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    if hours.sun is not None:
        return _begun_by_sun(hours, zone, at, local.toordinal())
    minute = local.hour * 60 + local.minute
    if hours.start < hours.end:
        within, day = hours.start <= minute < hours.end, local
    else:
        within = minute >= hours.start or minute < hours.end
        day = local if minute >= hours.start else local - timedelta(days=1)
    return day.toordinal() if within and day.weekday() in hours.days else None


def elapsed(hours: Hours, zone: ZoneInfo, at: int) -> float:
    """Which share of the hours of the clock that a moment lies in is over: 0 up to 1."""
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    minute = local.hour * 60 + local.minute
    length = (hours.end - hours.start) % DAY_MINUTES or DAY_MINUTES
    return (minute - hours.start) % DAY_MINUTES / length


def _begun_by_sun(hours: Hours, zone: ZoneInfo, at: int, today: int) -> int | None:
    for start, end, day in _spans(hours, zone, today):
        if start <= at < end:
            return day if date.fromordinal(day).weekday() in hours.days else None
    return None


@lru_cache(maxsize=4096)
def _spans(hours: Hours, zone: ZoneInfo, today: int) -> tuple[tuple[int, int, int], ...]:
    """The hours that a moment of a day may lie in: from, to, and the day on which they begin."""
    days = (today, today - 1, today + 1)
    return tuple((*span, day) for day in days if (span := span_by_sun(hours, zone, day)))


def span_by_sun(hours: Hours, zone: ZoneInfo, day: int) -> tuple[int, int] | None:
    """From and to (Unix milliseconds) of the hours that begin on a day; None when they are over before they
    begin, as the night is in a polar summer."""
    start = _moment(hours, zone, day, 0)
    ends = (_moment(hours, zone, day, 1), _moment(hours, zone, day + 1, 1))
    end = next((one for one in ends if one > start), None)
    return None if end is None else (start, end)


def _moment(hours: Hours, zone: ZoneInfo, day: int, side: int) -> int:
    assert hours.sun is not None and hours.place is not None
    minutes, event = (hours.start, hours.end)[side], hours.sun[side]
    if event:
        return sun_at(cast(Event, event), hours.place, zone, day) + minutes * 60_000
    clock = time(minutes // 60, minutes % 60)
    return int(datetime.combine(date.fromordinal(day), clock, zone).timestamp() * 1000)
