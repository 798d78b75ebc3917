"""Emergency buttons and falls: the device's contacts are called one after the other, five minutes apart,
until one of them answers; then the department. A call goes on though the button reports that it was let go.

This is neither an emergency service nor a medical device; every page and message of it says so."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, TransactWriteError, UpdateError

from functions.core import audit, clock, ids, keys
from functions.core.context import Context
from functions.core.errors import LINK_ENDED, NotFound
from functions.core.keyring import city_key
from functions.core.store import CityModel, contended, failed_conditions, read_together, transaction
from functions.sensing.alarms import definitions, due
from functions.sensing.alarms.definitions import Definition
from functions.sensing.alarms.domain import Alarm, rank
from functions.sensing.log.retention import of_class
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import Device

KINDS = ("sos", "fall")
ANSWER_WITHIN = timedelta(minutes=5)
LATE = timedelta(minutes=10)  # of a next call that nobody has made yet
DEPARTMENT_ROUNDS = 6
LINK_LIFE = timedelta(hours=24)
CALLING, ANSWERED, UNANSWERED = "calling", "answered", "unanswered"
_CONDITION = "ConditionalCheckFailedException"


class CallItem(CityModel):
    """One call for help. ``step`` is who is called next; ``log`` who was called when."""

    state = UnicodeAttribute()
    step = NumberAttribute(default=0)
    begun = UnicodeAttribute()
    by = UnicodeAttribute(null=True)
    at = UnicodeAttribute(null=True)
    log = JSONAttribute()
    test = NumberAttribute(default=0)


@dataclass(frozen=True)
class Call:
    """A call as pages show it. ``log`` is ``[iso, name]`` of each who was called."""

    rule: str
    raised: int
    state: str
    begun: str
    by: str
    at: str
    log: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Link:
    """What a contact's address names: the contact's number, the call, the device and the end of the device's
    chain of events, to which the view is added."""

    number: str
    call: Call
    device: Device
    chain: audit.Chain


def is_call(ctx: Context, device: Device, rule: Definition) -> bool:
    """Whether an alarm of this rule is somebody's call for help: a battery that runs low is none."""
    return is_call_rule(definitions.profile_of(ctx, device.profile), rule)


def is_call_rule(profile: Definition, rule: Definition) -> bool:
    """As :func:`is_call`."""
    return bool(profile.get("emergency")) and rule.get("kind") in KINDS


def begin(ctx: Context, device: Device, alarm: Alarm) -> None:
    """Start calling. Whoever fell between the call's item and its first message is made good for: the first
    step is done once, however often this comes again."""
    sk = _sk(alarm.rule, alarm.episode.raised)
    item = CallItem(
        keys.sos(device.thing), sk, state=CALLING, step=0, begun=clock.iso(ctx.now), log=[],
        ttl=clock.epoch(ctx.now + timedelta(days=of_class(ctx.city.config, "personal"))),
    )  # fmt: skip
    try:
        item.save(condition=CallItem.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != _CONDITION:
            raise
    call_next(ctx, {"thing": device.thing, "rule": alarm.rule, "raised": alarm.episode.raised, "step": 0})


def _sk(rule: str, raised: int) -> str:
    return f"CALL#{raised:015d}#{rule}"


def call_next(ctx: Context, data: Mapping[str, Any]) -> None:
    """Call the next contact, unless somebody has answered; five minutes later the one after."""
    from functions.notifications import service as notifications

    thing, rule, raised, step = (data[name] for name in ("thing", "rule", "raised", "step"))
    item = _find(str(thing), str(rule), int(raised))
    device = registry.find(str(thing))
    if item is None or device is None or item.state != CALLING or int(item.step) != step:
        return
    steps = len(device.contacts) + DEPARTMENT_ROUNDS
    (told, name), before = _told(ctx, device, int(step)), int(step)
    while not told and step < steps - 1:  # who cannot be reached costs no five minutes, and was not called
        step += 1
        told, name = _told(ctx, device, step)
    last = step >= steps - 1
    rows = []
    tx = transaction()
    for event, number in told:
        rows.append(notifications.enqueue(tx, ctx, event, f"{thing}|{rule}|{raised}|{number}"))
    tx.update(
        CallItem(item.pk, item.sk),
        actions=[
            CallItem.step.set(step + 1),
            CallItem.log.set([*item.log, *([[clock.iso(ctx.now), name]] if told else [])]),
            CallItem.state.set(UNANSWERED if last else CALLING),
        ],
        condition=(CallItem.step == before) & (CallItem.state == CALLING),
    )
    if not last:
        after = ctx.now + ANSWER_WITHIN
        due.add(tx, after, "sos", f"{thing}.{rule}.{raised}.{step + 1}", {**data, "step": step + 1})
    try:
        with tx:
            pass
    except TransactWriteError as error:
        if failed_conditions(error) and not contended(error):
            return  # answered, or called by another worker, at this very moment
        raise
    for row in rows:
        notifications.point(ctx, row)


def _told(ctx: Context, device: Device, step: int) -> tuple[list[tuple[str, str]], str]:
    """``(event, number)`` of each message of a step, and whom it calls: a contact, then the department."""
    from functions.people.budget import sends_sms

    if step < len(device.contacts):
        contact = device.contacts[step]
        found = [("sos-mail", str(step))] if contact.get("email") else []
        found += [("sos-sms", str(step))] if contact.get("phone") and sends_sms(ctx) else []
        return found, contact.get("name", "")
    from functions.sensing.alarms.news import addresses

    department = definitions.department_of(ctx, device.department, {})
    people = addresses(ctx, department, rank("critical"))
    return [("sos-mail", ids.digest(one)[:16]) for one in people], department


def answer(ctx: Context, thing: str, rule: str, raised: int, who: str) -> None:
    """Somebody sees to it: no more calls, and the button is told when it may be, by whoever says so first or
    again. Raises NotFound for a call that is not there."""
    try:
        CallItem(keys.sos(thing), _sk(rule, raised)).update(
            actions=[
                CallItem.state.set(ANSWERED),
                CallItem.by.set(who),
                CallItem.at.set(clock.iso(ctx.now)),
            ],
            condition=CallItem.pk.exists() & (CallItem.state != ANSWERED),
        )
    except UpdateError as error:
        if error.cause_response_code != _CONDITION:
            raise
        if _find(thing, rule, raised) is None:
            raise NotFound from error
    from functions.sensing.alarms import commands

    device = registry.find(thing)
    if device is not None:
        commands.say_received(ctx, device, rule, raised)


def _find(thing: str, rule: str, raised: int) -> CallItem | None:
    try:
        return CallItem.get(keys.sos(thing), _sk(rule, raised), consistent_read=True)
    except CallItem.DoesNotExist:
        return None


def find(thing: str, rule: str, raised: int) -> Call | None:
    """One call: one read."""
    item = _find(thing, rule, raised)
    return _call(item) if item else None


def calls_of(thing: str, limit: int = 20) -> list[Call]:
    """A device's calls, the last one first: one read."""
    found = CallItem.query(
        keys.sos(thing), CallItem.sk.startswith("CALL#"), scan_index_forward=False, limit=limit
    )
    return [_call(item) for item in found]


def _call(item: CallItem) -> Call:
    _, raised, rule = item.sk.split("#", 2)
    log = tuple((at, name) for at, name in item.log)
    return Call(rule, int(raised), item.state, item.begun, item.by or "", item.at or "", log)


def called_just_now(now: datetime) -> set[str]:
    """Devices of which a contact has been called in the last five minutes, whether or not somebody has
    answered since: one call."""
    return {str(data["thing"]) for data in due.between("sos", now - LATE, now + ANSWER_WITHIN)}


def code_of(ctx: Context, thing: str, rule: str, raised: int, number: str) -> str:
    """The last part of the address with which one contact answers one call; it is stored nowhere."""
    name = f"{thing}.{rule}.{raised}.{number}"
    key = city_key(ctx.city.id, "sos")
    return f"{name}.{hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:24]}"


def open_code(ctx: Context, code: str) -> Link:
    """What a code of this city that is not older than a day leads to: one read. Raises NotFound."""
    parts = code.split(".")
    if len(parts) != 5 or not parts[2].isascii() or not parts[2].isdigit() or len(parts[2]) > 15:
        raise NotFound(LINK_ENDED)
    thing, rule, raised, number, _ = parts
    if not ids.same(code_of(ctx, thing, rule, int(raised), number), code):
        raise NotFound(LINK_ENDED)
    places = (keys.sos(thing), _sk(rule, int(raised))), (keys.device(thing), keys.META)
    end = keys.chain("device", thing), keys.HEAD
    read = read_together([*places, end])
    if not all(place in read for place in places):
        raise NotFound(LINK_ENDED)
    call = _call(CallItem.from_raw_data(read[places[0]]))
    if ctx.now - clock.parse(call.begun) > LINK_LIFE:
        raise NotFound(LINK_ENDED)
    chain = audit.chain_of("device", thing, read.get(end))
    return Link(number, call, registry.of_raw(read[places[1]]), chain)
