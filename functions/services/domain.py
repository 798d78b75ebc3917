"""A resolved definition as the pages see it: cheap views over plain JSON, no I/O, no YAML, no pydantic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Text = Mapping[str, str]

FIELD_TYPES = (
    "text",
    "textarea",
    "name",
    "address",
    "email",
    "phone",
    "date",
    "identity_number",
    "radios",
    "checkbox",
    "file",
)
# what a question asks for -> autocomplete token (WCAG 2.2, section 7: input purposes)
AUTOCOMPLETE = {
    "name": "name",
    "birth_date": "bday",
    "email": "email",
    "phone": "tel",
    "address": "street-address",
    "organisation": "organization",
    "postcode": "postal-code",
}
SEMANTICS = ("name", "birth_date", "identity_number", "email", "phone", "address", "organisation", "postcode")
MAX_UPLOAD_MB = 10
MIME_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
DEFAULT_MAX_LENGTH = {
    "text": 200,
    "textarea": 2000,
    "name": 120,
    "address": 400,
    "email": 254,
    "phone": 40,
    "identity_number": 40,
}


@dataclass(frozen=True)
class Field:
    """One question; `raw` is its JSON."""

    raw: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.raw["id"])

    @property
    def type(self) -> str:
        return str(self.raw["type"])

    @property
    def optional(self) -> bool:
        return bool(self.raw.get("optional"))

    @property
    def label(self) -> Text:
        label: Text = self.raw["label"]
        return label

    @property
    def hint(self) -> Text | None:
        return self.raw.get("hint")

    @property
    def missing(self) -> Text | None:
        return self.raw.get("missing")

    @property
    def autocomplete(self) -> str | None:
        """The token for a person's own data; None where none fits."""
        return AUTOCOMPLETE.get(self.raw.get("semantic") or "")

    @property
    def max_length(self) -> int:
        return int(self.raw.get("max_length") or DEFAULT_MAX_LENGTH.get(self.type, 200))

    @property
    def past(self) -> bool:
        return bool(self.raw.get("past"))

    @property
    def options(self) -> dict[str, Text]:
        """value -> label, in order."""
        return {option["id"]: option["label"] for option in self.raw.get("options") or []}

    @property
    def document(self) -> str | None:
        return self.raw.get("document")


@dataclass(frozen=True)
class FormPage:
    id: str
    title: Text | None
    fields: tuple[Field, ...]

    @property
    def single(self) -> bool:
        """One question: its label is the page's heading."""
        return len(self.fields) == 1


@dataclass(frozen=True)
class Service:
    """A city's resolved definition. `key` is the city's own id for it, when that is not the template's."""

    raw: Mapping[str, Any]
    key: str = ""

    @property
    def id(self) -> str:
        return self.key or str(self.raw["service"]["id"])

    @property
    def name(self) -> Text:
        name: Text = self.raw["service"]["name"]
        return name

    @property
    def department(self) -> str:
        return str(self.raw["service"]["department"])

    @property
    def digest(self) -> str:
        return str(self.raw["digest"])

    @property
    def is_open(self) -> bool:
        return bool(self.raw["service"]["status"] == "open")

    @cached_property
    def pages(self) -> tuple[FormPage, ...]:
        return tuple(
            FormPage(page["id"], page.get("title"), tuple(Field(field) for field in page["fields"]))
            for page in self.raw["form"]["pages"]
        )

    def page(self, page_id: str) -> FormPage | None:
        return next((page for page in self.pages if page.id == page_id), None)

    @property
    def fields(self) -> Iterator[Field]:
        return (field for page in self.pages for field in page.fields)

    def field(self, field_id: str) -> Field | None:
        return next((field for field in self.fields if field.id == field_id), None)

    def page_of(self, field_id: str) -> FormPage | None:
        return next((page for page in self.pages for field in page.fields if field.id == field_id), None)

    def document(self, document_id: str | None) -> Mapping[str, Any] | None:
        return next((one for one in self.raw["documents"] if one["id"] == document_id), None)

    @property
    def declaration(self) -> Text | None:
        found: Text | None = self.raw["form"].get("declaration")
        return found

    def state(self, state_id: str) -> Mapping[str, Any] | None:
        """The workflow's state: its public label and what happens next."""
        return next((state for state in self.raw["workflow"]["states"] if state["id"] == state_id), None)

    def required(self, field: Field) -> bool:
        """A file is needed when its document is; any other question unless it is marked optional."""
        if field.type != "file":
            return not field.optional
        document = self.document(field.document)
        return bool(document and document["required"])
