"""A service's answers as JSON: their JSON Schema, made from the definition, and the way from JSON into the
same checks that the pages use. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from functions.core.i18n import pick
from functions.services import fields
from functions.services.domain import Field, Service

DRAFT = "https://json-schema.org/draft/2020-12/schema"
LONGEST = 6000
BIGGEST = 10**15
Schema = dict[str, Any]


def schema_of(service: Service, rules: fields.Rules) -> Schema:
    """JSON Schema (2020-12) of the answers of a service. Questions of pages that depend on other answers are
    never required here: whether they must be answered is checked when the application is sent."""
    asked = [
        (page, field)
        for page in service.pages
        for field in page.fields
        if field.answered_by_person and field.type != "file"
    ]
    required = [field.id for page, field in asked if not field.optional and not page.show_when]
    return {
        "$schema": DRAFT,
        "title": pick(service.name),
        "type": "object",
        "properties": {field.id: question_schema(field, rules) for _, field in asked},
        "required": required,
        "additionalProperties": False,
    }


def question_schema(field: Field, rules: fields.Rules) -> Schema:
    """The schema of one answer, with the question as its title."""
    made = _SHAPES.get(field.type, _text)(field, rules)
    hint = pick(field.hint) if field.hint else ""
    return {"title": pick(field.label), **({"description": hint} if hint else {}), **made}


def _text(field: Field, rules: fields.Rules) -> Schema:
    return {"type": "string", "maxLength": min(LONGEST, field.max_length)}


def _number(field: Field, rules: fields.Rules) -> Schema:
    return {"type": ["string", "number"], "maxLength": 40, "minimum": -BIGGEST, "maximum": BIGGEST}


def _money(field: Field, rules: fields.Rules) -> Schema:
    unit = f" ({rules.currency})" if rules.currency else ""
    return {"type": "integer", "minimum": -BIGGEST, "maximum": BIGGEST, "description": f"minor units{unit}"}


def _date(field: Field, rules: fields.Rules) -> Schema:
    if field.raw.get("approximate"):
        return {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}
    return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


def _time(field: Field, rules: fields.Rules) -> Schema:
    return {"type": "string", "pattern": r"^\d{2}:\d{2}$"}


def _range(field: Field, rules: fields.Rules) -> Schema:
    ends = {end: _date(field, rules) for end in ("from", "to")}
    return _object(ends, required=["from", "to"])


def _yes_no(field: Field, rules: fields.Rules) -> Schema:
    return {"type": "string", "enum": ["yes", "no"]}


def _option(field: Field, rules: fields.Rules) -> Schema:
    return {"type": "string", "enum": list(field.options)} if field.options else _text(field, rules)


def _options(field: Field, rules: fields.Rules) -> Schema:
    return {"type": "array", "items": _option(field, rules), "maxItems": max(1, len(field.options))}


def _name(field: Field, rules: fields.Rules) -> Schema:
    parts = [*("full",), *(field.raw.get("parts") or ())]
    if len(parts) == 1:
        return _text(field, rules)
    return _object({part: _text(field, rules) for part in parts})


def _address(field: Field, rules: fields.Rules) -> Schema:
    lines = _text(field, rules)
    if not field.raw.get("landmark"):
        return lines
    return {"anyOf": [lines, _object({"landmark": _text(field, rules)}, required=["landmark"])]}


def _account(field: Field, rules: fields.Rules) -> Schema:
    text = {"type": "string", "maxLength": 200}
    return {"type": "object", "properties": {}, "additionalProperties": text}


def _point(field: Field, rules: fields.Rules) -> Schema:
    limits = {"lat": (-90, 90), "lon": (-180, 180)}
    numbers = {name: {"type": "number", "minimum": a, "maximum": b} for name, (a, b) in limits.items()}
    return _object({**numbers, "text": {"type": "string", "maxLength": 400}})


def _rows(field: Field, rules: fields.Rules) -> Schema:
    columns = [column for column in field.fields if column.answered_by_person]
    row = _object({column.id: question_schema(column, rules) for column in columns})
    return {"type": "array", "items": row, "maxItems": 50}


def _rating(field: Field, rules: fields.Rules) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": int(field.raw.get("scale") or 5)}


def _declaration(field: Field, rules: fields.Rules) -> Schema:
    return {"type": "string", "enum": ["yes"]}


def _object(properties: Schema, required: list[str] | None = None) -> Schema:
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**made, "required": required} if required else made


_SHAPES = {
    "number": _number,
    "money": _money,
    "date": _date,
    "time": _time,
    "date_range": _range,
    "yes_no": _yes_no,
    "radios": _option,
    "select": _option,
    "checkboxes": _options,
    "name": _name,
    "address": _address,
    "bank_account": _account,
    "map_point": _point,
    "group": _rows,
    "table": _rows,
    "rating": _rating,
    "declaration": _declaration,
}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "array": (list,),
    "object": (dict,),
}


def fits(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a value has the shape of a schema of this module. Which option or number it is, the question's
    own check says better."""
    if "anyOf" in schema:
        return any(fits(one, value) for one in schema["anyOf"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if isinstance(value, bool) or not any(isinstance(value, _TYPES[kind]) for kind in kinds):
        return False
    if isinstance(value, str):
        pattern = schema.get("pattern")
        return len(value) <= LONGEST and (not pattern or re.fullmatch(pattern, value) is not None)
    if isinstance(value, list):
        return len(value) <= schema["maxItems"] and all(fits(schema["items"], one) for one in value)
    if isinstance(value, dict):
        more = schema["additionalProperties"]
        shapes = {name: schema["properties"].get(name, more) for name in value}
        known = len(value) <= 20 and set(schema.get("required", ())) <= value.keys()
        return known and all(shape and fits(shape, value[name]) for name, shape in shapes.items())
    return bool(schema["minimum"] <= value <= schema["maximum"])


def typed(field: Field, value: Any, rules: fields.Rules) -> fields.Typed | None:
    """A JSON answer as if it had been typed on the page; None when it has not the shape of an answer."""
    return fields.shown(field, value, rules) if fits(question_schema(field, rules), value) else None
