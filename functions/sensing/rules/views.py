"""The console's pages of alarm rules: all of them in plain words, one with what was decided about it, and a
change tried on what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from functions.core import audit, limits
from functions.core.errors import Invalid, NotFound
from functions.core.i18n import N_, pick, t
from functions.identity.domain import Staff
from functions.sensing import units
from functions.sensing.alarms import definitions
from functions.sensing.rules import trying, typed, watching, words
from functions.sensing.rules.build import PLACE, waits_for
from functions.sensing.rules.watching import Watched
from functions.tenancy.rule_decisions import Decisions, name_of
from functions.web import formats
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

TRIES, TRIES_WINDOW_S = 30, 3600
EPISODES_SHOWN = 50
NAMES_SHOWN = 10
STATES = {
    "on": (N_("On"), "green"),
    "waits": (N_("Waits for confirmation"), "yellow"),
    "off": (N_("Switched off"), "grey"),
    "area": (N_("Waits for an area"), "yellow"),
    "place": (N_("Waits for a place"), "yellow"),
}
LABELS = {
    "clear": N_("The alarm ends at"),
    "by": N_("Change by more than"),
    "within": N_("Within so many minutes"),
    "beyond": N_("Metres beyond the edge"),
    "radius": N_("Metres around its place"),
    "window": N_("Window in minutes"),
    "faulty": N_("Readings in a row that are not plausible"),
    "missing": N_("Silent for so many times the time in which it must speak"),
    "hold": N_("It must stay so for so many minutes"),
    "needed": N_("So many readings must say so …"),
    "of": N_("… of the last so many"),
}


def home(ctx: PageContext) -> str:
    """The address of the list."""
    return f"/{ctx.city.id}/console/rules"


def _href(ctx: PageContext, profile_id: str, rule_id: str) -> str:
    return f"{home(ctx)}?{urlencode({'profile': profile_id, 'rule': rule_id})}"


def _staff(ctx: PageContext) -> Staff:
    if ctx.staff is None:
        raise NotFound
    return ctx.staff


def _admin(ctx: PageContext) -> Staff:
    staff = _staff(ctx)
    if not staff.is_admin:
        raise NotFound
    return staff


def show(ctx: PageContext) -> Page:
    """All rules that watch the city's devices, or with ``profile`` and ``rule`` one of them. Two calls."""
    _staff(ctx)
    found, decisions = watching.watched(ctx)
    if ctx.query.get("rule"):
        return _one(ctx, found, decisions, ctx.query.get("profile", ""), ctx.query["rule"], {})
    plausibility = ctx.query.get("only") == "plausibility"
    return Page(
        "rules/list.html",
        section="rules",
        home=home(ctx),
        plausibility=plausibility,
        groups=[_group(ctx, one, plausibility) for one in found],
    )


def _group(ctx: PageContext, one: Watched, plausibility: bool) -> dict[str, Any]:
    """Rules of plausibility, one a quantity, would hide the others: they have a list of their own."""
    rules = (*one.own, *one.profile.get("rules", ()))
    return {
        "name": str(pick(one.profile["names"])),
        "count": len(one.things),
        "rules": [_line(ctx, one, rule) for rule in rules if bool(rule.get("faulty")) is plausibility],
    }


def _line(ctx: PageContext, one: Watched, rule: Mapping[str, Any]) -> dict[str, Any]:
    text, colour = STATES[_state(ctx, one, rule)]
    return {
        "title": str(pick(rule["title"])),
        "href": _href(ctx, one.id, rule["id"]),
        "words": words.sentences(rule, one.profile, _titles(one), watching.areas_of(ctx)),
        "waits": _waits(ctx, one, rule),
        "thing": rule.get("thing", ""),
        "own": rule in one.own,
        "basis": rule.get("source") or definitions.basis_of(rule),
        "state": t(text),
        "colour": colour,
    }


def _titles(one: Watched) -> dict[str, Any]:
    return {rule["id"]: rule["title"] for rule in (*one.own, *one.profile.get("rules", ()))}


def _waits(ctx: PageContext, one: Watched, rule: Mapping[str, Any]) -> str:
    """What a rule that is on waits for, and on which devices."""
    areas, without = watching.areas_of(ctx), _without_place(one, rule)
    need = waits_for(rule, not without, areas) if rule.get("active", True) else ""
    if need == PLACE:
        return t("These devices have no place on the map yet: %(things)s.", things=_some(without))
    if need:
        return t("The city's file has no area in the group “%(group)s” yet.", group=need)
    return ""


def _without_place(one: Watched, rule: Mapping[str, Any]) -> list[str]:
    return [thing for thing in one.unplaced if thing == (rule.get("thing") or thing)]


def _some(things: Sequence[str]) -> str:
    listed = ", ".join(things[:NAMES_SHOWN])
    return f"{listed} …" if len(things) > NAMES_SHOWN else listed


def _state(ctx: PageContext, one: Watched, rule: Mapping[str, Any]) -> str:
    if rule.get("active", True):
        things = [rule["thing"]] if rule.get("thing") else one.things
        placed = len(_without_place(one, rule)) < len(things)
        need = waits_for(rule, placed, watching.areas_of(ctx))
        return "place" if need == PLACE else "area" if need else "on"
    return "off" if rule.get("decided") == "off" or "ships" in rule else "waits"


def _one(
    ctx: PageContext, found: Sequence[Watched], decisions: Decisions, profile_id: str, rule_id: str,
    errors: dict[str, str],
) -> Page:  # fmt: skip
    watched = next((one for one in found if one.id == profile_id), None)
    rules = (*watched.own, *watched.profile.get("rules", ())) if watched else ()
    rule = next((one for one in rules if one["id"] == rule_id), None)
    if watched is None or rule is None:
        raise NotFound
    made = decisions.get(name_of(profile_id, rule_id))
    return Page(
        "rules/rule.html",
        status=422 if errors else 200,
        section="rules",
        back=home(ctx),
        home=home(ctx),
        profile=profile_id,
        kind=str(pick(watched.profile["names"])),
        id=rule_id,
        rule=_line(ctx, watched, rule),
        basis=definitions.basis_of(rule),
        active=rule.get("active", True),
        ships=rule.get("ships", rule.get("active", True)),
        by_file=rule in watched.own or bool(rule.get("decided")),
        decided=made and {"on": made.state == "on", "by": made.by, "source": made.source,
                          "at": formats.moment(made.at, ctx.city.zone)},
        may_try=_may_try(rule),
        errors=errors,
        typed=ctx.value("source") if errors else "",
    )  # fmt: skip


def change(ctx: PageContext) -> Page | Redirect:
    """Confirm a rule or switch one off."""
    _admin(ctx)
    profile_id, rule_id = ctx.value("profile"), ctx.value("rule")
    try:
        watching.set_rule(ctx, profile_id, rule_id, ctx.value("state"), ctx.value("source"))
    except Invalid as problem:
        found, decisions = watching.watched(ctx)
        return _one(ctx, found, decisions, profile_id, rule_id, problem.fields)
    return Redirect(_href(ctx, profile_id, rule_id))


def attempt(ctx: PageContext) -> Page:
    """The form with a rule's numbers and, once it was sent, what a change of them would have brought."""
    staff = _admin(ctx)
    profile_id = ctx.query.get("profile", "")
    watched, rule = watching.find_rule(ctx, profile_id, ctx.query.get("rule", ""))
    numbers, thing = typed.numbers(rule), ctx.query.get("thing", "")
    if not _may_try(rule) or thing not in ("", *watched.things):
        raise NotFound
    errors: dict[str, str] = {}
    trial = new = None
    if ctx.query.get("go"):
        try:
            text = ctx.query.get("pasted", "").strip()
            new = typed.pasted(text, watched.profile) if text else typed.changed(rule, ctx.query)
            trial = _replay(ctx, staff, watched, rule, new)
        except Invalid as problem:
            errors = problem.fields
    given = typed.numbers(new) if new else {name: ctx.query.get(name) for name in numbers}
    return Page(
        "rules/try.html",
        status=422 if errors else 200,
        section="rules",
        back=_href(ctx, profile_id, rule["id"]),
        home=home(ctx),
        profile=profile_id,
        id=rule["id"],
        rule=_line(ctx, watched, rule),
        fields=[_field(name, given.get(name), value, rule, watched) for name, value in numbers.items()],
        pasted=ctx.query.get("pasted", ""),
        things=[""] if rule.get("thing") else ["", *watched.things],
        thing=thing,
        errors=errors,
        days=trying.DAYS,
        devices=trying.DEVICES,
        new=words.sentences(new, watched.profile, _titles(watched), watching.areas_of(ctx)) if new else "",
        kinds=[name for name in ("missing", "both") if rule.get(name) or (new or {}).get(name)],
        result=_result(ctx, trial, watched, new or rule) if trial else None,
    )


def _may_try(rule: Mapping[str, Any]) -> bool:
    return bool(rule.get("both") or typed.numbers(rule))


def _field(name: str, given: Any, value: float, rule: Mapping[str, Any], watched: Watched) -> dict[str, str]:
    label = t(LABELS[name]) if name in LABELS else _level(rule, int(name.removeprefix("level-")))
    unit = ""
    if name in ("clear", "by") or name.startswith("level-"):
        unit = units.shown(words.judged(rule, watched.profile).get("unit"))
    elif name in ("beyond", "radius"):
        unit = "m"
    shown = given if isinstance(given, str) else f"{value if given is None else given:.10g}"
    return {"id": name, "label": label, "unit": unit, "value": shown}


def _level(rule: Mapping[str, Any], number: int) -> str:
    level = rule["levels"][number]
    grade = words.severity(level["severity"])
    if level.get("above") is not None:
        return t("Above (%(severity)s)", severity=grade)
    return t("Below (%(severity)s)", severity=grade)


def _replay(
    ctx: PageContext, staff: Staff, watched: Watched, rule: Mapping[str, Any], new: Mapping[str, Any]
) -> trying.Trial:
    limits.hit(f"try-rule#{staff.email}", TRIES, TRIES_WINDOW_S)
    detail = {"rule": rule["id"], "numbers": {name: str(value) for name, value in typed.numbers(new).items()}}
    audit.record("rules", watched.id, "rule_tried", ctx, detail)
    return watching.try_rule(ctx, watched, rule, new, ctx.query.get("thing", ""))


def _result(
    ctx: PageContext, trial: trying.Trial, watched: Watched, new: Mapping[str, Any]
) -> dict[str, Any]:
    quantity = words.judged(new, watched.profile)
    moments = [
        [
            one.thing,
            formats.moment(watching.when(episode.since), ctx.city.zone),
            words.severity(episode.severity),
            _value(new, episode, quantity),
            _lasted(episode),
        ]
        for one in trial.tried
        for episode in one.new
    ]
    return {
        "rows": [
            [one.thing, f"{one.readings:,}", *_counts(ctx, one.now), *_counts(ctx, one.new)]
            for one in trial.tried
        ],
        "now": sum(len(one.now) for one in trial.tried),
        "new": sum(len(one.new) for one in trial.tried),
        "left_out": trial.left_out,
        "moments": moments[:EPISODES_SHOWN],
        "more": len(moments) - EPISODES_SHOWN,
    }


def _value(new: Mapping[str, Any], episode: trying.Episode, quantity: Mapping[str, Any]) -> str:
    if new.get("missing"):
        return _time(int(episode.value * 60_000))
    return "–" if new.get("both") else words.measure(round(episode.value, 4), quantity)


def _counts(ctx: PageContext, found: Sequence[trying.Episode]) -> list[str]:
    now = int(ctx.now.timestamp() * 1000)
    raised = sum((one.until or now) - one.since for one in found)
    return [str(len(found)), _time(raised)]


def _lasted(episode: trying.Episode) -> str:
    return t("still raised") if episode.until is None else _time(episode.until - episode.since)


def _time(milliseconds: int) -> str:
    """Rounded: minutes below two hours, hours above."""
    minutes = round(milliseconds / 60_000)
    return words.time(60 * minutes if minutes < 120 else 3600 * round(minutes / 60)) if minutes else "–"
