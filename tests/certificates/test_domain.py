"""Validity, masking, filling in, tokens."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.certificates.domain import Certificate, fill, masked_name, token

ISSUED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def certificate(until: date | None, revoked: bool = False) -> Certificate:
    text = {"en": "x"}
    return Certificate(
        "digest",
        "N",
        "case",
        "service",
        "residents",
        text,
        text,
        text,
        "Maria",
        ISSUED,
        until,
        ISSUED if revoked else None,
    )


def test_the_last_day_of_validity_counts() -> None:
    made = certificate(date(2026, 11, 30))
    assert made.state(date(2026, 11, 30)) == "valid"
    assert made.state(date(2026, 12, 1)) == "expired"
    assert certificate(None).state(date(2099, 1, 1)) == "valid"


def test_revoked_beats_expired() -> None:
    assert certificate(date(2026, 11, 1), revoked=True).state(date(2026, 11, 20)) == "revoked"


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Maria Garcia", "M*** G***"),
        ("Jo Li", "J*** L***"),
        ("Ó Briain", "Ó*** B***"),
        ("王小明", "王**"),
        ("欧阳修", "欧**"),
        ("李", "李***"),
        ("", ""),
    ],
)
def test_names_are_masked(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@given(st.text(min_size=1, max_size=60))
def test_a_masked_name_never_shows_more_than_the_first_character_of_each_word(name: str) -> None:
    shown = [word.replace("*", "") for word in masked_name(name).split()]
    assert all(len(part) <= 1 for part in shown)


def test_placeholders_are_filled_once_and_unknown_ones_stay() -> None:
    values = {"name": "{date} {0.__class__}", "date": "today"}
    assert fill("{name} on {date}: {unknown} {", values) == "{date} {0.__class__} on today: {unknown} {"


@given(st.text(max_size=80), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_filling_in_never_fails(text: str, values: dict[str, str]) -> None:
    assert isinstance(fill(text, values), str)


def test_a_token_has_128_bits_and_is_of_its_city_and_case() -> None:
    made = token(b"key of a city", "case")
    assert len(made) == 22
    assert made == token(b"key of a city", "case")
    assert len({made, token(b"key of another city", "case"), token(b"key of a city", "other")}) == 3
