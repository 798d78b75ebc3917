"""What a device is told: a lamp, a pump, "received" on a button. Only a device that an administrator
approved; confirmed by a person, or at once when two people approved the rule. Every step is kept and audited.

waiting -> confirmed -> sent -> done | refused (by the device) | late. A command that is late is taken back,
so that a device which wakes up tomorrow does not start a pump."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, TransactWriteError, UpdateError

from functions.adapters.shadows import IotShadows, Shadows
from functions.core import audit, clock, ids, keys
from functions.core.context import Context
from functions.core.errors import Conflict, Invalid, NotFound
from functions.core.i18n import N_
from functions.core.store import CityModel, contended, failed_conditions, transaction
from functions.sensing.alarms import approving, definitions, due
from functions.sensing.alarms.domain import Alarm
from functions.sensing.provisioning import thing_name
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import ACTIVE, Device

WAITING, CONFIRMED, SENT, DONE, REFUSED, LATE, DROPPED = (
    "waiting", "confirmed", "sent", "done", "refused", "late", "dropped",
)  # fmt: skip
OPEN = (WAITING, CONFIRMED, SENT)
LOOKS_S = (2, 3, 5, 10, 20, 30)  # between two looks at the shadow
CONFIRM_WITHIN = timedelta(hours=12)
SEND_WITHIN = timedelta(minutes=5)  # after it was confirmed: later nobody expects it any more
ANSWER = "answer"  # who answered a call for help has confirmed that its button hears so, however late
PER_DAY = 200
KEPT = timedelta(days=400)
_CONDITION = "ConditionalCheckFailedException"


class CommandItem(CityModel):
    """One command to a device."""

    state = UnicodeAttribute()
    name = UnicodeAttribute()
    value = JSONAttribute()
    asked_at = UnicodeAttribute()
    by = UnicodeAttribute(default="")
    why = UnicodeAttribute(default="")
    sent_at = UnicodeAttribute(null=True)
    ended_at = UnicodeAttribute(null=True)


@dataclass(frozen=True)
class Told:
    """A command as pages show it. ``why`` is the rule that asks for it, "" for a person's own."""

    id: str
    state: str
    name: str
    value: Any
    asked_at: str
    by: str
    why: str
    sent_at: str
    ended_at: str


def shadows() -> Shadows:
    """The real ones; tests replace it."""
    return IotShadows()


def allowed(ctx: Context, device: Device, name: str, value: Any) -> bool:
    """Whether the device's profile knows the command, and the value is one of its words or within its
    range."""
    command = definitions.profile_of(ctx, device.profile).get("commands", {}).get(name)
    if command is None:
        return False
    if command.get("values"):
        return str(value) in command["values"]
    low, high = command.get("range") or (0.0, 1.0)
    return isinstance(value, int | float) and low <= value <= high


def propose(ctx: Context, device: Device, alarm: Alarm, rule: Mapping[str, Any]) -> None:
    """What a raised rule asks for: a person confirms it, unless two have approved the rule. Once per
    episode."""
    command = rule["command"]
    target = registry.find(command["of"]) if command.get("of") else device
    if (
        target is None
        or not may_be_told(target)
        or not allowed(ctx, target, command["name"], command["value"])
    ):
        return
    command_id = f"{alarm.episode.raised:015d}-{alarm.thing}-{alarm.rule}"
    new = _put(ctx, target, command_id, command["name"], command["value"], WAITING, why=alarm.rule)
    if len(approving.approvals(ctx, device, rule)) >= 2 and (new or _waits(target.thing, command_id)):
        _confirm(ctx, target, command_id, "two")


def say_received(ctx: Context, device: Device, rule: str, raised: int) -> None:
    """Tell an emergency button that somebody answered; who answered has confirmed by that."""
    command = definitions.profile_of(ctx, device.profile).get("commands", {}).get("received")
    if command and may_be_told(device):
        command_id = f"{raised:015d}-received-{rule}"
        value = next(iter(command.get("values") or ()), 1)
        new = _put(ctx, device, command_id, "received", value, WAITING, why=rule)
        if new or _waits(device.thing, command_id):
            _confirm(ctx, device, command_id, ANSWER)


def _waits(thing: str, command_id: str) -> bool:
    """Whether whoever asked fell before it could confirm."""
    item = _get(thing, command_id)
    return item is not None and item.state == WAITING


def may_be_told(device: Device) -> bool:
    """Registered, and approved for commands by an administrator."""
    return device.state == ACTIVE and device.commands


def ask(ctx: Context, device: Device, name: str, value: Any) -> str:
    """A person's own command, still to be confirmed; its id. Raises Invalid, RateLimited."""
    from functions.core import limits

    if not may_be_told(device):
        raise Invalid({"command": N_("This device is not approved for commands")})
    if not allowed(ctx, device, name, value):
        raise Invalid({"command": N_("Choose what the device is to do")})
    limits.hit("commands-day", ctx.city.limit("commands_per_day", PER_DAY), 86_400)
    command_id = f"{int(ctx.now.timestamp() * 1000):015d}-{ids.new_id(ctx.now)[-8:]}"
    _put(ctx, device, command_id, name, value, WAITING, by=ctx.actor.id)
    return command_id


def confirm(ctx: Context, device: Device, command_id: str) -> None:
    """A person says: do it. Raises Conflict when it was confirmed, dropped or is too old."""
    if not may_be_told(device):
        raise Invalid({"command": N_("This device is not approved for commands")})
    _confirm(ctx, device, command_id, ctx.actor.id)


def drop(ctx: Context, device: Device, command_id: str) -> None:
    """A person says: not this."""
    _move(ctx, device.thing, command_id, (WAITING,), DROPPED, by=ctx.actor.id)
    _record(ctx, device.thing, "command_dropped", command_id)


def _put(
    ctx: Context,
    device: Device,
    command_id: str,
    name: str,
    value: Any,
    state: str,
    *,
    by: str = "",
    why: str = "",
) -> bool:
    item = CommandItem(
        keys.commands(device.thing), f"C#{command_id}", state=state, name=name, value=value, by=by, why=why,
        asked_at=clock.iso(ctx.now), ttl=clock.epoch(ctx.now + KEPT),
    )  # fmt: skip
    try:
        item.save(condition=CommandItem.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != _CONDITION:
            raise
        return False
    _record(ctx, device.thing, "command_asked", command_id, {"name": name, "value": value, "rule": why})
    return True


def _confirm(ctx: Context, device: Device, command_id: str, by: str) -> None:
    item = _get(device.thing, command_id)
    if item is None:
        raise NotFound
    if ctx.now - clock.parse(item.asked_at) > CONFIRM_WITHIN:
        raise Conflict(N_("This command is too old. Give it anew if it is still right."))
    name = {"thing": device.thing, "id": command_id, "look": 0, "confirmed": clock.iso(ctx.now)}
    tx = transaction()
    tx.update(
        CommandItem(keys.commands(device.thing), f"C#{command_id}"),
        actions=[CommandItem.state.set(CONFIRMED), CommandItem.by.set(by)],
        condition=CommandItem.state == WAITING,
    )
    row = due.add(tx, ctx.now, "command", f"{device.thing}.{command_id}.0", name)
    chain = audit.read_chain("device", device.thing)
    audit.append(tx, chain, "command_confirmed", ctx, {"command": command_id, "by": by})
    audit.close(tx, chain)
    try:
        with tx:  # all or nothing: what is confirmed is looked at, and stands in the audit
            pass
    except TransactWriteError as error:
        if not (failed_conditions(error) or contended(error)):
            raise
        raise Conflict(N_("Somebody else has decided about this command")) from error
    due.point(ctx, row)


def _look_again(ctx: Context, thing: str, command_id: str, number: int, seconds: int) -> None:
    at = ctx.now + timedelta(seconds=seconds)
    data = {"thing": thing, "id": command_id, "look": number}
    row = due.put(at, "command", f"{thing}.{command_id}.{number}", data)
    due.point(ctx, row, seconds)


def look(ctx: Context, data: Mapping[str, Any]) -> None:
    """Send what is confirmed; see whether what was sent is done. Raises ShadowNotReached."""
    thing, command_id, number = str(data["thing"]), str(data["id"]), int(data["look"])
    item, device = _get(thing, command_id), registry.find(thing)
    if item is None or device is None or item.state not in (CONFIRMED, SENT):
        return
    name = thing_name(ctx.city.id, thing)
    if item.state == CONFIRMED:
        if not may_be_told(device):
            _end(ctx, item, DROPPED)
            return
        if _expired(ctx, item, data):
            _take_back(name, item)  # it may have been sent, and the worker fell before it could say so
            _end(ctx, item, LATE)
            return
        shadows().desire(name, {item.name: {"value": item.value, "id": command_id}})
        _move(ctx, thing, command_id, (CONFIRMED,), SENT, sent_at=clock.iso(ctx.now))
    else:
        found = shadows().reported(name).get(item.name)
        if isinstance(found, dict) and found.get("id") == command_id:
            _end(ctx, item, REFUSED if found.get("ok") is False else DONE)
            return
        if ctx.now >= clock.parse(item.sent_at or item.asked_at) + _timeout(ctx, device, item.name):
            _take_back(name, item)
            _end(ctx, item, LATE)
            return
    _look_again(ctx, thing, command_id, number + 1, LOOKS_S[min(number, len(LOOKS_S) - 1)])


def _expired(ctx: Context, item: CommandItem, data: Mapping[str, Any]) -> bool:
    """Whether it was confirmed too long ago to be sent now."""
    confirmed = clock.parse(data.get("confirmed") or item.asked_at)
    return item.by != ANSWER and ctx.now > confirmed + SEND_WITHIN


def _timeout(ctx: Context, device: Device, name: str) -> timedelta:
    command = definitions.profile_of(ctx, device.profile).get("commands", {}).get(name) or {}
    return timedelta(seconds=int(command.get("timeout") or 60))


def _take_back(name: str, item: CommandItem) -> None:
    shadows().desire(name, {item.name: None})


def _end(ctx: Context, item: CommandItem, state: str) -> None:
    thing, command_id = item.pk.partition("#")[2], item.sk.partition("#")[2]
    _move(ctx, thing, command_id, (CONFIRMED, SENT), state, ended_at=clock.iso(ctx.now))
    _record(ctx, thing, f"command_{state}", command_id)


def _move(
    ctx: Context, thing: str, command_id: str, sources: tuple[str, ...], state: str, **more: str
) -> None:
    item = CommandItem(keys.commands(thing), f"C#{command_id}")
    actions = [CommandItem.state.set(state)]
    actions += [getattr(CommandItem, key).set(text) for key, text in more.items()]
    try:
        item.change(actions, condition=CommandItem.state.is_in(*sources))
    except UpdateError as error:
        if error.cause_response_code != _CONDITION:
            raise
        raise Conflict(N_("Somebody else has decided about this command")) from error


def _record(
    ctx: Context, thing: str, action: str, command_id: str, detail: Mapping[str, Any] | None = None
) -> None:
    audit.record("device", thing, action, ctx, {"command": command_id, **(detail or {})})


def _get(thing: str, command_id: str) -> CommandItem | None:
    try:
        return CommandItem.get(keys.commands(thing), f"C#{command_id}", consistent_read=True)
    except CommandItem.DoesNotExist:
        return None


def told(thing: str, limit: int = 25) -> list[Told]:
    """A device's commands, the last one first: one read."""
    found = CommandItem.query(
        keys.commands(thing), CommandItem.sk.startswith("C#"), scan_index_forward=False, limit=limit,
        consistent_read=True,
    )  # fmt: skip
    return [
        Told(
            item.sk.partition("#")[2], item.state, item.name, item.value, item.asked_at, item.by or "",
            item.why or "", item.sent_at or "", item.ended_at or "",
        )
        for item in found
    ]  # fmt: skip
