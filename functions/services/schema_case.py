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
    label: Text
    next: Text
    stage: Stage | None = None
    """The engine's state that carries it; the id itself when left out."""
    clock: Literal["on", "off"] = "on"
    """`off`: the city's time does not run (survey, hearing, public notice)."""
    terminal: bool = False
    reopenable: bool = False
    """A terminal state that actions may leave again."""
    who: Text | None = None
    """Who works on it."""
    sla_days: Days | None = None
    on_timeout: Identifier | None = None
    """Action taken when `sla_days` are over."""


class Action(Strict):
    """A move between states and who may make it."""

    id: Identifier
    from_: list[Identifier] = Field(alias="from", min_length=1)
    to: Identifier
    role: Literal["clerk", "supervisor", "unit", "applicant", "system"]
    label: Text | None = None
    requires: list[Literal["reason", "missing", "answers", "note", "payment"]] = Field(default_factory=list)
    notify: list[Identifier] = Field(default_factory=list)
    """Ids of letters; `applicant` sends the common one."""
    external: bool = False
    """Another office's system may make it, through the programming interface."""


class Assign(Strict):
    by: Literal["none", "area", "round_robin", "load"] = "none"


class RouteRow(Strict):
    when: Expression
    department: Identifier
    because: Text | None = None


class Route(Strict):
    """Which department gets the case: the first row that holds, else `otherwise`, else the service's own."""

    rows: list[RouteRow] = Field(default_factory=list)
    otherwise: Identifier | None = None


class AutoApprove(Strict):
    """Approval by rule without a person (秒批). There is no refusal by rule."""

    when: Expression
    because: Text
    sample_percent: int = Field(default=10, ge=1, le=100)
    """How many in a hundred a clerk looks at afterwards."""


class Workflow(Strict):
    start: Identifier
    states: list[State] = Field(min_length=2, max_length=40)
    actions: list[Action] = Field(min_length=1, max_length=80)
    assign: Assign = Field(default_factory=Assign)
    route: Route = Field(default_factory=Route)
    auto_approve: AutoApprove | None = None


class Clocks(Strict):
    """Time until a decision. `statutory` is a legal limit and needs its `basis`."""

    promised: Days
    statutory: Days | None = None
    unit: Literal["working_days", "calendar_days", "hours"] = "working_days"
    basis: Text | None = None
    acceptance_days: Days | None = None
    """By when everything that is missing must be named at once."""
    correction_days: Days | None = None
    """How long the person has to hand in what was missing."""


class FeeLine(Strict):
    """One item of the fee: a fixed `amount` or a `formula` (minor units). Above 0 it needs its basis."""

    id: Identifier
    label: Text
    amount: Money | None = None
    formula: Expression | None = None
    basis: Text | None = None
    waive_when: Expression | None = None
    waive_because: Text | None = None


class Fee(Strict):
    """What it costs; without lines it is free."""

    when: Literal["before_review", "after_review", "at_counter"] = "after_review"
    lines: list[FeeLine] = Field(default_factory=list, max_length=20)


class TableRow(Strict):
    when: Expression
    then: int | float | bool | str


class Table(Strict):
    """A decision table: the first row that holds gives the value, else `otherwise`. In expressions
    `tables.<id>`."""

    id: FieldId
    rows: list[TableRow] = Field(min_length=1, max_length=200)
    otherwise: int | float | bool | str


class Letter(Strict):
    """A message to the person. Texts may name answers and {reference}, {city}, {service}, {state}, {date},
    {due}, {reason}."""

    id: Identifier
    on: Identifier
    """The action after which it is sent; `received` for the confirmation."""
    channels: list[Literal["email", "sms", "post"]] = Field(default_factory=lambda: ["email"], min_length=1)  # type: ignore[arg-type,unused-ignore]
    subject: Text
    text: Text


class Result(Strict):
    """What comes out of it and how it reaches the person."""

    type: Text
    validity_days: int | None = Field(default=None, ge=1, le=36600)
    delivery: list[Literal["online", "counter", "post"]] = Field(default_factory=lambda: ["online"])  # type: ignore[arg-type,unused-ignore]


class Certificate(Strict):
    """`text` may name answers and `{date}`, `{city}`, `{valid_until}`; `masked` are shown in part when
    verified."""

    type: Text
    title: Text
    text: Text
    subject: FieldId
    masked: list[FieldId] = Field(default_factory=list)
    validity_days: int = Field(ge=1, le=36600)


class Appointment(Strict):
    resource: Text
    minutes: Minutes = 15
    triage: bool = False
    """The form comes before the choice of a time."""


class Retention(Strict):
    """Days that data is kept; the city's own privacy settings may only shorten or lengthen within its
    country's."""

    draft_days: int = Field(ge=1, le=90)
    done_days: int = Field(ge=1, le=36600)
    refused_days: int = Field(ge=1, le=36600)
    failed_days: int = Field(default=30, ge=1, le=3660)


class Privacy(Strict):
    purpose: Text
    basis: Text | None = None
    """Law or rule on which the data is used."""
    retention: Retention
    method: Literal["delete", "anonymise"] = "delete"
    sensitive: list[FieldId] = Field(default_factory=list)
    """Questions whose answers are masked for whoever does not decide."""
    legal_hold: bool = False


class Feedback(Strict):
    ask: bool = False
    bad_rating_days: Days | None = None
    """Working days until a bad rating is answered."""
