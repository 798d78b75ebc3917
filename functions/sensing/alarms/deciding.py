"""What people of the city do about an alarm: say that they are on it, mute its device, plan maintenance.
Who works in another department finds no such alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pynamodb.transactions import TransactWrite

from functions.core import audit, clock
from functions.core.context import Context
from functions.core.errors import Conflict, Forbidden, Invalid, NotFound
from functions.core.i18n import N_
from functions.identity.domain import Staff
from functions.sensing.alarms import definitions, sos, store
from functions.sensing.alarms.domain import ACKNOWLEDGED, RAISED, Alarm
from functions.sensing.alarms.writing import again
from functions.sensing.registry import service as registry_service
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import Device

MUTE_HOURS = (1, 4, 24, 168)
LONGEST = timedelta(days=31)
LONGEST_EMERGENCY = timedelta(hours=24)
WINDOWS = 20


def split_key(key: str) -> tuple[str, str]:
    """``(thing, rule)`` of an address's part. Raises NotFound."""
    thing, dot, rule = key.partition(".")
    if not (dot and thing and rule and len(key) <= 90):
        raise NotFound
    return thing, rule


def check_sees(staff: Staff, department: str) -> None:
    """Raises NotFound for somebody of another department; administrators see all."""
    if not (staff.works_in(department) or staff.is_admin):
        raise NotFound


def check_may(staff: Staff) -> None:
    """Alarms are for clerks and the operations desk, as incidents are. Raises Forbidden."""
    if not staff.may_decide("incident"):
        raise Forbidden(N_("Your role does not allow decisions about alarms"))


def acknowledge(ctx: Context, staff: Staff, thing: str, rule: str, raised: int) -> Alarm:
    """Say "I am on it" of the episode that one has seen; saying it twice is saying it once. Raises NotFound,
    Forbidden, and Conflict when it ended, when another began, or when somebody else was faster."""
    check_may(staff)

    def fill(tx: TransactWrite) -> Alarm:
        alarm = store.get(thing, rule)
        if alarm is None:
            raise NotFound
        check_sees(staff, alarm.department)
        if alarm.state == ACKNOWLEDGED and alarm.by == staff.email and alarm.episode.raised == raised:
            return alarm
        _check_open(alarm, raised)
        return _acknowledge(tx, ctx, alarm, staff.email)

    alarm = again(fill)
    _answer_call(ctx, alarm, staff.email)
    return alarm


def acknowledge_as_contact(ctx: Context, thing: str, rule: str, raised: int, name: str) -> None:
    """A contact of an emergency device answers by the address in their message. Answering when somebody has
    answered changes nothing."""
    sos.answer(ctx, thing, rule, raised, name)

    def fill(tx: TransactWrite) -> None:
        alarm = store.get(thing, rule)
        if alarm and alarm.state == RAISED and alarm.episode.raised == raised:
            _acknowledge(tx, ctx, alarm, name)

    again(fill)


def _check_open(alarm: Alarm, raised: int) -> None:
    if alarm.state == ACKNOWLEDGED:
        raise Conflict(N_("Somebody else has acknowledged this alarm"))
    if alarm.state != RAISED:
        raise Conflict(N_("This alarm has ended; there is nothing to acknowledge"))
    if alarm.episode.raised != raised:
        raise Conflict(N_("This alarm ended and was raised again. Look at its new readings first."))


def _acknowledge(tx: TransactWrite, ctx: Context, alarm: Alarm, who: str) -> Alarm:
    known = replace(alarm, state=ACKNOWLEDGED, by=who, at=clock.iso(ctx.now))
    store.put(tx, known)
    store.put_episode(tx, known, known.episode, clock.epoch(ctx.now))
    chain = audit.read_chain("device", alarm.thing)
    audit.append(tx, chain, "alarm_acknowledged", ctx, {"rule": alarm.rule, "raised": alarm.episode.raised})
    audit.close(tx, chain)
    return known


def _answer_call(ctx: Context, alarm: Alarm, who: str) -> None:
    if sos.find(alarm.thing, alarm.rule, alarm.episode.raised) is not None:
        sos.answer(ctx, alarm.thing, alarm.rule, alarm.episode.raised, who)


def mute_hours(emergency: bool) -> tuple[int, ...]:
    """For how long a device may be muted from now on, in hours."""
    most = LONGEST_EMERGENCY.total_seconds() / 3600
    return tuple(hours for hours in MUTE_HOURS if not emergency or hours <= most)


def may_mute(staff: Staff, emergency: bool) -> bool:
    """Who may silence a device: whoever decides about alarms; calls for help only an administrator."""
    return staff.is_admin if emergency else staff.may_decide("incident")


def mute(ctx: Context, staff: Staff, thing: str, start: datetime, end: datetime) -> Device:
    """In this time the device raises no alarms. Raises NotFound, Forbidden, Invalid, Conflict."""
    device, emergency = _mutable(ctx, staff, thing)
    if not start < end or end <= ctx.now:
        raise Invalid({"until": N_("Enter an end that lies after the beginning and after now")})
    if emergency and end > ctx.now + LONGEST_EMERGENCY:
        raise Invalid({"until": N_("Enter an end within 24 hours: nobody hears a call for help meanwhile")})
    if end - max(start, ctx.now) > LONGEST:
        raise Invalid({"until": N_("Enter an end within 31 days. Retire a device that is away for longer.")})
    now, window = _ms(ctx.now), (_ms(start), _ms(end))
    ahead = [one for one in device.muted if one[1] > now]
    if len(ahead) >= WINDOWS:
        raise Invalid({"until": N_("20 times are planned for this device already. End them first.")})
    past = [one for one in device.muted if one[1] <= now][-(WINDOWS - len(ahead)) :]
    kept = (*past, *ahead, window)
    detail = {"from": window[0], "until": window[1]}
    return registry_service.save(ctx, replace(device, muted=kept), device, "device-muted", detail)


def unmute(ctx: Context, staff: Staff, thing: str) -> Device:
    """It may raise alarms from now on, planned maintenance included."""
    device, _ = _mutable(ctx, staff, thing)
    now = _ms(ctx.now)
    past = tuple((start, min(end, now)) for start, end in device.muted if start < now)
    return registry_service.save(ctx, replace(device, muted=past), device, "device-unmuted", {})


def _mutable(ctx: Context, staff: Staff, thing: str) -> tuple[Device, bool]:
    """A device that the member may mute, and whether people call for help with it."""
    device = registry.find(thing)
    if device is None:
        raise NotFound
    check_sees(staff, definitions.department_of(ctx, device.department, {}))
    emergency = bool(definitions.profile_of(ctx, device.profile).get("emergency"))
    if not may_mute(staff, emergency):
        check_may(staff)
        raise Forbidden(N_("Only an administrator mutes a device that people call for help with"))
    return device, emergency


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def local_moment(text: str, zone: str) -> datetime | None:
    """A moment as people type it (``2026-11-20 09:30``), in the city's time; None for anything else."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found.replace(tzinfo=ZoneInfo(zone)) if found.tzinfo is None else None
