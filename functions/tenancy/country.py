"""Country profiles, templates/countries/<cc>.yaml: what the law of a country makes the same for all its
cities. Every rule names its source; one that could not be verified ships ``active: false`` and is shown
to nobody."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, model_validator

from functions.core import paths
from functions.tenancy.schema_base import Days, Identifier, Part, Sentence, Texts

KINDS = ("drafts", "applications", "refused", "uploads", "incidents", "readings", "logs", "audit")
Kind = Literal["drafts", "applications", "refused", "uploads", "incidents", "readings", "logs", "audit"]
PAGES = ("privacy", "accessibility", "terms", "contact", "status")
Entries = Literal["retention", "departments", "complaint", "appeal", "privacy-bodies", "accessibility-bodies"]
Pattern = Annotated[str, Field(description="a regular expression that the whole value must match")]


class Reference(Part):
    """Where a rule stands. ``official`` is false when the text was read in a copy, even where ``url`` is the
    publisher's own page: a city's lawyer reads that page before relying on the rule."""

    title: Sentence
    section: str | None = None
    url: Annotated[str, Field(pattern=r"^https?://")]
    official: bool = True


class Identity(Part):
    """``module`` is a module of python-stdnum, for example ``cn.ric`` (``validate()`` and ``compact()``)."""

    module: Annotated[str, Field(pattern=r"^[a-z]{2}\.[a-z_]+$")]
    label: Texts
    hint: Texts


class OrganisationNumber(Identity):
    """The number under which a firm or body is registered."""

    source: Reference


class AddressLine(Part):
    id: Identifier
    label: Texts
    optional: bool = False
    pattern: Pattern | None = None
    autocomplete: str


class Address(Part):
    """The lines of an address in the order in which they are asked and written."""

    lines: list[AddressLine] = Field(min_length=1)
    source: Reference


class Phone(Part):
    """``region`` is what the library phonenumbers calls the country."""

    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    example: str


class Holidays(Part):
    """``code`` is the country of the library holidays. Where the government announces each year's days
    (``announced_through``), later years have only the days that the law itself fixes, none moved."""

    code: str
    source: Reference
    announced_through: int | None = None
    announcements: dict[str, Reference] = Field(default_factory=dict)
    names: dict[str, str] = Field(default={}, description="zh-Hans names of the library's English ones")


class StatutoryClock(Part):
    """A period that the law gives. ``for_whom`` is who must act."""

    id: Identifier
    names: Texts
    for_whom: Literal["city", "person"]
    length: int = Field(ge=1)
    unit: Literal["working_days", "calendar_days", "weeks", "months"]
    active: bool
    source: Reference


class RetentionRule(Part):
    """``basis: house`` is our own number where the law gives a principle only; the source is then that
    principle."""

    id: Identifier
    kind: Kind
    shortest: Days | None = None
    longest: Days | None = None
    rule: Texts
    basis: Literal["law", "house"]
    active: bool
    source: Reference | None = None

    @model_validator(mode="after")
    def law_has_source(self) -> RetentionRule:
        """A rule of law without its source is a rumour."""
        if self.basis == "law" and self.source is None:
            raise ValueError("a rule of law needs its source")
        return self


class Body(Part):
    """Somebody outside the department to whom a person can turn."""

    id: Identifier
    topic: Literal["service", "privacy", "accessibility", "decision"]
    names: Texts
    how: Texts
    url: str | None = None
    active: bool
    source: Reference


class TextBlock(Part):
    """``entries`` adds items made from the city's file; ``when: demo`` shows it for demonstration cities
    only."""

    heading: Texts
    paragraphs: dict[str, list[Sentence]] = Field(default_factory=dict)
    items: dict[str, list[Sentence]] = Field(default_factory=dict)
    entries: Entries | None = None
    when: Literal["demo"] | None = None


class LegalPage(Part):
    title: Texts
    sections: list[Identifier] = Field(min_length=1)


class LegalTexts(Part):
    pages: dict[str, LegalPage]
    blocks: dict[Identifier, TextBlock]


class Country(Part):
    id: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    names: Texts
    currencies: list[str]
    residency: list[str] = Field(min_length=1, description="where a city of this country may keep its data")
    identity: Identity | None = None
    organisation: OrganisationNumber | None = None
    address: Address
    phone: Phone
    holidays: Holidays
    clocks: list[StatutoryClock]
    retention: list[RetentionRule]
    complaint: list[Body]
    appeal: list[Body]
    legal: LegalTexts


def country_ids() -> list[str]:
    """Codes of the profiles that ship."""
    return sorted(path.stem for path in (paths.templates() / "countries").glob("*.yaml"))


@lru_cache(maxsize=32)
def country(code: str) -> Country:
    """A profile. Raises KeyError for an unknown code, Refused for a file that does not fit."""
    from functions.tenancy.loader import check_shape
    from functions.tenancy.source import read

    if code not in country_ids():
        raise KeyError(code)
    path = paths.templates() / "countries" / f"{code}.yaml"
    return check_shape(Country, read(path.name, path.read_bytes()))


@lru_cache(maxsize=1)
def shared_texts() -> LegalTexts:
    """The blocks and pages that all countries start from."""
    from functions.tenancy.loader import check_shape
    from functions.tenancy.source import read

    path = paths.templates() / "countries" / "shared" / "legal.yaml"
    return check_shape(LegalTexts, read(path.name, path.read_bytes()))
