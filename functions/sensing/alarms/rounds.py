"""Every fifth minute, for a city with devices: which are silent, whether the way to us works, and which
alarms would never end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from functions.core import log
from functions.core.context import Context
from functions.sensing.alarms import definitions, opening, sos_test, store
from functions.sensing.alarms.definitions import PLATFORM
from functions.sensing.alarms.domain import OUT_OF_USE, RULE_GONE, Alarm
from functions.sensing.alarms.silence import Heard, judge
from functions.sensing.domain import Reading
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import ACTIVE, RETIRED, REVOKED, Device
from functions.sensing.rules.domain import Change

OUT = (RETIRED, REVOKED)
OPEN_AT_MOST = 1000


def go(ctx: Context, _: str) -> None:
    """One city's round. Doing it twice changes nothing."""
    known = registry.list_devices()
    _end_what_nothing_ends(ctx, {one.thing: one for one in known})
    devices = [one for one in known if one.state == ACTIVE]
    watched = [one for one in devices if one.thing != definitions.TRIAL and _rules(ctx, one)]
    if watched:
        _see_who_is_silent(ctx, registry.get_many(one.thing for one in watched))
    _tell_of_test(ctx, sos_test.go(ctx, devices))


def _end_what_nothing_ends(ctx: Context, known: Mapping[str, Device]) -> None:
    """Open alarms of devices that are out of use, and those of rules that are gone and that no reading ends:
    silence, two together. One call a department."""
    lines = [one for name in ctx.city.config["departments"] for one in store.list_open(name, OPEN_AT_MOST)]
    for thing in dict.fromkeys(line.thing for line in lines if line.thing in known):
        rules = definitions.rules_of(ctx, thing, known[thing].profile)
        listed = [line.rule for line in lines if line.thing == thing]
        if known[thing].state in OUT:
            device = registry.find(thing)  # the list may be a moment old
            if device is not None and device.state in OUT:
                opening.end(ctx, device, {*rules, *listed}, OUT_OF_USE)
        elif gone := [rule for rule in listed if rule not in rules]:
            alarms = store.get_many((thing, rule) for rule in gone).values()
            unread = [alarm.rule for alarm in alarms if not alarm.episode.metric]
            opening.end(ctx, known[thing], unread, RULE_GONE)


def _rules(ctx: Context, device: Device) -> list[Mapping[str, Any]]:
    rules = definitions.rules_of(ctx, device.thing, device.profile).values()
    return [rule for rule in rules if rule.get("missing")]


def _see_who_is_silent(ctx: Context, devices: Mapping[str, Device]) -> None:
    from functions.sensing.log import read

    states = read.latest(list(devices.values()))
    now = int(ctx.now.timestamp() * 1000)
    pairs = [(device, rule) for device in devices.values() for rule in _rules(ctx, device)]
    alarms = store.get_many(
        [
            *((device.thing, rule["id"]) for device, rule in pairs),
            *((PLATFORM, rule) for rule in LANES.values()),
        ]
    )
    heard = [
        _heard(ctx, device, rule, states[device.thing], alarms.get((device.thing, rule["id"])), now)
        for device, rule in pairs
        if device.thing in states
    ]
    verdict = judge(now, heard)
    for one in verdict.silent:
        _change(ctx, devices[one.thing], one, "raised", now)
    for one in verdict.back:
        _change(ctx, devices[one.thing], one, "cleared", one.received or now)
    _tell_of_lanes(ctx, verdict.stopped, verdict.running, alarms, now)


def _heard(
    ctx: Context, device: Device, rule: Mapping[str, Any], state: Any, alarm: Alarm | None, now: int
) -> Heard:
    profile = definitions.profile_of(ctx, device.profile)
    seconds = int(getattr(state, "promise", None) or 0) or int(profile.get("heartbeat") or 86_400)
    return Heard(
        device.thing, rule["id"], str(profile.get("lane") or "routine"), state.received, seconds * 1000,
        float(rule["missing"]), alarm.episode.raised if alarm and alarm.active else None,
        device.is_muted(now),
    )  # fmt: skip


def _change(ctx: Context, device: Device, one: Heard, what: Any, now: int) -> None:
    """Raised at the moment of the round, with the last word as its evidence; cleared at the next word."""
    rule = definitions.rule_of(ctx, device.thing, device.profile, one.rule)
    at = now if what == "raised" else max(one.received or now, one.alarmed or 0)
    last = Reading(one.received or at, "", (at - (one.received or at)) / 60_000)
    limit = one.interval * one.times / 60_000
    change = Change(one.rule, "", what, rule["severity"], at, last, (last,), last.value, limit)
    opening.raise_alone(ctx, device, [change])


LANES = {"urgent": "stopped-urgent", "routine": "stopped-routine"}


def _tell_of_lanes(
    ctx: Context,
    stopped: Mapping[str, int],
    running: Iterable[str],
    alarms: Mapping[Any, Alarm],
    now: int,
) -> None:
    """One notice for a whole lane, which ends when anything comes again."""
    for lane, rule in LANES.items():
        alarm = alarms.get((PLATFORM, rule))
        active = bool(alarm and alarm.active)
        if (lane in stopped) == active or (active and lane not in running):
            continue
        if not active:
            log.failure("nothing comes from a city's devices", city=ctx.city.id, lane=lane)
        _notice(ctx, rule, not active, (now - stopped.get(lane, now)) / 60_000)


def _tell_of_test(ctx: Context, passed: bool | None) -> None:
    """A test of calls for help that failed stands on the list until one passes."""
    if passed is not None:
        alarm = store.get(PLATFORM, "sos-test")
        if bool(alarm and alarm.active) == passed:
            _notice(ctx, "sos-test", not passed, 0.0)


def _notice(ctx: Context, rule: str, begins: bool, value: float) -> None:
    """Raise or end one of the platform's own alarms."""
    now = int(ctx.now.timestamp() * 1000)
    reading = Reading(now, "", value)
    what: Any = "raised" if begins else "cleared"
    severity = definitions.PLATFORM_RULES[rule]["severity"]
    change = Change(rule, "", what, severity, now, reading, (reading,), value, None)
    opening.raise_alone(ctx, Device(PLATFORM, PLATFORM), [change])
