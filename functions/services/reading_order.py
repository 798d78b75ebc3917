"""What expressions of a service read, through tables and calculated answers. Used by the linter only."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from functions.services.expressions import ExpressionRefused, compile, tokens
from functions.services.lint_base import Looked


def is_expression(source: str) -> bool:
    """Whether a text can be read as an expression."""
    try:
        compile(source)
    except ExpressionRefused:
        return False
    return True


@lru_cache(maxsize=4096)
def names(source: str) -> frozenset[str]:
    """The names that an expression reads itself; a table as `tables.<id>`, an answer asked about with
    `answered.<id>` as its id, a document as `documents.<id>`. None of a text that is no expression."""
    try:
        plain = compile(source).names
    except ExpressionRefused:
        return frozenset()
    owners = {"tables", "answered", "documents"} & plain
    found = set(plain - owners)
    for owner, member in _members(source):
        if owner in owners:
            found.add(member if owner == "answered" else f"{owner}.{member}")
    return frozenset(found)


def _members(source: str) -> Iterator[tuple[str, str]]:
    words = [token.word for token in tokens(source)]
    for place, (owner, dot) in enumerate(pairwise(words)):
        if dot == "." and place + 2 < len(words) and (place == 0 or words[place - 1] != "."):
            yield owner, words[place + 2]


def reads(file: Looked, source: str) -> set[str]:
    """All that an expression reads, also through the tables and calculated answers that it names."""
    tables = {f"tables.{one['id']}": [row["when"] for row in one["rows"]] for one in file.raw["tables"]}
    formulas = {
        one.field.id: [one.field.raw["value"] or ""] for one in file.places if one.field.type == "calculated"
    }
    found: set[str] = set()
    todo = set(names(source))
    while todo:
        name = todo.pop()
        found.add(name)
        inner = [*tables.get(name, ()), *formulas.get(name, ())]
        todo |= set().union(*(names(one) for one in inner)) - found
    return found
