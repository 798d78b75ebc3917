"""The console through Chalice: what clerks see, what they may do, and what stays hidden from them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chalice.test import Client

from functions.cases import store
from functions.core.scope import tenant_scope
from tests.builders import CITY_IDS, city_config
from tests.desk import Answer, Browser, application, clear, console, find, incident
from tests.web.pages import check_structure
from tests.world import World, two_cities


@pytest.fixture(scope="module")
def towns() -> Iterator[World]:
    with two_cities({city_id: city_config(city_id) for city_id in CITY_IDS}) as made:
        yield made


@pytest.fixture
def world(towns: World) -> Iterator[World]:
    yield towns
    clear(towns)


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    with console(world) as made:
        yield made


@pytest.fixture
def ana(client: Client) -> Browser:
    return signed_in(client, "ana@oakville.example")


def signed_in(client: Client, email: str, city: str = "oakville") -> Browser:
    browser = Browser(client)
    assert browser.follow(browser.sign_in(email, city)).status == 200
    return browser


def actions(world: World, case_id: str) -> list[str]:
    with tenant_scope(world.oakville):
        found = store.get_file(case_id)
    assert found
    return [event.action for event in reversed(found.events)]


def open_case(browser: Browser, case_id: str, city: str = "oakville") -> Answer:
    return browser.get(f"/{city}/console/cases/{case_id}")


def test_the_desk_lists_my_departments_cases_without_full_names(world: World, ana: Browser) -> None:
    case = application(world, world.oakville)
    incident(world, world.oakville)
    page = ana.get("/oakville/console")
    check_structure(page.document, "en")
    assert case.reference in page.words
    assert "Garcia" not in page.text
    assert "Fine dust" not in page.text
    assert "All (1)" in page.words


def test_a_department_that_is_not_mine_does_not_exist(world: World, ana: Browser) -> None:
    found = incident(world, world.oakville)
    assert ana.get("/oakville/console?department=works").status == 404
    assert open_case(ana, found.id).status == 404
    assert actions(world, found.id) == ["opened"]


def test_a_member_of_two_departments_changes_between_them(world: World, client: Client) -> None:
    application(world, world.oakville)
    incident(world, world.oakville)
    ada = signed_in(client, "ada@oakville.example")
    assert "Certificate of residence" in ada.get("/oakville/console").words
    assert "Fine dust too high" in ada.get("/oakville/console?department=works").words
    assert "Fine dust" not in ada.get("/oakville/console?department=works&kind=application").words


def test_states_are_filters(world: World, ana: Browser) -> None:
    one, two = application(world, world.oakville, "one"), application(world, world.oakville, "two")
    ana.submit(open_case(ana, one.id), "decision", action="refuse", reason="No", then="stay")
    assert two.reference in ana.get("/oakville/console").words
    assert one.reference not in ana.get("/oakville/console").words
    assert one.reference in ana.get("/oakville/console?state=closed").words
    assert ana.get("/oakville/console?state=nonsense").status == 404


def test_a_long_desk_has_pages(world: World, ana: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.cases import desk

    monkeypatch.setattr(desk, "PAGE", 2)
    cases = [application(world, world.oakville, f"case-{n}") for n in range(3)]
    first = ana.get("/oakville/console")
    assert "All (2+)" in first.words
    following = first.document.find("a", rel="next")["href"]
    second = ana.get(following)
    seen = [case.reference for case in cases if case.reference in first.words + second.words]
    assert len(seen) == 3
    assert sum(case.reference in second.words for case in cases) == 1
    assert ana.get(following.replace("after=", "after=x")).status == 404


def test_a_case_shows_answers_documents_and_changes_and_the_view_is_recorded(
    world: World, ana: Browser
) -> None:
    case = application(world, world.oakville)
    page = open_case(ana, case.id)
    check_structure(page.document, "en")
    for words in (
        "Maria Garcia",
        "3 February 1980",
        "12 Oak Street, Oakville",
        "Work",
        "bill.pdf",
        "Application sent",
    ):
        assert words in page.words
    assert actions(world, case.id) == ["submitted", "viewed"]


def test_the_console_speaks_the_clerks_language(world: World, client: Client) -> None:
    case = application(world, world.qinghe)
    clerk = signed_in(client, "ana@qinghe.example", "qinghe")
    page = open_case(clerk, case.id, "qinghe")
    check_structure(page.document, "zh-Hans")
    assert "1980年2月3日" in page.words
    assert "通过" in page.words


def test_approval_issues_a_certificate_and_leads_to_the_next_case(world: World, ana: Browser) -> None:
    one, two = application(world, world.oakville, "one"), application(world, world.oakville, "two")
    decided = ana.submit(open_case(ana, one.id), "decision", action="approve", then="next")
    page = ana.follow(ana.follow(decided))
    assert f"{one.reference} was approved" in page.words
    assert two.reference in page.words
    after = find(world.oakville, one.id)
    assert (after.state, after.decided_by) == ("approved", "ana@oakville.example")
    assert after.certificate
    again = open_case(ana, one.id)
    assert "Valid until" in again.words
    assert "was approved" not in again.words


def test_refusal_needs_a_reason_and_keeps_what_was_typed(world: World, ana: Browser) -> None:
    case = application(world, world.oakville)
    page = ana.submit(open_case(ana, case.id), "decision", action="refuse", reason=" ", then="next")
    assert page.status == 422
    check_structure(page.document, "en")
    assert page.document.find("a", href="#reason").get_text(strip=True) == "Enter a reason"
    assert page.document.find("input", value="refuse").has_attr("checked")
    done = ana.submit(
        page, "decision", action="refuse", reason="The bill is older than 3 months.", then="stay"
    )
    assert "was refused" in ana.follow(done).words
    assert find(world.oakville, case.id).reason == "The bill is older than 3 months."


def test_sending_back_names_what_is_missing(world: World, ana: Browser) -> None:
    case = application(world, world.oakville)
    values = {
        "action": "send_back",
        "missing": ["proof", "address"],
        "note-proof": "The date is cut off",
        "then": "stay",
    }
    page = ana.follow(ana.submit(open_case(ana, case.id), "decision", **values))
    assert "was sent back" in page.words
    assert "Proof of address The date is cut off" in page.words
    after = find(world.oakville, case.id)
    assert after.state == "waiting_for_applicant"
    assert [(item.field, item.note) for item in after.missing] == [
        ("proof", "The date is cut off"),
        ("address", ""),
    ]


def test_nothing_chosen_is_an_error(world: World, ana: Browser) -> None:
    case = application(world, world.oakville)
    strange = {"action": "send_back", "missing": ["proof", "salary"]}
    for values in ({}, {"action": "explode"}, {"action": "start"}, {"action": "send_back"}, strange):
        assert ana.submit(open_case(ana, case.id), "decision", **values).status == 422
    assert find(world.oakville, case.id).version == 1


def test_the_second_of_two_clerks_sees_what_happened_and_keeps_what_was_typed(
    world: World, client: Client
) -> None:
    case = application(world, world.oakville)
    ana, ben = signed_in(client, "ana@oakville.example"), signed_in(client, "ben@oakville.example")
    of_ana, of_ben = open_case(ana, case.id), open_case(ben, case.id)
    ana.submit(of_ana, "decision", action="approve", then="stay")
    conflict = ben.submit(of_ben, "decision", action="refuse", reason="I cannot read the bill", then="next")
    assert conflict.status == 409
    check_structure(conflict.document, "en")
    assert "Someone else changed this case" in conflict.words
    assert "ana@oakville.example" in conflict.words
    assert conflict.document.find("textarea", id="reason").get_text(strip=True) == "I cannot read the bill"
    after = find(world.oakville, case.id)
    assert (after.state, after.reason, after.version) == ("approved", "", 2)


def test_after_a_conflict_a_decision_that_is_still_possible_can_be_sent_again(
    world: World, client: Client
) -> None:
    alarm = incident(world, world.oakville)
    wes, other = signed_in(client, "wes@oakville.example"), signed_in(client, "wes@oakville.example")
    of_wes = open_case(wes, alarm.id)
    other.submit(open_case(other, alarm.id), "decision", action="start", then="stay")
    conflict = wes.submit(of_wes, "decision", action="resolve", reason="Filter cleaned", then="stay")
    assert conflict.status == 409
    assert "What you typed is still here" in conflict.words
    wes.submit(conflict, "decision", action="resolve", reason="Filter cleaned", then="stay")
    after = find(world.oakville, alarm.id)
    assert (after.state, after.reason) == ("resolved", "Filter cleaned")


def test_an_incident_shows_what_the_sensor_saw_and_is_started_and_resolved(
    world: World, client: Client
) -> None:
    alarm = incident(world, world.oakville)
    wes = signed_in(client, "wes@oakville.example")
    page = open_case(wes, alarm.id)
    check_structure(page.document, "en")
    for words in ("Main Street", "Fine dust", "91.5 µg/m³", "75 µg/m³", "High"):
        assert words in page.words
    page = wes.follow(wes.submit(page, "decision", action="start", then="stay"))
    assert "has started" in page.words
    assert wes.submit(page, "decision", action="resolve", reason="", then="stay").status == 422
    wes.submit(page, "decision", action="resolve", reason="Filter cleaned", then="stay")
    assert find(world.oakville, alarm.id).state == "resolved"


def test_the_operations_desk_does_not_decide_applications(world: World, client: Client) -> None:
    case = application(world, world.oakville)
    ada = signed_in(client, "ada@oakville.example")
    page = open_case(ada, case.id)
    assert page.document.find("form", id="decision") is None
    token = page.document.find("input", {"name": "_csrf"})["value"]
    form = {"_csrf": token, "action": "approve", "version": 1}
    assert ada.post(f"/oakville/console/cases/{case.id}/decide", form).status == 403
    assert find(world.oakville, case.id).state == "submitted"


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_decision_without_the_forms_token_is_refused(world: World, ana: Browser, token: str) -> None:
    case = application(world, world.oakville)
    open_case(ana, case.id)
    form = {"_csrf": token, "action": "approve", "version": 1}
    assert ana.post(f"/oakville/console/cases/{case.id}/decide", form).status == 403
    assert find(world.oakville, case.id).state == "submitted"


def test_an_open_form_outlives_the_refreshed_session(
    world: World, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from functions.core import clock

    case = application(world, world.oakville)
    page = open_case(ana, case.id)
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        ana.get("/oakville/console")
        done = ana.submit(page, "decision", action="approve", then="stay")
    assert done.status == 303


def test_a_document_is_a_recorded_download_from_the_storage(world: World, ana: Browser) -> None:
    case = application(world, world.oakville)
    page = open_case(ana, case.id)
    warning = ana.get(page.document.find("a", string="bill.pdf")["href"])
    assert warning.status == 200 and "Nobody has checked this file" in warning.words
    answer = ana.submit(warning, "open-anyway")
    assert answer.status == 303
    assert answer.location.startswith("https://files.example/")
    assert "attachment" in answer.location
    assert actions(world, case.id)[-1] == "file_opened"
    assert ana.get(f"/oakville/console/cases/{case.id}/files/nope").status == 404


def test_cases_of_another_city_do_not_exist(world: World, ana: Browser, client: Client) -> None:
    theirs = application(world, world.qinghe, "theirs")
    own = signed_in(client, "ana@qinghe.example", "qinghe")
    assert open_case(own, theirs.id, "qinghe").status == 200
    before = world.items(world.qinghe)
    for path in ("", "/next", "/files/f1", "/revoke"):
        assert ana.get(f"/oakville/console/cases/{theirs.id}{path}").status == 404
    away = open_case(ana, theirs.id, "qinghe")
    assert (away.status, away.location) == (
        303,
        "/qinghe/console/sign-in?then=%2Fqinghe%2Fconsole%2Fcases%2Ftheirs",
    )
    assert world.items(world.qinghe) == before


def test_history_is_for_administrators_of_the_city_by_reference(
    world: World, ana: Browser, client: Client
) -> None:
    case = application(world, world.oakville)
    open_case(ana, case.id)
    assert ana.get(f"/oakville/console/cases/{case.id}/history").status == 404
    assert ana.get("/oakville/console/history").status == 404
    ada = signed_in(client, "ada@oakville.example")
    form = ada.get("/oakville/console/history")
    check_structure(form.document, "en")
    unknown = ada.submit(form, "form", reference="AAAA-BBBB-CC")
    assert (unknown.status, "We cannot find a case" in unknown.words) == (422, True)
    page = ada.follow(ada.submit(form, "form", reference=case.reference.lower()))
    check_structure(page.document, "en")
    assert "Viewed" in page.words
    assert actions(world, case.id) == ["submitted", "viewed", "history_viewed"]


def test_next_goes_round_and_ends_at_the_desk(world: World, ana: Browser) -> None:
    one = application(world, world.oakville, "one")
    assert ana.get(f"/oakville/console/cases/{one.id}/next").location == "/oakville/console"
    application(world, world.oakville, "two")
    assert ana.get("/oakville/console/cases/one/next").location == "/oakville/console/cases/two"
    assert ana.get("/oakville/console/cases/two/next").location == "/oakville/console/cases/one"


def test_no_page_of_the_console_needs_more_than_four_calls(
    world: World, ana: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    case = application(world, world.oakville)
    other = application(world, world.oakville, "other")
    ana.submit(open_case(ana, case.id), "decision", action="approve", then="stay")
    stale = open_case(ana, other.id)
    ana.submit(stale, "decision", action="refuse", reason="")
    ana.submit(stale, "decision", action="refuse", reason="No", then="next")
    ana.submit(stale, "decision", action="refuse", reason="No", then="next")
    for path in (
        "",
        f"/cases/{case.id}",
        f"/cases/{other.id}/next",
        f"/cases/{case.id}/files/f1",
        f"/cases/{case.id}/revoke",
    ):
        assert ana.get(f"/oakville/console{path}").status in (200, 303)
    asked = [
        (record.route, record.method, record.status, record.calls)
        for record in caplog.records
        if hasattr(record, "calls")
    ]
    staff = [entry for entry in asked if "/console" in entry[0] and "/sign-in" not in entry[0]]
    assert {(route.rpartition("/")[2], status) for route, _, status, _ in staff} >= {
        ("decide", 409),
        ("decide", 422),
    }
    assert [entry for entry in staff if not 1 <= entry[3] <= 4] == []
