"""What a definition says about one set of answers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from functions.services.decisions import Decisions
from functions.services.domain import Service
from tests.builders import both

TODAY = date(2026, 1, 15)


def question(name: str, kind: str = "number", **more: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "label": both(name, name), **more}


def page(name: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "title": None, "fields": list(fields), **more}


def document(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": both(name, name), "required": True, "core": True, **more}


def definition(**changes: Any) -> Service:
    """A grant for households: what a person gets depends on children and income."""
    raw: dict[str, Any] = {
        "service": {"id": "grant", "department": "social", "status": "open"},
        "tables": [
            {
                "id": "share",
                "rows": [{"when": "children >= 3", "then": 50}, {"when": "children >= 1", "then": 20}],
                "otherwise": 10,
            }
        ],
        "eligibility": {
            "mode": "gate",
            "rules": [
                {"id": "rich", "when": "income > 5000", "outcome": "no", "because": both("Too much", "过高")},
                {"id": "poor", "when": "income < 100", "outcome": "yes", "because": both("Yes", "可以")},
            ],
            "otherwise": {"outcome": "yes", "because": both("You can", "可以")},
        },
        "form": {
            "pages": [
                page("children", question("children")),
                page("school", question("school", "text"), show_when="children > 0"),
                page("income", question("income")),
                page("award", question("award", "calculated", value="income * tables.share / 100")),
                page("proof", question("proof", "file", document="proof"), show_when="answered.income"),
            ]
        },
        "documents": [document("proof"), document("extra", required_when="school == 'private'")],
        "fee": {
            "when": "after_review",
            "lines": [
                {"id": "base", "label": both("Base", "基本"), "amount": 500, "waive_when": "income < 100"},
                {
                    "id": "share",
                    "label": both("Share", "比例"),
                    "amount": None,
                    "formula": "income / children",
                },
            ],
        },
        "workflow": {
            "route": {"rows": [{"when": "children > 2", "department": "family"}], "otherwise": None},
            "auto_approve": {"when": "income < 100 && documents.proof"},
        },
        **changes,
    }
    return Service(raw)


def decided(answers: dict[str, Any], **more: Any) -> Decisions:
    return Decisions(definition(), answers, TODAY, **more)


def test_a_page_is_shown_only_when_its_condition_is_true() -> None:
    assert [one.id for one in decided({"children": "0", "income": "5"}).pages] == [
        "children", "income", "award", "proof",
    ]  # fmt: skip
    assert [one.id for one in decided({}).pages] == ["children", "income", "award"]


def test_answers_of_hidden_pages_count_for_nothing() -> None:
    found = decided({"children": "0", "school": "private", "income": "100"})
    assert "school" not in found.answers and found.answers["children"] == "0"
    assert found.required_documents() == ["proof"]
    again = decided({"children": "1", "school": "private", "income": "100"})
    assert again.required_documents() == ["proof", "extra"]


def test_a_calculated_answer_follows_its_table() -> None:
    assert decided({"children": "0", "income": "1000"}).pages and True
    for children, award in (("0", 100), ("1", 200), ("3", 500)):
        found = decided({"children": children, "income": "1000"})
        assert found.holds("true") and found.answers["award"] == award
    assert "award" not in decided({"income": "1000"}).answers


@pytest.mark.parametrize(
    ("income", "outcome", "rule"), [("6000", "no", "rich"), ("50", "yes", "poor"), ("500", "yes", "")]
)
def test_the_first_rule_that_holds_answers(income: str, outcome: str, rule: str) -> None:
    found = decided({"income": income}).eligibility()
    assert found is not None and (found.outcome, found.rule) == (outcome, rule)


def test_a_yes_that_rests_on_an_open_question_is_a_maybe() -> None:
    found = decided({"children": "1"}).eligibility()
    assert found is not None and found.outcome == "maybe"


def test_a_fee_that_cannot_be_said_yet_has_no_total() -> None:
    assert decided({"income": "1000"}).fee().total is None
    assert decided({"income": "1000", "children": "0"}).fee().total is None
    assert decided({"income": "1000", "children": "4"}).fee().total == 500 + 250
    waived = decided({"income": "80", "children": "4"}).fee()
    assert waived.total == 20 and waived.lines[0].waived


def test_a_case_goes_where_the_route_leads() -> None:
    assert decided({"children": "3"}).department() == "family"
    assert decided({"children": "1"}).department() == "social"
    assert decided({}).department() == "social"


def test_approval_by_rule_needs_everything_decided() -> None:
    assert not decided({"income": "50"}).auto_approve()
    assert decided({"income": "50"}, files=["proof"]).auto_approve()
    assert not decided({}, files=["proof"]).auto_approve()
