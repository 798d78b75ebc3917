"""How long readings are kept, by the class of the device's profile and the city's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

DEFAULT_DAYS = 365
Class = Literal["measurement", "personal", "event"]
KINDS: dict[str, str] = {
    "measurement": "readings",
    "personal": "readings_personal",
    "event": "readings_events",
}
FILED = ("measurement", "event")  # what is written to month files
ROLLUPS = "rollups"


@dataclass(frozen=True)
class Kept:
    """Days: ``raw`` for single readings, ``rollups`` for hour and day roll-ups. ``files``: whether they are
    written to month files; what says something about people is not."""

    raw: int
    rollups: int
    files: bool


def kept(config: Mapping[str, Any], profile: Mapping[str, Any] | None) -> Kept:
    """What holds for a device of the profile, by the city's compiled configuration. Roll-ups about people end
    with their readings."""
    of_kind = config.get("privacy", {}).get("retention", {})
    kind = str((profile or {}).get("retention", "measurement"))
    whole = _days(of_kind, "readings", DEFAULT_DAYS)
    raw = _days(of_kind, KINDS[kind], whole)
    rollups = raw if kind == "personal" else max(raw, _days(of_kind, ROLLUPS, raw))
    return Kept(raw, rollups, files=kind in FILED)


def _days(of_kind: Mapping[str, Any], name: str, default: int) -> int:
    entry = of_kind.get(name)
    return int(entry["days"]) if entry else default


def of_class(config: Mapping[str, Any], kind: str) -> int:
    """Days for single readings of a class."""
    return kept(config, {"retention": kind}).raw
