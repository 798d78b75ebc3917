"""The compiled rules of a city's devices, kept as long as the process lives and nothing changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from functions.core.city import City
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import Device
from functions.sensing.rules import RuleSet, compile_rules
from functions.tenancy.rule_decisions import decide

KEEP = 4_000
_made: OrderedDict[tuple[Any, ...], tuple[Any, RuleSet]] = OrderedDict()


def profile_of(city: City, profile_id: str) -> Mapping[str, Any]:
    """The city's compiled profile, else the catalogue's (a device may be registered before the city's file
    names it). Raises KeyError for one that nobody knows."""
    found: Mapping[str, Any] | None = city.config["devices"]["profiles"].get(profile_id)
    if found is None:
        from functions.sensing import profiles

        found = decide(profiles.for_city(profile_id), profile_id, city.config["devices"].get("decisions", {}))
    return found


def of(city: City, device: Device) -> RuleSet:
    """The rules of one device."""
    decided = city.config["devices"].get("decided", 0)
    place = device.place.point
    key = (city.id, city.created, city.version, decided, device.thing, device.profile, device.muted, place)
    config = city.config["devices"]
    known = _made.get(key)
    if known is not None and known[0] is config:
        return known[1]
    found = compile_rules(
        profile_of(city, device.profile),
        config["rules"],
        zone=city.zone,
        thing=device.thing,
        muted=device.muted,
        place=place,
        areas=config.get("areas"),
    )
    _made[key] = (config, found)
    if len(_made) > KEEP:
        _made.popitem(last=False)
    return found


class Rulesets:
    """The rules of whichever devices are asked for; ``devices`` are those that were read already and grow."""

    def __init__(self, city: City, devices: dict[str, Device]) -> None:
        self.city, self.devices = city, devices

    def __call__(self, things: Iterable[str]) -> dict[str, RuleSet]:
        """One call for each hundred that were not read yet. A device that is gone, or whose profile is, has
        no rules."""
        wanted = list(things)
        if unread := [thing for thing in wanted if thing not in self.devices]:
            self.devices.update(registry.get_many(unread))
        return {thing: self._of(thing) for thing in wanted}

    def _of(self, thing: str) -> RuleSet:
        device = self.devices.get(thing)
        try:
            return of(self.city, device) if device else compile_rules({}, zone=self.city.zone)
        except KeyError:
            return compile_rules({}, zone=self.city.zone)


def reset() -> None:
    """For tests: forget what was compiled."""
    _made.clear()
