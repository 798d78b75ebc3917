"""The shape of ``tenants/<city>.yaml``. tenants/schema.json is made from these models (``make schema``);
what a file *means* is checked by lint.py."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from functions.tenancy.schema_base import Colour, Email, Identifier, Language, Part, Point, Sentence, Texts
from functions.tenancy.schema_calendar import Calendar
from functions.tenancy.schema_devices import Sensors
from functions.tenancy.schema_people import CitizenIdentity, Department, Member
from functions.tenancy.schema_terms import Plan, Privacy

Page = Literal["privacy", "accessibility", "terms", "contact", "status"]


class Contact(Part):
    """Contact points. Those that are left out must be there before the city goes live: its legal pages name
    them."""

    publisher: Texts | None = Field(default=None, description="the body that publishes the pages")
    email: Email
    phone: str = Field(description="international form: +1 512 555 0100")
    address: Texts
    hours: Texts | None = None
    accessibility_email: Email | None = None


class Colours(Part):
    """#rrggbb. Contrast is checked: brand_text on brand, link on white."""

    brand: Colour
    brand_text: Colour = "#ffffff"
    link: Colour = "#1d70b8"


class Logo(Part):
    file: str = Field(
        description="SVG or PNG beside this file, for example logos/oakville.svg; at most 32 KB"
    )
    alt: Texts


class EnabledService(Part):
    """A template of templates/services/ that the city offers (``override`` mirrors the template's own shape),
    or a service of the city's own (``definition``)."""

    template: Identifier | None = Field(
        default=None, description="the template, when it is not the service's own id"
    )
    template_version: int | None = Field(
        default=None, ge=1, description="the template's version that the override was written for"
    )
    department: Identifier
    override: dict[str, Any] = Field(default_factory=dict)
    definition: dict[str, Any] | None = Field(
        default=None,
        description="a whole service written like a template, for example an entry that only links elsewhere",
    )

    @model_validator(mode="after")
    def either(self) -> EnabledService:
        """A template with its changes, or a definition."""
        if self.definition is not None and (self.template or self.template_version or self.override):
            raise ValueError("a service has a definition of its own or a template with an override, not both")
        return self


class LegalSection(Part):
    heading: Sentence
    paragraphs: list[Sentence] = Field(default_factory=list)
    items: list[Sentence] = Field(default_factory=list)


class LegalText(Part):
    title: Sentence
    sections: list[LegalSection] = Field(min_length=1)


class CityFile(Part):
    """One city."""

    schema_: Literal[1] = Field(alias="schema", description="version of this format")
    id: Identifier = Field(description="never changes; names the city's table, addresses and topics")
    demo: bool = Field(
        default=False, description="an invented city: its name says so and its addresses are .example"
    )
    names: Texts
    country: str = Field(description="a profile of templates/countries/, for example us")
    zone: str = Field(description="IANA time zone, for example America/Chicago")
    languages: list[Language] = Field(min_length=1, max_length=5, description="the first one is the default")
    currency: str = Field(description="ISO 4217, for example USD")
    centre: Point
    bbox: Annotated[
        list[float], Field(min_length=4, max_length=4, description="[west, south, east, north], degrees")
    ]
    contact: Contact
    colours: Colours
    logo: Logo | None = None
    calendar: Calendar
    departments: dict[Identifier, Department] = Field(min_length=1, max_length=50)
    staff: list[Member] = Field(min_length=1, max_length=2000)
    services: dict[Identifier, EnabledService] = Field(default={}, max_length=200)
    sensors: Sensors = Sensors()
    privacy: Privacy
    identity: CitizenIdentity | None = Field(
        default=None, description="the citizens' own national sign-in, where there is one"
    )
    plan: Plan
    residency: str = Field(description="where the data must stay: one of the country profile's choices")
    texts_reviewed: date | None = Field(
        default=None, description="when somebody of the city last read its legal pages; needed to go live"
    )
    legal: dict[Page, dict[Language, LegalText]] = Field(
        default={}, description="the city's own wording in place of the country profile's"
    )


def json_schema() -> str:
    """The JSON Schema (draft 2020-12) as the text of tenants/schema.json."""
    schema = CityFile.model_json_schema(by_alias=True)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "A Townkit city"}
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
