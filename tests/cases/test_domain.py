"""The workflow as a pure machine."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.cases.domain import (
    ACTIONS,
    STAFF_ACTIONS,
    STATES,
    Case,
    Decision,
    Missing,
    check_decision,
    mask_name,
)
from functions.core.errors import Invalid

CASE = Case(
    "c1", "application", "K7QF-2M9X-4T", "submitted", "residents", "A** D***", "2026-11-20T09:30:00.000Z", 1
)
GOOD = {"reason": "No proof of the address", "missing": (Missing("proof", "The photo is blurred"),)}


def test_every_action_leads_to_a_known_state_of_its_kind() -> None:
    for action in ACTIONS.values():
        assert action.target in STATES
        assert set(action.sources) <= set(STATES)


def test_staff_cannot_resubmit_for_the_applicant() -> None:
    with pytest.raises(Invalid):
        check_decision(replace(CASE, state="waiting_for_applicant"), Decision("resubmit", 1, **GOOD))


@given(
    st.sampled_from(sorted(ACTIONS)),
    st.sampled_from(sorted(STATES)),
    st.sampled_from(["application", "incident"]),
)
def test_a_decision_is_allowed_exactly_where_the_table_says(name: str, state: str, kind: str) -> None:
    case = replace(CASE, state=state, kind=kind)
    action = ACTIONS[name]
    allowed = name in STAFF_ACTIONS and action.kind == kind and state in action.sources
    try:
        assert check_decision(case, Decision(name, 1, **GOOD)) is action
        assert allowed
    except Invalid:
        assert not allowed
    assert (action in case.actions) == allowed


@pytest.mark.parametrize(("name", "field"), [("refuse", "reason"), ("send_back", "missing")])
def test_a_refusal_needs_a_reason_and_a_send_back_a_list(name: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_decision(CASE, Decision(name, 1, reason="  "))
    assert field in caught.value.fields
    assert check_decision(CASE, Decision(name, 1, **GOOD))


def test_a_reason_has_a_limit() -> None:
    assert check_decision(CASE, Decision("refuse", 1, reason="x" * 2000))
    with pytest.raises(Invalid):
        check_decision(CASE, Decision("refuse", 1, reason="x" * 2001))


def test_a_list_of_missing_things_has_a_limit() -> None:
    assert check_decision(CASE, Decision("send_back", 1, missing=(Missing("a", ""),) * 20))
    with pytest.raises(Invalid):
        check_decision(CASE, Decision("send_back", 1, missing=(Missing("a", ""),) * 21))


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张伟", "张*"),
        ("欧阳娜娜", "欧***"),
        ("Maria Garcia", "M**** G*****"),
        ("X", "*"),
        ("Li W", "L* *"),
        ("", ""),
    ],
)
def test_a_masked_name_keeps_first_letters_only(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text(min_size=2, max_size=40))
def test_a_masked_name_never_shows_more_than_the_first_letter_of_a_part(name: str) -> None:
    for part in mask_name(name).split():
        assert set(part[1:]) <= {"*"}
