"""A try on the stored readings of some devices, each read once however many rules look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.core.context import Context
from functions.sensing.domain import Reading
from functions.sensing.log import read, rulesets
from functions.sensing.registry import store as devices
from functions.sensing.registry.domain import Device
from functions.sensing.rules import trying
from functions.sensing.rules.watching import areas_of

Entry = Mapping[str, Any]


class Measured:
    """The last readings of devices. ``room``: how many more a try may look at."""

    def __init__(self, ctx: Context) -> None:
        self.ctx, self.room = ctx, trying.READINGS
        self.end = int(ctx.now.timestamp() * 1000)
        self._read: dict[str, list[Reading]] = {}

    def replay(self, device: Device, profile: Entry, now: Entry, new: Entry) -> trying.Tried:
        """Both rules on one device. About three calls, and as many for another device that a rule joins."""
        where = trying.Where(self.ctx.city.zone, device.place.point, areas_of(self.ctx))
        return trying.replay(
            profile, now, new, where=where,
            muted=device.muted, readings=self._of(device), thing=device.thing, end=self.end,
            part=lambda rule_id: self._part(device, profile, rule_id),
        )  # fmt: skip

    def _of(self, device: Device) -> list[Reading]:
        if device.thing not in self._read:
            start = self.end - trying.DAYS * trying.DAY_MS
            found = read.series(device, start, self.end)[-self.room :] if self.room > 0 else []
            self.room -= len(found)
            self._read[device.thing] = found
        return self._read[device.thing]

    def _part(self, host: Device, profile: Entry, rule_id: str) -> Sequence[trying.Episode]:
        """The alarms of a rule that another one joins: on the device itself, or on the one that the city's
        rule names. None of a rule that is gone, and of one that joins rules itself."""
        own = [rule for rule in self.ctx.city.config["devices"]["rules"] if rule["id"] == rule_id]
        rule = next(iter([*own, *(one for one in profile.get("rules", ()) if one["id"] == rule_id)]), None)
        if rule is None or rule.get("both"):
            return []
        other = rule.get("thing") or host.thing
        if other == host.thing:
            return self.replay(host, profile, rule, rule).now
        device = devices.find(other)
        if device is None:
            return []
        return self.replay(device, rulesets.profile_of(self.ctx.city, device.profile), rule, rule).now
