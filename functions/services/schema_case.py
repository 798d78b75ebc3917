"""What happens after a form was sent: workflow, clocks, fee, letters, result, privacy, feedback.

The thin engine carries states by their `stage`; the rest of this half is linted today and carried out by
the case engine.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from functions.services.domain import STAGES
from functions.services.schema_base import Days, Expression, FieldId, Identifier, Money, Strict, Text

Stage = Literal[STAGES]  # type: ignore[valid-type]
Minutes = Annotated[int, Field(ge=5, le=480)]


class State(Strict):
    """`label` is shown to the person, `next` says what happens now."""

    id: Identifier
    """Its name in this file."""
    label: Text
    """What the person sees."""
    next: Text
    """What happens now, as the person reads it."""
    stage: Stage | None = None
    """The engine's state that carries it; the id itself when left out."""
    clock: Literal["on", "off"] = "on"
    """`off`: the city's time does not run (survey, hearing, public notice)."""
    terminal: bool = False
    """The case ends here."""
    reopenable: bool = False
    """A terminal state that actions may leave again."""
    who: Text | None = None
    """Who works on it."""
    sla_days: Days | None = None
    """Days that a case may stay here."""
    on_timeout: Identifier | None = None
    """Action taken when `sla_days` are over."""


class Action(Strict):
    """A move between states and who may make it."""

    id: Identifier
    """Its name in this file."""
    from_: list[Identifier] = Field(alias="from", min_length=1)
    """States in which it can be taken."""
    to: Identifier
    """State to which it leads."""
    role: Literal["clerk", "supervisor", "unit", "applicant", "system"]
    """Who may take it."""
    label: Text | None = None
    """What the button says."""
    requires: list[Literal["reason", "missing", "answers", "note", "payment"]] = Field(default_factory=list)
    """What must be given with it."""
    notify: list[Identifier] = Field(default_factory=list)
    """Ids of letters; `applicant` sends the common one."""
    external: bool = False
    """Another office's system may make it, through the programming interface."""


class Assign(Strict):
    by: Literal["none", "area", "round_robin", "load"] = "none"
    """Who gets a new case: by the place, in turn, whoever has least, or nobody."""


class RouteRow(Strict):
    when: Expression
    """The row holds when this is true."""
    department: Identifier
    """Where the case goes."""
    because: Text | None = None
    """Why, for the desk."""


class Route(Strict):
    """Which department gets the case: the first row that holds, else `otherwise`, else the service's own."""

    rows: list[RouteRow] = Field(default_factory=list)
    """Tried from top to bottom."""
    otherwise: Identifier | None = None
    """Department when no row holds."""


class AutoApprove(Strict):
    """Approval by rule without a person (秒批). There is no refusal by rule."""

    when: Expression
    """Approved when this is true."""
    because: Text
    """The reason that the decision names."""
    sample_percent: int = Field(default=10, ge=1, le=100)
    """How many in a hundred a clerk looks at afterwards."""


class Workflow(Strict):
    start: Identifier
    """State in which a case begins."""
    states: list[State] = Field(min_length=2, max_length=40)
    """Where a case can be."""
    actions: list[Action] = Field(min_length=1, max_length=80)
    """How it moves."""
    assign: Assign = Field(default_factory=Assign)
    """Who gets a new case."""
    route: Route = Field(default_factory=Route)
    """Which department gets it."""
    auto_approve: AutoApprove | None = None
    """Approval by rule."""


class Clocks(Strict):
    """Time until a decision. `statutory` is a legal limit and needs its `basis`."""

    promised: Days
    """Time that the city promises."""
    statutory: Days | None = None
    """Time that the law allows."""
    unit: Literal["working_days", "calendar_days", "hours"] = "working_days"
    """What the times are counted in."""
    basis: Text | None = None
    """Law or rule that gives the statutory time."""
    acceptance_days: Days | None = None
    """By when everything that is missing must be named at once."""
    correction_days: Days | None = None
    """How long the person has to hand in what was missing."""


class FeeLine(Strict):
    """One item of the fee: a fixed `amount` or a `formula` (minor units). Above 0 it needs its basis."""

    id: Identifier
    """Its name in this file."""
    label: Text
    """What the person pays for."""
    amount: Money | None = None
    """A fixed amount."""
    formula: Expression | None = None
    """An amount worked out from the answers."""
    basis: Text | None = None
    """Law or rule that sets it."""
    waive_when: Expression | None = None
    """Not taken when this is true."""
    waive_because: Text | None = None
    """Why it is not taken."""


class Fee(Strict):
    """What it costs; without lines it is free."""

    when: Literal["before_review", "after_review", "at_counter"] = "after_review"
    """When it is paid."""
    lines: list[FeeLine] = Field(default_factory=list, max_length=20)
    """What is paid for."""


class TableRow(Strict):
    when: Expression
    """The row holds when this is true."""
    then: int | float | bool | str
    """The value it gives."""


class Table(Strict):
    """A decision table: the first row that holds gives the value, else `otherwise`. In expressions
    `tables.<id>`."""

    id: FieldId
    """Its name in expressions."""
    rows: list[TableRow] = Field(min_length=1, max_length=200)
    """Tried from top to bottom."""
    otherwise: int | float | bool | str
    """The value when no row holds."""


class Letter(Strict):
    """A message to the person. Texts may name answers and {reference}, {city}, {service}, {state}, {date},
    {due}, {reason}."""

    id: Identifier
    """Its name in this file."""
    on: Identifier
    """The action after which it is sent; `received` for the confirmation."""
    channels: list[Literal["email", "sms", "post"]] = Field(default_factory=lambda: ["email"], min_length=1)  # type: ignore[arg-type,unused-ignore]
    """How it is sent."""
    subject: Text
    """Subject line."""
    text: Text
    """What it says."""


class Result(Strict):
    """What comes out of it and how it reaches the person."""

    type: Text
    """What it is."""
    validity_days: int | None = Field(default=None, ge=1, le=36600)
    """How long it is valid; for ever when left out."""
    delivery: list[Literal["online", "counter", "post"]] = Field(default_factory=lambda: ["online"])  # type: ignore[arg-type,unused-ignore]
    """How it reaches the person."""


class Certificate(Strict):
    """`text` may name answers and `{date}`, `{city}`, `{valid_until}`; `masked` are shown in part when
    verified."""

    type: Text
    """What kind of document it is."""
    title: Text
    """Its heading."""
    text: Text
    """What it says."""
    subject: FieldId
    """The question whose answer says about whom it is."""
    masked: list[FieldId] = Field(default_factory=list)
    """Questions whose answers are shown in part to who verifies it."""
    validity_days: int = Field(ge=1, le=36600)
    """How long it is valid."""


class Appointment(Strict):
    resource: Text
    """What is booked: a desk, a room, a person."""
    minutes: Minutes = 15
    """How long one takes."""
    triage: bool = False
    """The form comes before the choice of a time."""


class Retention(Strict):
    """Days that data is kept; the city's own privacy settings may only shorten or lengthen within its
    country's."""

    draft_days: int = Field(ge=1, le=90)
    """Not sent."""
    done_days: int = Field(ge=1, le=36600)
    """Decided, or resolved."""
    refused_days: int = Field(ge=1, le=36600)
    """Refused."""
    failed_days: int = Field(default=30, ge=1, le=3660)
    """Could not be carried out."""


class Privacy(Strict):
    purpose: Text
    """What the answers are used for."""
    basis: Text | None = None
    """Law or rule on which the data is used."""
    retention: Retention
    """How many days data is kept."""
    method: Literal["delete", "anonymise"] = "delete"
    """What happens then."""
    sensitive: list[FieldId] = Field(default_factory=list)
    """Questions whose answers are masked for whoever does not decide."""
    legal_hold: bool = False
    """Kept until somebody lifts the hold."""


class Feedback(Strict):
    ask: bool = False
    """Ask how it was, when it is over."""
    bad_rating_days: Days | None = None
    """Working days until a bad rating is answered."""
