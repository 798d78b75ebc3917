"""What the tasks worker does after an alarm began, became worse or ended: incident, messages, emergency
calls, commands, rules that look at two others. Everything may be done twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from functions.core import clock
from functions.core.context import Context
from functions.sensing.alarms import (
    commands,
    definitions,
    due,
    incidents,
    joining,
    news,
    sos,
    sos_test,
    store,
)
from functions.sensing.alarms.definitions import Definition
from functions.sensing.alarms.domain import RAISED, Alarm
from functions.sensing.alarms.writing import again
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import RETIRED, Device

REMINDERS = 50  # then nobody is at the desk, and the list says so


def follow(ctx: Context, data: Mapping[str, Any]) -> None:
    """``{thing, rules}``: the rules of a device whose alarms have changed."""
    device = registry.find(str(data["thing"])) or Device(str(data["thing"]), "")
    alarms = store.get_many((device.thing, rule) for rule in data["rules"])
    for alarm in alarms.values():
        if device.thing == definitions.TRIAL:
            sos_test.arrived(ctx)
            continue
        rule = definitions.rule_of(ctx, device.thing, device.profile, alarm.rule)
        if sos.is_call(ctx, device, rule):  # before all else: nothing that fails may stand before a call
            sos.begin(ctx, device, alarm)
        joining.check(ctx, device, alarm.rule)
        if not rule.get("silent"):
            _follow_one(ctx, device, rule, alarm)


def _follow_one(ctx: Context, device: Device, rule: Definition, alarm: Alarm) -> None:
    alarm = incidents.link(ctx, device, alarm)
    if not alarm.active or alarm.note:
        return
    news.request(ctx, alarm.department, clock.parse(alarm.tell_at or clock.iso(ctx.now)))
    if rule.get("repeat") and alarm.state == RAISED:
        _plan_reminder(alarm, int(rule["repeat"]), clock.parse(alarm.tell_at))
    if rule.get("command"):
        commands.propose(ctx, device, alarm, rule)


def _plan_reminder(alarm: Alarm, seconds: int, told: Any) -> None:
    data = {"thing": alarm.thing, "rule": alarm.rule, "raised": alarm.episode.raised, "n": alarm.reminders}
    subject = f"{alarm.key}.{alarm.episode.raised}.{alarm.reminders}"
    due.put(told + timedelta(seconds=seconds), "repeat", subject, {**data, "seconds": seconds})


def remind(ctx: Context, data: Mapping[str, Any]) -> None:
    """Tell people again of an alarm that nobody has acknowledged; nothing for one that somebody has."""
    alarm = store.get(str(data["thing"]), str(data["rule"]))
    if alarm is None or alarm.state != RAISED or alarm.episode.raised != data["raised"]:
        return
    device = registry.find(alarm.thing)
    if device is not None and device.state == RETIRED:
        return
    if alarm.reminders == data["n"] and alarm.reminders < REMINDERS:
        alarm = _reminded(ctx, alarm)
    elif alarm.reminders != data["n"] + 1:  # else the one before us fell after it had counted this reminder
        return
    news.request(ctx, alarm.department, ctx.now)
    _plan_reminder(alarm, int(data["seconds"]), clock.parse(alarm.tell_at))


def _reminded(ctx: Context, alarm: Alarm) -> Alarm:
    told = replace(alarm, reminders=alarm.reminders + 1, tell_at=clock.iso(ctx.now))
    again(lambda tx: store.put(tx, told))
    return replace(told, version=told.version + 1)
