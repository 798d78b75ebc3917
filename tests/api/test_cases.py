"""A back office: what changed, reading it, writing the decision back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.cases import changes
from functions.core import audit, clock
from functions.core.scope import tenant_scope
from functions.files import store as files
from tests.api.people import send
from tests.cases.browser import stored


@pytest.fixture
def case(program, cities):
    """An application that was just sent, by its id."""
    return send(program(), cities).json["case"]


def later(program, seconds=90):
    """What a program asks a moment later."""
    return clock.frozen(clock.now() + timedelta(seconds=seconds))


def events(cities, case):
    with tenant_scope(cities.oakville):
        found = audit.EventItem.query(f"CASE#{case}", audit.EventItem.sk.startswith("EVENT#"))
        return [(event.action, event.actor_kind) for event in found]


def test_reading_a_case_is_recorded(program, cities, case):
    answer = program().get(f"/cases/{case}")
    assert answer.status == 200 and answer.json["answers"]["name"] == "Maria Garcia"
    assert answer.json["state"] == "submitted" and "approve" in answer.json["actions"]
    assert answer.json["documents"][0]["field"] == "proof" and "key" not in answer.json["documents"][0]
    assert events(cities, case)[-1] == ("viewed", "api")


def test_a_reference_leads_to_its_case_without_a_view(program, cities):
    mine = program()
    sent = send(mine, cities).json
    typed = sent["reference"].lower().replace("-", "%20")
    answer = mine.get(f"/cases?reference={typed}")
    assert answer.status == 200 and answer.json == {
        "case": sent["case"], "service": "residence-certificate", "state": "submitted", "version": 1,
    }  # fmt: skip
    assert events(cities, sent["case"]) == [("submitted", "api")]
    assert program(departments=("works",)).get(f"/cases?reference={typed}").status == 404
    assert program("qinghe").get(f"/cases?reference={typed}").status == 404
    assert mine.get("/cases?reference=-").status == 404 and mine.get("/cases").status == 422


def test_a_document_is_fetched_from_the_storage_and_that_is_recorded(program, cities, case):
    mine = program()
    (document,) = mine.get(f"/cases/{case}").json["documents"]
    address = f"/cases/{case}/files/{document['id']}"
    assert document["check"] in ("checking", "not_checked")
    assert mine.get(address).status == 409
    with tenant_scope(cities.oakville):
        files.settle(case, document["id"], "not_checked")
    answer = mine.get(f"{address}?not_checked=accept")
    assert answer.status == 200 and "bill.pdf" in answer.json["url"], answer.text
    assert events(cities, case)[-1] == ("file_opened", "api")
    assert mine.get(f"/cases/{case}/files/nothing").status == 404


def test_a_case_of_another_department_or_city_is_not_there(program, cities, case):
    before = cities.items(cities.oakville)
    foreign = program(departments=("works",))
    assert foreign.get(f"/cases/{case}").status == 404
    body = {"action": "approve", "version": 1}
    assert foreign.post(f"/cases/{case}/actions", body).status == 404
    assert program("qinghe").get(f"/cases/{case}").status == 404
    kept = [item for item in cities.items(cities.oakville) if item not in before]
    assert {item["pk"]["S"].partition("#")[0] for item in kept} <= {"API-KEYS", "LIMIT"}


def test_a_decision_is_written_back(program, cities, case):
    mine = program()
    answer = mine.post(f"/cases/{case}/actions", {"action": "approve", "version": 1})
    assert answer.status == 200
    assert answer.json == {"case": case, "state": "approved", "version": 2}
    assert events(cities, case)[-1] == ("approve", "api")
    assert stored(cities, cities.oakville, "CERT#")


def test_a_decision_on_an_older_version_is_a_conflict(program, case):
    mine = program()
    body = {"action": "send_back", "version": 1, "missing": [{"field": "proof", "note": "blurred (demo)"}]}
    assert mine.post(f"/cases/{case}/actions", body).json["state"] == "waiting_for_applicant"
    assert mine.post(f"/cases/{case}/actions", body).status == 409


INCOMPLETE = [
    ({"action": "refuse", "version": 1}, "reason"),
    ({"action": "send_back", "version": 1}, "missing"),
    ({"action": "send_back", "version": 1, "missing": [{"field": "shoe_size"}]}, "missing"),
    ({"action": "resolve", "version": 1, "reason": "done"}, "action"),
    ({"action": "resubmit", "version": 1}, "action"),
    ({"action": "approve", "version": "1"}, "version"),
    ({"action": "approve", "version": 1, "force": True}, "force"),
]


def test_a_decision_that_lacks_something_is_refused(program, case):
    mine = program()
    for body, field in INCOMPLETE:
        answer = mine.post(f"/cases/{case}/actions", body)
        assert answer.status == 422 and field in answer.json["fields"], body


def test_changes_come_once_they_are_settled_in_the_order_in_which_they_happened(program, cities, case):
    mine = program()
    assert mine.get("/changes").json["changes"] == []
    mine.post(f"/cases/{case}/actions", {"action": "refuse", "version": 1, "reason": "Not here (demo)"})
    with later(mine):
        page = mine.get("/changes").json
        assert [(one["case"], one["action"], one["version"]) for one in page["changes"]] == [
            (case, "submitted", 1),
            (case, "refuse", 2),
        ]
        assert not page["more"] and "answers" not in page["changes"][0]
        assert mine.get(f"/changes?after={page['next']}").json["changes"] == []
        assert mine.get(f"/changes?after={page['next']}").json["next"] == page["next"]


def test_changes_are_read_in_parts_and_none_is_lost(program, cities):
    mine = program()
    sent = [send(mine, cities, f"request-{n:04d}").json["case"] for n in range(3)]
    found, cursor = [], ""
    with later(mine):
        for _ in range(4):
            page = mine.get(f"/changes?limit=1{cursor}").json
            found += [one["case"] for one in page["changes"]]
            cursor = f"&after={page['next']}"
            if not page["more"]:
                break
    assert found == sent


def test_changes_of_other_departments_are_left_out(program, cities, case):
    with later(None):
        page = program(departments=("works",)).get("/changes").json
    assert page["changes"] == [] and page["next"]


def test_changes_begin_where_a_program_asks(program, cities, case):
    with later(None):
        since = clock.iso(clock.now() - timedelta(seconds=20))
        assert program().get(f"/changes?since={since}").json["changes"] == []


def test_a_query_that_is_none_is_refused(program):
    mine = program()
    for query in ("after=x", "after=%00", "limit=0", "limit=501", "since=now", "page=2"):
        assert mine.get(f"/changes?{query}").status == 422, query


def test_the_order_goes_on_over_the_end_of_a_month(cities):
    from datetime import UTC, datetime

    from functions.cases.domain import Case
    from functions.core.store import transaction

    ctx = cities.context(cities.oakville)
    moments = [datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 1, 0, 0, 1, tzinfo=UTC)]
    with tenant_scope(cities.oakville):
        for number, moment in enumerate(moments, 1):
            one = Case(f"c{number}", "application", "R", "submitted", "works", "", "", 1)
            with clock.frozen(moment), transaction() as tx:
                changes.note(tx, ctx, one, "submitted")
        now = moments[1] + timedelta(minutes=5)
        first = changes.since(changes.start_of(None, now), ("works",), 1, now)
        rest = changes.since(first.position, ("works",), 10, now)
    assert [one.case for one in (*first.changes, *rest.changes)] == ["c1", "c2"]
    assert first.more and not rest.more
