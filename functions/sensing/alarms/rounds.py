"""Every fifth minute, for a city with devices: which are silent, whether the way to us works, and which
alarms would never end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from functions.core import log
from functions.core.context import Context
from functions.sensing.alarms import definitions, opening, sos_test, store
from functions.sensing.alarms.definitions import PLATFORM
from functions.sensing.alarms.domain import OUT_OF_USE, RULE_GONE, Alarm
from functions.sensing.alarms.silence import Heard, judge
from functions.sensing.domain import Reading
from functions.sensing.log.domain import DeviceState
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import ACTIVE, RETIRED, REVOKED, Device
from functions.sensing.rules.domain import Change

OUT = (RETIRED, REVOKED)
OPEN_AT_MOST = 1000
SETTLED_AT_ONCE = 200  # devices whose rules have changed, in a round


def go(ctx: Context, _: str) -> None:
    """One city's round. Doing it twice changes nothing."""
    from functions.sensing.log import read

    known = registry.list_devices()
    devices = [one for one in known if one.state == ACTIVE]
    active = registry.get_many(one.thing for one in devices if one.thing != definitions.TRIAL)
    states = read.latest(list(active.values())) if active else {}
    _end_what_nothing_ends(ctx, {one.thing: one for one in known}, active, states)
    watched = {thing: one for thing, one in active.items() if _rules(ctx, one)}
    if watched:
        _see_who_is_silent(ctx, watched, states)
    _tell_of_test(ctx, sos_test.go(ctx, devices))


def _end_what_nothing_ends(
    ctx: Context, known: Mapping[str, Device], active: Mapping[str, Device], states: Mapping[str, DeviceState]
) -> None:
    """Open alarms of devices that are out of use, and those of rules that are gone or have another condition
    now. One call a department."""
    lines = [one for name in ctx.city.config["departments"] for one in store.list_open(name, OPEN_AT_MOST)]
    listed: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        if line.thing in known:
            listed[line.thing].add(line.rule)
    for thing, own in listed.items():
        if known[thing].state in OUT:
            _end_out_of_use(ctx, thing, own)
    _settle_rules(ctx, listed, active, states)


def _end_out_of_use(ctx: Context, thing: str, listed: set[str]) -> None:
    from functions.sensing.log import settling

    device = registry.find(thing)  # the list may be a moment old
    if device is not None and device.state in OUT:
        settling.forget(ctx, [device])  # first, since nobody would do it after
        opening.end(ctx, device, {*definitions.rules_of(ctx, thing, device.profile), *listed}, OUT_OF_USE)


def _settle_rules(
    ctx: Context,
    listed: Mapping[str, set[str]],
    active: Mapping[str, Device],
    states: Mapping[str, DeviceState],
) -> None:
    """So many devices in a round; the others wait for the next one."""
    from functions.sensing.log import rulesets, settling

    rules_of = rulesets.Rulesets(ctx.city, dict(active))
    outdated: dict[str, set[str]] = {}
    for thing, device in active.items():
        state = states.get(thing, DeviceState())
        raised = {*listed.get(thing, ()), *state.alarms}
        if not raised:
            continue
        rules = definitions.rules_of(ctx, thing, device.profile)
        gone = {rule for rule in raised if rule not in rules}
        if gone or settling.is_outdated_of(state, rules_of([thing])[thing]):
            outdated[thing] = gone
    now = dict(list(outdated.items())[:SETTLED_AT_ONCE])
    settling.look_again(ctx, [active[thing] for thing in now])
    for thing, gone in now.items():
        if gone:
            opening.end(ctx, active[thing], gone, RULE_GONE)


def _rules(ctx: Context, device: Device) -> list[Mapping[str, Any]]:
    rules = definitions.rules_of(ctx, device.thing, device.profile).values()
    return [rule for rule in rules if rule.get("missing")]


def _see_who_is_silent(
    ctx: Context, devices: Mapping[str, Device], states: Mapping[str, DeviceState]
) -> None:
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
