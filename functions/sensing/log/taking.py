"""Messages of a city's devices into its logs. One bad message or one damaged device does not touch the
others."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from functions.core import log
from functions.core.city import City
from functions.core.context import Context
from functions.core.i18n import N_
from functions.sensing import quota
from functions.sensing.log import retention
from functions.sensing.log.appending import ShardLog
from functions.sensing.log.domain import DAY_MS, State
from functions.sensing.log.planning import Incoming
from functions.sensing.log.rulesets import Rulesets, profile_of
from functions.sensing.log.store import DynamoShelf
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import ACTIVE, PLANNED, RETIRED, REVOKED, Device
from functions.sensing.senml import SenmlError
from functions.sensing.sources import payload

LOGS_KEPT = 64  # shards that a process remembers between its batches
TAILS_KEPT = 200_000  # readings that it holds of all of them beside their latest ones: 40 MB
CLOSE_EVERY = 2_000  # entries after which a log is closed without waiting for the night
MQTT = "mqtt"
PER_DAY = 100_000  # messages of a city whose plan says nothing
NOT_BELIEVED = {
    PLANNED: N_("the device is only on the city's list: it has no certificate yet"),
    REVOKED: N_("the device is revoked"),
    RETIRED: N_("the device is out of use"),
}
_logs: OrderedDict[tuple[str, str, str], ShardLog] = OrderedDict()  # a city, when it was begun, and a shard


@dataclass(frozen=True)
class Message:
    """What the queue hands over. City and thing come from the topic; ``client`` and ``certificate`` from the
    connection. ``via`` is "mqtt", or "http:<source>" from the interface, which has checked who speaks; only
    it and the topic rules may send to the queue. ``received`` is Unix milliseconds."""

    id: str
    city: str
    thing: str
    client: str
    certificate: str
    received: int
    payload: bytes
    via: str = MQTT


@dataclass
class Taken:
    """What became of a batch: refused messages with their reasons; ids of messages to try again; how many
    readings were new; ``near``: things that have used four fifths of their messages of the day."""

    refused: list[tuple[Message, SenmlError]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    readings: int = 0
    near: list[str] = field(default_factory=list)


def take_messages(ctx: Context, messages: Sequence[Message]) -> Taken:
    """Store the messages of the open scope's city."""
    taken = Taken()
    devices = registry.get_many(message.thing for message in messages)
    by_shard: dict[str, dict[str, list[Incoming]]] = defaultdict(lambda: defaultdict(list))
    for message in messages:
        try:
            device = _believed(ctx, devices, message)
            by_shard[device.shard][message.thing].append(_incoming(ctx, device, message))
        except SenmlError as error:
            taken.refused.append((message, error))
        except Exception:
            log.failure("message failed", city=ctx.city.id, thing=message.thing)
            taken.failed.append(message.id)
    by_id = {message.id: message for message in messages}
    for shard, own in by_shard.items():
        _take_shard(ctx, shard, own, devices, by_id, taken)
    return taken


def _believed(ctx: Context, devices: dict[str, Device], message: Message) -> Device:
    device = devices.get(message.thing)
    if device is None:
        raise SenmlError(N_("no device is registered under this name"))
    if device.state != ACTIVE:
        raise SenmlError(NOT_BELIEVED[device.state])
    known = message.certificate in device.certificates and message.client == f"{message.city}:{message.thing}"
    if not known and not message.via.startswith("http:"):
        raise SenmlError(N_("the message was not sent with the certificate of this device"))
    if device.next_certificate and message.certificate == device.next_certificate:
        from functions.sensing.registry import certificates

        device = devices[message.thing] = certificates.note_use(ctx, device, message.certificate)
    if not device.shard:
        from functions.sensing.registry import service

        device = devices[message.thing] = service.save(ctx, device, device, "device-log")
    return device


def _incoming(ctx: Context, device: Device, message: Message) -> Incoming:
    _count(ctx, device, message)
    profile = profile_of(ctx.city, device.profile)
    found = payload.read(message.payload, message.received, profile["quantities"])
    if found.strange:
        log.info("unknown quantities", city=ctx.city.id, thing=device.thing, names=sorted(found.strange)[:5])
    days = retention.kept(ctx.city.config, profile).raw
    if found.readings[0].at < message.received - days * DAY_MS:
        raise SenmlError(
            N_("a reading is older than the %(days)s days for which the city keeps it"), days=days
        )
    return Incoming(message.id, message.received, tuple(found.readings), -int(-(found.promise or 0) // 1))


def _count(ctx: Context, device: Device, message: Message) -> None:
    """Against the limits of the day, before anything is done with what it says: nonsense and repeats cost
    as well. The device's own limit comes first, so that it does not spend what others may send."""
    found = _logs.get(_name(ctx.city, device.shard))
    own = found.state.devices.get(device.thing) if found and found.state else None
    day = message.received // DAY_MS
    known = own.days.get(day, (0, 0))[0] if own else 0
    limit = ctx.city.limit("messages_per_device_per_day", 0) or None
    if not quota.take_of_device(device.thing, message.id, known, limit, day):
        raise SenmlError(N_("the device's limit of messages per day is reached"))
    moment = datetime.fromtimestamp(message.received / 1000, UTC)
    whole = ctx.city.limit("messages_per_day", PER_DAY)
    stop = quota.stop_of(whole, profile_of(ctx.city, device.profile))
    if quota.take(1, whole, moment, stop):
        return
    if stop == whole:
        raise SenmlError(N_("the city's limit of messages per day is reached"))
    raise SenmlError(N_("the rest of the city's messages of the day is kept for urgent devices"))


def _take_shard(
    ctx: Context,
    shard: str,
    messages: Mapping[str, list[Incoming]],
    devices: dict[str, Device],
    by_id: Mapping[str, Message],
    taken: Taken,
) -> None:
    limit = ctx.city.limit("messages_per_device_per_day", 0) or None
    try:
        own = shard_log(ctx, shard, devices)
        before = own.state.seq if own.state else None
        stored = own.store(messages, Rulesets(ctx.city, devices), limit)
    except Exception:
        log.failure("readings failed", city=ctx.city.id, shard=shard)
        forget(ctx.city, shard)
        taken.failed += [message.key for one in messages.values() for message in one]
        return
    taken.readings += stored.added
    taken.failed += [message.key for thing in sorted(stored.failed) for message in messages.get(thing, ())]
    if limit and own.state:
        _note_near(own.state, messages, limit, taken)
    over = SenmlError(N_("the device's limit of messages per day is reached"))
    taken.refused += [(by_id[key], over) for key in stored.over if key not in taken.failed]
    if own.state and before is not None and before // CLOSE_EVERY != own.state.seq // CLOSE_EVERY:
        _ask_to_close(ctx, shard)


def _note_near(state: State, messages: Mapping[str, list[Incoming]], limit: int, taken: Taken) -> None:
    """Devices that have just used four fifths of their own messages of the day."""
    for thing, own in messages.items():
        if not own:  # everything of it was refused
            continue
        count = state.of(thing).days.get(own[-1].received // DAY_MS, (0, 0))[0]
        if quota.crosses(count - len(own), count, limit):
            taken.near.append(thing)


def shard_log(ctx: Context, shard: str, devices: dict[str, Device]) -> ShardLog:
    """The log as this process remembers it, with the session and devices of this batch."""
    city = ctx.city
    kept = {
        thing: retention.kept(city.config, city.config["devices"]["profiles"].get(device.profile))
        for thing, device in devices.items()
    }
    shelf = DynamoShelf(ctx, shard, devices, kept, ZoneInfo(city.zone))
    found = _logs.pop(_name(city, shard), None) or ShardLog(shelf)
    found.shelf = shelf
    _logs[_name(city, shard)] = found
    if len(_logs) > LOGS_KEPT:
        _logs.popitem(last=False)
    _bound_memory(found)
    return found


def _bound_memory(used: ShardLog) -> None:
    """After an outage late readings come for many shards at once; all of them share this process."""
    held = sum(one.tail_size for one in _logs.values())
    for one in _logs.values():  # the one that was used longest ago comes first
        if held <= TAILS_KEPT:
            return
        if one is not used:
            held -= one.tail_size
            one.drop_tail()


def _ask_to_close(ctx: Context, shard: str) -> None:
    from functions.adapters.queue import Pointer, QueueNotReached, SqsQueue
    from functions.core.settings import settings

    try:
        SqsQueue(settings().tasks_queue_url).send(
            Pointer(ctx.city.id, "readings-close-shard", f"{shard}#all")
        )
    except QueueNotReached:  # the night's closing comes anyway
        log.failure("closing not asked for", city=ctx.city.id, shard=shard)


def forget(city: City, shard: str) -> None:
    """What is remembered of a shard may be wrong: read it again the next time."""
    _logs.pop(_name(city, shard), None)


def _name(city: City, shard: str) -> tuple[str, str, str]:
    return city.id, city.created, shard


def reset() -> None:
    """For tests: forget everything."""
    _logs.clear()
