"""Every type of question through everything that can happen to it: empty, good, bad, hostile, Chinese,
without a script, printed, on the list to check, exported. The table is in rows.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from jinja2 import Template

from functions.core.i18n import use_language
from functions.services import fields
from functions.services.domain import AUTOCOMPLETE, FIELD_TYPES, Field
from functions.web.rendering import environment
from tests.services.fields.rows import ROWS, RULES, text

ASKED = [kind for kind in FIELD_TYPES if kind in ROWS and ROWS[kind].asks]
LANGS = ("en", "zh-Hans")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% for x in y %} ${x} %(n)s",
    "\x00\x07null\x00",
    "\u202egnp.exe\u2066",
    "x" * 10_000,
    "9" * 5_000,
    '=HYPERLINK("http://evil.example")',
    "'; DROP TABLE cases; --",
    "\n\r\n\u2028\u2029",
    "🏳️‍🌈 zalgo t̵̡͝e̶̘͝x̸͙͌t",
    "../../etc/passwd",
    "1e400",
    "NaN",
    "²³¼",
    "٣٤",
)
TEMPLATE = (
    '{% from "apply/fields/question.html" import question %}{% from "macros/page.html" import summary_list %}'
    "{% if rows is defined %}{{ summary_list(rows) }}{% else %}{{ question(view, errors) }}{% endif %}"
)
# the HTML standard's tokens; those of WCAG 2.2, section 7 are the table of functions/services/domain.py
TOKENS = re.compile(
    r"((shipping|billing) )?(name|honorific-prefix|given-name|additional-name|family-name|honorific-suffix|"
    r"nickname|organization-title|organization|street-address|address-line[1-3]|address-level[1-4]|country|"
    r"country-name|postal-code|language|bday|bday-day|bday-month|bday-year|sex|url|photo|tel|email|impp|"
    r"transaction-currency|transaction-amount|off)"
)


def asked(kind: str, **more: Any) -> Field:
    """The row's question."""
    label = text("The question", "这个问题")
    return Field({"id": "q", "type": kind, "label": label, **ROWS[kind].definition, **more})


def named(parts: dict[str, str]) -> dict[str, str]:
    """Input names of a row's parts."""
    return {f"q{part}": typed for part, typed in parts.items()}


@cache
def template() -> Template:
    """The macros of a question and of the list to check."""
    return environment().from_string(TEMPLATE)


def page(
    question: Field, typed: dict[str, str], lang: str, errors: dict[str, str] | None = None
) -> BeautifulSoup:
    """The question as its page shows it, alone, its label the heading."""
    with use_language(lang):
        view = fields.view(question, typed, RULES[lang], heading=True)
        html = template().render(view=view, errors=errors or {})
    return BeautifulSoup(html, "html.parser")


def controls(found: BeautifulSoup) -> Iterator[Tag]:
    """What a browser without a script would send."""
    return (one for one in found.find_all(["input", "select", "textarea"]) if one.get("name"))


def posted(found: BeautifulSoup) -> dict[str, list[str]]:
    """The form that a browser sends when nothing is changed."""
    form: dict[str, list[str]] = {}
    for one in controls(found):
        if one.name == "select":
            chosen = one.find("option", selected=True)
            form.setdefault(one["name"], []).append(chosen["value"] if chosen else "")
        elif one.name == "textarea":
            form.setdefault(one["name"], []).append(one.get_text().removeprefix("\n"))
        elif one.get("type") not in ("radio", "checkbox") or one.has_attr("checked"):
            form.setdefault(one["name"], []).append(one.get("value", ""))
    return form


def strings(value: Any) -> Iterator[str]:
    """Every text inside a stored answer."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from strings(one)
    elif isinstance(value, str):
        yield value


def test_every_type_is_described_in_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs" / "fields.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(FIELD_TYPES)


def test_what_a_question_asks_for_gives_a_token_that_browsers_know() -> None:
    assert all(TOKENS.fullmatch(token) for token in AUTOCOMPLETE.values())


def test_every_type_of_the_definition_has_a_row_and_every_column() -> None:
    assert set(ROWS) == set(FIELD_TYPES) == set(fields.KINDS)
    for kind in ASKED:
        row = ROWS[kind]
        assert row.good and row.bad and row.chinese and all(row.printed) and row.exported, kind
        assert row.value is not None, kind


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_empty(kind: str) -> None:
    question, rules = asked(kind), RULES["en"]
    nothing = fields.shown(question, None, rules)
    answer, problems = fields.check(question, nothing, rules, required=True)
    assert answer is None
    assert [problem.code for problem in problems] == (["missing"] if ROWS[kind].asks else [])
    assert fields.check(question, nothing, rules, required=False) == (None, ())
    assert fields.check(question, {}, rules, required=False) == (None, ())
    assert fields.display(question, None) == ""
    assert fields.expression_value(question, None) is None


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_good(kind: str) -> None:
    for parts, stored in ROWS[kind].good if ROWS[kind].asks else ():
        assert fields.check(asked(kind), named(parts), RULES["en"]) == (stored, ()), parts


@pytest.mark.parametrize("kind", ASKED)
def test_bad_answers_are_refused_with_a_reason_and_the_input_to_go_to(kind: str) -> None:
    for parts, code, part in ROWS[kind].bad:
        question = asked(kind)
        answer, problems = fields.check(question, named(parts), RULES["en"])
        assert answer is None, parts
        assert (problems[0].code, problems[0].part) == (code, f"q{part}"), parts
        for lang in LANGS:
            with use_language(lang):
                said = fields.sentence(question, problems[0])
            assert said and "%(" not in said
            errors = {problem.part: f"wrong: {said}" for problem in problems}
            shown = page(question, named(parts), lang, errors)
            assert shown.find(id=problems[0].part), f"{kind}: the summary's link leads nowhere"
            assert f"wrong: {said}" in " ".join(shown.get_text(" ").split())


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_hostile(kind: str) -> None:
    question, rules = asked(kind), RULES["en"]
    names = fields.inputs(question, rules) or ["q", "q-text", "q.0.who"]
    for evil in HOSTILE:
        form = {name: [evil, evil] for name in [*names, "q-rows"]}
        typed = fields.read(question, form, rules)
        answer, problems = fields.check(question, typed, rules)
        assert answer is None or not problems
        assert ROWS[kind].asks or answer is None
        for kept in strings(answer):
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", kept), kept
            assert len(kept) <= 2000
        for lang in LANGS:
            with use_language(lang):
                errors = {problem.part: fields.sentence(question, problem) for problem in problems}
            shown = page(question, typed, lang, errors)
            assert not shown.find(["script", "img"]), evil
            assert not [tag for tag in shown.find_all(True) if any(key.startswith("on") for key in tag.attrs)]
            assert "49" not in fields.display(question, answer) or "7 * 7" not in evil


@pytest.mark.parametrize("kind", ASKED)
def test_chinese(kind: str) -> None:
    for parts, stored in ROWS[kind].chinese:
        with use_language("zh-Hans"):
            assert fields.check(asked(kind), named(parts), RULES["zh-Hans"]) == (stored, ()), parts


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_without_a_script_the_page_is_plain_inputs_that_send_the_answer_back(kind: str, lang: str) -> None:
    question, rules = asked(kind), RULES["en"]
    for _, stored in ROWS[kind].good[:1] if ROWS[kind].asks else ():
        with use_language(lang):
            typed = fields.shown(question, stored, rules)
            shown = page(question, typed, lang)
            again = fields.read(question, posted(shown), rules)
            assert fields.check(question, again, rules) == (stored, ())


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", [kind for kind in FIELD_TYPES if kind != "file"])
def test_what_is_shown_can_be_used_by_everybody(kind: str, lang: str) -> None:
    question = asked(kind, hint=text("A hint", "提示"), purpose=text("the law", "法定要求"))
    with use_language(lang):
        _, problems = fields.check(question, {}, RULES[lang])
        errors = {problem.part: fields.sentence(question, problem) for problem in problems}
        shown = page(question, fields.shown(question, None, RULES[lang]), lang, errors)
    assert len(shown.find_all("h1")) == 1
    for one in controls(shown):
        if one.get("type") == "hidden":
            continue
        assert shown.find("label", attrs={"for": one["id"]}), one
        assert one.get("type") != "number"
        assert not one.has_attr("required"), "the server says what is missing"
        assert TOKENS.fullmatch(one.get("autocomplete", "off")), one["autocomplete"]
        for described in one.get("aria-describedby", "").split():
            assert shown.find(id=described), described
    for group in shown.find_all("fieldset"):
        assert group.find("legend", recursive=False)
        for described in group.get("aria-describedby", "").split():
            assert shown.find(id=described), described
    ids = [tag["id"] for tag in shown.find_all(id=True)]
    assert len(ids) == len(set(ids))
    words = shown.get_text(" ")
    assert ROWS[kind].asks is False or ("the law" if lang == "en" else "法定要求") in words
    assert ROWS[kind].asks is False or shown.find(class_="govuk-error-message")


@pytest.mark.parametrize("kind", [kind for kind in FIELD_TYPES if ROWS.get(kind) and ROWS[kind].good])
def test_printed_and_on_the_list_to_check(kind: str) -> None:
    question, stored = asked(kind), ROWS[kind].good[0][1]
    for lang, expected in zip(LANGS, ROWS[kind].printed, strict=True):
        with use_language(lang):
            said = fields.display(question, stored, RULES[lang].currency)
            rows = [{"key": "The question", "value": said, "change": "#", "context": "x"}]
            html = template().render(rows=rows, view=None, errors={})
        assert said == expected
        inside = fields.inline(question, stored, RULES[lang].currency)
        assert inside and "\n" not in inside
        value = BeautifulSoup(html, "html.parser").find("dd")
        assert value is not None and value.get_text().split() == expected.split()
        assert not value.find("b")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_on_paper_there_is_a_place_to_tick_or_to_write(kind: str, lang: str) -> None:
    with use_language(lang):
        printed = fields.on_paper(asked(kind), RULES[lang], required=False)
    assert (
        printed.label == {"en": "The question (optional)", "zh-Hans": "这个问题（选填）"}[lang]
        or not ROWS[kind].asks
    )
    assert bool(printed.options or printed.parts or printed.columns or printed.lines) == (kind != "statement")
    assert kind != "bank_account" or len(printed.parts) == 4
    assert kind != "date_range" or len(printed.parts) == 6


@pytest.mark.parametrize("kind", FIELD_TYPES)
def test_exported_with_the_same_columns_whatever_was_answered(kind: str) -> None:
    question, row = asked(kind), ROWS[kind]
    empty = fields.export(question, None)
    assert not any(empty.values())
    if row.good:
        found = fields.export(question, row.good[0][1], "USD")
        assert found == row.exported
        assert list(found) == list(empty)


@pytest.mark.parametrize("kind", [kind for kind in FIELD_TYPES if ROWS.get(kind) and ROWS[kind].good])
def test_expressions_see_plain_values(kind: str) -> None:
    assert fields.expression_value(asked(kind), ROWS[kind].good[0][1]) == ROWS[kind].value
