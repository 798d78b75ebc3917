"""Applying through the interface: the same checks as on the pages, once."""

from __future__ import annotations

import pytest

from functions.cases import store
from functions.core import audit
from functions.core.scope import tenant_scope
from tests.api import people
from tests.api.people import SERVICE, application, hand_in, send
from tests.cases.browser import stored


@pytest.mark.parametrize("city", ["oakville", "qinghe"])
def test_an_application_becomes_a_case(program, cities, city):
    answer = send(program(city), cities)
    assert answer.status == 201, answer.text
    home = getattr(cities, city)
    with tenant_scope(home):
        case = store.get_case(answer.json["case"])
        events = list(
            audit.EventItem.query(f"CASE#{answer.json['case']}", audit.EventItem.sk.startswith("EVENT#"))
        )
    assert case and case.reference == answer.json["reference"] and case.channel == "api"
    assert case.answers["name"] == people.ANSWERS[city]["name"] and len(case.documents) == 1
    assert [(event.actor_kind, event.action) for event in events] == [("api", "submitted")]
    assert events[0].actor_id.startswith("Back office (demo) (")
    assert answer.json["code"] and answer.json["status_url"].endswith(case.reference)


def test_sending_it_again_is_the_same_application(program, cities):
    mine = program()
    first = send(mine, cities)
    body = application(
        "oakville",
        [
            item["sk"]["S"].removeprefix("FILE#")
            for item in stored(cities, cities.oakville, "CASE#")
            if item["sk"]["S"].startswith("FILE#")
        ],
    )
    again = mine.post(f"{SERVICE}/applications", body, Idempotency_Key="request-0001")
    assert again.status == 200 and again.json == first.json
    body["answers"]["reason"] = "other"
    other = mine.post(f"{SERVICE}/applications", body, Idempotency_Key="request-0001")
    assert other.status == 409 and other.json["code"] == "conflict"
    assert len(stored(cities, cities.oakville, "REF#")) == 1


def test_two_programs_with_one_request_key_are_two_applications(program, cities):
    first, second = send(program(), cities), send(program(), cities)
    assert first.json["case"] != second.json["case"]


def test_every_wrong_answer_is_named_at_once(program, cities):
    answers = {
        "name": None, "birth_date": "2999-01-01", "reason": "because", "email": "nobody", "phone": 5,
        "shoe_size": "44",
    }  # fmt: skip
    answer = send(program(), cities, **answers)
    assert answer.status == 422
    assert set(answer.json["fields"]) == {"name", "birth_date", "reason", "email", "phone", "shoe_size"}
    assert not stored(cities, cities.oakville, "REF#")


def test_problems_are_said_in_the_asked_language(program, cities):
    mine = program()
    mine.headers["Accept-Language"] = "zh-CN"
    answer = send(mine, cities, email="nobody")
    assert "\u4e00" <= answer.json["fields"]["email"][0] <= "\u9fff"


def test_without_the_proof_and_the_declaration_nothing_is_sent(program, cities):
    body = {"answers": people.ANSWERS["oakville"]}
    answer = program().post(f"{SERVICE}/applications", body, Idempotency_Key="request-0001")
    assert answer.status == 422 and set(answer.json["fields"]) == {"proof", "declaration"}


def test_an_application_needs_a_key_of_its_own(program, cities):
    for headers in ({}, {"Idempotency_Key": "short"}, {"Idempotency_Key": "x" * 129}):
        answer = program().post(f"{SERVICE}/applications", application("oakville", []), **headers)
        assert answer.status == 422 and "Idempotency-Key" in answer.json["fields"]


def test_a_file_of_another_application_is_not_taken(program, cities):
    mine = program()
    foreign = hand_in(mine, cities, "request-0002")
    body = application("oakville", [foreign])
    answer = mine.post(f"{SERVICE}/applications", body, Idempotency_Key="request-0001")
    assert answer.status == 422 and set(answer.json["fields"]) == {"proof"}


def test_a_file_that_is_not_what_it_says_is_refused(program, cities):
    mine = program()
    file = hand_in(mine, cities, "request-0001", b"MZ\x90\x00 a program")
    body = application("oakville", [file])
    answer = mine.post(f"{SERVICE}/applications", body, Idempotency_Key="request-0001")
    assert answer.status == 422 and set(answer.json["fields"]) == {"proof"}


def test_a_form_for_a_file_is_only_for_questions_for_files(program):
    answer = program().post(f"{SERVICE}/uploads", {"field": "name"}, Idempotency_Key="request-0001")
    assert answer.status == 422 and set(answer.json["fields"]) == {"field"}


def test_a_service_of_another_department_is_not_there(program, cities):
    other = program(departments=("works",))
    answer = other.post(f"{SERVICE}/applications", application("oakville", []), Idempotency_Key="request-1")
    assert answer.status == 404


@pytest.mark.parametrize("city", ["oakville", "qinghe"])
def test_the_schema_of_the_answers_takes_what_is_right(program, city):
    from jsonschema import Draft202012Validator

    schema = program(city).get(f"{SERVICE}/answers-schema").json
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert validator.is_valid(people.ANSWERS[city])
    assert not validator.is_valid({**people.ANSWERS[city], "reason": "because"})
    assert not validator.is_valid({**people.ANSWERS[city], "shoe_size": "44"})
    assert not validator.is_valid({})


def test_for_whom_and_by_what_right_is_what_the_service_allows(program, cities):
    mine, files = program(), []
    for wrong in ("child.parent", "child", "self.x", "x"):
        body = {**application("oakville", files), "applicant": wrong, "for_name": "Ana Garcia"}
        answer = mine.post(f"{SERVICE}/applications", body, Idempotency_Key="request-0001")
        assert answer.status == 422 and set(answer.json["fields"]) == {"applicant"}, answer.text


def test_a_service_that_must_know_the_person_takes_nothing_from_programs(program, cities, monkeypatch):
    about = cities.oakville.config["services"]["residence-certificate"]["service"]
    monkeypatch.setitem(about, "assurance", "contact")
    mine = program()
    for path, body in (("uploads", {"field": "proof"}), ("applications", application("oakville", []))):
        answer = mine.post(f"{SERVICE}/{path}", body, Idempotency_Key="request-0001")
        assert answer.status == 409 and "confirm who they are" in answer.json["message"]
