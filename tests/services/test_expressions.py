"""The one expression language: its limits, and an outcome for everything that cannot be decided."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.services import expressions
from functions.services.expression_lint import check
from functions.services.expression_names import Kind
from functions.services.expressions import UNKNOWN, ExpressionRefused, Facts

TODAY = date(2026, 1, 15)
NAMES = {
    "income": Kind("int"),
    "share": Kind("float"),
    "job": Kind("text", options=frozenset(("none", "part", "full"))),
    "note": Kind("text"),
    "born": Kind("date"),
    "topics": Kind("list"),
    "members": Kind("rows", {"age": Kind("int")}),
    "answered": Kind("map", {"income": Kind("bool")}),
    "tables": Kind("map", {"cap": Kind("int")}),
}


def value(source: str, **facts: Any) -> Any:
    return expressions.compile(source).evaluate(Facts(facts, TODAY, lambda day: (day - TODAY).days))


def refusal(source: str, wants: Any = "bool") -> tuple[int, int, str]:
    """(line, column, reason) of the first problem; (0, 0, "") when there is none."""
    found = check(source, NAMES, wants)
    return (found[0].line, found[0].column, found[0].reason) if found else (0, 0, "")


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("income > 3", True),
        ("income * 12 / 100", 0),
        ("members.exists(m, m.age < 18)", True),
        ("sum(members.map(m, m.age))", 47),
        ("years_since('2008-01-15') >= 18", True),
        ("years_since('2008-01-16') >= 18", False),
        ("days_until('2026-01-20')", 5),
        ("working_days_until('2026-01-16')", 1),
        ("length('区 a')", 3),
        ("min(income, 3) + max(income, 9)", 12),
        ("round(double(income) * 0.5)", 3),
        ("round(-2.5)", -3),
    ],
)
def test_a_decided_expression_has_its_value(source: str, outcome: Any) -> None:
    assert value(source, income=5, members=[{"age": 7}, {"age": 40}]) == outcome


@pytest.mark.parametrize(
    "source",
    ["missing > 3", "income / 0", "9223372036854775807 + income", "missing.x", "topics[3]", "income < 'a'"],
)
def test_what_cannot_be_decided_is_unknown(source: str) -> None:
    assert value(source, income=5, topics=["a"]) is UNKNOWN


def test_a_decided_side_outweighs_an_unknown_one() -> None:
    assert value("missing > 3 || income == 5", income=5) is True
    assert value("missing > 3 && income == 6", income=5) is False
    assert value("missing > 3 && income == 5", income=5) is UNKNOWN


def test_unknown_cannot_be_taken_for_true_or_false() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(UNKNOWN)


@pytest.mark.parametrize(
    ("source", "line", "column", "reason"),
    [
        ("", 1, 1, "empty"),
        ("x" * 501, 1, 501, "500 characters"),
        ("(" * 21 + "1" + ")" * 21, 1, 21, "more than 20 brackets"),
        ("members.exists(m, members.exists(n, n.age > m.age))", 1, 33, "a list macro inside another"),
        ("income >", 1, 9, "not an expression"),
        ("income > 1 &&\n  incom < 3", 2, 3, 'nothing called "incom"; did you mean "income"?'),
        ("income > 1 || note > 3", 1, 15, "do not fit together: note > 3"),
        ("note == 'a' && (share > 1.0 || job > 3)", 1, 32, "do not fit together: job > 3"),
        ("note.matches('(a+)+$')", 1, 6, "the function matches is not known"),
        ("job == 'ful'", 1, 8, "\"job\" has no option 'ful'"),
        ("income == '3'", 1, 11, '"income" can never be equal to'),
        ("answered['income'] && true", 1, 1, 'write "answered." and a name'),
        ("answered.incom", 1, 10, 'nothing called "answered.incom"'),
        ("members.exists(m, m.agee > 3)", 1, 1, "nothing called agee"),
        ("years_since(income) > 3", 1, 1, "do not fit together"),
        ("income + 1", 1, 1, "this gives a whole number, not true or false"),
    ],
)
def test_a_wrong_expression_is_refused_with_its_place_and_reason(
    source: str, line: int, column: int, reason: str
) -> None:
    found = refusal(source)
    assert found[:2] == (line, column), found
    assert reason in found[2]


@pytest.mark.parametrize(
    ("source", "wants"),
    [
        ("income > 1000 || job == 'none'", "bool"),
        ("!(income > 3) && 'a' in topics && born < '2000-01-01'", "bool"),
        ("answered.income ? income * 12 / 100 : 0", "int"),
        ("min(income * 12 / 100, tables.cap)", "int"),
        ("members.size() > 2 && members.all(m, m.age >= 0)", "bool"),
        ("income / (income - 1)", "int"),
        ("share * 2.0", "number"),
    ],
)
def test_a_right_expression_passes(source: str, wants: Any) -> None:
    assert refusal(source, wants) == (0, 0, "")


def test_the_engine_repeats_no_answer_in_the_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert value("years_since(secret) > 3", secret="4111 Elm Street") is UNKNOWN
    assert "Elm" not in caplog.text + "".join(capfd.readouterr())


def test_the_engines_command_line_is_not_imported() -> None:
    code = (
        "import sys; from functions.services.expressions import compile; compile('1 < 2');"
        "print(sorted({'typer', 'rich', 'prompt_toolkit'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


NAMED = ("income", "job", "members", "topics", "answered", "tables.cap", "m", "size", "years_since")
LITERALS = ("'x'", "1", "1.5", "true", "null", "0x1", "9" * 30, "区", "b'x'", "r'x'", "\n", "\\", '"', "`")
SIGNS = (
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "&&",
    "||",
    "!",
    "<",
    "==",
    "+",
    "-",
    "*",
    "/",
    "?",
    ":",
    ",",
    ".",
    "in",
)
WORDS = st.sampled_from((*NAMED, *LITERALS, *SIGNS, "exists", "map"))


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=25).map(" ".join)))
def test_any_text_is_refused_or_has_an_outcome(source: str) -> None:
    problems = check(source, NAMES)
    lines = source.split("\n")
    for problem in problems:
        assert problem.reason and 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
    if not problems:
        assert value(source, income=5) in (True, False, UNKNOWN)
    try:
        expressions.compile(source).evaluate(Facts({}, TODAY))
    except ExpressionRefused:
        assert problems
