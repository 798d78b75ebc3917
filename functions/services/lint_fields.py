"""Checks: what a question may say, by its type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from functions.services import fields
from functions.services.domain import CHOICES, NESTED, Field
from functions.services.lint_base import Found, Looked, Place, rule
from functions.web.forms import MAX_FIELDS

OWN_INPUTS = 10  # what each page adds to its questions: the token, the version it was shown with, buttons
DATES = ("date", "date_range")
AMOUNTS = ("number", "money")
TEXTS = ("text", "textarea", "name", "address", "bank_account", "vehicle_plate", "organisation_number")
# limit -> the types that know it
LIMITS: dict[str, tuple[str, ...]] = {
    "min": AMOUNTS,
    "max": AMOUNTS,
    "decimals": ("number", "calculated"),
    "min_length": TEXTS,
    "max_length": (*TEXTS, "email", "phone", "identity_number"),
    "past": DATES,
    "future": DATES,
    "not_before": DATES,
}
# key -> (the types that know it, what it says when nobody wrote it)
KEYS: dict[str, tuple[tuple[str, ...], Any]] = {
    "options": (CHOICES, []),
    "parts": (("name",), []),
    "landmark": (("address",), False),
    "approximate": (("date",), False),
    "document": (("file",), None),
    "value": (("calculated",), None),
    "money": (("calculated",), False),
    "unit": (("number", "calculated"), None),
    "text": (("statement",), None),
    "scale": (("rating",), 5),
    "fields": (NESTED, []),
    "rows": (("table",), []),
    "min_items": (NESTED, 0),
    "max_items": (NESTED, 10),
}
# key -> the types that cannot do without it
NEEDED = {"value": ("calculated",), "text": ("statement",), "fields": NESTED, "document": ("file",)}
NOT_ASKED = ("file", "declaration", "calculated", "statement")
NOT_INSIDE = (*NESTED, "file", "declaration", "calculated", "statement", "map_point")
WORKED_OUT_LIMITS = ("rule", "not_before")


def _all(file: Looked) -> Iterator[Place]:
    yield from file.places
    yield from file.columns


@rule("limit-unfit")
def limit_unfit(file: Looked) -> Found:
    """Each limit of `validate` fits the question's type."""
    for one in _all(file):
        for name, types in LIMITS.items():
            if one.field.limits.get(name) not in (None, False) and one.field.type not in types:
                yield f"{one.path}.validate.{name}", f"a question of type {one.field.type} has no `{name}`"


@rule("limit-impossible")
def limit_impossible(file: Looked) -> Found:
    """Some answer is within the limits."""
    for one in _all(file):
        limits = one.field.limits
        for low, high in (("min", "max"), ("min_length", "max_length")):
            if None not in (limits.get(low), limits.get(high)) and limits[low] > limits[high]:
                yield f"{one.path}.validate.{low}", f"no answer is possible: `{low}` is above `{high}`"
        if limits.get("past") and limits.get("future"):
            yield (
                f"{one.path}.validate.past",
                "no answer is possible: a day is not in the past and in the future",
            )
        if one.field.type in NESTED and one.field.raw["min_items"] > one.field.raw["max_items"]:
            yield f"{one.path}.min_items", "no answer is possible: `min_items` is above `max_items`"


@rule("page-too-long")
def page_too_long(file: Looked) -> Found:
    """A page, with all its rows, has no more inputs than a posted form may have."""
    for page in file.service.pages:
        here = [one for one in file.places if one.page is page]
        counts = {one.path: _inputs(one.field) for one in here}
        if sum(counts.values()) > MAX_FIELDS - OWN_INPUTS:
            longest = max(here, key=lambda one: counts[one.path])
            most = f"{MAX_FIELDS - OWN_INPUTS}"
            yield (
                f"{longest.path}.max_items",
                f"the page can have {sum(counts.values())} inputs; {most} are possible",
            )


def _inputs(field: Field) -> int:
    """How many inputs a question can have, rows included."""
    names = fields.inputs(field, fields.Rules("", date.min))
    if field.type not in NESTED:
        return len(names)
    return len(names) * (len(field.raw["rows"]) or int(field.raw["max_items"])) + 1


@rule("not-before-unknown")
def not_before_unknown(file: Looked) -> Found:
    """`not_before` names a date that was asked before."""
    for one in file.places:
        name = one.field.limits.get("not_before")
        if name is None or one.field.type not in DATES:
            continue
        other = file.service.field(name)
        if other is None or other.type not in DATES or file.order[name] >= one.order:
            yield f"{one.path}.validate.not_before", f'"{name}" is not a date that is asked before this one'


@rule("key-unfit")
def key_unfit(file: Looked) -> Found:
    """A question says only what its type knows."""
    for one in _all(file):
        for name, (types, absent) in KEYS.items():
            if one.field.type not in types and one.field.raw.get(name, absent) != absent:
                yield f"{one.path}.{name}", f"a question of type {one.field.type} has no `{name}`"


@rule("key-needed")
def key_needed(file: Looked) -> Found:
    """A question says what its type cannot do without."""
    for one in _all(file):
        for name, types in NEEDED.items():
            if one.field.type in types and not one.field.raw.get(name):
                yield one.path, f"a question of type {one.field.type} needs `{name}`"


@rule("options-too-few")
def options_too_few(file: Looked) -> Found:
    """A choice is one of two or more."""
    for one in _all(file):
        least = 1 if one.field.type == "checkboxes" else 2
        if one.field.type in CHOICES and len(one.field.raw.get("options") or ()) < least:
            words = "at least one option" if least == 1 else "at least two options"
            yield f"{one.path}.options", f"a choice needs {words}"


@rule("optional-unfit")
def optional_unfit(file: Looked) -> Found:
    """Only what a person answers can be optional; a file is needed when its document is."""
    for one in _all(file):
        if one.field.optional and one.field.type in NOT_ASKED:
            yield f"{one.path}.optional", f"a question of type {one.field.type} is not optional"


@rule("nesting-too-deep")
def nesting_too_deep(file: Looked) -> Found:
    """A group or table holds plain questions."""
    for one in file.columns:
        if one.parent and one.field.type in NOT_INSIDE:
            yield f"{one.path}.type", f"a {one.parent.type} cannot hold a question of type {one.field.type}"


@rule("column-cannot")
def column_cannot(file: Looked) -> Found:
    """A column's limits read no other answers."""
    for one in file.columns:
        for name in WORKED_OUT_LIMITS:
            if one.field.limits.get(name):
                yield f"{one.path}.validate.{name}", f"a question inside a group or table has no `{name}`"
        if one.field.semantic or one.field.raw.get("prefill") == "profile":
            yield (
                f"{one.path}.semantic",
                "a question inside a group or table is not the person's own; leave this out",
            )


@rule("rule-unfit")
def rule_unfit(file: Looked) -> Found:
    """Only what a person answers can be checked by a rule."""
    for one in file.places:
        if one.field.limits.get("rule") and one.field.type in NOT_ASKED:
            yield f"{one.path}.validate.rule", f"a question of type {one.field.type} has no rule"


@rule("purpose-missing")
def purpose_missing(file: Looked) -> Found:
    """A specially sensitive question says what the answer is needed for, and the service on what ground."""
    special = [one for one in _all(file) if one.field.raw.get("sensitivity") == "special"]
    for one in special:
        if not one.field.purpose:
            yield one.path, "a specially sensitive question needs `purpose`: why it is asked"
    if special and not (file.raw["privacy"] or {}).get("basis"):
        yield (
            "privacy",
            "a service with a specially sensitive question needs `basis`: the law or rule behind it",
        )


@rule("sensitive-unknown")
def sensitive_unknown(file: Looked) -> Found:
    """What is masked is a question of the form."""
    for name in (file.raw["privacy"] or {}).get("sensitive") or ():
        if name not in file.order:
            yield "privacy.sensitive", f'names the unknown question "{name}"'


@rule("anonymous-must-answer")
def anonymous_must_answer(file: Looked) -> Found:
    """Who may stay unnamed need not say who they are."""
    if not file.raw["service"]["anonymous"]:
        return
    for one in file.places:
        if _names_a_person(one.field) and not one.field.optional:
            yield one.path, "this report can be sent without a name, so the question must be optional"


def _names_a_person(field: Field) -> bool:
    return field.semantic in ("name", "email", "phone", "identity_number", "address")


def documents_by_id(file: Looked) -> dict[str, Mapping[str, Any]]:
    """Document id -> document."""
    return {one["id"]: one for one in file.raw["documents"]}
