"""Whether some answers lead to a page: tries the answers that its condition, and the conditions of the pages
that it depends on, could tell apart. Used by the linter only.

When there are too many to try, the page counts as reachable: a warning that is wrong is worse than none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any

from functions.services.domain import APPLICANTS, ASSURANCE, FormPage
from functions.services.expression_names import TODAY, Kind, example
from functions.services.expressions import UNKNOWN, Facts, compile, tokens
from functions.services.lint_base import Looked
from functions.services.reading_order import names, reads

MOST_TRIES = 400
MOST_PAGES = 5
ABSENT: Any = object()
DAYS = (-36500, -30000, -23800, -7300, -400, -1, 0, 1, 400, 7300)


@dataclass(frozen=True)
class _Closure:
    """What decides about a page: the pages before it that matter, in order, and what is read."""

    pages: tuple[FormPage, ...]
    read: frozenset[str]


def can_be_shown(file: Looked, page: FormPage) -> bool:
    """Whether some answers lead to the page: by its own condition, and, where few pages are involved, by
    theirs as well."""
    alone = _Closure((page,), frozenset(reads(file, page.show_when)))
    together = _closure(file, page)
    several = 1 < len(together.pages) <= MOST_PAGES
    return _possible(file, alone) and (not several or _possible(file, together))


def _possible(file: Looked, closure: _Closure) -> bool:
    if any(name.startswith("documents.") for name in closure.read):
        return True
    literals = set(_literals(file, closure))
    formulas = {one.field.id for one in file.places if one.field.type == "calculated"}
    inside = formulas & {field.id for page in closure.pages for field in page.fields}
    choices = {
        name: list(_candidates(name, file.names[name], literals))
        for name in sorted(closure.read)
        if name in file.names and name != "today" and name not in inside
    }
    for tries, values in enumerate(product(*choices.values())):
        if tries >= MOST_TRIES or _shown(file, closure, dict(zip(choices, values, strict=True))):
            return True
    return False


def _closure(file: Looked, page: FormPage) -> _Closure:
    holder = {one.field.id: one.page for one in file.places}
    wanted, read, todo = {page.id}, set[str](), [page]
    while todo:
        found = reads(file, todo.pop().show_when)
        read |= found
        for name in found:
            other = holder.get(name)
            if other and other.id not in wanted:
                wanted.add(other.id)
                todo += [other] if other.show_when else []
    pages = tuple(one for one in file.service.pages if one.id in wanted)
    return _Closure(pages, frozenset(read))


def _literals(file: Looked, closure: _Closure) -> Iterator[Any]:
    """The texts and numbers that conditions name, and what they read."""
    tables = [
        row["when"]
        for one in file.raw["tables"]
        if f"tables.{one['id']}" in closure.read
        for row in one["rows"]
    ]
    formulas = [
        one.field.raw["value"]
        for one in file.places
        if one.field.type == "calculated" and one.field.id in closure.read
    ]
    for source in [*(page.show_when for page in closure.pages), *tables, *formulas]:
        for token in tokens(source):
            if token.kind == "text":
                yield token.word[1:-1]
            elif token.kind == "number":
                yield _number(token.word)


def _number(word: str) -> int | float:
    """The number of a literal; 0 for one of another notation (hexadecimal, exponent)."""
    whole, point, rest = word.partition(".")
    if not whole.isdigit() or (point and not rest.isdigit()):
        return 0
    return float(word) if point else int(word)


def _candidates(name: str, kind: Kind, literals: set[Any]) -> Iterator[Any]:
    if name == "applicant":
        yield from APPLICANTS
        return
    if name == "assurance":
        yield from ASSURANCE
        return
    if kind.options:
        options = sorted(kind.options)
        yield from ([[one] for one in options] + [options] if kind.name == "list" else options)
    elif kind.name in ("int", "float"):
        whole = sorted(one for one in literals if isinstance(one, int | float))
        numbers = [0, *(one + step for one in whole for step in (-1, 0, 1)), 10**6]
        yield from sorted({float(one) if kind.name == "float" else int(one) for one in numbers})
    elif kind.name == "date":
        yield from ((TODAY + timedelta(days)).isoformat() for days in DAYS)
        yield from sorted(one for one in literals if isinstance(one, str) and _is_day(one))
    elif kind.name == "text":
        yield from sorted(one for one in literals if isinstance(one, str))
        yield "zz"
    else:
        yield example(kind, 0)
        yield example(kind, 1)
    yield ABSENT


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _shown(file: Looked, closure: _Closure, values: Mapping[str, Any]) -> bool:
    """Walk the pages that matter with these answers; whether the last one is shown. Answers of other pages
    are there from the start."""
    given = {name: value for name, value in values.items() if value is not ABSENT}
    here = {field.id for page in closure.pages for field in page.fields}
    known = {name: value for name, value in given.items() if name not in here}
    shown = False
    for page in closure.pages:
        shown = not page.show_when or _value(file, page.show_when, known) is True
        for field in page.fields if shown else ():
            if field.type == "calculated" and field.id in closure.read:
                value = _value(file, str(field.raw["value"]), known)
                known |= {} if value is UNKNOWN else {field.id: value}
            elif field.id in given:
                known[field.id] = given[field.id]
    return shown


def _value(file: Looked, source: str, known: Mapping[str, Any]) -> Any:
    facts: dict[str, Any] = {"today": TODAY.isoformat(), **known}
    compiled, read = compile(source), names(source)
    if "answered" in compiled.names:
        facts["answered"] = {name: name in known for name in file.order}
    if "tables" in compiled.names:
        tables = [one for one in file.raw["tables"] if f"tables.{one['id']}" in read]
        values = {one["id"]: _table(file, one, known) for one in tables}
        facts["tables"] = {name: value for name, value in values.items() if value is not UNKNOWN}
    return compiled.evaluate(Facts(facts, TODAY, lambda day: (day - TODAY).days))


def _table(file: Looked, table: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    for row in table["rows"]:
        held = _value(file, row["when"], known)
        if held is UNKNOWN:
            return UNKNOWN
        if held is True:
            return row["then"]
    return table["otherwise"]
