"""Cases in the two-city world: submitting twice, deciding at once, foreign ids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from functions.cases import incidents, reading, service, store, submitting
from functions.cases.domain import Decision, Document, Missing
from functions.core import audit, clock, usage
from functions.core.context import Actor, Context
from functions.core.errors import Conflict, NotFound, RateLimited
from functions.core.scope import tenant_scope
from functions.core.store import transaction
from functions.identity.domain import Staff
from tests.world import NOW, World

ANA = Staff("ana@oakville.example", "Ana (demo)", ("clerk",), ("residents",))
BEN = Staff("ben@oakville.example", "Ben (demo)", ("clerk",), ("residents",))
WES = Staff("wes@oakville.example", "Wes (demo)", ("clerk",), ("works",))
APPLICATION = submitting.Application(
    id="0192draft1",
    service="residence-certificate",
    definition="d1",
    department="residents",
    answers={"name": "Maria Garcia", "birth_date": "1980-02-03", "address": "1 Main St", "reason": "work",
             "since": "2020-01-01", "identity_number": "x", "email": "maria@citizen.example"},
    documents=(Document("f1", "proof", "bill.pdf", 1200, "application/pdf", "cities/oakville/uploads/f1"),),
    email="maria@citizen.example",
    name="Maria Garcia",
    due_at=NOW + timedelta(days=3),
)  # fmt: skip


@pytest.fixture
def oak(world: World) -> Iterator[Context]:
    """A context inside Oakville's scope."""
    with tenant_scope(world.oakville), clock.frozen(NOW):
        yield world.context(world.oakville)


def as_staff(ctx: Context, staff: Staff) -> Context:
    return reading.replace_actor(ctx, Actor("staff", staff.email, staff.name))


def _actions(case_id: str) -> list[str]:
    found = store.get_file(case_id)
    assert found
    return [event.action for event in reversed(found.events)]


def test_submitting_twice_makes_one_case_with_the_same_reference_and_code(world: World, oak: Context) -> None:
    first = submitting.submit_application(oak, APPLICATION)
    second = submitting.submit_application(oak, APPLICATION)
    assert (first.fresh, second.fresh) == (True, False)
    assert (first.reference, first.code) == (second.reference, second.code)
    assert usage.of_day("2026-11-20")["applications"] == 1
    assert _actions(first.case_id) == ["submitted"]
    assert len(world.messages(world.tasks_url)) == 1


def test_the_code_is_not_stored(world: World, oak: Context) -> None:
    done = submitting.submit_application(oak, APPLICATION)
    assert done.code not in str(world.items(world.oakville))
    assert done.reference in str(world.items(world.oakville))


def test_the_queue_carries_a_pointer_and_no_personal_content(world: World, oak: Context) -> None:
    submitting.submit_application(oak, APPLICATION)
    (message,) = world.messages(world.tasks_url)
    assert message["city"] == "oakville"
    assert "maria" not in str(message).lower()


def test_a_clerk_approves_and_a_certificate_exists(oak: Context) -> None:
    done = submitting.submit_application(oak, APPLICATION)
    found = reading.view_case(as_staff(oak, ANA), ANA, done.case_id)
    case = service.decide(as_staff(oak, ANA), ANA, done.case_id, Decision("approve", found.case.version))
    assert (case.state, case.decided_by) == ("approved", ANA.email)
    assert case.certificate
    assert _actions(case.id) == ["submitted", "viewed", "approve"]
    assert usage.of_day("2026-11-20")["certificates"] == 1


def test_the_second_of_two_deciding_clerks_gets_a_conflict_and_nothing_is_lost(oak: Context) -> None:
    done = submitting.submit_application(oak, APPLICATION)
    service.decide(as_staff(oak, ANA), ANA, done.case_id, Decision("refuse", 1, "Not a resident"))
    with pytest.raises(Conflict):
        service.decide(as_staff(oak, BEN), BEN, done.case_id, Decision("approve", 1))
    case = store.get_case(done.case_id)
    assert case
    assert (case.state, case.reason, case.certificate) == ("refused", "Not a resident", None)
    assert _actions(case.id) == ["submitted", "refuse"]


def test_a_colleague_who_only_looks_does_not_make_a_conflict(
    oak: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = submitting.submit_application(oak, APPLICATION)
    read = store.get_file

    def read_while_ben_looks(case_id: str) -> store.CaseFile | None:
        found = read(case_id)
        monkeypatch.setattr(store, "get_file", read)
        reading.view_case(as_staff(oak, BEN), BEN, case_id)
        return found

    monkeypatch.setattr(store, "get_file", read_while_ben_looks)
    case = service.decide(as_staff(oak, ANA), ANA, done.case_id, Decision("approve", 1))
    assert case.state == "approved"
    assert _actions(case.id) == ["submitted", "viewed", "approve"]


def test_a_case_of_another_department_does_not_exist(oak: Context) -> None:
    done = submitting.submit_application(oak, APPLICATION)
    assert reading.view_case(as_staff(oak, ANA), ANA, done.case_id)
    with pytest.raises(NotFound):
        reading.view_case(as_staff(oak, WES), WES, done.case_id)
    with pytest.raises(NotFound):
        service.decide(as_staff(oak, WES), WES, done.case_id, Decision("approve", 1))
    assert _actions(done.case_id) == ["submitted", "viewed"]


def test_a_case_of_another_city_does_not_exist(world: World) -> None:
    with tenant_scope(world.oakville), clock.frozen(NOW):
        done = submitting.submit_application(world.context(world.oakville), APPLICATION)
        assert store.get_case(done.case_id)
    before = world.items(world.qinghe)
    with tenant_scope(world.qinghe):
        ctx = world.context(world.qinghe)
        with pytest.raises(NotFound):
            reading.view_case(ctx, ANA, done.case_id)
        with pytest.raises(NotFound):
            service.decide(ctx, ANA, done.case_id, Decision("approve", 1))
    assert world.items(world.qinghe) == before


def test_what_was_sent_back_comes_again_with_the_missing_parts(oak: Context) -> None:
    done = submitting.submit_application(oak, APPLICATION)
    missing = (Missing("proof", "The photo is blurred"),)
    case = service.decide(as_staff(oak, ANA), ANA, done.case_id, Decision("send_back", 1, missing=missing))
    assert (case.state, case.missing) == ("waiting_for_applicant", missing)
    better = Document("f2", "proof", "better.pdf", 900, "application/pdf", "cities/oakville/uploads/f2")
    case = service.resubmit(oak, done.case_id, {"address": "2 Main St"}, (better,))
    assert (case.state, case.answers["address"], case.documents) == ("submitted", "2 Main St", (better,))
    again = service.resubmit(oak, done.case_id, {"address": "3 Main St"}, ())
    assert again.answers["address"] == "2 Main St"
    assert _actions(done.case_id) == ["submitted", "send_back", "resubmit"]


def test_reference_and_code_open_the_case_however_they_are_typed(oak: Context) -> None:
    done = submitting.submit_application(oak, APPLICATION)
    typed = done.reference.lower().replace("-", " ")
    assert reading.find_for_applicant(oak, typed, done.code.upper(), "net") == done.case_id
    case = reading.case_for_applicant(oak, done.case_id).case
    assert case.state == "submitted"
    assert _actions(done.case_id) == ["submitted", "viewed"]


def test_an_unknown_reference_and_a_wrong_code_get_the_same_answer(oak: Context) -> None:
    done = submitting.submit_application(oak, APPLICATION)
    answers = set()
    for reference, code in (
        (done.reference, "wrong-wrong"),
        ("ZZZZ-ZZZZ-ZZ", done.code),
        ("", ""),
        (done.reference, ""),
    ):
        with pytest.raises(NotFound) as caught:
            reading.find_for_applicant(oak, reference, code, "net")
        answers.add(str(caught.value))
    assert len(answers) == 1


def test_a_reference_is_locked_after_five_wrong_codes_even_for_the_right_one(oak: Context) -> None:
    done = submitting.submit_application(oak, APPLICATION)
    for _ in range(5):
        with pytest.raises(NotFound):
            reading.find_for_applicant(oak, done.reference, "wrong", "net")
    with pytest.raises(RateLimited):
        reading.find_for_applicant(oak, done.reference, done.code, "another-net")
    with clock.frozen(NOW + timedelta(hours=1)):
        assert reading.find_for_applicant(oak, done.reference, done.code, "net") == done.case_id


def test_a_network_is_locked_after_thirty_wrong_codes(oak: Context) -> None:
    done = submitting.submit_application(oak, APPLICATION)
    for n in range(30):
        with pytest.raises(NotFound):
            reading.find_for_applicant(oak, f"guess{n}", "wrong", "net")
    with pytest.raises(RateLimited):
        reading.find_for_applicant(oak, done.reference, done.code, "net")
    assert reading.find_for_applicant(oak, done.reference, done.code, "other-net") == done.case_id


def test_an_incident_opens_once_is_cleared_by_the_sensor_and_resolved_by_staff(oak: Context) -> None:
    entry = {"thing": "river-1", "rule": "high-water", "raised": 1, "severity": "critical", "level": 3.2}
    seen = {"alarms": [entry], "more": 0}
    alarm = incidents.Alarm("alarm1", "river-1", "high-water", "High water", "works", "critical", seen)
    with transaction() as tx:
        incidents.open_incident(tx, oak, alarm)
    ended = {**entry, "cleared": {"at": "2026-11-20T09:39:00.000Z", "value": 1.0}}
    for _ in range(2):
        assert incidents.note_alarm(oak, "alarm1", ended, lambda tx: None, new=False)
    case = reading.view_case(as_staff(oak, WES), WES, "alarm1").case
    assert case.cleared_at == "2026-11-20T09:39:00.000Z"
    case = service.decide(as_staff(oak, WES), WES, "alarm1", Decision("start", case.version))
    case = service.decide(as_staff(oak, WES), WES, "alarm1", Decision("resolve", case.version, "Road closed"))
    assert (case.state, case.reason, case.evidence["alarms"][0]["level"]) == ("resolved", "Road closed", 3.2)
    assert _actions("alarm1") == ["opened", "cleared", "viewed", "start", "resolve"]
    assert usage.of_day("2026-11-20")["incidents"] == 1


def test_a_change_that_cannot_be_written_is_a_conflict_not_half_a_change(
    oak: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = submitting.submit_application(oak, APPLICATION)
    stale = store.get_file(done.case_id)
    audit.record("case", done.case_id, "viewed", oak)
    monkeypatch.setattr(store, "get_file", lambda case_id: stale)
    with pytest.raises(Conflict):
        service.decide(as_staff(oak, ANA), ANA, done.case_id, Decision("approve", 1))
    case = store.get_case(done.case_id)
    assert case
    assert case.state == "submitted"
