"""The one expression language: CEL behind one wrapper that limits it and gives every failure a defined
outcome.

An expression has at most 500 characters, 20 levels of brackets, one level of list macro and the functions
named here. What cannot be decided - an answer that is not there, a division by zero, an overflow, types
that do not fit - is UNKNOWN; each caller says what that means for it. `a || b` is true when either is,
whatever the other one is (CEL language definition, "Logical Operators").
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from types import ModuleType
from typing import Any, Final

MAX_LENGTH = 500
MAX_DEPTH = 20
MACROS = ("all", "exists", "exists_one", "filter", "map")
# Operators as CEL names them, and what an expression may call.
LOGIC = ("!_", "_&&_", "_||_", "_?_:_", "@in", "@not_strictly_false", "_[_]")
ARITHMETIC = ("-_", "_%_", "_*_", "_+_", "_-_", "_/_")
COMPARISONS = ("_!=_", "_<=_", "_<_", "_==_", "_>=_", "_>_")
OPERATORS = frozenset((*LOGIC, *ARITHMETIC, *COMPARISONS))
TEXT_FUNCTIONS = ("contains", "endsWith", "startsWith")
CONVERSIONS = ("double", "int", "size", "string")
OWN_FUNCTIONS = (
    "days_since",
    "days_until",
    "length",
    "max",
    "min",
    "round",
    "sum",
    "working_days_until",
    "years_since",
)
FUNCTIONS = frozenset((*MACROS, *TEXT_FUNCTIONS, *CONVERSIONS, *OWN_FUNCTIONS))
# Values that hold others, which are read by a dot; only what is read is handed on.
MAPS = ("answered", "documents", "tables")
# What the engine raises when an expression cannot be decided with the facts at hand.
UNDECIDED = (RuntimeError, TypeError, KeyError, ValueError, IndexError, ArithmeticError)
TOKEN = re.compile(
    r"""(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?P<name>[A-Za-z_]\w*)|(?P<number>\d[\w.]*)"""
    r"""|(?P<sign>&&|\|\||[<>=!]=|[^\s\w])""",
    re.ASCII,
)


class _Unknown:
    """The outcome of what cannot be decided; it is neither true nor false."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("UNKNOWN is neither true nor false: say what it means here")


UNKNOWN: Final = _Unknown()


class ExpressionRefused(ValueError):
    """A text that is not an expression of ours; `offset` is where, from 0."""

    def __init__(self, reason: str, offset: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.offset = reason, offset


def cel() -> ModuleType:
    """The engine. Its package imports a command line (some 150 ms), which is kept out; its log would repeat
    what people answered, so it is silenced."""
    if "cel" not in sys.modules:
        sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))
        logging.getLogger("cel").disabled = True
    import cel as engine

    return engine


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign of an expression: `kind` is text, name, number or sign."""

    kind: str
    word: str
    offset: int


def tokens(source: str) -> Iterator[Token]:
    """The words of an expression, in order."""
    for found in TOKEN.finditer(source):
        yield Token(str(found.lastgroup), found.group(), found.start())


@dataclass
class Facts:
    """What expressions may read. `values` by name, an answer that was not given is left out; `today` is the
    city's date; `working_days` counts the working days after today up to and including a day."""

    values: dict[str, Any]  # may look a name up when it is read first; a KeyError is no answer
    today: date
    working_days: Callable[[date], int] | None = None

    @cached_property
    def functions(self) -> dict[str, Callable[..., Any]]:
        """Our own functions, by the name that expressions call them by."""
        return self._functions()

    def _functions(self) -> dict[str, Callable[..., Any]]:
        def working_days_until(day: str) -> int:
            if self.working_days is None:
                raise ValueError("no calendar")
            return self.working_days(date.fromisoformat(day))

        return {
            "days_since": lambda day: (self.today - date.fromisoformat(day)).days,
            "days_until": lambda day: (date.fromisoformat(day) - self.today).days,
            "years_since": lambda day: _years(date.fromisoformat(day), self.today),
            "working_days_until": working_days_until,
            "length": len,
            "max": max,
            "min": min,
            "round": lambda number: int(Decimal(repr(number)).quantize(Decimal(1), ROUND_HALF_UP)),
            "sum": sum,
        }


def _years(born: date, today: date) -> int:
    """Whole years; who was born on 29 February is a year older on 1 March of a common year."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


class Expression:
    """A compiled expression. Making one raises ExpressionRefused when it is not one of ours."""

    def __init__(self, source: str) -> None:
        self.source = source
        _within_limits(source)
        try:
            self._program = cel().compile(source)
        except ValueError as error:
            raise _syntax(source, str(error)) from None
        except BaseException as error:  # the engine's own panic is no Exception
            if type(error).__name__ != "PanicException":
                raise
            raise ExpressionRefused("this is not an expression") from None
        used = self._program.references()
        for name in used["functions"]:
            if name not in OPERATORS and name not in FUNCTIONS:
                raise ExpressionRefused(f"the function {name} is not known", _offset_of(source, name))
        self._own = [name for name in used["functions"] if name in OWN_FUNCTIONS]
        self.names: frozenset[str] = frozenset(used["variables"]) - bound_names(source)
        """The values that it reads; the words that a list macro binds are left out."""

    def members(self, owner: str) -> list[str]:
        """What it reads of a value that holds others: `cap` of `tables.cap`."""
        return self._members.get(owner, [])

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        words = list(tokens(self.source))
        for owner, dot, member in zip(words, words[1:], words[2:], strict=False):
            if owner.kind == member.kind == "name" and dot.word == ".":
                found.setdefault(owner.word, []).append(member.word)
        return found

    def evaluate(self, facts: Facts) -> Any:
        """Its value, or UNKNOWN when it cannot be decided with these facts."""
        try:
            return self.attempt(facts)
        except UNDECIDED:
            return UNKNOWN

    def attempt(self, facts: Facts) -> Any:
        """Its value; raises what the engine raises. For the linter. The engine is given no more than what is
        read: it copies all of it."""
        values = {}
        for name in self.names:
            try:
                value = facts.values[name]
            except KeyError:
                continue
            if name in MAPS:
                value = {member: value[member] for member in self.members(name) if member in value}
            values[name] = value
        if not self._own:
            return self._program.execute(values)
        return self._program.execute(
            cel().Context(values, {name: facts.functions[name] for name in self._own})
        )

    def holds(self, facts: Facts) -> bool:
        """True when it is true; false and UNKNOWN are not."""
        return self.evaluate(facts) is True


@lru_cache(maxsize=4096)
def compile(source: str) -> Expression:
    """The expression of a text; kept, since definitions do not change."""
    return Expression(source)


def bound_names(source: str) -> frozenset[str]:
    """Words that list macros bind: the `m` of `members.exists(m, m.age > 17)`."""
    found = re.findall(rf"\.(?:{'|'.join(MACROS)})\(\s*([A-Za-z_]\w*)\s*,", source)
    return frozenset(found)


def _within_limits(source: str) -> None:
    if not source.strip():
        raise ExpressionRefused("the expression is empty")
    if len(source) > MAX_LENGTH:
        raise ExpressionRefused(f"use {MAX_LENGTH} characters or fewer", MAX_LENGTH)
    depth: list[bool] = []  # for each open bracket: does it belong to a list macro?
    words = list(tokens(source))
    for place, token in enumerate(words):
        if token.kind == "sign" and token.word in "([{":
            depth.append(place > 1 and words[place - 1].word in MACROS and words[place - 2].word == ".")
            if len(depth) > MAX_DEPTH:
                raise ExpressionRefused(f"more than {MAX_DEPTH} brackets inside each other", token.offset)
            if sum(depth) > 1:
                raise ExpressionRefused("a list macro inside another one is not possible", token.offset)
        elif token.kind == "sign" and token.word in ")]}" and depth:
            depth.pop()


def _syntax(source: str, message: str) -> ExpressionRefused:
    """The engine's first complaint with its place: `<input>:1:4: Syntax error: ...`."""
    found = re.search(r"<input>:(\d+):(\d+): (?:Syntax error: )?([^\n]*)", message)
    if not found:
        return ExpressionRefused("this is not an expression")
    lines = source.split("\n")[: int(found[1]) - 1]
    offset = sum(len(line) + 1 for line in lines) + int(found[2]) - 1
    return ExpressionRefused(f"this is not an expression: {found[3][:120]}", max(0, min(offset, len(source))))


def _offset_of(source: str, name: str) -> int:
    return next((token.offset for token in tokens(source) if token.word == name), 0)
