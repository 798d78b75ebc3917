"""States, decisions and who may take them. Pure: no store, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from functions.core.errors import Invalid
from functions.core.i18n import N_

Kind = Literal["application", "incident"]
Channel = Literal["online", "counter", "helper", "paper", "api"]
OPEN_GROUP, WAITING_GROUP, CLOSED_GROUP = "1-open", "2-waiting", "3-closed"
MAX_REASON = 2000
MAX_MISSING = 20

# state -> (group on the desk, label for people)
STATES: dict[str, tuple[str, str]] = {
    "submitted": (OPEN_GROUP, N_("Received")),
    "waiting_for_applicant": (WAITING_GROUP, N_("Waiting for the applicant")),
    "approved": (CLOSED_GROUP, N_("Approved")),
    "refused": (CLOSED_GROUP, N_("Refused")),
    "open": (OPEN_GROUP, N_("Open")),
    "in_progress": (OPEN_GROUP, N_("In progress")),
    "resolved": (CLOSED_GROUP, N_("Resolved")),
}


@dataclass(frozen=True, slots=True)
class Action:
    """A move from one of ``sources`` to ``target``. ``mail`` names the message that follows."""

    name: str
    kind: Kind
    sources: tuple[str, ...]
    target: str
    needs: Literal["nothing", "reason", "missing", "note"] = "nothing"
    mail: str | None = None


ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("approve", "application", ("submitted",), "approved", mail="approved"),
        Action("refuse", "application", ("submitted",), "refused", "reason", "refused"),
        Action("send_back", "application", ("submitted",), "waiting_for_applicant", "missing", "sent-back"),
        Action("resubmit", "application", ("waiting_for_applicant",), "submitted", mail="resubmitted"),
        Action("start", "incident", ("open",), "in_progress"),
        Action("resolve", "incident", ("open", "in_progress"), "resolved", "note", "resolved"),
    )
}
STAFF_ACTIONS = tuple(name for name in ACTIONS if name != "resubmit")


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that the applicant has to add: a field's id and a clerk's words about it."""

    field: str
    note: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a clerk decided. ``version`` is the case's version that the clerk had on the screen."""

    action: str
    version: int
    reason: str = ""
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True)
class Document:
    """A file handed in. ``key`` is its object key under the city's prefix; ``size`` in bytes."""

    id: str
    field: str
    name: str
    size: int
    content_type: str
    key: str


@dataclass(frozen=True)
class Case:
    """A case as the store answers it. ``answers`` are JSON values by field id; ``definition`` is the
    digest it began with. ``applicant`` is for whom (an applicant of the definition), ``for_name`` their
    name when it is somebody else and ``ground`` by what right,
    ``by`` the staff member who typed for somebody else, ``person`` the signed-in person's id, ``assurance``
    how sure the city was who applied."""

    id: str
    kind: Kind
    reference: str
    state: str
    department: str
    title: str
    submitted_at: str
    version: int
    service: str = ""
    definition: str = ""
    lang: str = "en"
    due_at: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    missing: tuple[Missing, ...] = ()
    reason: str = ""
    decided_at: str | None = None
    decided_by: str | None = None
    email: str = ""
    certificate: str | None = None
    thing: str = ""
    rule: str = ""
    severity: str = ""
    cleared_at: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    code_digest: str = ""
    channel: Channel = "online"
    by: str = ""
    person: str = ""
    applicant: str = "self"
    ground: str = ""
    for_name: str = ""
    assurance: str = "none"

    @property
    def is_report(self) -> bool:
        """An incident that a person reported; others were opened by a sensor."""
        return self.kind == "incident" and bool(self.service)

    @property
    def group(self) -> str:
        """Where it stands on the desk."""
        return STATES[self.state][0]

    @property
    def state_label(self) -> str:
        """A message id."""
        return STATES[self.state][1]

    @property
    def actions(self) -> tuple[Action, ...]:
        """What staff may do now."""
        return tuple(
            action
            for name, action in ACTIONS.items()
            if name in STAFF_ACTIONS and action.kind == self.kind and self.state in action.sources
        )


def check_decision(case: Case, decision: Decision) -> Action:
    """The action of a decision; raises Invalid naming the field that is empty, too long or not allowed
    now."""
    action = ACTIONS.get(decision.action)
    if action is None or action.name not in STAFF_ACTIONS or action.kind != case.kind:
        raise Invalid({"action": N_("Choose what to do with this case")})
    if case.state not in action.sources:
        raise Invalid({"action": N_("This is not possible in the case's present state")})
    if action.needs in ("reason", "note"):
        if not decision.reason.strip():
            raise Invalid(
                {"reason": N_("Enter a reason") if action.needs == "reason" else N_("Enter what was done")}
            )
        if len(decision.reason) > MAX_REASON:
            raise Invalid({"reason": N_("Use 2,000 characters or fewer")})
    if action.needs == "missing":
        _check_missing(decision.missing)
    return action


def _check_missing(missing: tuple[Missing, ...]) -> None:
    if not missing:
        raise Invalid({"missing": N_("Choose what is missing")})
    if len(missing) > MAX_MISSING or any(len(item.note) > MAX_REASON for item in missing):
        raise Invalid({"missing": N_("The list is too long")})


def mask_name(name: str) -> str:
    """A name that its bearer recognises and a stranger cannot use: the first letter of each part and stars
    (``张**``, ``M**** G*****``). A part of one letter becomes a star."""
    parts = name.split()
    if len(parts) == 1 and not name.isascii():
        return name[:1] + "*" * max(1, len(name) - 1)
    return " ".join(part[:1] + "*" * (len(part) - 1) if len(part) > 1 else "*" for part in parts)
