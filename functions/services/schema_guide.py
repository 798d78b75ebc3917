"""Who offers a service, what people read about it before they begin, and whether they may.

The elements of the guide follow the service item of GB/T 39554 as local guides print it: legal basis,
acceptance conditions, documents, process, times, fees, visits, result, enquiry, complaint and appeal.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from functions.services.domain import APPLICANTS, ASSURANCE, LIFE_EVENTS
from functions.services.schema_base import (
    Country,
    Expression,
    FieldId,
    Identifier,
    MonthDay,
    Strict,
    Text,
    Url,
)

LifeEvent = Literal[LIFE_EVENTS]  # type: ignore[valid-type]
Assurance = Literal[ASSURANCE]  # type: ignore[valid-type]
Applicant = Literal[APPLICANTS]  # type: ignore[valid-type]
Word = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]


class Channels(Strict):
    """How the service can be asked for."""

    online: bool = True
    """In the browser."""
    counter: bool = True
    """At the counter, where a clerk types it in."""
    helper: bool = True
    """With a helper who fills it in for the person."""
    post: bool = False
    """By letter."""
    phone: bool = False
    """By telephone."""


class Service(Strict):
    """Who offers it, for whom, and whether it can be used now."""

    id: Identifier
    """Its name; with templates the name of the file."""
    version: int = Field(ge=1)
    """Raised with every change of the template."""
    code: Annotated[str, StringConstraints(max_length=60)] | None = None
    """Code in the common catalogue."""
    local_code: Annotated[str, StringConstraints(max_length=60)] | None = None
    """Code of the city's own implementation list."""
    name: Text
    """What people call it."""
    summary: Text
    """One sentence: what a person gets."""
    kind: Literal["licence", "confirmation", "payment", "filing", "public_service", "report"]
    """What the city does; a licence needs a legal basis and time."""
    mode: Literal["instant", "promise", "relay"] = "promise"
    """Decided at once, within a promised time, or passed on to another level."""
    status: Literal["open", "paused", "seasonal", "closed"] = "open"
    """Whether it can be used now; a seasonal one has `opens` and `closes`."""
    status_note: Text | None = None
    """Why it is paused or closed and what to do meanwhile; shown instead of hiding the service."""
    opens: MonthDay | None = None
    """Seasonal services: first day of the season, every year."""
    closes: MonthDay | None = None
    """Seasonal services: last day of the season, every year."""
    countries: list[Country] = Field(default_factory=list)
    """Where it has a meaning; empty means everywhere."""
    audience: list[Literal["person", "organisation"]] = Field(min_length=1)
    """For whom it is."""
    department: Identifier | None = None
    """Id of the city's department; set by the city's file."""
    level: Literal["state", "province", "city", "district", "street", "community"] = "city"
    """Level of government that decides."""
    partners: list[Text] = Field(default_factory=list)
    """Agencies that take part and see the case."""
    parent: Identifier | None = None
    """The main item of which this is one situation."""
    situation: Literal["new", "change", "renew", "cancel"] | None = None
    """Which situation of the main item this is."""
    life_events: list[LifeEvent] = Field(default_factory=list)
    """Moments of a life in which people look for it."""
    keywords: dict[Literal["en", "zh-Hans"], list[Word]] = Field(default_factory=dict)
    """Words that people use for it besides its name; for the finder."""
    channels: Channels = Field(default_factory=Channels)
    """How it can be asked for."""
    assurance: Assurance = "none"
    """How well the city must know the person before the form is sent."""
    applicants: list[Applicant] = Field(default_factory=lambda: ["self"], min_length=1)
    """For whom a person may apply; anything but `self` is recorded with its ground."""
    record: Literal["application", "incident"] = "application"
    """`incident`: a report, kept as the same record as a sensor's incident."""
    anonymous: bool = False
    """Reports: may be sent without a name or contact."""


class Link(Strict):
    """A service that somebody else offers: the city only leads there."""

    url: Url
    """Address of its page."""
    provider: Text
    """Who offers it."""


class LegalBasis(Strict):
    title: Text
    """Name of the law or rule."""
    article: Text | None = None
    """Article or section."""
    url: Url | None = None
    """Where it can be read."""


class Visits(Strict):
    """How often a person must come in; a reason is needed when it is not 0."""

    count: int = Field(default=0, ge=0, le=20)
    """How many times."""
    reason: Text | None = None
    """Why."""


class Office(Strict):
    """Where to go; without one the city's own address and hours are shown."""

    name: Text
    """What it is called."""
    address: Text
    """Where it is."""
    hours: Text
    """When it is open."""
    phone: str | None = None
    """Its telephone number."""


class Enquiries(Strict):
    phone: str | None = None
    """Telephone number for questions."""
    email: str | None = None
    """Address for questions."""
    text: Text | None = None
    """What else to say about asking."""


class Appeal(Strict):
    """Where a refusal can be contested. Without it the country's profile speaks."""

    body: Text
    """Who decides about it."""
    deadline_days: int | None = Field(default=None, ge=1, le=3660)
    """Days in which it must be made; needs its basis."""
    basis: Text | None = None
    """Law or rule that gives the deadline."""


class Question(Strict):
    id: Identifier
    """Its name in this file."""
    question: Text
    """What people ask."""
    answer: Text
    """What the city says."""


class Guide(Strict):
    """What a person reads before starting."""

    who_for: Text
    """Whom it is for."""
    need: list[Text] = Field(default_factory=list)
    """What to have at hand."""
    before_you_start: list[Text] = Field(default_factory=list)
    """What to know or do first."""
    steps: list[Text] = Field(min_length=1)
    """What happens, in order."""
    visits: Visits = Field(default_factory=Visits)
    """How often a person must come in."""
    legal_basis: list[LegalBasis] = Field(default_factory=list)
    """Laws and rules behind it; a licence needs one."""
    offices: list[Office] = Field(default_factory=list)
    """Where to go; the city's own address without one."""
    enquiries: Enquiries = Field(default_factory=Enquiries)
    """Whom to ask."""
    complaint: Text | None = None
    """How to complain about the service."""
    appeal: Appeal | None = None
    """Where a refusal can be contested."""
    faq: list[Question] = Field(default_factory=list)
    """Questions that people ask often."""
    quota: Text | None = None
    """A limit on how many are given."""
    result: Text | None = None
    """What the person gets at the end."""


class Alternative(Strict):
    """Where else a person can turn: another service of the city, or an address."""

    text: Text
    """What the person can do instead."""
    service: Identifier | None = None
    """Another service of the city."""
    url: Url | None = None
    """An address elsewhere."""


class Verdict(Strict):
    outcome: Literal["yes", "maybe", "no"]
    """`maybe`: a clerk has to look."""
    because: Text
    """The reason, as the person reads it."""
    instead: list[Alternative] = Field(default_factory=list)
    """Where else to turn; `no` needs one."""


class EligibilityRule(Verdict):
    id: Identifier
    """Its name in this file."""
    when: Expression
    """The rule holds when this is true."""


class Eligibility(Strict):
    """Whether a person may get it: the first rule that holds answers, else `otherwise`."""

    mode: Literal["gate", "advise"] = "advise"
    """`gate` stops a person whose answer is no; `advise` lets them go on."""
    conditions: list[Text] = Field(default_factory=list)
    """The conditions in words, for the guide."""
    asks: list[FieldId] = Field(default_factory=list)
    """Questions of the form that the check asks first; their answers are carried over."""
    rules: list[EligibilityRule] = Field(default_factory=list)
    """Tried from top to bottom."""
    otherwise: Verdict | None = None
    """Needed as soon as there are rules."""
