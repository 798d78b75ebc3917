"""What a shape that does not fit is called, in one plain sentence. For every kind of YAML file."""

from __future__ import annotations

import difflib
import json
from typing import Any, get_args

from pydantic import BaseModel

from functions.tenancy.source import Path


def rank(kind: str) -> int:
    """An unknown key is told first: it is usually the reason why a known one is missing."""
    return 0 if kind == "extra_forbidden" else 1


def sentence(model: type[BaseModel], error: Any, path: Path) -> str:
    """Why pydantic refuses the value at `path`; `error` is one of ValidationError.errors()."""
    kind, name, given = error["type"], _dotted(path), error.get("input")
    if kind == "extra_forbidden":
        return f'unknown key "{path[-1]}"{_suggest(model, path)}'
    if kind == "missing":
        return f'"{path[-1]}" is missing' + (f' in "{_dotted(path[:-1])}"' if len(path) > 1 else "")
    context = error.get("ctx", {})
    if kind == "value_error":
        return f'"{name}": {context.get("error", error["msg"])}'
    shown = json.dumps(given, ensure_ascii=False)
    shown = shown if len(shown) <= 40 else shown[:37] + "..."
    return f'"{name}" is {shown}, but {_expected(kind, context, error["msg"])}'


_WANTED = {
    "string_type": "it must be a text",
    "int_type": "it must be a whole number",
    "int_from_float": "it must be a whole number",
    "float_type": "it must be a number",
    "finite_number": "it must be a finite number",
    "bool_type": "it must be true or false",
    "list_type": "it must be a list",
    "dict_type": "it must be a mapping (key: value)",
    "model_type": "it must be a mapping (key: value)",
    "model_attributes_type": "it must be a mapping (key: value)",
    "date_type": "it must be a date such as 2027-01-31",
    "date_parsing": "it must be a date such as 2027-01-31",
    "date_from_datetime_parsing": "it must be a date such as 2027-01-31",
    "string_too_short": "it must not be empty",
}
_LIMITS = {
    "greater_than_equal": ("ge", "it must be {} or more"),
    "less_than_equal": ("le", "it must be {} or less"),
    "string_too_long": ("max_length", "it may have {} characters at most"),
    "string_pattern_mismatch": ("pattern", "it must look like {}"),
    "literal_error": ("expected", "it must be {}"),
    "too_long": ("max_length", "it may have {} entries at most"),
    "too_short": ("min_length", "it needs {} entries or more"),
}


def _expected(kind: str, context: dict[str, Any], fallback: str) -> str:
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return words.format(context.get(name))
    return _WANTED.get(kind, fallback[:1].lower() + fallback[1:])


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in path)


def _suggest(model: type[BaseModel], path: Path) -> str:
    known = _keys_at(model, path[:-1])
    close = difflib.get_close_matches(str(path[-1]), known, n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f"; known here: {', '.join(known)}" if 0 < len(known) <= 12 else ""


def _keys_at(model: Any, path: Path) -> list[str]:
    """The field names of the model that stands at ``path``."""
    here = _models_in(model)
    for part in path:
        step = next((m for m in here if _field(m, part) is not None), None)
        here = _models_in(_field(step, part).annotation) if step else here
    return sorted({f.alias or name for m in here for name, f in m.model_fields.items()})


def _field(model: Any, key: Any) -> Any:
    return next((f for name, f in model.model_fields.items() if (f.alias or name) == key), None)


def _models_in(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models_in(part)]
