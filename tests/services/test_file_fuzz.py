"""Service files as people mangle them: the answer is always a list of sentences with line and column, never a
traceback."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.services.service import check_file, problems_of
from tests.services.test_lint_rules import SOUND
from tests.services.test_patches import ODD, PATHS, PIECES, _at, _sound

TEXT = SOUND.read_text(encoding="utf-8")
LINES = TEXT.splitlines(keepends=True)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SIGNS = (
    ":",
    "- ",
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    "\t",
    "\n",
    "&a ",
    "*a",
    "? ",
    "|",
    ">",
    "#",
    "<<: ",
    "---\n",
    "  ",
)
WORDS = ("!!python/x ", "%YAML 1.1\n", "yes", "null", "1e999", ".nan", "0x1F", "\x00", "\ud7ff", "树")
BITS = st.sampled_from((*SIGNS, *WORDS))
EDITS = st.one_of(
    st.tuples(st.just("insert"), st.integers(0, len(TEXT)), BITS | st.text(max_size=3)),
    st.tuples(st.just("cut"), st.integers(0, len(TEXT)), st.integers(1, 60)),
    st.tuples(st.just("swap"), st.integers(0, len(LINES) - 1), st.integers(0, len(LINES) - 1)),
    st.tuples(st.just("again"), st.integers(0, len(LINES) - 1), st.integers(0, len(LINES) - 1)),
)


def edited(text: str, edit: tuple[str, int, Any]) -> str:
    """The text after one slip of a hand."""
    kind, place, more = edit
    if kind == "insert":
        return text[:place] + more + text[place:]
    if kind == "cut":
        return text[:place] + text[place + more :]
    lines = text.splitlines(keepends=True)
    place, more = place % len(lines), more % len(lines)
    if kind == "swap":
        lines[place], lines[more] = lines[more], lines[place]
    else:
        lines.insert(more, lines[place])
    return "".join(lines)


def check(content: bytes) -> None:
    """Every problem has a place and a sentence."""
    last = len(content.decode("utf-8", "replace").splitlines()) + 1
    for problem in check_file("x.yaml", content):
        assert 1 <= problem.line <= last and problem.column >= 1, problem
        assert problem.message and problem.code and "Traceback" not in problem.message


@SLOW
@given(st.lists(EDITS, min_size=1, max_size=3))
def test_a_mangled_file_is_refused_with_line_and_reason(edits: list[tuple[str, int, Any]]) -> None:
    text = TEXT
    for edit in edits:
        text = edited(text, edit) if text else text
    check(text.encode("utf-8", "surrogatepass"))


@SLOW
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_line_and_reason(content: bytes) -> None:
    check(content)


@SLOW
@given(st.sampled_from(PATHS), ODD | PIECES)
def test_any_value_at_any_place_is_taken_or_refused(path: tuple[Any, ...], value: Any) -> None:
    data = deepcopy(_sound())
    holder = data
    for part in path[:-1]:
        holder = (
            next(one for one in holder if one["id"] == part[1]) if isinstance(part, tuple) else holder[part]
        )
    last = path[-1]
    if isinstance(last, tuple):
        holder[[one["id"] for one in holder].index(last[1])] = deepcopy(value)
    else:
        holder[last] = deepcopy(value)
    assert all(problem.message and problem.code for problem in problems_of(data))
    assert _at(path) is not None or value is None


NAMES = st.sampled_from(sorted(_sound())) | st.text(max_size=4)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@SLOW
@given(JUNK)
def test_any_data_is_refused_in_words(data: Any) -> None:
    found = problems_of(data)
    assert found and all(problem.message for problem in found)
