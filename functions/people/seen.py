"""Who looked at or changed a case, in words for the person whose case it is: staff by role and department,
not by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from functions.cases.domain import Case
from functions.cases.events import event_words
from functions.core.audit import EventItem
from functions.core.context import Context
from functions.core.i18n import N_, pick, t
from functions.people.domain import Person, ground_words

ROLES = {
    "admin": N_("Administrator"),
    "clerk": N_("Clerk"),
    "operator-desk": N_("Operations desk"),
    "helper": N_("Helper"),
}
OTHERS = {
    "system": N_("The system, by itself"),
    "operator": N_("Operator of the installation"),
    "device": N_("Sensor"),
    "api": N_("Another system of the city"),
}
CHANNELS = {
    "online": N_("Online"),
    "counter": N_("At the counter"),
    "helper": N_("With a helper"),
    "paper": N_("On paper, typed in by staff"),
    "api": N_("From another system"),
}
# the levels of assurance in words for clerks
SURE = {
    "none": N_("Nothing confirmed"),
    "contact": N_("Contact point confirmed by a code"),
    "clerk": N_("Seen by staff with a document"),
    "identity": N_("National sign-in"),
}
WHAT = {
    "linked": N_("Added to My page"),
    "assurance_raised": N_("Seen at the counter with a document"),
    "counter_opened": N_("Opened at the counter"),
}


def rows(ctx: Context, person: Person, events: Iterable[EventItem]) -> list[dict[str, str]]:
    """``{at, who, what}`` of each event, in the order given."""
    staff = {str(one["email"]).lower(): one for one in ctx.city.config.get("staff", ())}
    return [
        {
            "at": event.at,
            "who": _who(ctx, person, event, staff),
            "what": t(WHAT[event.action]) if event.action in WHAT else event_words(event.action),
        }
        for event in events
    ]


def _who(ctx: Context, person: Person, event: EventItem, staff: dict[str, Any]) -> str:
    if event.actor_kind == "citizen":
        mine = event.actor_id == person.id
        return t(N_("You, signed in")) if mine else t(N_("Somebody with the reference and the code"))
    if event.actor_kind != "staff":
        return t(OTHERS.get(event.actor_kind, OTHERS["system"]))
    member = staff.get(str(event.actor_id).lower())
    if member is None:
        return t(N_("A former member of staff"))
    roles = [t(ROLES.get(role, role)) for role in member["roles"]]
    named = [ctx.city.department(one) for one in member["departments"]]
    units = [str(pick(one["names"])) for one in named if one]
    return ", ".join([*roles, *units])


def ground_of(case: Case) -> str:
    """For whom it was applied and by what right; empty for oneself."""
    words = ground_words(case.applicant, case.ground)
    return f"{t(words)}: {case.for_name}" if words else ""


def origin_rows(case: Case) -> list[dict[str, str]]:
    """For the clerk: how a case came, for whom, and how sure the city was who applied."""
    came = t(CHANNELS.get(case.channel, case.channel))
    rows = [
        {"key": t(N_("Came")), "value": f"{came} ({case.by})" if case.by else came},
        {"key": t(N_("Who applied")), "value": t(SURE.get(case.assurance, case.assurance))},
    ]
    ground = ground_of(case)
    return [*rows, {"key": t(N_("Applied for")), "value": ground}] if ground else rows
