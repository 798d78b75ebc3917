"""docs/service-file.md and tenants/service-schema.json, written from the models of functions/services."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from functions.services import schema_base as base
from functions.services.lint import rules
from functions.services.schemas import Definition, json_schema
from infra.settings import ROOT

PAGE = ROOT / "docs" / "service-file.md"
SCHEMA = ROOT / "tenants" / "service-schema.json"
NAMED = (
    (base.Identifier, "id"),
    (base.FieldId, "id of a question"),
    (base.Sentence, "text"),
    (base.Text, "text in each language"),
    (base.Expression, "expression"),
    (base.Days, "days"),
    (base.Money, "money, in minor units"),
    (base.Country, "country, two letters"),
    (base.MonthDay, "month and day, `MM-DD`"),
    (base.Url, "address (URL)"),
)
PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Any: "any value",
    dict: "mapping",
}
INTRODUCTION = """\
# The service file

A service is one YAML file: guide, eligibility, form, documents, workflow, clocks, fee, letters,
certificate, privacy, feedback, and its own sample cases. Templates are in `templates/services/`; a city
offers them, changed where it wants, or writes a service of its own (see [for the city
admin](city-admin.md#services)). This page is written by `townkit service docs`.

| You want to | Command |
| --- | --- |
| check a file | `townkit service lint templates/services/parking-card.yaml` |
| see what a city changes | `townkit service diff tenants/oakville.yaml parking-card` |
| get help while you write | first line `# yaml-language-server: $schema=../../tenants/service-schema.json` |

Every problem is one sentence with line and column. Texts are given in each language of the city (`en`,
`zh-Hans`). Ids are small letters, digits, `-` and `_`; an id of a question has no `-`, because expressions
name it.

## Expressions

Conditions and formulas are [CEL](https://cel.dev) with at most 500 characters, 20 levels of brackets and
one level of list macro. They may read the id of every question, `answered.<question>`,
`documents.<document>` (handed in; `-` becomes `_`), `tables.<table>`, `today`, `applicant` and `assurance`.
Conditions of pages read earlier questions only. What cannot be decided - an answer that is not there, a
division by zero - is neither true nor false: the page is not shown, the rule does not hold, the fee cannot
be said yet, a yes becomes maybe.

| Type of question | In expressions |
| --- | --- |
| number | whole number, with `decimals` a decimal (`2.5`) |
| money | whole number of minor units |
| date | text `2026-01-31`; compare with `<`, count with the functions below |
| yes_no | `"yes"` or `"no"` |
| radios, select | id of the option |
| checkboxes | list of ids: `"dog" in pets` |
| date_range | `.from` and `.to` |
| map_point | `.lat` and `.lon` |
| group, table | list: `members.exists(m, m.age > 17)` |
| rating | whole number |
| everything else | text |

| Function | Gives |
| --- | --- |
| `years_since(date)` `days_since(date)` `days_until(date)` | whole number |
| `working_days_until(date)` | whole number |
| `length(text)` `size(list)` | whole number |
| `sum(list)` `min(a, b)` `max(a, b)` `round(number)` | number |
| `int(x)` `double(x)` `string(x)` | the same value as another type |
| `startsWith` `endsWith` `contains` `in` `exists` `all` `filter` `map` | as in CEL |

## Sample cases

`tests:` run in `townkit lint` and before a service goes live, when nothing else is wrong. `answers` are as
stored or as a person types them; identity numbers are not checked against their country, so that nobody has
to invent a valid one. What `expect` leaves out is not compared, but `errors`: without it every answer must
be accepted. A city's override is tried with the template's samples, too: what the override takes out
(questions, pages, documents) is taken out of them, and a route of the city's own does not answer to the
template's departments. Anything else that a sample expects must still be so, or the override changes the
sample (`tests: [{id: accepted, expect: {fee: 4500}}]`) or drops it.

## The parts

Keys without a default must be there.
"""


def page() -> str:
    """The text of docs/service-file.md."""
    return "\n".join([INTRODUCTION, *(section(model) for model in models(Definition)), _rules()])


def schema() -> str:
    """The text of tenants/service-schema.json (JSON Schema, draft 2020-12)."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **json_schema()}
    whole["title"] = "A Townkit service"
    return json.dumps(whole, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def models(top: type[BaseModel]) -> list[type[BaseModel]]:
    """A model and all below it, in the order of the file."""
    found = [top]
    for model in found:
        for hint in get_type_hints(model, include_extras=True).values():
            found += [inner for inner in _models_in(hint) if inner not in found]
    return found


def _models_in(hint: Any) -> Iterator[type[BaseModel]]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for part in get_args(hint):
        yield from _models_in(part)


def section(model: type[BaseModel]) -> str:
    """A model's keys as a chapter."""
    lines = [f"### {model.__name__}\n"]
    if model.__doc__:
        lines.append(_cell(model.__doc__) + "\n")
    explained = any(field.description for field in model.model_fields.values())
    more = (" Meaning |", " --- |") if explained else ("", "")
    lines += ["| Key | Kind | Default |" + more[0], "| --- | --- | --- |" + more[1]]
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        meaning = f" {_cell(field.description or '')} |" if explained else ""
        lines.append(f"| `{field.alias or name}` | {kind(hints[name])} | {_default(field)} |{meaning}")
    return "\n".join(lines) + "\n"


def kind(hint: Any) -> str:
    """What may stand there, in words."""
    for known, word in NAMED:
        if hint == known:
            return word
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return kind(parts[0])
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(kind(part) for part in parts if part is not type(None)))
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin is list:
        return f"list of {kind(parts[0])}"
    if origin is dict:
        return "mapping" if parts[1] in (str, Any) else f"for each language: {kind(parts[1])}"
    return PLAIN.get(hint, str(hint))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None:
        return "none"
    if isinstance(value, BaseModel):
        return "see there"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")


def _rules() -> str:
    head = f"""\
## What the linter checks

Each of these {len(rules())} rules has a file in `tests/bad_services/` that breaks it and nothing else.

| Rule | Asks for |
| --- | --- |"""
    return "\n".join([head, *(f"| `{one.code}` | {_cell(one.says)} |" for one in rules())]) + "\n"
