"""Sample cases: everything that follows from their answers is compared with what they expect."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from functions.services.domain import Field, Service
from functions.services.samples import failures, fits, letters_on, outcome, way_to
from functions.services.schemas import parse
from functions.tenancy.source import read
from tests.services.test_lint_rules import SOUND


@pytest.fixture(scope="module")
def definition() -> dict[str, Any]:
    """The small sound service."""
    return parse(read(SOUND.name, SOUND.read_bytes()).data)


def expecting(definition: dict[str, Any], **expect: Any) -> list[str]:
    """What is not as the first sample, changed, expects."""
    sample = deepcopy(definition["tests"][0])
    sample["expect"] = {**sample["expect"], **expect}
    return [sentence for _, sentence in failures(Service(definition), sample)]


@pytest.mark.parametrize(
    ("expect", "sentence"),
    [
        ({"errors": {"email": "missing"}}, "errors: expected email: missing, found no errors"),
        ({"pages": ["owner"]}, "pages: expected owner, found owner, height, work, helpers, email, photo"),
        ({"eligibility": "no"}, "eligibility: expected no, found yes"),
        ({"fee": 0}, "fee: expected 0, found 4000"),
        ({"department": "trees"}, "department: expected trees, found nothing"),
        ({"documents": []}, "documents: expected nothing, found photo"),
        ({"auto_approve": True}, "auto_approve: expected true, found false"),
        ({"letters": []}, "letters: expected nothing, found granted"),
        ({"outcome": "sent_back"}, "letters: expected granted, found nothing"),
    ],
)
def test_what_is_not_as_expected_is_told_in_words(
    definition: dict[str, Any], expect: dict[str, Any], sentence: str
) -> None:
    assert sentence in expecting(definition, **expect)


def test_what_is_as_expected_is_not_told(definition: dict[str, Any]) -> None:
    assert expecting(definition) == []


def test_an_end_that_the_workflow_does_not_offer_is_told(definition: dict[str, Any]) -> None:
    without = deepcopy(definition)
    without["workflow"]["actions"] = [
        one for one in without["workflow"]["actions"] if one["to"] != "approved"
    ]
    assert expecting(without) == ["outcome: no action leads to an end that is accepted"]


def test_a_report_ends_resolved_and_in_no_other_way(definition: dict[str, Any]) -> None:
    report = {**definition, "service": {**definition["service"], "record": "incident"}}
    assert way_to(Service(report), "refused") is None
    assert way_to(Service(report), "accepted") is None


def test_letters_follow_the_way(definition: dict[str, Any]) -> None:
    service = Service(definition)
    assert [one["id"] for one in way_to(service, "accepted") or ()] == ["approve"]
    assert letters_on(service, way_to(service, "accepted") or ()) == ["granted"]
    assert letters_on(service, way_to(service, "refused") or ()) == []


def test_a_mistake_in_a_row_is_told_at_its_cell(definition: dict[str, Any]) -> None:
    sample = deepcopy(definition["tests"][0])
    sample["answers"]["helpers"] = [{"helper": "Ben"}, {"helper": "x" * 300}]
    assert outcome(Service(definition), sample).errors == {"helpers.1.helper": "length"}


def test_a_day_is_the_samples_and_not_todays(definition: dict[str, Any]) -> None:
    sample = {**definition["tests"][0], "today": "2030-05-05"}
    assert outcome(Service(definition), sample).decisions.today.isoformat() == "2030-05-05"


@pytest.mark.parametrize(
    ("kind", "value", "can_be"),
    [
        ("text", "x", True),
        ("number", 2.5, True),
        ("number", True, False),
        ("text", ["x"], False),
        ("checkboxes", ["a", "b"], True),
        ("checkboxes", "a", False),
        ("name", {"full": "Wang"}, True),
        ("date_range", {"from": "2026-01-01", "to": "2026-01-02"}, True),
        ("date_range", "2026-01-01", False),
        ("bank_account", {"scheme": ["iban"]}, False),
        ("group", [{"helper": "Ben"}], True),
        ("group", [{"nobody": "Ben"}], False),
        ("group", [{"helper": {"full": 1}}], False),
        ("table", {"helper": "Ben"}, False),
        ("text", None, False),
    ],
)
def test_an_answer_has_the_shape_of_its_type(kind: str, value: Any, can_be: bool) -> None:
    inner = {"id": "helper", "type": "text", "label": {"en": "Name"}}
    question = Field({"id": "x", "type": kind, "label": {"en": "X"}, "fields": [inner]})
    assert fits(question, value) is can_be
