"""The templates that ship: each is sound, speaks both languages, brings its three sample cases, and all of
them together use what the definition can say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from functions.services import fields, samples
from functions.services.decisions import Decisions
from functions.services.domain import FIELD_TYPES, Service
from functions.services.lint import lint
from functions.services.lint_base import Around
from functions.services.lint_texts import texts
from functions.services.schemas import parse
from functions.services.service import load, template_ids

TEN = {
    "company-start": "SV02",
    "social-assistance": "SV04",
    "housing-fund-withdrawal": "SV06",
    "complaint": "SV07",
    "parking-card": "SV24",
    "food-licence": "SV28",
    "enterprise-subsidy": "SV29",
    "school-enrolment": "SV34",
    "pollution-report": "SV41",
    "personal-data-request": "SV48",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
IN_BRACES = re.compile(r"\{[^{}]*\}")


@cache
def definition(template: str) -> dict[str, Any]:
    """A template with every default filled in."""
    return parse(load(template))


@cache
def service(template: str) -> Service:
    return Service(definition(template))


def sample(template: str, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(one for one in definition(template)["tests"] if one["id"] == name)
    return found


def outcome(template: str, name: str) -> samples.Outcome:
    """What follows from a sample's answers."""
    return samples.outcome(service(template), sample(template, name))


def everywhere() -> Iterator[dict[str, Any]]:
    return (definition(template) for template in TEN)


def questions() -> Iterator[dict[str, Any]]:
    """Every question of the ten, columns too."""
    for one in everywhere():
        for page in one["form"]["pages"]:
            for field in page["fields"]:
                yield field
                yield from field["fields"]


def states(template: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = definition(template)["workflow"]["states"]
    return found


@pytest.mark.parametrize("template", sorted(TEN))
def test_the_linter_finds_nothing_and_every_alternative_exists(template: str) -> None:
    assert lint(definition(template), Around(services=template_ids())) == []


@pytest.mark.parametrize("template", sorted(TEN))
def test_it_carries_the_code_of_the_catalogue_and_its_file_name(template: str) -> None:
    about = definition(template)["service"]
    assert (about["id"], about["code"]) == (template, TEN[template])


@pytest.mark.parametrize("template", sorted(TEN))
def test_each_language_is_written_in_its_own_script(template: str) -> None:
    for path, text in texts({key: value for key, value in definition(template).items() if key != "tests"}):
        english, chinese = (IN_BRACES.sub("", text[lang]) for lang in ("en", "zh-Hans"))
        assert not CHINESE.search(english), path
        assert CHINESE.search(chinese) or not re.search(r"[A-Za-z]{3,}", chinese), path


@pytest.mark.parametrize("template", sorted(TEN))
def test_a_sentence_for_citizens_is_short(template: str) -> None:
    for path, text in texts({key: definition(template)[key] for key in ("guide", "eligibility", "form")}):
        for sentence in re.split(r"[.?!:;](?:\s|$)", text["en"]):
            assert len(sentence.split()) <= 28, (path, sentence)


@pytest.mark.parametrize("template", sorted(TEN))
def test_three_sample_cases_say_how_it_can_end(template: str) -> None:
    accepted, other, back = (sample(template, name) for name in ("accepted", "not-eligible", "sent-back"))
    assert accepted["expect"]["outcome"] == "accepted" and accepted["expect"]["eligibility"] == "yes"
    assert other["expect"]["eligibility"] == "no"
    if service(template).is_report:  # the duty desk asks; a report is not sent back
        assert any("missing" in one["requires"] for one in definition(template)["workflow"]["actions"])
    else:
        assert back["expect"]["outcome"] == "sent_back"
    assert {one["language"] for one in definition(template)["tests"]} == {"en", "zh-Hans"} or (
        definition(template)["service"]["countries"] == ["cn"]
    )


@pytest.mark.parametrize("template", sorted(TEN))
def test_a_further_sample_shows_what_is_refused(template: str) -> None:
    assert any(one["expect"]["errors"] for one in definition(template)["tests"])


@pytest.mark.parametrize("template", sorted(TEN))
def test_it_can_be_found_by_other_words_and_life_events(template: str) -> None:
    about = definition(template)["service"]
    assert about["life_events"] and all(len(words) >= 5 for words in about["keywords"].values())
    assert set(about["keywords"]) == {"en", "zh-Hans"} and definition(template)["guide"]["faq"]


@pytest.mark.parametrize("template", sorted(TEN))
def test_states_letters_clocks_and_retention_are_there_in_full(template: str) -> None:
    one = definition(template)
    told = {letter["on"] for letter in one["letters"]}
    assert {"received"} < told and one["feedback"]["ask"] and one["clocks"]["correction_days"]
    assert all(
        state["who"] for state in one["workflow"]["states"] if state["sla_days"] and state["clock"] == "on"
    )
    assert all(document["keep_days"] for document in one["documents"]) and one["privacy"]["sensitive"]


@pytest.mark.parametrize("template", sorted(TEN))
def test_no_fee_and_no_law_is_made_up(template: str) -> None:
    """A legal time names its law; only templates of one country name laws of their own."""
    one = definition(template)
    if not one["service"]["countries"]:
        assert one["clocks"]["statutory"] is None and one["guide"]["legal_basis"] == []
        assert one["guide"]["appeal"] is None


def test_together_they_ask_every_type_of_question() -> None:
    assert {question["type"] for question in questions()} == set(FIELD_TYPES)


def test_together_they_use_what_the_definition_can_say() -> None:
    ten = list(everywhere())
    pages = [page for one in ten for page in one["form"]["pages"]]
    documents = [document for one in ten for document in one["documents"]]
    used = {
        "conditional pages": any(page["show_when"] for page in pages),
        "all three answers": {rule["outcome"] for one in ten for rule in one["eligibility"]["rules"]}
        >= {"no", "maybe"},
        "alternatives": any(rule["instead"] for one in ten for rule in one["eligibility"]["rules"]),
        "gate and advice": {one["eligibility"]["mode"] for one in ten} == {"gate", "advise"},
        "decision tables": sum(bool(one["tables"]) for one in ten) >= 7,
        "a fee by formula, waived": any(
            line["formula"] and line["waive_when"] for one in ten for line in one["fee"]["lines"]
        ),
        "rules on answers": any((question["validate"] or {}).get("rule") for question in questions()),
        "wallet": any(document["source"] == "wallet" for document in documents),
        "grades": {document["min_grade"] for document in documents} >= {"B", "C"},
        "gaps": any(not document["core"] for document in documents),
        "pledges": any(document["pledge"] for document in documents),
        "needed only sometimes": any(document["required_when"] for document in documents),
        "many files": any(document["max_files"] == 10 for document in documents),
        "task lists": [one["service"]["id"] for one in ten if one["form"]["task_list"]]
        == ["company-start", "food-licence"],
        "safe exit": any(one["form"]["safe_exit"] for one in ten),
        "seasons": any(one["service"]["status"] == "seasonal" for one in ten),
        "assurance": any(one["service"]["assurance"] != "none" for one in ten),
        "applicants": {who for one in ten for who in one["service"]["applicants"]}
        >= {"child", "household", "organisation"},
        "reports": sorted(one["service"]["id"] for one in ten if one["service"]["record"] == "incident")
        == ["complaint", "pollution-report"],
        "anonymous": any(one["service"]["anonymous"] for one in ten),
        "routes": any(one["workflow"]["route"]["rows"] for one in ten),
        "approval by rule": sum(bool(one["workflow"]["auto_approve"]) for one in ten) >= 3,
        "legal times": any(one["clocks"]["statutory"] for one in ten),
        "stopped clocks": any(
            state["clock"] == "off" and state["sla_days"] == 7
            for one in ten
            for state in one["workflow"]["states"]
        ),
        "certificates": any(one["certificate"] for one in ten),
        "countries": any(one["service"]["countries"] == ["cn"] for one in ten),
    }
    assert [name for name, there in used.items() if not there] == []


def test_a_certificate_never_takes_the_place_of_another_authoritys_document() -> None:
    for template in ("company-start", "food-licence"):
        text = definition(template)["certificate"]["text"]
        assert "is not the" in text["en"] and "不能代替" in text["zh-Hans"]


@pytest.mark.parametrize(
    ("zone", "vehicle", "months", "disabled", "fee"),
    [
        ("centre", "car", "1", "no", 24000),
        ("centre", "motorcycle", "12", "no", 72000),
        ("residential", "electric", "3", "no", 36000),
        ("station", "car", "12", "yes", 0),
    ],
)
def test_a_parking_card_costs_its_zones_price_for_every_month(
    zone: str, vehicle: str, months: str, disabled: str, fee: int
) -> None:
    answers = {
        "zone": zone,
        "vehicle_type": vehicle,
        "months": months,
        "disabled": disabled,
        "holder": "resident",
    }
    today = samples.outcome(service("parking-card"), sample("parking-card", "accepted")).decisions.today
    assert Decisions(service("parking-card"), answers, today).fee().total == fee


def test_a_subsidy_is_a_share_of_the_investment_up_to_the_cap() -> None:
    capped = outcome("enterprise-subsidy", "accepted").decisions.answers
    small = outcome("enterprise-subsidy", "sent-back").decisions.answers
    assert (capped["invested"], capped["award"]) == (200_000_000, 20_000_000)  # 12 % would be 240,000.00
    assert (small["invested"], small["award"]) == (8_600_000, 1_032_000)


def test_a_complaint_about_staff_goes_to_people_outside_that_office() -> None:
    assert outcome("complaint", "sent-back").decisions.department() == "supervision"
    assert outcome("complaint", "accepted").decisions.department() == "public-works"


def test_the_estimate_of_social_assistance_is_what_is_missing_to_the_standard() -> None:
    assert outcome("social-assistance", "accepted").decisions.answers["expected"] == 140_000


def test_every_sample_answer_can_be_shown_again() -> None:
    for template in TEN:
        for one in definition(template)["tests"]:
            decisions = outcome(template, one["id"]).decisions
            for name, value in decisions.answers.items():
                question = service(template).field(name)
                assert question is not None and fields.display(question, value, "USD"), (template, name)
