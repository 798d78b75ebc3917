"""In what an alarm's numbers are: the readings that it shows, and the value that was held against a limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Entry = Mapping[str, Any]
METRES: dict[str, Entry] = {
    "outside": {
        "names": {"en": "Distance from the areas", "zh-Hans": "距区域的距离"},
        "unit": "m",
        "precision": 0,
    },
    "inside": {
        "names": {"en": "Distance to the edge", "zh-Hans": "距区域边界的距离"},
        "unit": "m",
        "precision": 0,
    },
}
PER_CENT: Entry = {"unit": "/100", "precision": 0}


def shown(rule: Entry, own: Entry) -> Entry:
    """The quantity of the readings that an alarm shows: metres for a rule about areas, else ``own``, that of
    the metric."""
    within = rule.get("area")
    return METRES["outside" if within.get("outside") else "inside"] if within else own


def compared(rule: Entry, own: Entry) -> Entry:
    """The quantity of the value and its limit: per cent where a rule compares by them."""
    percent = rule.get("usual") or (rule.get("rate") or {}).get("percent")
    return {**PER_CENT, "names": own.get("names")} if percent else shown(rule, own)
