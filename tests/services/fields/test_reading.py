"""What people type: accepted kindly, refused with a reason, never lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core import i18n
from functions.services import fields
from functions.services.domain import FIELD_TYPES, Field
from functions.services.fields import Rules

US = Rules("us", date(2026, 11, 20), {"module": "us.ssn"})
CN = Rules("cn", date(2026, 11, 20), {"module": "cn.ric"})
LINES = (
    {"id": "street", "label": {"en": "Street"}},
    {"id": "unit", "label": {"en": "Unit"}, "optional": True},
    {"id": "postcode", "label": {"en": "ZIP code"}, "pattern": "[0-9]{5}(-[0-9]{4})?"},
)
LINED = Rules("us", date(2026, 11, 20), {}, LINES)


def field(kind: str, **more: Any) -> Field:
    return Field({"id": "x", "type": kind, "label": {"en": "X"}, **more})


def check(kind: str, text: str, rules: Rules = US, **more: Any) -> tuple[Any, str]:
    """(answer, reason code) of one input."""
    answer, problems = fields.check(field(kind, **more), {"x": text}, rules)
    return answer, problems[0].code if problems else ""


def check_date(day: str, month: str, year: str, **more: Any) -> tuple[Any, str, str]:
    """(answer, reason code, input to go to) of a date."""
    typed = {"x-day": day, "x-month": month, "x-year": year}
    answer, problems = fields.check(field("date", **more), typed, US)
    return (answer, problems[0].code, problems[0].part) if problems else (answer, "", "")


@pytest.mark.parametrize(
    ("kind", "text", "answer"),
    [
        ("name", "  Maria   de la\tCruz ", "Maria de la Cruz"),
        ("name", "王\u202e小明", "王小明"),
        ("textarea", "one\r\ntwo", "one\ntwo"),
        ("email", " Maria@Example.com. ", "Maria@Example.com"),
        ("email", "wang＠例子.测试", "wang@例子.测试"),
        ("phone", "(202) 555-0143", "+12025550143"),
        ("phone", "+86 10 1234 5678", "+861012345678"),
        ("identity_number", "536-90 4399", "536904399"),
        ("declaration", "yes", "yes"),
    ],
)
def test_kind_reading(kind: str, text: str, answer: str) -> None:
    assert check(kind, text) == (answer, "")


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("name", "x" * 121, "length"),
        ("email", "maria", "format"),
        ("email", "a@b", "format"),
        ("email", "a@b..com", "format"),
        ("email", "a b@c.com, d@e.com", "format"),
        ("email", "a@c.com\nBcc: d@e.com", "format"),
        ("phone", "12", "format"),
        ("phone", "call me", "format"),
        ("identity_number", "536 90 439", "check"),
        ("identity_number", "<script>", "format"),
        ("radios", "other", "choice"),
    ],
)
def test_refusals_say_why(kind: str, text: str, code: str) -> None:
    assert check(kind, text) == (None, code)


def test_a_chinese_identity_number_is_checked_to_its_last_character() -> None:
    assert check("identity_number", "11010519491231002x", CN) == ("11010519491231002X", "")
    assert check("identity_number", "110105194912310021", CN) == (None, "check")


def test_a_country_without_a_check_takes_any_number() -> None:
    assert check("identity_number", "A-12 34", Rules("zz", date(2026, 11, 20))) == ("A1234", "")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (("27", "3", "1985"), ("1985-03-27", "", "")),
        (("２７", "03", "1985 年"), ("1985-03-27", "", "")),
        (("29", "2", "1985"), (None, "format", "x-month")),
        (("1", "", "1985"), (None, "format", "x-month")),
        (("1", "1", "85"), (None, "format", "x-year")),
        (("first", "1", "1985"), (None, "format", "x-month")),
        (("1", "1", "99999"), (None, "format", "x-month")),
        (("", "", ""), (None, "missing", "x-month")),
    ],
)
def test_dates(typed: tuple[str, str, str], found: tuple[str, str, str]) -> None:
    assert check_date(*typed) == found


@pytest.mark.parametrize(
    ("country", "lang", "order"),
    [
        ("cn", "zh-Hans", "year month day"),
        ("us", "zh-Hans", "year month day"),
        ("us", "en", "month day year"),
        ("ie", "en", "day month year"),
    ],
)
def test_a_date_is_asked_in_the_order_in_which_people_write_it(country: str, lang: str, order: str) -> None:
    rules = Rules(country, date(2026, 11, 20))
    with i18n.use_language(lang):
        assert fields.date_parts(rules) == tuple(order.split())
        shown = fields.shown(Field({"id": "x", "type": "date"}), "1985-03-27", rules)
    assert shown == {"x-year": "1985", "x-month": "3", "x-day": "27"}
    assert [name.removeprefix("x-") for name in shown] == order.split()


def test_today_is_not_in_the_future() -> None:
    assert check_date("20", "11", "2026", validate={"past": True})[1] == ""
    assert check_date("21", "11", "2026", validate={"past": True})[1] == "past"


def test_an_address_is_asked_in_the_lines_of_the_country() -> None:
    address = field("address")
    assert fields.inputs(address, LINED) == ["x-street", "x-unit", "x-postcode"]
    typed = {"x-street": "12 Oak  Street", "x-unit": "", "x-postcode": "60601"}
    assert fields.check(address, typed, LINED) == ("12 Oak Street\n\n60601", ())
    assert fields.shown(address, "12 Oak Street\n\n60601", LINED)["x-postcode"] == "60601"
    _, problems = fields.check(address, {"x-street": "", "x-unit": "4", "x-postcode": "ABC"}, LINED)
    assert [(problem.code, problem.part) for problem in problems] == [
        ("missing", "x-street"),
        ("format", "x-postcode"),
    ]


def test_an_optional_question_may_stay_empty() -> None:
    assert fields.check(field("phone"), {"x": "  "}, US, required=False) == (None, ())


INPUTS = st.text(max_size=60) | st.text(alphabet="0123456789-+() ./@年月日", max_size=30)
CHECKED = sorted(kind for kind in FIELD_TYPES if fields.KINDS[kind].asks)


@given(kind=st.sampled_from(CHECKED), texts=st.lists(INPUTS, min_size=3, max_size=3))
def test_any_text_is_answered_or_refused_never_both(kind: str, texts: list[str]) -> None:
    question = field(kind, options=[{"id": "a", "label": {"en": "A"}}], fields=[field("number").raw])
    typed = dict(zip(fields.inputs(question, LINED), texts, strict=False))
    answer, problems = fields.check(question, typed, LINED)
    assert (answer is None) == bool(problems)


@given(
    kind=st.sampled_from(["name", "email", "date", "identity_number"]),
    texts=st.lists(INPUTS, min_size=3, max_size=3),
)
def test_an_accepted_answer_shown_again_is_accepted_again(kind: str, texts: list[str]) -> None:
    question = field(kind)
    answer, problems = fields.check(question, dict(zip(fields.inputs(question, US), texts, strict=False)), US)
    if not problems:
        assert fields.check(question, fields.shown(question, answer, US), US) == (answer, ())


LONG = Field({
    "id": "x", "type": "select", "label": {"en": "X"},
    "options": [{"id": f"o{n}", "label": {"en": f"Street {n}", "zh-Hans": f"第{n}街"}} for n in range(3000)],
})  # fmt: skip


def test_a_list_of_3000_is_one_box_to_type_in_a_plain_list_without_a_script_and_a_line_on_paper() -> None:
    assert fields.check(LONG, {"x": "street 2999"}, US) == ("o2999", ())
    view = fields.view(LONG, {"x": "o7"}, US)
    assert (len(view["options"]), view["attributes"]["data-typeahead"]) == (3000, "yes")
    assert fields.on_paper(LONG, US).options == ()


@pytest.mark.parametrize("kind", CHECKED)
@pytest.mark.parametrize(
    "value", [None, 5, 1.5, True, "x", [], ["x"], [[]], {}, {"a": 1}, {"from": 5}, "9" * 400]
)
def test_a_sample_answer_of_any_shape_is_answered_or_refused(kind: str, value: Any) -> None:
    question = field(kind, options=[{"id": "a", "label": {"en": "A"}}], fields=[field("number").raw])
    answer, problems = fields.check(question, fields.as_typed(question, value, LINED), LINED)
    assert (answer is None) == bool(problems)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (("", "", "1985"), ("1985", "")), (("", "3", "1985"), ("1985-03", "")),
        (("27", "3", "1985"), ("1985-03-27", "")), (("27", "", "1985"), (None, "x-month")),
        (("27", "3", ""), (None, "x-year")), (("", "13", "1985"), (None, "x-month")),
    ],
)  # fmt: skip
def test_a_date_may_be_as_exact_as_somebody_knows_it(typed: tuple[str, str, str], found: Any) -> None:
    day, month, year = typed
    question = field("date", approximate=True)
    inputs = {"x-day": day, "x-month": month, "x-year": year}
    answer, problems = fields.check(question, inputs, US)
    assert (answer, problems[0].part if problems else "") == found
    if answer:
        assert fields.check(question, fields.shown(question, answer, US), US) == (answer, ())


def test_a_date_that_is_half_known_is_written_as_far_as_it_is_known() -> None:
    question = field("date", approximate=True)
    assert fields.display(question, "1985") == "1985"
    assert fields.display(question, "1985-03") == "March 1985"
    with i18n.use_language("zh-Hans"):
        assert fields.display(question, "1985-03") == "1985年3月"


def test_a_date_must_not_be_before_another_answer_as_far_as_both_are_known() -> None:
    question = field("date", approximate=True, validate={"not_before": "start"})
    typed = {"x-day": "", "x-month": "", "x-year": "2025"}
    assert fields.check(question, typed, US, answers={"start": "2025-06-01"}) == ("2025", ())
    assert fields.check(question, typed, US, answers={}) == ("2025", ())
    _, problems = fields.check(question, typed, US, answers={"start": "2026-06-01"})
    assert problems[0].code == "min"
    assert fields.sentence(question, problems[0]) == "The date must not be before 1 June 2026"


def test_in_a_letter_a_name_is_the_full_name_and_lines_stand_in_one_line() -> None:
    name = field("name", parts=["given", "former"])
    assert fields.inline(name, {"full": "Maria Garcia", "former": "Maria Ruiz"}) == "Maria Garcia"
    assert fields.inline(field("textarea"), "one\ntwo") == "one, two"
    assert fields.inline(name, None) == ""
