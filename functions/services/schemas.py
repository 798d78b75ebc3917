"""The shape of a service file, typed: the only source of its JSON Schema, of the reference page and of what
`resolve` accepts.

Imported by the command line and by tests only; pages read the resolved plain JSON through `domain.py`.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from functions.services.schema_base import Country, FieldId, Identifier, Money, Strict
from functions.services.schema_case import (
    Appointment,
    Certificate,
    Clocks,
    Fee,
    Feedback,
    Letter,
    Privacy,
    Result,
    Table,
    Workflow,
)
from functions.services.schema_form import Document, Form
from functions.services.schema_guide import Applicant, Assurance, Eligibility, Guide, Link, Service


class Expectation(Strict):
    """What a sample case must lead to. What is left out is not compared, but `errors`."""

    errors: dict[str, str] = Field(default_factory=dict)
    """Question (or question.row.column) -> reason code; empty: every answer is accepted."""
    pages: list[Identifier] | None = None
    """The pages that are shown, in order."""
    eligibility: Literal["yes", "maybe", "no"] | None = None
    """What the check answers."""
    fee: Money | None = None
    """What it costs, in minor units."""
    department: Identifier | None = None
    """Where the route leads; a template may only name what its own route names."""
    documents: list[Identifier] | None = None
    """The documents that are needed."""
    auto_approve: bool | None = None
    """Whether it is approved by rule."""
    outcome: Literal["accepted", "refused", "sent_back"] | None = None
    """How a clerk ends it; the workflow must offer it."""
    letters: list[Identifier] | None = None
    """Letters that are sent on the way to the outcome."""


class SampleCase(Strict):
    """`answers` as stored or as typed by a person; `files` are the ids of documents that were handed in."""

    id: Identifier
    """Its name in this file."""
    name: str
    """What it shows."""
    country: Country = "us"
    """Country of the person who answers."""
    language: Literal["en", "zh-Hans"] = "en"
    """Language in which it is answered."""
    today: str = Field(default="2026-01-15", pattern=r"^\d{4}-\d{2}-\d{2}$")
    """Samples do not depend on the day they are run."""
    answers: dict[FieldId, Any]
    """Question -> answer."""
    files: list[Identifier] = Field(default_factory=list)
    """Documents that were handed in."""
    assurance: Assurance = "none"
    """How well the person is known."""
    applicant: Applicant = "self"
    """For whom they apply."""
    expect: Expectation = Field(default_factory=Expectation)
    """What must follow."""

    @model_validator(mode="after")
    def _real_day(self) -> SampleCase:
        date.fromisoformat(self.today)
        return self


class Definition(Strict):
    """One service file. A service that the city only links to has `link` and no form; every other one has
    form, workflow, clocks, privacy and tests."""

    format: Literal[1] = 1
    """Version of this format."""
    service: Service
    """Who offers it, for whom, and whether it can be used now."""
    link: Link | None = None
    """Where it is offered, when that is somewhere else."""
    guide: Guide
    """What a person reads before starting."""
    eligibility: Eligibility = Field(default_factory=Eligibility)
    """Whether a person may get it."""
    tables: list[Table] = Field(default_factory=list, max_length=20)
    """Decision tables for expressions."""
    form: Form | None = None
    """The questions."""
    documents: list[Document] = Field(default_factory=list, max_length=40)
    """What the person hands in."""
    workflow: Workflow | None = None
    """States, actions, and who may take them."""
    clocks: Clocks | None = None
    """How long it takes."""
    fee: Fee = Field(default_factory=Fee)
    """What it costs; nothing without lines."""
    letters: list[Letter] = Field(default_factory=list, max_length=40)
    """Messages to the person."""
    result: Result | None = None
    """What comes out of it."""
    certificate: Certificate | None = None
    """The certificate that an approval gives."""
    appointment: Appointment | None = None
    """A time at the counter."""
    privacy: Privacy | None = None
    """What the answers are used for, and how long they are kept."""
    feedback: Feedback = Field(default_factory=Feedback)
    """Whether the person is asked how it was."""
    tests: list[SampleCase] = Field(default_factory=list, max_length=100)
    """Sample cases, run before it goes live."""

    @model_validator(mode="after")
    def _whole(self) -> Definition:
        parts = ("form", "workflow", "clocks", "privacy", "tests")
        absent = [name for name in parts if not getattr(self, name)]
        if self.link and len(absent) < len(parts):
            raise ValueError("a service that is only linked to has no " + ", ".join(parts))
        if not self.link and absent:
            raise ValueError("these parts are missing: " + ", ".join(absent))
        return self


def parse(raw: Any) -> dict[str, Any]:
    """The definition as plain JSON with every default filled in; raises pydantic.ValidationError."""
    return Definition.model_validate(raw).model_dump(mode="json", by_alias=True)


def json_schema() -> dict[str, Any]:
    """JSON Schema of a service file, for editors."""
    return Definition.model_json_schema(by_alias=True)
