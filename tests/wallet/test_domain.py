"""Kinds, trust and what fits where."""

from __future__ import annotations

from datetime import date

import pytest

from functions.services.domain import WALLET_TYPES
from functions.wallet import domain
from functions.wallet.domain import KINDS, Held

TODAY = date(2026, 11, 20)
ASKED = {"id": "licence", "source": "wallet", "wallet_type": "driving_licence", "min_grade": "C"}


def held(**more: str) -> Held:
    return Held("h1", **{"kind": "driving_licence", "grade": "C", "source": "import",
                         "created_at": "2026-11-01", "file": "f1", **more})  # fmt: skip


def test_there_are_the_twelve_kinds_that_definitions_can_name() -> None:
    assert tuple(KINDS) == WALLET_TYPES and len(KINDS) == 12


@pytest.mark.parametrize(
    ("more", "fits"),
    [
        ({}, True),
        ({"grade": "A"}, True),
        ({"grade": "B"}, True),
        ({"grade": "D"}, False),
        ({"kind": "identity_card"}, False),
        ({"file": ""}, False),
        ({"expires": "2026-11-20"}, True),
        ({"expires": "2026-11-19"}, False),
    ],
)
def test_a_document_fits_by_kind_trust_and_validity(more: dict[str, str], fits: bool) -> None:
    assert domain.fits(held(**more), ASKED, TODAY) is fits


def test_a_service_that_takes_uploads_only_is_offered_nothing() -> None:
    assert not domain.fits(held(), {**ASKED, "source": "citizen"}, TODAY)


def test_the_most_trusted_comes_first() -> None:
    found = domain.fitting([held(grade="C"), held(grade="A"), held(grade="B")], ASKED, TODAY)
    assert [one.grade for one in found] == ["A", "B", "C"]


def test_of_a_number_only_a_keyed_digest_and_its_end_are_kept() -> None:
    digest = domain.number_digest(b"key", "d123-4567 8901")
    assert digest == domain.number_digest(b"key", "Ｄ１２３４５６７８９０１")
    assert digest != domain.number_digest(b"other", "D12345678901")
    assert domain.last_four("D123-4567-8901") == "8901"
    assert domain.last_four("12345") == ""


def test_the_reminder_comes_two_months_before_the_end() -> None:
    assert domain.remind_on("2027-01-31") == "2026-12-02"
