"""The samples of a device profile (normal, alarming, faulty) as its device would send them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.sensing.profiles import sample_messages


def stage(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Where samples play, as rules are compiled with it: the device's place, and areas by group."""
    place, areas = profile["stage"]["place"], profile["stage"]["areas"]
    return {"place": tuple(place) if place else None, "areas": areas}


def packs(profile: Mapping[str, Any], sample_id: str, zone: str, now: float) -> Iterator[tuple[float, str]]:
    """Moment (Unix seconds) and SenML of each message. The sample begins at its own time of day in the zone,
    on the last day on which all of it is past."""
    sample = next(one for one in profile["samples"] if one["id"] == sample_id)
    messages = sample_messages(dict(profile), sample)
    start = _start(sample["start"], messages[-1][0], zone, now)
    for second, values in messages:
        rows = [
            {"n": metric, "u": profile["quantities"][metric]["unit"], "v": value}
            for metric, value in values.items()
        ]
        yield start + second, json.dumps([{"bt": start + second, **rows[0]}, *rows[1:]])


def _start(written: str, length: int, zone: str, now: float) -> float:
    clock = datetime.fromisoformat(written).time()
    last = datetime.fromtimestamp(now - length, ZoneInfo(zone))
    begin = datetime.combine(last.date(), clock, ZoneInfo(zone))
    if begin > last:
        begin = datetime.combine(last.date() - timedelta(days=1), clock, ZoneInfo(zone))
    return begin.timestamp()
