"""Checks of an expression before it goes live: names, functions, types. Used by the linter only.

Types are found by trying: every name gets a few example values of its kind, and each clause between
`&&`, `||`, `?` and `:` is carried out alone, so that a clause cannot hide behind another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from functions.services import expressions
from functions.services.expression_names import Kind, example_facts
from functions.services.expressions import ExpressionRefused, Facts, Token

Wants = Literal["bool", "int", "number", "text", "value"]
MAX_CLAUSES = 60
LIKE_WITH_LIKE = "texts go with texts, whole numbers with whole numbers, decimals with decimals"


@dataclass(frozen=True)
class ExpressionProblem:
    """Where (line and column of the expression's own text, from 1) and why it is refused."""

    line: int
    column: int
    reason: str


WANTED: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "number": (int, float),
    "text": (str,),
    "value": (bool, int, float, str),
}
WORDS = {
    "bool": "true or false",
    "int": "a whole number (money is in minor units)",
    "number": "a number",
    "text": "a text",
    "value": "a number, a text, true or false",
}


def check(source: str, names: Mapping[str, Kind], wants: Wants = "bool") -> list[ExpressionProblem]:
    """Everything that is wrong with an expression that may read `names` and must give `wants`; empty when it
    may go live."""
    try:
        compiled = expressions.compile(source)
    except ExpressionRefused as refused:
        return [_at(source, refused.offset, refused.reason)]
    problems = [*_unknown_names(source, compiled.names, names), *_unknown_members(source, names)]
    if problems:
        return problems
    problems = [*_never_equal(source, names), *_wrong_types(source, names)]
    return problems or list(_wrong_result(source, names, wants))


def _at(source: str, offset: int, reason: str) -> ExpressionProblem:
    before = source[:offset]
    return ExpressionProblem(before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1, reason)


def _unknown_names(
    source: str, used: frozenset[str], names: Mapping[str, Kind]
) -> Iterator[ExpressionProblem]:
    for name in sorted(used - set(names)):
        near = get_close_matches(name, names, 1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        place = next((word.offset for word in expressions.tokens(source) if word.word == name), 0)
        yield _at(source, place, f'there is nothing called "{name}"{hint}')


def _unknown_members(source: str, names: Mapping[str, Kind]) -> Iterator[ExpressionProblem]:
    """`answered.x`, `tables.x`, `documents.x`: the linter knows what they hold."""
    words = list(expressions.tokens(source))
    for owner, dot, member in zip(words, words[1:], words[2:], strict=False):
        kind = names.get(owner.word)
        if owner.kind != "name" or kind is None or kind.name != "map":
            continue
        if owner.word in expressions.MAPS and dot.word != ".":
            yield _at(source, owner.offset, f'write "{owner.word}." and a name')
        if dot.word != ".":
            continue
        if member.word not in kind.columns:
            yield _at(source, member.offset, f'there is nothing called "{owner.word}.{member.word}"')


def _never_equal(source: str, names: Mapping[str, Kind]) -> Iterator[ExpressionProblem]:
    """`name == "x"` is false without a word when the types differ or no such choice exists."""
    words = list(expressions.tokens(source))
    for place, (left, sign, right) in enumerate(zip(words, words[1:], words[2:], strict=False)):
        if sign.word not in ("==", "!="):
            continue
        if left.kind == "name" and right.kind in ("text", "number"):
            if place and words[place - 1].word == ".":
                continue
            yield from _compared(source, left, right, names)
        elif right.kind == "name" and left.kind in ("text", "number"):
            if len(words) > place + 3 and words[place + 3].word in (".", "(", "["):
                continue
            yield from _compared(source, right, left, names)


def _compared(
    source: str, name: Token, literal: Token, names: Mapping[str, Kind]
) -> Iterator[ExpressionProblem]:
    kind = names.get(name.word)
    if kind is None or kind.name in ("map", "rows"):
        return
    is_text = kind.name in ("text", "date")
    if kind.name == "list" or is_text != (literal.kind == "text"):
        yield _at(source, literal.offset, f'"{name.word}" can never be equal to {literal.word}')
    elif kind.options and literal.word[1:-1] not in kind.options:
        yield _at(source, literal.offset, f'"{name.word}" has no option {literal.word}')


def _wrong_types(source: str, names: Mapping[str, Kind]) -> Iterator[ExpressionProblem]:
    facts = [example_facts(names, which) for which in (0, 1)]
    for offset, clause in list(clauses(source))[:MAX_CLAUSES]:
        for known in facts:
            reason = _failure(clause, known)
            if reason:
                yield _at(source, offset, reason)
                break


def _failure(clause: str, facts: Facts) -> str:
    """Why a clause can never be decided, or an empty string. Division by zero and overflow depend on the
    answers and have an outcome of their own."""
    try:
        expressions.compile(clause).attempt(facts)
    except ExpressionRefused:
        return ""  # not a clause of its own, such as a part of a map; the whole is carried out below
    except ArithmeticError:
        return ""
    except KeyError as error:
        return f"there is nothing called {error.args[0] if error.args else error}"
    except (TypeError, RuntimeError, ValueError, IndexError):
        return f"these do not fit together: {clause.strip()[:80]} ({LIKE_WITH_LIKE})"
    return ""


def clauses(source: str, base: int = 0) -> Iterator[tuple[int, str]]:
    """(offset, text) of the parts between the logical signs outside of calls and lists, without
    their own brackets."""
    text = source.strip()
    base += len(source) - len(source.lstrip())
    inner = _inside_brackets(text)
    if inner is not None:
        yield from clauses(inner, base + 1)
        return
    parts = list(_split(text))
    if len(parts) == 1:
        bare = re.match(r"!\s*(?=\()", text)
        if bare and _inside_brackets(text[bare.end() :]) is not None:
            yield from clauses(text[bare.end() :], base + bare.end())
            return
        yield base, text
        return
    for start, part in parts:
        if part.strip():
            yield from clauses(part, base + start)


def _inside_brackets(text: str) -> str | None:
    """The inside when one pair of round brackets holds the whole text."""
    if not text.startswith("(") or not text.endswith(")"):
        return None
    depth = 0
    for token in expressions.tokens(text):
        depth += _step(token)
        if depth == 0 and token.offset < len(text) - 1:
            return None
    return text[1:-1]


def _step(token: Token) -> int:
    if token.kind != "sign":
        return 0
    return 1 if token.word in "([{" else -1 if token.word in ")]}" else 0


def _split(text: str) -> Iterator[tuple[int, str]]:
    depth, start = 0, 0
    for token in expressions.tokens(text):
        depth += _step(token)
        if depth == 0 and token.kind == "sign" and token.word in ("&&", "||", "?", ":"):
            yield start, text[start : token.offset]
            start = token.offset + len(token.word)
    yield start, text[start:]


def _wrong_result(source: str, names: Mapping[str, Kind], wants: Wants) -> Iterator[ExpressionProblem]:
    for which in (0, 1):
        try:
            value = expressions.compile(source).attempt(example_facts(names, which))
        except ArithmeticError:
            continue
        except expressions.UNDECIDED:
            yield _at(source, 0, "this cannot be decided with any answers")
            return
        if not isinstance(value, WANTED[wants]) or (isinstance(value, bool) and wants in ("int", "number")):
            yield _at(source, 0, f"this gives {_word_of(value)}, not {WORDS[wants]}")
            return


def _word_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    return {int: "a whole number", float: "a number with decimals", str: "a text"}.get(type(value), "a list")
