"""Numbers and amounts: what is shown is read as the same, whatever the value and the currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.i18n import use_language
from functions.services import fields
from functions.services.domain import Field
from functions.services.fields import Rules
from functions.services.fields.reading import chinese_number, decimal_number

CURRENCIES = ("USD", "EUR", "CNY", "JPY")


def asked(kind: str, **limits: Any) -> Field:
    """A question with limits."""
    return Field({"id": "x", "type": kind, "label": {"en": "X"}, "validate": limits})


def rules(currency: str) -> Rules:
    """The rules of a city with a currency."""
    return Rules("us", date(2026, 11, 20), currency=currency)


@given(minor=st.integers(-(10**14), 10**14), currency=st.sampled_from(CURRENCIES))
def test_an_amount_shown_is_read_as_the_same_amount(minor: int, currency: str) -> None:
    question, city = asked("money", min=-(10**15)), rules(currency)
    assert fields.check(question, fields.shown(question, minor, city), city) == (minor, ())
    assert fields.export(question, minor, currency)["x"] == fields.shown(question, minor, city)["x"]
    for lang in ("en", "zh-Hans"):
        with use_language(lang):
            printed = fields.display(question, minor, currency)
        assert fields.check(question, {"x": printed.replace("JPY", "")}, city) == (minor, ())


@given(value=st.decimals(-(10**12), 10**12, places=3))
def test_a_number_shown_is_read_as_the_same_number(value: Decimal) -> None:
    question, city = asked("number", decimals=3), rules("USD")
    answer, problems = fields.check(question, {"x": str(value)}, city)
    assert problems == ()
    assert Decimal(answer) == value
    assert fields.check(question, fields.shown(question, answer, city), city) == (answer, ())
    assert fields.check(question, {"x": fields.display(question, answer)}, city) == (answer, ())
    assert fields.expression_value(question, answer) == pytest.approx(float(value))


@given(value=st.integers(0, 10**11))
def test_chinese_numerals_are_the_numbers_that_they_say(value: int) -> None:
    assert chinese_number(written(value)) == value


def written(value: int) -> str:
    """A whole number in Chinese, as numbers are written out: 一万零三百."""
    if value == 0:
        return "零"
    said, gap = "", False
    for place in range(len(str(value)) - 1, -1, -1):
        digit, rest = value // 10**place % 10, place % 4
        if digit:
            said += (
                ("零" if gap and said else "") + "零一二三四五六七八九"[digit] + ["", "十", "百", "千"][rest]
            )
        gap = not digit
        if rest == 0 and place and value // 10**place % 10**4:
            said += {4: "万", 8: "亿"}[place]
            gap = False
    return said


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234,567.5", "1234567.5"), ("1.234.567,50", "1234567.50"), ("1 234,5", "1234.5"), ("１２", "12"),
        ("12。", "12"), ("廿一", "21"), ("三千五百", "3500"), ("一万亿", "1000000000000"),
        ("1.5亿", "150000000"),
        ("−7", "-7"), ("+7", "7"), (".5", "0.5"), ("1'000", "1000"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: str, number: str) -> None:
    assert decimal_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "1,23,4", "1.2.3", "1e5", "0x1f", "NaN", "∞", "½", "--1", "12 apples", "1,2345"]
)
def test_what_is_no_number_or_could_be_two_is_refused(text: str) -> None:
    assert decimal_number(text) is None


def test_a_currency_without_small_coins_has_no_decimals() -> None:
    yen = rules("JPY")
    assert fields.check(asked("money"), {"x": "1,200"}, yen) == (1200, ())
    assert fields.check(asked("money"), {"x": "12.5"}, yen)[1][0].code == "format"


def test_limits_are_said_as_people_read_them() -> None:
    _, problems = fields.check(asked("money", max=150000), {"x": "2000"}, rules("USD"))
    assert fields.sentence(asked("money"), problems[0]) == "Enter $1,500.00 or less"
    _, problems = fields.check(asked("number", min=1000), {"x": "5"}, rules("USD"))
    assert fields.sentence(asked("number"), problems[0]) == "Enter 1,000 or more"


def test_a_calculated_amount_is_written_as_an_amount() -> None:
    question = Field({"id": "x", "type": "calculated", "label": {"en": "X"}, "money": True})
    assert fields.display(question, 123450, "USD") == "$1,234.50"
    assert fields.shown(question, 1234.6, rules("EUR")) == {"x": "€12.35"}
