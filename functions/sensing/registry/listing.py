"""The list of devices: which are shown, and what each line says. Pure but for what the caller read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions.core.i18n import N_
from functions.sensing.registry.domain import ACTIVE, PLANNED, RETIRED, REVOKED, Device
from functions.sensing.registry.seen import Heard

STATES = {
    PLANNED: N_("Planned"),
    ACTIVE: N_("Active"),
    REVOKED: N_("Revoked"),
    RETIRED: N_("Out of use"),
}
COLOURS = {PLANNED: "blue", ACTIVE: "green", REVOKED: "red", RETIRED: "grey"}
SILENT = N_("Silent")
ONLY = {
    "silent": SILENT,
    "life": N_("Past its design life"),
    "calibration": N_("Calibration due"),
    "place": N_("Not installed yet"),
}
MISSED = 3  # intervals without a message after which a device is called silent


@dataclass(frozen=True)
class Filter:
    """What is asked for; empty means all. ``text`` is part of the id, the name, the area or the DevEUI."""

    text: str = ""
    profile: str = ""
    department: str = ""
    state: str = ""
    only: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filter:
        """From an address; what is unknown is left out."""
        state, only = query.get("state", ""), query.get("only", "")
        return cls(
            query.get("text", "").strip()[:60],
            query.get("profile", "")[:40],
            query.get("department", "")[:40],
            state if state in STATES else "",
            only if only in ONLY else "",
        )

    def query(self) -> dict[str, str]:
        """For an address."""
        every = {name: getattr(self, name) for name in ("text", "profile", "department", "state", "only")}
        return {name: value for name, value in every.items() if value}

    def takes(self, device: Device, today: str) -> bool:
        """Everything but silence, which the record does not tell. Devices out of use are listed when they are
        asked for by their state or by a text."""
        wanted = self.text.casefold()
        words = (device.thing, device.title, device.place.area, device.eui)
        if wanted and not any(wanted in word.casefold() for word in words):
            return False
        if device.state == RETIRED and not (wanted or self.state):
            return False
        if any(asked and asked != own for asked, own in self._pairs(device)):
            return False
        return self.only in ("", "silent") or is_due(device, self.only, today)

    def _pairs(self, device: Device) -> tuple[tuple[str, str], ...]:
        return (
            (self.profile, device.profile),
            (self.department, device.department),
            (self.state, device.state),
        )


def is_due(device: Device, what: str, today: str) -> bool:
    """``life``, ``calibration`` or ``place``: whether somebody should look after it, on a day (ISO)."""
    if device.state not in (PLANNED, ACTIVE):
        return False
    if what == "life":
        return bool(device.life_ends) and device.life_ends <= today
    if what == "calibration":
        return bool(device.calibration_due) and device.calibration_due <= today
    return not device.installed


def interval(profile: Mapping[str, Any]) -> int:
    """Seconds within which a device of this kind speaks."""
    return int(profile.get("heartbeat") or profile.get("cadence") or 3600)


def is_silent(device: Device, heard: Heard | None, seconds: int, now: datetime) -> bool:
    """An active device that has never been heard, or not for three of its intervals."""
    if device.state != ACTIVE:
        return False
    if heard is None or heard.at is None:
        return True
    return now.timestamp() - heard.at / 1000 > MISSED * (heard.promise or seconds)


def silent_ones(
    devices: Iterable[Device],
    heard: Mapping[str, Heard],
    profile: Callable[[str], Mapping[str, Any]],
    now: datetime,
) -> list[Device]:
    """Those that are silent."""
    return [
        device
        for device in devices
        if is_silent(device, heard.get(device.thing), interval(profile(device.profile)), now)
    ]
