"""The form: sections, pages, questions, and the documents that a person hands in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from functions.services.domain import (
    ASSURANCE,
    FIELD_TYPES,
    FILE_TYPES,
    NAME_PARTS,
    SEMANTICS,
    WALLET_TYPES,
)
from functions.services.schema_base import Days, Expression, FieldId, Identifier, Strict, Text

FieldType = Literal[FIELD_TYPES]  # type: ignore[valid-type]
Semantic = Literal[SEMANTICS]  # type: ignore[valid-type]
FileType = Literal[FILE_TYPES]  # type: ignore[valid-type]
WalletType = Literal[WALLET_TYPES]  # type: ignore[valid-type]
NamePart = Literal[NAME_PARTS]  # type: ignore[valid-type]
Grade = Literal["A", "B", "C", "D"]
Assurance = Literal[ASSURANCE]  # type: ignore[valid-type]
OptionId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,47}$")]
MAX_OPTIONS, MAX_ITEMS = 3000, 50


class Option(Strict):
    id: OptionId
    label: Text


class Rule(Strict):
    """A check of an answer against other answers; the answer is fine when `when` is true."""

    when: Expression
    message: Text


class Validate(Strict):
    """Limits of an answer. Which of them fit depends on the type; the linter says so."""

    min: float | int | None = None
    """Numbers: smallest value. Money: minor units."""
    max: float | int | None = None
    """Numbers: largest value. Money: minor units."""
    decimals: int | None = Field(default=None, ge=0, le=6)
    """Numbers: digits after the point; 0 when not given."""
    min_length: int | None = Field(default=None, ge=1, le=5000)
    max_length: int | None = Field(default=None, ge=1, le=5000)
    past: bool = False
    """Dates: not later than today."""
    future: bool = False
    """Dates: not before today."""
    not_before: FieldId | None = None
    """Dates: not before the answer to this question."""
    rule: Rule | None = None


class Row(Strict):
    """A row of a table that is always there."""

    id: Identifier
    label: Text


class BaseField(Strict):
    """One question. `semantic` says what it asks for: asked once in a journey, and it gives `autocomplete`
    (WCAG 2.2, 1.3.5 and 3.3.7)."""

    id: FieldId
    type: FieldType
    label: Text
    hint: Text | None = None
    missing: Text | None = None
    """What the page says when it is left empty."""
    optional: bool = False
    semantic: Semantic | None = None
    purpose: Text | None = None
    """Why the city asks; shown below the question."""
    sensitivity: Literal["none", "personal", "special"] = "none"
    """`special`: health, religion and the like; masked for whoever does not decide."""
    prefill: Literal["profile", "none"] = "none"
    """`profile`: offered from what the signed-in person allowed to be reused."""
    validate_: Validate = Field(default_factory=Validate, alias="validate")
    options: list[Option] = Field(default_factory=list, max_length=MAX_OPTIONS)
    """radios, checkboxes, select: what can be chosen."""
    parts: list[NamePart] = Field(default_factory=list)
    """name: further boxes below the full name, all optional."""
    landmark: bool = False
    """address: may be described by a place nearby instead."""
    approximate: bool = False
    """date: a year, or a year and a month, is enough."""
    document: Identifier | None = None
    """file: which of `documents` it takes."""
    value: Expression | None = None
    """calculated: the formula."""
    money: bool = False
    """calculated: the value is an amount in minor units of the city's currency, and shown as one."""
    unit: Text | None = None
    """number, calculated: what is shown after the figure."""
    text: Text | None = None
    """statement: what is said."""
    scale: int = Field(default=5, ge=2, le=10)
    """rating: the highest grade."""


class FormField(BaseField):
    """A question of a page; groups and tables hold questions of their own."""

    fields: list[BaseField] = Field(default_factory=list, max_length=20)
    """group: its questions. table: its columns."""
    rows: list[Row] = Field(default_factory=list, max_length=MAX_ITEMS)
    """table: fixed rows; without them the person adds rows."""
    min_items: int = Field(default=0, ge=0, le=MAX_ITEMS)
    max_items: int = Field(default=10, ge=1, le=MAX_ITEMS)


class Section(Strict):
    """A task of the task list."""

    id: Identifier
    title: Text


class FormPage(Strict):
    """One thing per page; with several fields the page needs a title of its own."""

    id: Identifier
    title: Text | None = None
    intro: Text | None = None
    section: Identifier | None = None
    show_when: Expression | None = None
    """Reads earlier questions only; the page is left out unless it is true."""
    fields: list[FormField] = Field(min_length=1, max_length=40)


class Form(Strict):
    task_list: bool = False
    """For long forms: sections can be done in any order and in several sittings."""
    safe_exit: bool = False
    """For delicate services: every page can be left at once without traces on the device."""
    sections: list[Section] = Field(default_factory=list)
    pages: list[FormPage] = Field(min_length=1, max_length=200)
    declaration: Text | None = None
    """What the person confirms when sending."""


class Pledge(Strict):
    """A promise in place of a proof (告知承诺), looked into afterwards."""

    text: Text
    verify_within_days: Days
    on_fail: Text
    """What happens when the promise was not kept."""


class Document(Strict):
    """A proof that the person hands in. `core: false` may follow later (容缺受理)."""

    id: Identifier
    name: Text
    hint: Text | None = None
    required: bool = True
    required_when: Expression | None = None
    """Needed only when this holds; `required` must then be true."""
    form: Literal["original", "copy", "digital"] = "digital"
    copies: int = Field(default=1, ge=1, le=10)
    core: bool = True
    accept: list[FileType] = Field(min_length=1)
    max_mb: int = Field(default=10, ge=1)
    max_files: int = Field(default=1, ge=1)
    source: Literal["citizen", "issuer", "wallet"] = "citizen"
    """`wallet`: an earlier document can be reused by consent (免证办)."""
    wallet_type: WalletType | None = None
    assurance: Assurance = "none"
    """How sure the city must be who hands it in."""
    min_grade: Grade = "D"
    """Least trust: A issued and sealed, B seen by a clerk, C uploaded, D self-declared."""
    waivable: Text | None = None
    """When it can be left out."""
    pledge: Pledge | None = None
    sample: Text | None = None
    """What a good one looks like, in words."""
    keep_days: Days | None = None
