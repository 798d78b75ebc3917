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
    "number",
    "money",
    "date",
    "time",
    "date_range",
    "yes_no",
    "radios",
    "checkboxes",
    "select",
    "name",
    "address",
    "email",
    "phone",
    "identity_number",
    "organisation_number",
    "vehicle_plate",
    "bank_account",
    "file",
    "declaration",
    "map_point",
    "group",
    "table",
    "calculated",
    "statement",
    "rating",
)
CHOICES = ("radios", "checkboxes", "select")
SHOWN_ONLY = ("calculated", "statement")  # nobody answers them
NESTED = ("group", "table")
# what a question asks for -> autocomplete token, only for what is the person's own (WCAG 2.2, section 7: the
# input purposes; user names, passwords and payment cards are never asked in a form, a phone has one box)
AUTOCOMPLETE = {
    "name": "name",
    "honorific_prefix": "honorific-prefix",
    "given_name": "given-name",
    "additional_name": "additional-name",
    "family_name": "family-name",
    "honorific_suffix": "honorific-suffix",
    "nickname": "nickname",
    "birth_date": "bday",
    "sex": "sex",
    "language": "language",
    "email": "email",
    "phone": "tel",
    "chat_address": "impp",
    "website": "url",
    "photo": "photo",
    "address": "street-address",
    "province": "address-level1",
    "city": "address-level2",
    "district": "address-level3",
    "subdistrict": "address-level4",
    "postcode": "postal-code",
    "country": "country-name",
    "organisation": "organization",
    "job_title": "organization-title",
    "currency": "transaction-currency",
    "amount": "transaction-amount",
    "delivery_address": "shipping street-address",
}
# further things that are asked once but have no token
SEMANTICS = (
    *AUTOCOMPLETE,
    "identity_number",
    "organisation_number",
    "vehicle_plate",
    "bank_account",
    "contact_name",
    "contact_phone",
)
NAME_PARTS = ("given", "family", "former", "other")
STAGES = (
    "submitted",
    "waiting_for_applicant",
    "approved",
    "refused",
    "open",
    "in_progress",
    "resolved",
)
ASSURANCE = ("none", "contact", "clerk", "identity")  # least to most
APPLICANTS = ("self", "child", "household", "organisation", "other")
LIFE_EVENTS = (
    "birth",
    "school",
    "work",
    "business",
    "home",
    "moving",
    "family",
    "health",
    "ageing",
    "death",
    "vehicle",
    "environment",
    "money",
    "rights",
    "community",
)
# the twelve kinds of document that a person's wallet may hold
WALLET_TYPES = (
    "identity_card",
    "household_register",
    "marriage_certificate",
    "birth_certificate",
    "business_licence",
    "property_certificate",
    "driving_licence",
    "social_security_card",
    "disability_certificate",
    "old_age_card",
    "health_certificate",
    "vehicle_licence",
)
GRADES = ("A", "B", "C", "D")  # most trusted first
MAX_UPLOAD_MB = 50
MAX_FILES = 10
MIME_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
FILE_TYPES = tuple(MIME_TYPES)
DEFAULT_MAX_LENGTH = {
    "text": 200,
    "textarea": 2000,
    "name": 120,
    "address": 400,
    "email": 254,
    "phone": 40,
    "identity_number": 40,
    "organisation_number": 40,
    "vehicle_plate": 20,
    "bank_account": 80,
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
    def purpose(self) -> Text | None:
        return self.raw.get("purpose")

    @property
    def unit(self) -> Text | None:
        return self.raw.get("unit")

    @property
    def semantic(self) -> str:
        """What it asks for, or an empty string."""
        return str(self.raw.get("semantic") or "")

    @property
    def autocomplete(self) -> str | None:
        """The token for a person's own data; None where none fits."""
        return AUTOCOMPLETE.get(self.semantic)

    @property
    def limits(self) -> Mapping[str, Any]:
        """`validate` of the file: min, max, decimals, past, rule ..."""
        found: Mapping[str, Any] = self.raw.get("validate") or {}
        return found

    @property
    def max_length(self) -> int:
        return int(self.limits.get("max_length") or DEFAULT_MAX_LENGTH.get(self.type, 200))

    @property
    def past(self) -> bool:
        return bool(self.limits.get("past"))

    @cached_property
    def options(self) -> dict[str, Text]:
        """value -> label, in order."""
        return {option["id"]: option["label"] for option in self.raw.get("options") or []}

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The questions of a group, the columns of a table."""
        return tuple(Field(field) for field in self.raw.get("fields") or ())

    @property
    def document(self) -> str | None:
        return self.raw.get("document")

    @property
    def answered_by_person(self) -> bool:
        """False for what is only shown."""
        return self.type not in SHOWN_ONLY


@dataclass(frozen=True)
class FormPage:
    id: str
    title: Text | None
    fields: tuple[Field, ...]
    intro: Text | None = None
    section: str = ""
    show_when: str = ""

    @property
    def single(self) -> bool:
        """One question: its label is the page's heading."""
        return len(self.fields) == 1 and self.title is None


@dataclass(frozen=True)
class _Form:
    pages: tuple[FormPage, ...]
    fields: Mapping[str, Field]
    page_of: Mapping[str, FormPage]


KEPT_FORMS = 200
_kept_forms: dict[str, _Form] = {}  # by digest: what has the same digest is the same


def _page_of(raw: Mapping[str, Any]) -> FormPage:
    return FormPage(
        raw["id"],
        raw.get("title"),
        tuple(Field(field) for field in raw["fields"]),
        raw.get("intro"),
        raw.get("section") or "",
        raw.get("show_when") or "",
    )


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
    def link(self) -> Mapping[str, Any] | None:
        """Where somebody else offers it; such a service has no form here."""
        return self.raw.get("link")

    @property
    def is_report(self) -> bool:
        """Kept as an incident: the same record as a sensor's."""
        return bool(self.raw["service"].get("record") == "incident")

    @property
    def is_open(self) -> bool:
        """Whether it is offered here at all, in or out of season."""
        return not self.link and self.raw["service"]["status"] in ("open", "seasonal")

    def open_on(self, day: str) -> bool:
        """Whether it can be started on a day (ISO, the city's)."""
        about = self.raw["service"]
        if self.link or not about.get("channels", {}).get("online", True):
            return False
        if about["status"] != "seasonal":
            return bool(about["status"] == "open")
        opens, closes, now = about.get("opens") or "01-01", about.get("closes") or "12-31", day[5:]
        if opens <= closes:
            return bool(opens <= now <= closes)
        return bool(now >= opens or now <= closes)

    @cached_property
    def _form(self) -> _Form:
        """The form's pages and questions; a process keeps those of the definitions it served last."""
        digest = str(self.raw.get("digest") or "")
        found = _kept_forms.get(digest)
        if found is None:
            pages = tuple(_page_of(page) for page in (self.raw.get("form") or {}).get("pages", ()))
            fields = {field.id: field for page in pages for field in page.fields}
            found = _Form(pages, fields, {field.id: page for page in pages for field in page.fields})
            if digest:
                while len(_kept_forms) >= KEPT_FORMS:
                    del _kept_forms[next(iter(_kept_forms))]
                _kept_forms[digest] = found
        return found

    @property
    def pages(self) -> tuple[FormPage, ...]:
        """The form's pages, in order."""
        return self._form.pages

    def page(self, page_id: str) -> FormPage | None:
        return next((page for page in self.pages if page.id == page_id), None)

    @property
    def fields(self) -> Iterator[Field]:
        return (field for page in self.pages for field in page.fields)

    def field(self, field_id: str) -> Field | None:
        return self._form.fields.get(field_id)

    def page_of(self, field_id: str) -> FormPage | None:
        return self._form.page_of.get(field_id)

    def asks_for(self, semantic: str) -> Field | None:
        """The question that asks for this (`email`, `name`)."""
        return next((field for field in self.fields if field.semantic == semantic), None)

    def document(self, document_id: str | None) -> Mapping[str, Any] | None:
        return next((one for one in self.raw["documents"] if one["id"] == document_id), None)

    @property
    def form(self) -> Mapping[str, Any]:
        """The form's own settings: task_list, safe_exit, sections, declaration."""
        found: Mapping[str, Any] = self.raw.get("form") or {}
        return found

    @property
    def declaration(self) -> Text | None:
        found: Text | None = self.form.get("declaration")
        return found

    def state(self, state_id: str) -> Mapping[str, Any] | None:
        """The workflow's state with this id, else the first one that the engine's state of this name carries:
        its public label and what happens next."""
        states = (self.raw.get("workflow") or {}).get("states", ())
        own = next((state for state in states if state["id"] == state_id), None)
        return own or next((state for state in states if state.get("stage") == state_id), None)

    def required(self, field: Field) -> bool:
        """A file is needed when its document is, whatever was answered (decisions.py knows about
        `required_when`); any other question unless it is marked optional."""
        if field.type != "file":
            return field.answered_by_person and not field.optional
        document = self.document(field.document)
        return bool(document and document["required"] and not document.get("required_when"))
