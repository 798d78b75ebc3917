"""A device's record and what may become of it. Pure.

Readings stay under the thing that measured them: a move is a dated line of its history, so that each reading
keeps the place of its time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

PLANNED, ACTIVE, REVOKED, RETIRED = "planned", "active", "revoked", "retired"
STATES = (PLANNED, ACTIVE, REVOKED, RETIRED)
SHARD_SIZE = 200  # devices whose readings share one log
ROTATION_DAYS = 7  # how long the old certificate is believed beside an unused new one
THING = re.compile(r"[a-z][a-z0-9-]{0,46}[a-z0-9]")
TRIAL = "sos-test"  # the device whose calls for help are the daily test
SYSTEMS = (TRIAL,)  # ids that only the system itself gives
EUI = re.compile(r"[0-9a-f]{16}")  # LoRaWAN 1.0.4 section 6.1.1.3: an IEEE EUI-64


@dataclass(frozen=True, slots=True)
class Place:
    """A point (WGS 84 degrees), an address as people write it, an area of the city: any of them, or none."""

    lat: float | None = None
    lon: float | None = None
    address: str = ""
    area: str = ""

    def __bool__(self) -> bool:
        return self.lat is not None or bool(self.address or self.area)

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude."""
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


@dataclass(frozen=True, slots=True)
class Device:
    """A registered (or planned) device. ``certificate`` and ``next_certificate`` are ids of certificates;
    both are believed while it rotates. ``shard`` is the log that holds its readings, "" before it may speak.
    ``installed`` and ``calibration_due`` are days in ISO; ``photo`` is the photo's id. ``muted`` holds
    ``(from, to)`` in Unix milliseconds. ``contacts`` are called for an emergency device, in this order.
    ``commands`` says that it may be told something. ``version`` counts changes of the record, 0 is not stored
    yet."""

    thing: str
    profile: str
    title: str = ""
    state: str = PLANNED
    since: str = ""
    certificate: str = ""
    next_certificate: str = ""
    next_since: str = ""
    shard: str = ""
    place: Place = field(default_factory=Place)
    department: str = ""
    installed: str = ""
    design_life_years: int | None = None
    calibration_due: str = ""
    photo: str = ""
    eui: str = ""
    serial: str = ""
    replaces: str = ""
    replaced_by: str = ""
    muted: tuple[tuple[int, int], ...] = ()
    contacts: tuple[dict[str, str], ...] = ()
    commands: bool = False
    version: int = 0

    @property
    def certificates(self) -> tuple[str, ...]:
        """Ids of the certificates that are believed now."""
        return tuple(one for one in (self.certificate, self.next_certificate) if one)

    @property
    def labels(self) -> tuple[str, ...]:
        """The codes on the device that find it, in their normal form; none for one that is out of use, so
        that the codes may be used again."""
        if self.state == RETIRED:
            return ()
        return tuple(dict.fromkeys(one for one in (self.eui, normal_code(self.serial)) if one))

    @property
    def life_ends(self) -> str:
        """The day (ISO) on which its design life is over, or "" when that is not known."""
        return end_of_life(self.installed, self.design_life_years)

    def is_muted(self, moment_ms: int) -> bool:
        """Whether nobody is to be told about it at a moment."""
        return any(start <= moment_ms < end for start, end in self.muted)


@dataclass(frozen=True, slots=True)
class Event:
    """A dated line of a device's history: what happened, who did it (``kind:id``), and details as plain JSON
    (for a move the place before and after).
    """

    at: str
    action: str
    actor: str
    detail: dict[str, Any]


def normal_code(text: str) -> str:
    """A code as scanned or typed, as it is looked up: only letters and digits, small. From a LoRaWAN QR code
    (LoRa Alliance TR005: ``LW:D0:<JoinEUI>:<DevEUI>:...``) it is the DevEUI."""
    parts = text.strip().split(":")
    if len(parts) >= 4 and parts[0].upper() == "LW" and parts[1].upper() == "D0":
        text = parts[3]
    return "".join(char for char in text.lower() if char.isascii() and char.isalnum())


def end_of_life(installed: str, years: int | None) -> str:
    """The same day so many years later; 29 February becomes 1 March."""
    if not installed or not years:
        return ""
    day = date.fromisoformat(installed)
    try:
        return day.replace(year=day.year + years).isoformat()
    except ValueError:
        return date(day.year + years, 3, 1).isoformat()


def place_of(data: Any) -> Place:
    """A place from plain JSON: ``{lat?, lon?, address?, area?}`` or None."""
    found = data or {}
    return Place(
        found.get("lat"), found.get("lon"), str(found.get("address") or ""), str(found.get("area") or "")
    )


def place_json(place: Place) -> dict[str, Any]:
    """The inverse of :func:`place_of`, without what is empty."""
    every = {"lat": place.lat, "lon": place.lon, "address": place.address, "area": place.area}
    return {name: value for name, value in every.items() if value not in (None, "")}


def place_at(device: Device, events: Iterable[Event], moment: str) -> Place:
    """Where the device was at a moment (ISO), by its history: the first move after it tells where it was
    before."""
    moves: Sequence[Event] = sorted((e for e in events if "place_before" in e.detail), key=lambda e: e.at)
    later = next((move for move in moves if move.at > moment), None)
    return place_of(later.detail["place_before"]) if later else device.place


def shard_of(lane: str, number: int) -> str:
    """The shard of the lane's ``number``-th device, from 1: "u0" holds the first 200 urgent ones."""
    return f"{'u' if lane == 'urgent' else 'r'}{(number - 1) // SHARD_SIZE}"
