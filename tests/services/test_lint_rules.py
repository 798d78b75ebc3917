"""The linter of service files: each bad file is refused by its own rule alone, in its own words, at the line
that it marks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from functions.core import paths
from functions.services.errors import Problem
from functions.services.lint import rules
from functions.services.service import check_file
from functions.tenancy.catalogue import around_template

BAD = Path(__file__).parents[1] / "bad_services"
SOUND = Path(__file__).parent / "sound.yaml"
TEMPLATES = sorted((paths.templates() / "services").glob("*.yaml"))
BEFORE_MEANING = {"yaml", "shape"}  # what cannot be read, or does not have the shape of a service
NO_APPEAL = "appeal-missing"  # every profile that ships names one


def problems(path: Path) -> list[Problem]:
    """What is wrong with a file."""
    content = path.read_bytes()
    around = around_template(content)
    return check_file(path.name, content, replace(around, appeal=path.stem != NO_APPEAL))


def test_every_rule_has_a_file_that_breaks_it() -> None:
    assert {path.stem for path in BAD.glob("*.yaml")} == {one.code for one in rules()} | BEFORE_MEANING


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_file_is_refused_by_its_own_rule_at_its_own_line_in_its_own_words(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    marked = next(number for number, line in enumerate(lines, 1) if "# <- here" in line)
    found = problems(path)
    assert {problem.code for problem in found} == {path.stem}
    assert (found[0].line, f"# says: {found[0].message}") == (marked, lines[1])
    assert found[0].column > 0


@pytest.mark.parametrize("path", [SOUND, *TEMPLATES], ids=lambda path: path.stem)
def test_nothing_is_wrong_with_a_sound_file(path: Path) -> None:
    assert problems(path) == []


def test_codes_are_unique_and_every_rule_says_in_one_sentence_what_it_asks_for() -> None:
    codes = [one.code for one in rules()]
    assert len(codes) == len(set(codes))
    assert [one.code for one in rules() if not one.says.endswith((".", ")."))] == []


def test_an_expression_is_pointed_at_to_the_letter() -> None:
    content = SOUND.read_bytes().replace(b'owner == "yes"', b'owner == "yes" && hieght > 2')
    (problem,) = check_file("x.yaml", content)
    line = content.decode().splitlines()[problem.line - 1]
    assert line[problem.column - 1 :].startswith("hieght > 2")
    assert 'there is nothing called "hieght"; did you mean "height"?' in problem.message


# A rule that asks for several things is broken in each of its ways.
WAYS = [
    (
        "limit-impossible",
        "validate: {min: 1, max: 90}",
        "validate: {min: 1, max: 90, past: true, future: true}",
    ),
    ("limit-impossible", "          optional: true\n", "          optional: true\n          min_items: 11\n"),
    ("file-above-cap", "required_when: height > 10}", "required_when: height > 10, max_files: 11}"),
    (
        "purpose-missing",
        "semantic: email",
        "semantic: email\n          sensitivity: special\n          purpose: {en: x, zh-Hans: 用}",
    ),
    ("timeout-unknown", "      sla_days: 30\n", ""),
    ("season-unfit", "  mode: promise\n", '  mode: promise\n  opens: "03-01"\n'),
    ("season-unfit", "  mode: promise\n", '  mode: promise\n  status: seasonal\n  closes: "03-01"\n'),
    ("state-unknown", "start: submitted", "start: somewhere"),
    ("not-before-unknown", "not_before: starts", "not_before: ends"),
    ("key-needed", "document: photo, label", "label"),
    ("id-twice", "{id: ends,", "{id: starts,"),
    ("id-twice", "{id: other,", "{id: sick,"),
    ("id-twice", "- id: helpers\n      section", "- id: work\n      section"),
    ("id-reserved", "{id: ends,", "{id: sum,"),
    ("parent-unknown", "  mode: promise\n", "  mode: promise\n  parent: tree-permit\n"),
    ("ask-unknown", "asks: [owner, height]", "asks: [owner, height, photo]"),
    ("expression-wrong", "formula: tables.price", "formula: tables.prize"),
    ("expression-wrong", "formula: tables.price", "formula: height > 3"),
    ("expression-wrong", "formula: tables.price", "formula: exec('rm')"),
    ("expression-wrong", "formula: tables.price", "formula: height." + "a" * 20),
    ("expression-wrong", "formula: tables.price", "formula: " + "(" * 30 + "1" + ")" * 30),
    ("expression-wrong", "formula: tables.price", "formula: height +"),
    ("shape", "formula: tables.price", "formula: " + "height + " * 80 + "1"),
    ("shape", "mode: promise", 'mode: "true"'),
    ("shape", "role: system", "role: mayor"),
    ("shape", "max: 90", "max: .inf"),
    ("shape", "  mode: promise\n", '  mode: promise\n  anonymous: "true"\n'),
    ("shape", "draft_days: 7, ", ""),
    ("shape", "clocks: {promised: 10", "clocks: {promissed: 10"),
    ("shape", "{id: ends,", "{id: Ends,"),
    ("yaml", "draft_days: 7, ", "draft_days: 7, draft_days: 8, "),
    ("yaml", "mode: promise", "mode: [promise"),
]


@pytest.mark.parametrize(("code", "old", "new"), WAYS)
def test_each_way_to_break_a_rule_is_seen(code: str, old: str, new: str) -> None:
    text = SOUND.read_text(encoding="utf-8")
    assert old in text
    found = check_file("x.yaml", text.replace(old, new, 1).encode())
    assert code in {problem.code for problem in found}, found
    assert all(problem.line > 0 and problem.column > 0 and problem.message for problem in found)


# Expressions that somebody might smuggle into an override, with where and why they are refused.
HOSTILE = [
    ("hieght > 1", 1, 'there is nothing called "hieght"'),
    ("height > 1 && __import__('os')", 15, "the function __import__ is not known"),
    ("height.__class__ == 1", 1, "these do not fit together"),
    ("helpers.map(a, helpers.map(b, a)) == []", 27, "a list macro inside another one"),
    ("(" * 21 + "height > 1" + ")" * 21, 21, "more than 20 brackets inside each other"),
    ("height > 'tall'", 1, "these do not fit together"),
    ("owner == 'perhaps'", 10, '"owner" has no option'),
    ("height > 1 &&", 14, "this is not an expression"),
    ("height.matches('(a+)+$')", 8, "the function matches is not known"),
    ("height", 1, "this gives a whole number, not true or false"),
]


@pytest.mark.parametrize(("source", "column", "reason"), HOSTILE)
def test_a_hostile_expression_is_refused_with_line_column_and_reason(
    source: str, column: int, reason: str
) -> None:
    text = SOUND.read_text(encoding="utf-8")
    start = "      waive_when: "
    bad = text.replace(f'{start}reason_why == "sick"', f"{start}{source}", 1)
    line = bad.splitlines().index(f"{start}{source}") + 1
    problem = check_file("x.yaml", bad.encode())[0]
    assert (problem.code, problem.line) == ("expression-wrong", line)
    assert reason in problem.message and f"column {problem.within[1]}" in problem.message
    assert problem.column == len(start) + column


def test_an_expression_of_more_than_500_characters_is_refused() -> None:
    text = SOUND.read_text(encoding="utf-8").replace('owner == "yes"', "height > 1 || " * 40 + "height > 1")
    (problem,) = check_file("x.yaml", text.encode())
    assert problem.code == "shape" and "500 characters at most" in problem.message
