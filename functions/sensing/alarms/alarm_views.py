"""One alarm in the console: what was read, who is on it, what was before; and what can be done about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.core import audit, clock
from functions.core.errors import Conflict, Invalid, NotFound
from functions.core.i18n import N_, pick, t
from functions.sensing import charts, mark_words
from functions.sensing.alarms import commands, deciding, definitions, sos, store
from functions.sensing.alarms.domain import OUT_OF_USE, RAISED, RULE_GONE, Alarm, Episode
from functions.sensing.alarms.list_views import SEVERITIES, STATES, member
from functions.sensing.domain import Reading
from functions.sensing.log import planning
from functions.sensing.registry import store as registry
from functions.sensing.units import shown
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

DONE = {
    "acknowledged": N_("You are on it. Nobody is reminded any more."),
    "muted": N_("The device raises no alarms in this time."),
    "unmuted": N_("The device may raise alarms again."),
}
NOTES = {
    "over-limit": N_(
        "The city's limit of alarms for that day was reached: no incident was opened and nobody was told. "
        "The plan sets the limit."
    ),
    OUT_OF_USE: N_("The alarm ended because the device is out of use."),
    RULE_GONE: N_("The alarm ended because its rule is no longer in force."),
}


def show(ctx: PageContext, key: str, errors: dict[str, str] | None = None, conflict: str = "") -> Page:
    """Raises NotFound for an alarm of another department. A view of a personal device's alarm is recorded."""
    thing, rule_id = deciding.split_key(key)
    alarm, past = store.get_with_past(thing, rule_id)
    if alarm is None:
        raise NotFound
    staff = member(ctx)
    deciding.check_sees(staff, alarm.department)
    profile = definitions.profile_of(ctx, alarm.profile)
    rule = definitions.rule_of(ctx, thing, alarm.profile, rule_id)
    personal = profile.get("retention") == "personal" or bool(profile.get("emergency"))
    if personal:
        audit.record("device", thing, "alarm_viewed", ctx, {"rule": rule_id})
    emergency = bool(profile.get("emergency"))
    device = None if personal or thing == definitions.PLATFORM else registry.find(thing)
    told = commands.told(thing, 5) if device and profile.get("commands") else []
    return Page(
        "alarms/alarm.html",
        status=409 if conflict else 422 if errors else 200,
        section="alarms",
        alarm=alarm_view(ctx, alarm, rule),
        episode=episode_view(ctx, alarm, alarm.episode, rule),
        past=[past_view(ctx, one) for one in past[1:]],
        may=staff.may_decide("incident"),
        can_mute=device is not None or personal,
        may_mute=deciding.may_mute(staff, emergency),
        muted=windows_of(ctx, device.muted) if device else [],
        told=told,
        gives=device is not None and bool(rule.get("command")),
        emergency=emergency,
        call=sos.is_call_rule(profile, rule),
        hours=deciding.mute_hours(emergency),
        late={"days": planning.REPLAY_DAYS, "most": f"{planning.REPLAY_READINGS:,}"},
        example=f"{ctx.now.astimezone(ZoneInfo(ctx.city.zone)):%Y-%m-%d} 14:30",
        typed={name: ctx.value(name) for name in ("from", "until")} if ctx.method == "POST" else {},
        errors=errors or {},
        conflict=conflict,
        done=_said(ctx.query.get("done", "")),
        back=f"/{ctx.city.id}/console/alarms?department={alarm.department}",
    )


def _said(done: str) -> str:
    return t(DONE[done]) if done in DONE else ""


def alarm_view(ctx: PageContext, alarm: Alarm, rule: definitions.Definition) -> dict[str, Any]:
    """The alarm's facts in the reader's language."""
    names = definitions.names_of(ctx, alarm.thing)
    return {
        "key": alarm.key,
        "thing": alarm.thing,
        "name": pick(names) if names else alarm.name or alarm.thing,
        "platform": alarm.thing == definitions.PLATFORM,
        "title": pick(rule["title"]) if rule.get("title") else alarm.title,
        "state": STATES[alarm.state],
        "severity": SEVERITIES[alarm.episode.severity],
        "raised": alarm.episode.raised,
        "open": alarm.state == RAISED,
        "by": alarm.by,
        "at": alarm.at,
        "case": alarm.case,
        "note": t(NOTES[alarm.note]) if alarm.note in NOTES else "",
        "told_from": alarm.tell_at if alarm.tell_at > clock.iso(ctx.now) and alarm.state == RAISED else "",
        "reminders": alarm.reminders,
        "basis": definitions.basis_of(rule),
        "missing": bool(rule.get("missing")),
    }


def episode_view(
    ctx: PageContext, alarm: Alarm, episode: Episode, rule: definitions.Definition
) -> dict[str, Any]:
    """The readings that raised it, as a table and, when there are enough, as a line."""
    quantity, compared = definitions.quantities_of(ctx, alarm.profile, rule, episode.metric)
    unit, decimals = str(quantity.get("unit") or ""), int(quantity.get("precision", 2))
    own, own_decimals = str(compared.get("unit") or ""), int(compared.get("precision", 2))
    rows = [*episode.rows, *((at, value, 0) for at, _, value in episode.steps), *episode.closing]
    readings = [Reading(at, episode.metric, value) for at, value, _ in sorted(set(rows))]
    return {
        "quantity": pick(quantity["names"]) if quantity.get("names") else episode.metric,
        "value": _measure(episode.value, own_decimals, own),
        "limit": _measure(episode.limit, own_decimals, own) if episode.limit is not None else "",
        "raised": iso(episode.raised),
        "cleared": iso(episode.cleared) if episode.cleared is not None else "",
        "withdrawn": episode.withdrawn,
        "rows": [
            {"at": iso(at), "value": _measure(value, decimals, unit), "marks": mark_words.words(flags)}
            for at, value, flags in episode.rows
        ],
        "steps": [
            {"at": iso(at), "severity": SEVERITIES[severity], "value": _measure(value, own_decimals, own)}
            for at, severity, value in episode.steps
        ],
        "closing": [
            {"at": iso(at), "value": _measure(value, decimals, unit)} for at, value, _ in episode.closing
        ],
        "chart": charts.line(readings, episode.limit if own == unit else None),
        "low": _measure(min(one.value for one in readings), decimals, unit) if readings else "",
        "high": _measure(max(one.value for one in readings), decimals, unit) if readings else "",
        "first": iso(readings[0].at) if readings else "",
        "last": iso(readings[-1].at) if readings else "",
    }


def past_view(ctx: PageContext, one: store.PastEpisode) -> dict[str, Any]:
    """A line about an earlier time."""
    episode = one.episode
    return {
        "raised": iso(episode.raised),
        "cleared": iso(episode.cleared) if episode.cleared is not None else "",
        "withdrawn": episode.withdrawn,
        "severity": SEVERITIES[episode.severity],
        "by": one.by,
        "case": one.case,
    }


def iso(at_ms: int) -> str:
    """For the template's filter of moments."""
    return clock.iso(datetime.fromtimestamp(at_ms / 1000, UTC))


def _measure(value: float, decimals: int, unit: str) -> str:
    """With the quantity's decimals, or as many as a limit needs, and the unit as people write it."""
    text = f"{value:.{decimals}f}" if round(value, decimals) == value or decimals else f"{value:g}"
    return f"{text} {shown(unit)}".strip()


def windows_of(ctx: PageContext, muted: tuple[tuple[int, int], ...]) -> list[dict[str, str]]:
    """When a device is muted, now and later."""
    now = int(ctx.now.timestamp() * 1000)
    return [{"from": iso(start), "until": iso(end)} for start, end in sorted(muted) if end > now]


def change(ctx: PageContext, key: str) -> Page | Redirect:
    """Carry out what was chosen, or say why not."""
    thing, rule = deciding.split_key(key)
    action = ctx.value("do")
    try:
        done = _do(ctx, thing, rule, action)
    except Invalid as problem:
        return show(ctx, key, problem.fields)
    except Conflict as problem:
        return show(ctx, key, conflict=t(problem.message))
    return Redirect(f"/{ctx.city.id}/console/alarms/{key}?done={done}")


def _do(ctx: PageContext, thing: str, rule: str, action: str) -> str:
    staff = member(ctx)
    if action == "acknowledge":
        raised = ctx.value("raised")
        deciding.acknowledge(
            ctx, staff, thing, rule, int(raised) if raised.isascii() and raised.isdigit() else 0
        )
        return "acknowledged"
    if action == "unmute":
        deciding.unmute(ctx, staff, thing)
        return "unmuted"
    if action == "mute":
        hours = ctx.value("hours")
        if hours not in map(str, deciding.MUTE_HOURS):
            raise Invalid({"hours": N_("Choose how long the device is to be muted")})
        deciding.mute(ctx, staff, thing, ctx.now, ctx.now + timedelta(hours=int(hours)))
        return "muted"
    if action == "maintenance":
        start, end = (deciding.local_moment(ctx.value(name), ctx.city.zone) for name in ("from", "until"))
        if start is None or end is None:
            field = "from" if start is None else "until"
            raise Invalid({field: N_("Enter a date and a time like 2026-11-20 14:30")})
        deciding.mute(ctx, staff, thing, start, end)
        return "muted"
    raise Invalid({"do": N_("Choose what to do with this alarm")})
