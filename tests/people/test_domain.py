"""Contact points, levels, grounds: pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.people.domain import (
    GROUNDS,
    ground_of,
    ground_words,
    mask_contact,
    normal_email,
    reaches,
)
from functions.people.phones import normal_phone
from functions.services.domain import APPLICANTS, ASSURANCE
from tests.builders import make_city
from tests.people.conftest import config


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" Maria@Citizen.Example ", "maria@citizen.example"),
        ("wang＠citizen.example", "wang@citizen.example"),
        ("first.last+tag@a.b.example", "first.last+tag@a.b.example"),
        ("王@例子.中国", "王@例子.中国"),
        ("maria", None),
        ("@citizen.example", None),
        ("maria@citizen", None),
        ("a@b@c.example", None),
        ("a b@c.example", None),
        ("a@c..example", None),
        (f"{'x' * 250}@c.example", None),
        ("<maria@c.example>", None),
        ("maria@127.0.0.1", None),
    ],
)
def test_an_address_is_compared_in_one_form(typed: str, address: str | None) -> None:
    assert normal_email(typed) == address


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_not_and_normal_ones_stay(text: str) -> None:
    address = normal_email(text)
    assert address is None or normal_email(address) == address


@pytest.mark.parametrize(
    ("city", "typed", "number"),
    [
        ("oakville", "(202) 555-0143", "+12025550143"),
        ("oakville", "+1 202 555 0143", "+12025550143"),
        ("oakville", "+86 138 0013 8000", None),
        ("oakville", "900 555 0143", None),
        ("oakville", "911", None),
        ("qinghe", "138 0013 8000", "+8613800138000"),
        ("qinghe", "１３８００１３８０００", "+8613800138000"),
        ("qinghe", "010 6655 1234", None),
        ("qinghe", "+1 202 555 0143", None),
        ("qinghe", "not a number", None),
    ],
)
def test_only_mobile_numbers_of_the_citys_own_country_count(
    city: str, typed: str, number: str | None
) -> None:
    assert normal_phone(make_city(city, **config(city)), typed) == number


def test_masks_tell_the_owner_and_nobody_else() -> None:
    assert mask_contact("email", "maria@citizen.example") == "m***@citizen.example"
    assert mask_contact("phone", "+12025550143") == "+1******0143"


def test_levels_are_in_order() -> None:
    for n, level in enumerate(ASSURANCE):
        assert [reaches(level, wanted) for wanted in ASSURANCE] == [m <= n for m in range(len(ASSURANCE))]


def test_every_kind_of_applicant_but_oneself_has_a_ground() -> None:
    assert set(GROUNDS) == set(APPLICANTS) - {"self"}
    for kind, grounds in GROUNDS.items():
        for ground in grounds:
            assert ground_of(f"{kind}.{ground}") == (kind, ground) and ground_words(kind, ground)


@pytest.mark.parametrize("choice", ["", "child", "child.", "child.nobody", "self.parent", ".parent", "x.y.z"])
def test_other_grounds_are_none(choice: str) -> None:
    assert ground_of(choice) is None
