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
    """What is stored."""
    label: Text
    """What the page says."""


class Rule(Strict):
    """A check of an answer against other answers; the answer is fine when `when` is true."""

    when: Expression
    """The answer is fine when this is true."""
    message: Text
    """What the page says when it is not."""


class Validate(Strict):
    """Limits of an answer. Which of them fit depends on the type; the linter says so."""

    min: float | int | None = None
    """Numbers: smallest value. Money: minor units."""
    max: float | int | None = None
    """Numbers: largest value. Money: minor units."""
    decimals: int | None = Field(default=None, ge=0, le=6)
    """Numbers: digits after the point; 0 when not given."""
    min_length: int | None = Field(default=None, ge=1, le=5000)
    """Texts: fewest characters."""
    max_length: int | None = Field(default=None, ge=1, le=5000)
    """Texts: most characters."""
    past: bool = False
    """Dates: not later than today."""
    future: bool = False
    """Dates: not before today."""
    not_before: FieldId | None = None
    """Dates: not before the answer to this question."""
    rule: Rule | None = None
    """A check against other answers."""


class Row(Strict):
    """A row of a table that is always there."""

    id: Identifier
    """Its name in this file."""
    label: Text
    """What the page says."""


class BaseField(Strict):
    """One question. `semantic` says what it asks for: asked once in a journey, and it gives `autocomplete`
    (WCAG 2.2, 1.3.5 and 3.3.7)."""

    id: FieldId
    """Its name in expressions."""
    type: FieldType
    """What kind of answer it takes."""
    label: Text
    """The question."""
    hint: Text | None = None
    """Help below it."""
    missing: Text | None = None
    """What the page says when it is left empty."""
    optional: bool = False
    """It may be left empty."""
    semantic: Semantic | None = None
    """What it asks for."""
    purpose: Text | None = None
    """Why the city asks; shown below the question."""
    sensitivity: Literal["none", "personal", "special"] = "none"
    """`special`: health, religion and the like; masked for whoever does not decide."""
    prefill: Literal["profile", "none"] = "none"
    """`profile`: offered from what the signed-in person allowed to be reused."""
    validate_: Validate = Field(default_factory=Validate, alias="validate")
    """Limits of the answer."""
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
    """group, table: fewest rows."""
    max_items: int = Field(default=10, ge=1, le=MAX_ITEMS)
    """group, table: most rows."""


class Section(Strict):
    """A task of the task list."""

    id: Identifier
    """Its name in this file."""
    title: Text
    """What the task is called."""


class FormPage(Strict):
    """One thing per page; with several fields the page needs a title of its own."""

    id: Identifier
    """Its name in this file, and part of its address."""
    title: Text | None = None
    """Heading; one question is its own."""
    intro: Text | None = None
    """What is said above the questions."""
    section: Identifier | None = None
    """Task to which it belongs."""
    show_when: Expression | None = None
    """Reads earlier questions only; the page is left out unless it is true."""
    fields: list[FormField] = Field(min_length=1, max_length=40)
    """The questions on it."""


class Form(Strict):
    task_list: bool = False
    """For long forms: sections can be done in any order and in several sittings."""
    safe_exit: bool = False
    """For delicate services: every page can be left at once without traces on the device."""
    sections: list[Section] = Field(default_factory=list)
    """Tasks, in order."""
    pages: list[FormPage] = Field(min_length=1, max_length=200)
    """The pages, in order."""
    declaration: Text | None = None
    """What the person confirms when sending."""


class Pledge(Strict):
    """A promise in place of a proof (告知承诺), looked into afterwards."""

    text: Text
    """What the person promises."""
    verify_within_days: Days
    """Days in which the city looks into it."""
    on_fail: Text
    """What happens when the promise was not kept."""


class Document(Strict):
    """A proof that the person hands in. `core: false` may follow later (容缺受理)."""

    id: Identifier
    """Its name in this file."""
    name: Text
    """What it is called."""
    hint: Text | None = None
    """Help below it."""
    required: bool = True
    """Whether it must be handed in."""
    required_when: Expression | None = None
    """Needed only when this holds; `required` must then be true."""
    form: Literal["original", "copy", "digital"] = "digital"
    """What must be brought or sent."""
    copies: int = Field(default=1, ge=1, le=10)
    """How many."""
    core: bool = True
    """`false`: it may follow later (容缺受理)."""
    accept: list[FileType] = Field(min_length=1)
    """Kinds of file."""
    max_mb: int = Field(default=10, ge=1)
    """Size of a file, at most 50."""
    max_files: int = Field(default=1, ge=1)
    """How many files, at most 10."""
    source: Literal["citizen", "issuer", "wallet"] = "citizen"
    """`wallet`: an earlier document can be reused by consent (免证办)."""
    wallet_type: WalletType | None = None
    """Which kind of document of the wallet it can be."""
    assurance: Assurance = "none"
    """How sure the city must be who hands it in."""
    min_grade: Grade = "D"
    """Least trust: A issued and sealed, B seen by a clerk, C uploaded, D self-declared."""
    waivable: Text | None = None
    """When it can be left out."""
    pledge: Pledge | None = None
    """A promise that can stand in for it."""
    sample: Text | None = None
    """What a good one looks like, in words."""
    keep_days: Days | None = None
    """Days that it is kept; as long as the case when left out."""
