"""What expressions of a service may read, and of which kind each name is. Used by the linter only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from functions.services import expressions
from functions.services.domain import APPLICANTS, ASSURANCE, NESTED, Field, Service
from functions.services.expressions import ExpressionRefused, Facts

TODAY = date(2026, 1, 15)
# two example values a kind, so that both branches of most conditions are walked
EXAMPLES: dict[str, tuple[Any, Any]] = {
    "text": ("", "zz"),
    "date": ("1999-02-28", "2031-12-31"),
    "int": (1, 10**9),
    "float": (0.5, 1e9),
    "bool": (False, True),
    "list": (["a"], ["a", "b"]),
}
# field type -> kind of its answer in expressions
KINDS = {
    "text": "text",
    "textarea": "text",
    "money": "int",
    "time": "text",
    "name": "text",
    "address": "text",
    "email": "text",
    "phone": "text",
    "identity_number": "text",
    "organisation_number": "text",
    "vehicle_plate": "text",
    "bank_account": "text",
    "declaration": "text",
    "rating": "int",
}


@dataclass(frozen=True)
class Kind:
    """What a name stands for: text, date, int, float, bool, list (of text), rows (`columns`: name ->
    Kind), map (`columns` are its keys)."""

    name: str
    columns: Mapping[str, Kind] = field(default_factory=dict)
    options: frozenset[str] = frozenset()  # what a choice can be, when that is known


def example(kind: Kind, which: int) -> Any:
    """An example value of a kind."""
    if kind.name == "map":
        return {name: example(inner, which) for name, inner in kind.columns.items()}
    if kind.name == "rows":
        return [{name: example(inner, which) for name, inner in kind.columns.items()}]
    return EXAMPLES[kind.name][which]


def example_facts(names: Mapping[str, Kind], which: int) -> Facts:
    """Facts in which every name has an example value; `which` is 0 or 1."""
    values = {name: example(kind, which) for name, kind in names.items()}
    return Facts(values, TODAY, working_days=lambda day: (day - TODAY).days)


def names_of(service: Service, before: str = "") -> dict[str, Kind]:
    """What expressions of a service may read; `before` is a page whose condition may only read the pages
    before it."""
    tables = {one["id"]: _value_kind(one["otherwise"]) for one in service.raw.get("tables", ())}
    fields: dict[str, Kind] = {}
    for page in service.pages:
        if page.id == before:
            break
        for one in page.fields:
            if one.type == "calculated":
                fields[one.id] = _result_kind(str(one.raw.get("value") or ""), fields, tables)
            elif kind := kind_of(one):
                fields[one.id] = kind
    every = {field.id: Kind("bool") for field in service.fields}
    documents = {one["id"].replace("-", "_"): Kind("bool") for one in service.raw["documents"]}
    return {
        "today": Kind("date"),
        "applicant": Kind("text", options=frozenset(APPLICANTS)),
        "assurance": Kind("text", options=frozenset(ASSURANCE)),
        "answered": Kind("map", every),
        "documents": Kind("map", documents),
        "tables": Kind("map", tables),
        **fields,
    }


def kind_of(field: Field) -> Kind | None:
    """The kind of a question's answer; None for what expressions cannot read (files, statements) and for what
    a formula gives."""
    if field.type in NESTED:
        columns = {inner.id: kind for inner in field.fields if (kind := kind_of(inner))}
        return Kind("rows", columns)
    if field.type in ("radios", "select", "checkboxes"):
        name = "list" if field.type == "checkboxes" else "text"
        return Kind(name, options=frozenset(field.options))
    if field.type == "yes_no":
        return Kind("text", options=frozenset(("yes", "no")))
    if field.type == "number":
        return Kind("float" if field.limits.get("decimals") else "int")
    if field.type == "date":
        return Kind("text" if field.raw.get("approximate") else "date")
    return Kind(KINDS[field.type]) if field.type in KINDS else _structured(field.type)


def _structured(field_type: str) -> Kind | None:
    if field_type == "date_range":
        return Kind("map", {"from": Kind("date"), "to": Kind("date")})
    if field_type == "map_point":
        return Kind("map", {"lat": Kind("float"), "lon": Kind("float")})
    return None


def _value_kind(value: Any) -> Kind:
    if isinstance(value, bool):
        return Kind("bool")
    return Kind({int: "int", float: "float"}.get(type(value), "text"))


def _result_kind(source: str, fields: Mapping[str, Kind], tables: Mapping[str, Kind]) -> Kind:
    """The kind of what a formula gives, from the questions before it."""
    names = {**fields, "tables": Kind("map", tables), "today": Kind("date")}
    for which in (1, 0):
        try:
            return _value_kind(expressions.compile(source).attempt(example_facts(names, which)))
        except (ExpressionRefused, *expressions.UNDECIDED):
            continue
    return Kind("int")
