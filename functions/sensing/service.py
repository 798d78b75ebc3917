"""Use cases of sensing: take messages in, show the latest readings, count what is charged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from functions.core import clock, log
from functions.core.context import Context
from functions.core.i18n import N_
from functions.sensing import alarms, intake, quota, store
from functions.sensing.domain import Arrival, Rule, readings_of
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import ACTIVE, PLANNED, Device
from functions.sensing.senml import SenmlError, resolve
from functions.sensing.shelf import DynamoShelf
from functions.sensing.store import DAY_MS, Known, Refusal

REFUSALS_KEPT_DAYS = 30
READINGS_KEPT_DAYS = 365


@dataclass(frozen=True)
class Message:
    """What the topic rule hands over. City and thing come from the topic; ``client`` and ``certificate`` from
    the connection. ``received`` is Unix milliseconds.
    """

    id: str
    city: str
    thing: str
    client: str
    certificate: str
    received: int
    payload: bytes


@dataclass
class Taken:
    """What became of a batch: refused messages with their reasons; ids of messages to try again."""

    refused: list[tuple[Message, SenmlError]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    readings: int = 0


def take_messages(ctx: Context, messages: Sequence[Message]) -> Taken:
    """Store the messages of the open scope's city. One bad message or one damaged device does not touch the
    others.
    """
    taken = Taken()
    known = store.known(message.thing for message in messages)
    by_thing: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_thing[message.thing].append(message)
    for thing, own in by_thing.items():
        try:
            taken.readings += _take_device(ctx, known.get(thing), own, taken)
        except Exception:
            log.failure("readings failed", city=ctx.city.id, thing=thing)
            taken.failed += [message.id for message in own]
    taken.refused = [
        (message, error) for message, error in taken.refused if message.id not in set(taken.failed)
    ]
    _keep_refusals(taken.refused)
    return taken


def _take_device(ctx: Context, device: Known | None, messages: Sequence[Message], taken: Taken) -> int:
    arrivals: list[Arrival] = []
    for message in messages:
        try:
            arrivals += _arrivals(ctx, device, message)
        except SenmlError as error:
            taken.refused.append((message, error))
    if device is None or not arrivals:
        return 0
    rules = rules_of(ctx, device.thing, device.profile)
    _, added = intake.store(_shelf(ctx, device), device.open, arrivals, rules)
    return added


def _arrivals(ctx: Context, device: Known | None, message: Message) -> list[Arrival]:
    if device is None:
        raise SenmlError(N_("no device is registered under this name"))
    if device.state != ACTIVE:
        raise SenmlError(N_("the device is revoked"))
    if message.certificate != device.certificate or message.client != f"{message.city}:{message.thing}":
        raise SenmlError(N_("the message was not sent with the certificate of this device"))
    records = resolve(message.payload, message.received / 1000)
    readings, strange = readings_of(records, profile(ctx, device.profile)["quantities"])
    if strange:
        log.info("unknown quantities", city=ctx.city.id, thing=device.thing, names=sorted(set(strange))[:5])
    moment = datetime.fromtimestamp(message.received / 1000, UTC)
    if not quota.take(1, ctx.city.limit("messages_per_day", 100_000), moment):
        raise SenmlError(N_("the city's limit of messages per day is reached"))
    newest = readings[-1]
    return [Arrival(reading, message.received // DAY_MS, int(reading == newest)) for reading in readings]


def _config(ctx: Context) -> Mapping[str, Any]:
    found: Mapping[str, Any] = ctx.city.config["devices"]
    return found


def profile(ctx: Context, profile_id: str) -> Mapping[str, Any]:
    """The city's compiled profile, else the catalogue's (a device may be registered before the city's file
    names it).
    """
    found: Mapping[str, Any] | None = _config(ctx)["profiles"].get(profile_id)
    if found is None:
        from functions.sensing import profiles

        found = profiles.load(profile_id)
    return found


def _shelf(ctx: Context, device: Known) -> DynamoShelf:
    kept = ctx.city.config.get("privacy", {}).get("retention", {}).get("readings", {})
    quantities = profile(ctx, device.profile)["quantities"]
    return DynamoShelf(
        device,
        int(kept.get("days", READINGS_KEPT_DAYS)),
        partial(alarms.open_incident, ctx, device.thing, quantities),
        partial(alarms.note_cleared, ctx, device.thing, quantities),
    )


def _keep_refusals(refused: Sequence[tuple[Message, SenmlError]]) -> None:
    if not refused:
        return
    newest = max(message.received for message, _ in refused)
    store.put_refusals(
        [(message.id, refusal_of(message, error)) for message, error in refused],
        ttl=newest // 1000 + REFUSALS_KEPT_DAYS * 86_400,
    )


def refusal_of(message: Message, error: SenmlError) -> Refusal:
    """What is kept of a refused message: no payload."""
    reason = {"message": error.message, "params": error.params, "record": error.record}
    return Refusal(
        clock.iso(datetime.fromtimestamp(message.received / 1000, UTC)), message.thing[:64], reason
    )


def day_counts(ctx: Context) -> Iterator[tuple[date, int, int]]:
    """``(UTC day of receipt, messages, readings)`` of every device for its last seven days with messages:
    exact, what is charged. Several lines may have the same day.
    """
    for device in store.known(entry.thing for entry in registry.list_devices()).values():
        for number, (messages, readings) in device.days.items():
            yield datetime.fromtimestamp(number * 86_400, UTC).date(), messages, readings


@dataclass(frozen=True)
class Station:
    """A device for a page: ``known`` is None before its first message; ``registered`` None before its
    certificate.
    """

    thing: str
    profile_id: str
    names: Mapping[str, str] | str
    known: Known | None
    registered: Device | None


def list_stations(ctx: Context, start: int, size: int, *, every: bool = False) -> tuple[list[Station], int]:
    """A part of the city's devices, by name of the thing, with their latest readings, and how many there are:
    those in the city's file and those registered beside it - with ``every`` also those that were revoked. Two
    calls.
    """
    named = {entry["thing"]: entry for entry in _config(ctx)["things"]}
    registered = {one.thing: one for one in registry.list_devices() if one.state != PLANNED}
    shown = sorted(
        thing
        for thing in {*named, *registered}
        if every or thing in named or registered[thing].state == ACTIVE
    )
    part = shown[start : start + size]
    known = store.known(part) if part else {}
    return [
        Station(
            thing,
            registered[thing].profile if thing in registered else named[thing]["profile"],
            named[thing]["names"] if thing in named else registered[thing].title or thing,
            known.get(thing),
            registered.get(thing),
        )
        for thing in part
    ], len(shown)


def rules_of(ctx: Context, thing: str, profile_id: str) -> list[Rule]:
    """The rules that watch a device."""
    return [rule for rule in map(Rule.from_config, _config(ctx)["rules"]) if rule.watches(thing, profile_id)]


def refused_since(ctx: Context, days: int, limit: int) -> list[Refusal]:
    """Refused messages of the last days, the newest first."""
    return store.refusals(clock.iso(ctx.now - timedelta(days=days)), limit)
