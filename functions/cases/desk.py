"""A clerk's desk: what waits in a department, what comes next, and a decision as it was typed. No
applicant's full name is read here; opening a case is `reading.view_case`, which is audited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from functions.cases import reading, service, store
from functions.cases.domain import (
    ACTIONS,
    CLOSED_GROUP,
    OPEN_GROUP,
    STATES,
    WAITING_GROUP,
    Case,
    Decision,
    Kind,
    Missing,
)
from functions.core import audit, clock, ids, keys
from functions.core.context import Context
from functions.core.errors import Forbidden, Invalid, NotFound
from functions.core.i18n import N_
from functions.services.domain import Service

if TYPE_CHECKING:
    from functions.identity.domain import Staff

PAGE = 50
LOOK_AHEAD = 20
GROUPS = {"open": OPEN_GROUP, "waiting": WAITING_GROUP, "closed": CLOSED_GROUP}
COLOURS = {
    "submitted": "blue",
    "waiting_for_applicant": "yellow",
    "approved": "green",
    "refused": "red",
    "open": "orange",
    "in_progress": "purple",
    "resolved": "green",
}
Cursor = dict[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list. ``title`` is a masked name or an incident's title."""

    id: str
    kind: Kind
    reference: str
    service: str
    title: str
    state: str
    submitted_at: str
    due_at: str | None
    overdue: bool

    @property
    def state_label(self) -> str:
        """A message id."""
        return STATES[self.state][1]

    @property
    def colour(self) -> str:
        """Of its tag."""
        return COLOURS[self.state]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a desk. ``counts`` are of this page, by kind; ``more`` is where the next page starts."""

    rows: list[Row]
    counts: dict[str, int]
    more: Cursor | None


def is_overdue(due_at: str | None, group: str, now: datetime) -> bool:
    """The promise is broken only while the case waits for us."""
    return bool(due_at) and group == OPEN_GROUP and str(due_at) < clock.iso(now)


def list_desk(
    ctx: Context, staff: Staff, department: str, group: str, kind: str, after: Cursor | None
) -> Listing:
    """Fifty cases of a department: open and waiting ones oldest first, closed ones latest first. One call.

    Raises NotFound for a department that is not the clerk's and for a group or a cursor that does not
    exist."""
    if not staff.works_in(department) or group not in GROUPS:
        raise NotFound
    index_key, prefix = keys.department_list(department), f"{GROUPS[group]}#"
    if after and not (after.get("list_key") == index_key and after.get("list_sort", "").startswith(prefix)):
        raise NotFound
    found = store.CaseItem.listed.query(
        index_key,
        store.CaseItem.list_sort.startswith(prefix),
        limit=PAGE,
        scan_index_forward=group != "closed",
        last_evaluated_key={name: {"S": value} for name, value in after.items()} if after else None,
    )
    rows = [_row(item, ctx.now) for item in found]
    counts = {each: sum(row.kind == each for row in rows) for each in ("application", "incident")}
    last = found.last_evaluated_key if len(rows) == PAGE else None
    more = {name: str(value["S"]) for name, value in last.items()} if last else None
    return Listing([row for row in rows if kind in ("", row.kind)], counts, more)


def _row(item: store.CaseItem, now: datetime) -> Row:
    return Row(
        id=keys.case_id(item.pk),
        kind="incident" if item.kind == "incident" else "application",
        reference=item.reference,
        service=item.service or "",
        title=item.title or "",
        state=item.state,
        submitted_at=item.submitted_at,
        due_at=item.due_at,
        overdue=is_overdue(item.due_at, item.group, now),
    )


def find_next(staff: Staff, case_id: str) -> str | None:
    """The open case of the same department that has waited longest after this one, else the one that has
    waited longest of all; None when there is no other that the clerk may decide. Three calls at most."""
    case = find_case(staff, case_id)
    here = keys.desk_sort(OPEN_GROUP, clock.parse(case.submitted_at), case.id)
    for start in (here + "!", f"{OPEN_GROUP}#"):
        found = store.CaseItem.listed.query(
            keys.department_list(case.department),
            store.CaseItem.list_sort.between(start, f"{OPEN_GROUP}#~"),
            limit=LOOK_AHEAD,
        )
        for item in found:
            if keys.case_id(item.pk) != case_id and staff.may_decide(item.kind):
                return keys.case_id(item.pk)
    return None


def find_case(staff: Staff, case_id: str) -> Case:
    """A case of the clerk's departments, for a page that shows nothing of the applicant. Raises NotFound.
    One call."""
    case = store.get_case(case_id)
    if case is None or not staff.works_in(case.department):
        raise NotFound
    return case


def find_referred(staff: Staff, reference: str) -> Case:
    """The case of the clerk's departments with this reference. Raises NotFound. Two calls."""
    normal = ids.normal(reference)[:32]
    case_id = store.find_reference(normal) if normal else None
    if case_id is None:
        raise NotFound(N_("We cannot find a case with this reference"))
    return find_case(staff, case_id)


def find_by_reference(staff: Staff, reference: str) -> str:
    """The id of any case of the city, for an administrator. Raises Invalid for an unknown reference."""
    _must_be_admin(staff)
    case_id = store.find_reference(ids.normal(reference)[:32]) if ids.normal(reference) else None
    if case_id is None:
        raise Invalid({"reference": N_("We cannot find a case with this reference")})
    return case_id


def view_history(ctx: Context, staff: Staff, case_id: str) -> tuple[Case, list[audit.EventItem]]:
    """Any case of the city with all of its events, latest first, for an administrator; that they were
    looked at is recorded first. Raises NotFound."""
    _must_be_admin(staff)
    found = store.get_file(case_id)
    if found is None:
        raise NotFound
    audit.record_view(found.chain, ctx, "history_viewed")
    return found.case, _all_events(case_id) if len(found.events) >= store.HISTORY else found.events


def _must_be_admin(staff: Staff) -> None:
    if not staff.is_admin:
        raise NotFound


def _all_events(case_id: str) -> list[audit.EventItem]:
    return list(
        audit.EventItem.query(
            keys.case(case_id), audit.EventItem.sk.startswith(keys.EVENT_PREFIX), scan_index_forward=False
        )
    )


def find_file(staff: Staff, case_id: str) -> store.CaseFile:
    """A case of the clerk's departments with its files and its chain's end. Raises NotFound. One call."""
    found = store.get_file(case_id)
    if found is None or not staff.works_in(found.case.department):
        raise NotFound
    return found


@dataclass(frozen=True)
class Typed:
    """A decision as it came from the form, kept to be shown again when it could not be carried out."""

    action: str
    version: int
    reason: str
    missing: tuple[str, ...]
    notes: Mapping[str, str]

    @classmethod
    def parse(cls, form: Mapping[str, list[str]]) -> Typed:
        """From the posted form. Whatever is odd is kept as it is and refused by the domain's rules."""
        first = {name: (values or [""])[0] for name, values in form.items()}
        version = first.get("version", "")
        notes = {
            name.removeprefix("note-"): value.strip()
            for name, value in first.items()
            if name.startswith("note-")
        }
        return cls(
            action=first.get("action", ""),
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else -1,
            reason=first.get("reason", "").strip(),
            missing=tuple(form.get("missing", ())),
            notes=notes,
        )

    @property
    def decision(self) -> Decision:
        """What the domain judges: only what belongs to the chosen action."""
        action = ACTIONS.get(self.action)
        needs = action.needs if action else "nothing"
        return Decision(
            self.action,
            self.version,
            self.reason if needs in ("reason", "note") else "",
            tuple(Missing(field, self.notes.get(field, "")) for field in self.missing)
            if needs == "missing"
            else (),
        )


def decide(ctx: Context, staff: Staff, case_id: str, typed: Typed) -> Case:
    """Carry out a typed decision: see :func:`carry_out`."""
    return carry_out(ctx, staff, case_id, typed.decision)


def carry_out(ctx: Context, staff: Staff, case_id: str, decision: Decision) -> Case:
    """Carry out a decision of a clerk or of a program. Raises what `service.decide` raises, and Forbidden for
    a role that may not decide."""
    action = ACTIONS.get(decision.action)
    if action and not staff.may_decide(action.kind):
        raise Forbidden(N_("Your role does not allow decisions on these cases"))
    if not _asked(ctx, case_id, {one.field for one in decision.missing}):
        raise Invalid({"missing": N_("Choose what is missing")})
    return service.decide(ctx, staff, case_id, decision)


def _asked(ctx: Context, case_id: str, names: set[str]) -> bool:
    """Whether these are questions of the city's forms, or else of the version that the case began with."""
    from functions.services.definitions import definition_for_case

    services = ctx.city.config.get("services", {}).values()
    if names <= {field.id for raw in services for field in Service(raw).fields}:
        return True
    case = reading.case_for_message(case_id)
    raw = definition_for_case(ctx.city, case.service, case.definition) if case else None
    return raw is not None and names <= {field.id for field in Service(raw).fields}
