"""Use cases of sensing: take messages in, show the latest readings, count what is charged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from functions.core import clock
from functions.core.context import Context
from functions.sensing import quota
from functions.sensing.domain import Reading
from functions.sensing.log import read, rulesets, taking
from functions.sensing.log.domain import DeviceState
from functions.sensing.log.taking import Message, Taken
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import ACTIVE, Device
from functions.sensing.rules import RuleSet
from functions.sensing.sources import answers, quota_notices, refusals
from functions.sensing.sources.refusals import Refusal

# Whoever sent these is not the device whose topic it used.
NOT_TOLD = (
    "no device is registered under this name",
    "the message was not sent with the certificate of this device",
)


def take_messages(ctx: Context, messages: Sequence[Message]) -> Taken:
    """Store the messages of the open scope's city; what is refused is kept with its reason and answered to
    the device. One bad message or one damaged device does not touch the others."""
    taken = taking.take_messages(ctx, messages)
    refused = [pair for pair in taken.refused if pair[0].id not in set(taken.failed)]
    taken.refused = refused
    kept = [
        (message.id, refusals.of(message.received, message.thing, error, message.via.partition(":")[2]))
        for message, error in refused
    ]
    refusals.keep(kept)
    told = [pair for pair in refused if pair[0].via == taking.MQTT and pair[1].message not in NOT_TOLD]
    answers.tell(ctx, [(message.thing, message.received, error) for message, error in told])
    _warn(ctx, taken)
    return taken


def _warn(ctx: Context, taken: Taken) -> None:
    if quota.comes_near(ctx.city.limit("messages_per_day", taking.PER_DAY)):
        quota_notices.tell_city(ctx)
    if taken.near:
        quota_notices.tell_device(ctx, taken.near[0])


def profile(ctx: Context, profile_id: str) -> Mapping[str, Any]:
    """The city's compiled profile, else the catalogue's."""
    return rulesets.profile_of(ctx.city, profile_id)


def is_public(profile: Mapping[str, Any]) -> bool:
    """Whether the city's page shows devices of a profile at all: never those that somebody calls for help
    with, and never those that say something about a person."""
    if profile.get("emergency") or profile.get("retention") == "personal":
        return False
    return any(shown_publicly(quantity) for quantity in profile["quantities"].values())


def shown_publicly(quantity: Mapping[str, Any]) -> bool:
    """Whether the city's page shows a quantity."""
    return bool(quantity.get("public", True)) and not quantity.get("personal")


def day_counts(ctx: Context) -> Iterator[tuple[date, int, int]]:
    """``(UTC day of receipt, messages, readings)`` of every device for its last seven days with messages:
    exact, what is charged. Several lines may have the same day."""
    for state in read.latest(registry.list_devices()).values():
        for number, (messages, readings) in state.days.items():
            yield datetime.fromtimestamp(number * 86_400, UTC).date(), messages, readings


@dataclass(frozen=True)
class Station:
    """A device for a page: ``state`` is None before its first message; ``registered`` None before its
    certificate. ``recent`` are some of its newest readings, in order."""

    thing: str
    profile_id: str
    names: Mapping[str, str] | str
    state: DeviceState | None
    registered: Device | None
    recent: Sequence[Reading] = field(default=())

    @property
    def seen(self) -> int | None:
        """Unix milliseconds of the newest reading."""
        return max((one.at for one in self.state.latest.values()), default=None) if self.state else None


def list_stations(ctx: Context, start: int, size: int) -> tuple[list[Station], int]:
    """A part of the devices that everybody may see, by name of the thing, with their latest readings, and how
    many there are: those in the city's file and those registered beside it, of kinds with a public quantity.
    One call, and one for each log of those that are shown."""
    named = {entry["thing"]: entry for entry in ctx.city.config["devices"]["things"]}
    registered = {device.thing: device for device in registry.list_devices()}
    kinds = {thing: entry["profile"] for thing, entry in named.items()} | {
        thing: device.profile
        for thing, device in registered.items()
        if thing in named or device.state == ACTIVE
    }
    public = {kind for kind in set(kinds.values()) if is_public(profile(ctx, kind))}
    shown = sorted(thing for thing, kind in kinds.items() if kind in public)
    part = shown[start : start + size]
    heard = read.heard([registered[thing] for thing in part if thing in registered])
    return [
        Station(
            thing,
            kinds[thing],
            named[thing]["names"] if thing in named else registered[thing].title or thing,
            heard.states.get(thing),
            registered.get(thing),
            heard.recent.get(thing, ()),
        )
        for thing in part
    ], len(shown)


def rules_of(ctx: Context, station: Station) -> RuleSet:
    """The rules that watch a device."""
    device = station.registered or Device(station.thing, station.profile_id)
    return rulesets.of(ctx.city, device)


def refused_since(ctx: Context, days: int, limit: int) -> list[Refusal]:
    """Refused messages of the last days, the newest first."""
    return refusals.since(clock.iso(ctx.now - timedelta(days=days)), limit)
