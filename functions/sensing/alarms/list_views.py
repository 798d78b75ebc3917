"""The list of alarms as the console shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from functions.core import audit, ids
from functions.core.errors import Forbidden
from functions.core.i18n import N_, pick
from functions.identity.domain import Staff
from functions.sensing.alarms import definitions, news, store
from functions.sensing.alarms.domain import ACKNOWLEDGED, CLEARED, RAISED, WITHDRAWN
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

STATES = {
    RAISED: (N_("Raised"), "red"),
    ACKNOWLEDGED: (N_("Somebody is on it"), "yellow"),
    CLEARED: (N_("Ended"), "green"),
    WITHDRAWN: (N_("Taken back by late readings"), "grey"),
}
SEVERITIES = {
    "low": (N_("Low"), "grey"),
    "medium": (N_("Medium"), "blue"),
    "high": (N_("High"), "orange"),
    "critical": (N_("Critical"), "red"),
}
LEVELS = {
    "all": N_("All alarms"),
    "high": N_("High and critical ones"),
    "none": N_("None"),
}
FULL = store.LISTED_AT_MOST
LOOKED_AT = 2  # departments, when none is asked for: the page stays within four calls


def member(ctx: PageContext) -> Staff:
    """The signed-in person; routes for staff always have one."""
    if ctx.staff is None:
        raise Forbidden
    return ctx.staff


def show(ctx: PageContext, errors: dict[str, str] | None = None) -> Page:
    """The department asked for, else the first of mine that has any; open alarms, or with ``state=ended``
    those that are over."""
    staff = member(ctx)
    departments = [name for name in ctx.city.config["departments"] if staff.works_in(name) or staff.is_admin]
    if not departments:
        return Page("console/no_department.html", section="alarms")
    asked = ctx.query.get("department", "")
    ended = ctx.query.get("state") == "ended"
    department, lines = _first_with_any([asked] if asked in departments else departments[:LOOKED_AT], ended)
    return Page(
        "alarms/list.html",
        status=422 if errors else 200,
        section="alarms",
        departments={name: (ctx.city.department(name) or {})["names"] for name in departments},
        department=department,
        ended=ended,
        lines=[line_view(ctx, line) for line in lines],
        full=len(lines) >= FULL,
        levels=LEVELS,
        level=news.wanted(staff),
        saved=ctx.query.get("saved") == "1",
        errors=errors or {},
    )


def _first_with_any(departments: Sequence[str], ended: bool) -> tuple[str, list[store.Listed]]:
    """One call a department, until one has something to show; else the first."""
    for name in departments:
        lines = store.list_closed(name) if ended else store.list_open(name)
        if lines:
            return name, lines
    return departments[0], []


def line_view(ctx: PageContext, line: store.Listed) -> dict[str, Any]:
    """A line in the reader's language: the city's own rule says the title, else the words of that time."""
    names = definitions.names_of(ctx, line.thing)
    return {
        "key": line.key,
        "title": _title(ctx, line),
        "thing": pick(names) if names else ("–" if line.thing == definitions.PLATFORM else line.thing),
        "severity": SEVERITIES.get(line.severity, (line.severity, "grey")),
        "state": STATES[line.state],
        "since": line.since_iso,
        "by": line.by,
    }


def _title(ctx: PageContext, line: store.Listed) -> str:
    things = ctx.city.config["devices"]["things"]
    profile = next((one["profile"] for one in things if one["thing"] == line.thing), "")
    rule = definitions.rule_of(ctx, line.thing, profile, line.rule)
    return pick(rule["title"]) if rule.get("title") else line.title


def choose(ctx: PageContext) -> Page | Redirect:
    """Keep which alarms the person gets mail about."""
    staff, level = member(ctx), ctx.value("level")
    if level not in LEVELS:
        return show(ctx, {"level": N_("Choose which alarms you want mail about")})
    news.choose(staff.email, level)
    audit.record("signin", ids.digest(staff.email)[:32], "alarm_mail_chosen", ctx, {"level": level})
    return Redirect(f"/{ctx.city.id}/console/alarms?saved=1")
