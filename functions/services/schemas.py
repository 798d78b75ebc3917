"""The shape of a service file, typed: the only source of its JSON Schema and of what `resolve` accepts.

Imported by the command line and by tests only; pages read the resolved plain JSON through `domain.py`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints

from functions.services.domain import FIELD_TYPES, MAX_UPLOAD_MB, SEMANTICS

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,47}$")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Text = Annotated[
    dict[Literal["en", "zh-Hans"], Sentence], Field(min_length=1, description="language -> text")
]
Days = Annotated[int, Field(ge=0, le=3660)]
FieldType = Literal[FIELD_TYPES]  # type: ignore[valid-type]
Semantic = Literal[SEMANTICS]  # type: ignore[valid-type]


class Strict(BaseModel):
    """Unknown keys and loose types are refused: `"true"` is not `true`."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class Service(Strict):
    """Who offers it and whether it can be used now."""

    id: Identifier
    version: int = Field(ge=1, description="raised with every change of the template")
    name: Text
    summary: Text
    kind: Literal["licence", "confirmation", "payment", "filing", "public_service"]
    mode: Literal["instant", "promise", "relay"] = "promise"
    status: Literal["open", "paused", "closed"] = "open"
    countries: list[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]] = Field(
        default_factory=list, description="where it has a meaning; empty means everywhere"
    )
    audience: list[Literal["person", "organisation"]] = Field(min_length=1)
    department: Identifier | None = Field(
        default=None, description="id of the city's department; set by its file"
    )


class LegalBasis(Strict):
    title: Text
    url: HttpUrl | None = None


class Visits(Strict):
    """How often a person must come in; a reason is needed when it is not 0."""

    count: int = Field(default=0, ge=0, le=20)
    reason: Text | None = None


class Guide(Strict):
    who_for: Text
    need: list[Text] = Field(min_length=1, description="what to have at hand before starting")
    steps: list[Text] = Field(min_length=1, description="what happens, in order")
    visits: Visits = Field(default_factory=Visits)
    legal_basis: list[LegalBasis] = Field(default_factory=list)


class Eligibility(Strict):
    conditions: list[Text] = Field(default_factory=list)


class Option(Strict):
    id: Identifier
    label: Text


class FormField(Strict):
    """One question. `semantic` says what it asks for: asked once in a journey, and it gives
    `autocomplete`."""

    id: Identifier
    type: FieldType
    label: Text
    hint: Text | None = None
    missing: Text | None = Field(default=None, description="what the page says when it is left empty")
    optional: bool = False
    semantic: Semantic | None = None
    max_length: int | None = Field(default=None, ge=1, le=5000)
    past: bool = Field(default=False, description="dates: not later than today")
    options: list[Option] = Field(default_factory=list)
    document: Identifier | None = Field(default=None, description="files: which of `documents` it takes")


class FormPage(Strict):
    """One thing per page; with several fields the page needs a title of its own."""

    id: Identifier
    title: Text | None = None
    fields: list[FormField] = Field(min_length=1)


class Form(Strict):
    pages: list[FormPage] = Field(min_length=1)
    declaration: Text | None = None


class Document(Strict):
    """A proof that the person hands in. `core: false` may follow later."""

    id: Identifier
    name: Text
    hint: Text | None = None
    required: bool = True
    core: bool = True
    accept: list[Literal["pdf", "jpeg", "png"]] = Field(min_length=1)
    max_mb: int = Field(default=MAX_UPLOAD_MB, ge=1)


class State(Strict):
    """`label` is shown to the person, `next` says what happens now, `clock` whether the city's time runs."""

    id: Identifier
    label: Text
    next: Text
    clock: Literal["on", "off"] = "on"
    terminal: bool = False


class Action(Strict):
    id: Identifier
    from_: list[Identifier] = Field(alias="from", min_length=1)
    to: Identifier
    role: Literal["clerk", "applicant", "system"]
    requires: list[Literal["reason", "missing", "answers"]] = Field(default_factory=list)
    notify: list[Literal["applicant"]] = Field(default_factory=list)


class Workflow(Strict):
    start: Identifier
    states: list[State] = Field(min_length=2)
    actions: list[Action] = Field(min_length=1)


class Clocks(Strict):
    """Time until a decision. `statutory` is a legal limit and needs its `basis`."""

    promised: Days
    statutory: Days | None = None
    unit: Literal["working_days"] = "working_days"
    basis: Text | None = None


class Fee(Strict):
    """`amount` in minor units of the city's currency; 0 is free. An amount needs its basis."""

    amount: int = Field(default=0, ge=0, le=100_000_000)
    basis: Text | None = None


class Certificate(Strict):
    """`text` may name answers and `{date}`, `{city}`, `{valid_until}`; `masked` are shown in part when
    verified."""

    type: Text
    title: Text
    text: Text
    subject: Identifier
    masked: list[Identifier] = Field(default_factory=list)
    validity_days: int = Field(ge=1, le=36600)


class Retention(Strict):
    """Days that data is kept; the city's own privacy settings may only shorten or lengthen within its
    country's."""

    draft_days: int = Field(ge=1, le=90)
    done_days: int = Field(ge=1, le=36600)
    refused_days: int = Field(ge=1, le=36600)


class Privacy(Strict):
    purpose: Text
    retention: Retention
    sensitive: list[Identifier] = Field(default_factory=list)


class Feedback(Strict):
    ask: bool = False


class Expectation(Strict):
    """`errors`: field id -> reason code (missing, format, past, length, choice, check); empty means
    accepted."""

    errors: dict[Identifier, str] = Field(default_factory=dict)


class SampleCase(Strict):
    """`answers` as typed by a person; files are the ids of documents that were handed in."""

    id: Identifier
    name: str
    country: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "us"
    answers: dict[Identifier, str]
    files: list[Identifier] = Field(default_factory=list)
    expect: Expectation = Field(default_factory=Expectation)


class Definition(Strict):
    """One service file."""

    format: Literal[1] = 1
    service: Service
    guide: Guide
    eligibility: Eligibility = Field(default_factory=Eligibility)
    form: Form
    documents: list[Document] = Field(default_factory=list)
    workflow: Workflow
    clocks: Clocks
    fee: Fee = Field(default_factory=Fee)
    certificate: Certificate | None = None
    privacy: Privacy
    feedback: Feedback = Field(default_factory=Feedback)
    tests: list[SampleCase] = Field(min_length=1)


def parse(raw: Any) -> dict[str, Any]:
    """The definition as plain JSON with every default filled in; raises pydantic.ValidationError."""
    return Definition.model_validate(raw).model_dump(mode="json", by_alias=True)


def json_schema() -> dict[str, Any]:
    """JSON Schema of a service file, for editors."""
    return Definition.model_json_schema(by_alias=True)
