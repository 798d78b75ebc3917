"""Day and night where a simulated device stands."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from functions.sensing.rules.sun import HORIZON, Event, Place, sun_at

DAY = 86_400
UTC_ZONE = ZoneInfo("UTC")
SOMEWHERE = (30.75, 120.75)  # a device without a place of its own


def is_dark(place: Place, moment: float) -> bool:
    """Whether the sun is below the horizon (Unix seconds)."""
    from astral import Observer
    from astral.sun import elevation

    there = Observer(place[0], place[1], 0.0)
    return elevation(there, datetime.fromtimestamp(moment, UTC)) < HORIZON


def edge(text: str, midnight: float, place: Place) -> float:
    """When an edge of a rule's hours lies on the day that begins at a moment: a time of the clock, or sunrise
    or sunset with minutes after or before."""
    for event in ("sunrise", "sunset"):
        if text.startswith(event):
            return _near_noon(event, midnight, place) + 60 * int(text.removeprefix(event) or 0)
    return midnight + int(text[:2]) * 3600 + int(text[3:]) * 60


def _near_noon(event: Event, midnight: float, place: Place) -> float:
    ordinal = datetime.fromtimestamp(midnight + DAY / 2, UTC).toordinal()
    return sun_at(event, place, UTC_ZONE, ordinal) / 1000
