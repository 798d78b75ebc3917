"""Sunrise and sunset at a place, by the city's own days.

Times are astral's (after NOAA's calculator), good to a minute or two. Where the sun does not rise or set on a
day, its day counts as all 24 hours or none, around its highest point: from sunset to sunrise is then never,
or always."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

Event = Literal["sunrise", "sunset"]
Place = tuple[float, float]
HORIZON = -0.833  # the sun's upper edge at the horizon, with refraction: degrees of its centre
HALF_DAY = timedelta(hours=12)
NEAR = 2  # decimals of a degree, about a kilometre and four seconds: neighbours share what was worked out
POLE = 89.8


def sun_at(event: Event, place: Place, zone: ZoneInfo, day: int) -> int:
    """When the sun rises or sets at a place (latitude, longitude) on a day (its ordinal) of the zone."""
    return _sun_at(event, *near(place), zone.key, day)


def near(place: Place) -> Place:
    """The place for which the sun's times are worked out: that of all its neighbours."""
    return min(max(round(place[0], NEAR), -POLE), POLE), round(place[1], NEAR)


@lru_cache(maxsize=8192)
def _sun_at(event: Event, lat: float, lon: float, zone: str, ordinal: int) -> int:
    from astral import Observer
    from astral.sun import elevation

    there, day = Observer(lat, lon, 0.0), date.fromordinal(ordinal)
    noon = _noon(there, day, ZoneInfo(zone))
    first, last = (noon - HALF_DAY, noon) if event == "sunrise" else (noon, noon + HALF_DAY)
    found = [one for one in _events(event, there, noon.date()) if first <= one <= last]
    if not found:
        always = elevation(there, noon) > HORIZON
        found = [(first if event == "sunrise" else last) if always else noon]
    return int(found[0].timestamp() * 1000)


def _noon(there: object, day: date, zone: ZoneInfo) -> datetime:
    """The sun's highest point on a day of the zone: near the date line it may be another day in UTC."""
    from astral.sun import noon

    near = [noon(there, day + timedelta(days=n), tzinfo=UTC) for n in (0, -1, 1)]  # type: ignore[arg-type]
    return next((one for one in near if one.astimezone(zone).date() == day), near[0])


def _events(event: Event, there: object, day: date) -> list[datetime]:
    from astral import sun

    found = []
    for n in (0, -1, 1):
        try:
            found.append(getattr(sun, event)(there, day + timedelta(days=n), tzinfo=UTC))
        except ValueError:  # it does not happen on that day
            continue
    return found
