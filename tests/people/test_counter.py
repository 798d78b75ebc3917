"""The counter: for clerks of the department; a helper begins drafts and sees their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.cases import service
from functions.cases.domain import Decision, Missing
from functions.core.scope import tenant_scope
from functions.identity.domain import Staff
from functions.people import counter
from tests.cases import walk
from tests.cases.browser import Browser, stored
from tests.people.conftest import EMAIL, context, latest_code, sign_in, sign_in_staff
from tests.world import World

HERE = "/oakville/console/counter"
ANA = Staff("ana@oakville.example", "Ana (demo)", ("clerk",), ("residents",))


@pytest.fixture
def ana(browser: Browser) -> Browser:
    """A clerk of the residents' office at the counter."""
    return sign_in_staff(browser, "ana").get(HERE)


def another(browser: Browser, name: str) -> Browser:
    return sign_in_staff(Browser(browser.client, browser.world), name)


def case_of(world: World) -> dict[str, Any]:
    (item,) = [one for one in stored(world, world.oakville, "CASE#") if one["sk"]["S"] == "META"]
    return {**json.loads(item["body"]["S"]), "id": item["pk"]["S"], "reference": item["reference"]["S"]}


def events(world: World, kind: str) -> list[str]:
    found = stored(world, world.oakville, kind)
    return [item["action"]["S"] for item in found if "action" in item]


def test_a_clerk_applies_for_somebody_who_gets_reference_and_code(ana: Browser, towns: World) -> None:
    ana.submit("start", service="residence-certificate")
    assert "/apply/" in ana.address
    walk.jump(ana, "oakville").submit(declaration="yes")
    case = case_of(towns)
    assert (case["channel"], case["by"], case["assurance"]) == ("counter", ANA.email, "clerk")
    assert case["reference"] in ana.page.text
    assert case["reference"] in ana.get(HERE).page.text
    assert "counter_started" in events(towns, "CHAIN#draft")


def test_a_clerk_applies_for_somebody_who_applies_for_a_child(ana: Browser, towns: World) -> None:
    ana.submit("start", service="for-others")
    assert ana.heading == "For whom does the person apply?"
    ana.submit(**{"for": "child.guardian"})
    assert "Enter the name" in ana.problems[0][1]
    ana.submit(**{"for": "child.guardian", "for_name": "Ana Garcia (demo)"})
    walk.jump(ana, "oakville").submit(declaration="yes")
    case = case_of(towns)
    assert (case["applicant"], case["ground"], case["for_name"]) == ("child", "guardian", "Ana Garcia (demo)")


def test_who_has_no_national_sign_in_is_served_at_the_counter(ana: Browser, towns: World) -> None:
    ana.submit("start", service="national")
    walk.jump(ana, "oakville").submit(declaration="yes")
    assert case_of(towns)["assurance"] == "clerk"


def test_a_service_must_be_chosen(ana: Browser) -> None:
    ana.submit("start", service="")
    assert ana.status == 422 and ana.problems == [("#service", "Choose a service")]


def test_a_helper_begins_and_sees_only_their_own(browser: Browser, towns: World) -> None:
    ana = another(browser, "ana").get(HERE)
    ana.submit("start", service="residence-certificate")
    hal = another(browser, "hal").get("/oakville/console")
    assert hal.address == HERE and hal.page.find("form", id="begun-1") is None
    assert hal.page.find("form", id="seen") is None
    hal.submit("start", service="residence-certificate")
    hal.get(HERE)
    assert hal.page.find("form", id="begun-2") is None
    hal.submit("begun-1")
    walk.jump(hal, "oakville").submit(declaration="yes")
    case = case_of(towns)
    assert (case["channel"], case["by"], case["assurance"]) == ("helper", "hal@oakville.example", "none")
    assert case["reference"] in hal.get(HERE).page.text
    assert hal.get(f"/oakville/console/cases/{case['id'].removeprefix('CASE#')}").status == 404


def test_a_helper_cannot_go_on_with_the_draft_of_another(browser: Browser) -> None:
    ana = another(browser, "ana").get(HERE)
    ana.submit("start", service="residence-certificate")
    draft = ana.address.split("/")[3]
    hal = another(browser, "hal").get(HERE)
    form = {**hal.values("start"), "do": "reopen", "draft": draft}
    hal.post(HERE, form)
    assert hal.status == 422 and "/apply/" not in hal.address


@pytest.mark.parametrize("do", ["seen", "complete"])
def test_a_helper_records_and_completes_nothing(browser: Browser, do: str) -> None:
    hal = another(browser, "hal").get(HERE)
    form = {**hal.values("start"), "do": do, "who": EMAIL, "document": "passport", "reference": "x"}
    assert hal.post(HERE, form).status == 403


def test_a_helper_cannot_begin_what_needs_a_clerk(browser: Browser) -> None:
    hal = another(browser, "hal").get(HERE)
    assert hal.submit("start", service="seen-first").status == 403


@pytest.mark.parametrize("name", ["ada"])
def test_the_counter_is_not_for_other_roles(browser: Browser, name: str) -> None:
    assert another(browser, name).get(HERE).status == 404


def test_an_unknown_action_is_refused(ana: Browser) -> None:
    assert ana.post(HERE, {**ana.values("start"), "do": "erase"}).status == 404


def test_a_clerk_who_saw_somebody_raises_their_level(browser: Browser, towns: World) -> None:
    person = Browser(browser.client, towns)
    sign_in(person)
    ana = another(browser, "ana").get(HERE)
    ana.submit("seen", who=EMAIL)
    assert ana.problems == [("#document", "Choose which document you saw")]
    ana.submit("seen", who=EMAIL.upper(), document="passport")
    assert "recorded" in ana.page.main.text
    assert "A member of staff saw you" in person.get("/oakville/me").page.text
    person.get("/oakville/services/seen-first").submit()
    assert "/apply/" in person.address
    assert "assurance_raised" in events(towns, "CHAIN#person")


def test_a_level_is_raised_by_the_reference_of_a_case_too(browser: Browser, towns: World) -> None:
    person = Browser(browser.client, towns)
    sign_in(person)
    walk.finish(person, "oakville")
    ana = another(browser, "ana").get(HERE)
    ana.submit("seen", who=case_of(towns)["reference"].lower(), document="identity_card")
    assert case_of(towns)["assurance"] == "clerk"
    assert "A member of staff saw you" in person.get("/oakville/me").page.text
    assert "assurance_raised" in events(towns, "CASE#")


@pytest.mark.parametrize("who", ["nobody@citizen.example", "2025550143", "K7QF-2M9X-4T", "", "<script>"])
def test_nobody_unknown_is_raised(ana: Browser, who: str) -> None:
    ana.submit("seen", who=who, document="passport")
    assert ana.status == 422 and ana.problems[0][0] == "#who"


def test_a_case_of_another_department_does_not_exist_at_the_counter(browser: Browser, towns: World) -> None:
    walk.finish(browser, "oakville")
    reference = case_of(towns)["reference"]
    wes = another(browser, "wes").get(HERE)
    wes.submit("seen", who=reference, document="passport")
    assert wes.problems[0][0] == "#who"
    wes.get(HERE).submit("complete", reference=reference)
    assert wes.problems[0][0] == "#reference" and case_of(towns)["assurance"] == "none"


def test_what_is_missing_is_added_at_the_counter_in_the_same_case(browser: Browser, towns: World) -> None:
    walk.finish(browser, "oakville")
    case = case_of(towns)
    ana = another(browser, "ana").get(HERE)
    ana.submit("complete", reference=case["reference"])
    assert "Nothing is asked" in ana.problems[0][1]
    with tenant_scope(towns.oakville):
        ctx = context(towns, towns.oakville)
        decision = Decision("send_back", 1, missing=(Missing("reason", "Which school? (demo)"),))
        service.decide(ctx, ANA, case["id"].removeprefix("CASE#"), decision)
    ana.get(HERE).submit("complete", reference=case["reference"])
    assert "/apply/" in ana.address
    ana.submit(declaration="yes")
    assert case_of(towns)["id"] == case["id"]
    assert "resubmit" in events(towns, "CASE#") and "counter_opened" in events(towns, "CASE#")


def test_signing_out_at_a_shared_desk_forgets_what_was_begun(ana: Browser) -> None:
    ana.submit("start", service="residence-certificate")
    draft = ana.address
    ana.get(HERE)
    token = ana.page.select_one('form[action$="/console/sign-out"] input')
    ana.post("/oakville/console/sign-out", {"_csrf": str(token["value"]) if token else ""})
    assert ana.get(draft).status == 404


def test_letters_go_to_the_contact_point_of_who_gave_no_address(browser: Browser, towns: World) -> None:
    """A signed-in person's phone gets a word without any content; the letter is on the page."""
    person = Browser(browser.client, towns)
    person.get("/oakville/me/sign-in").submit(contact="2025550143")
    person.submit(code=latest_code(towns, towns.oakville))
    from functions.people import messages

    with tenant_scope(towns.oakville):
        ctx = context(towns, towns.oakville)
        (record,) = stored(towns, towns.oakville, "PERSON#")
        news = messages.compose_news(ctx, record["pk"]["S"].removeprefix("PERSON#"), "K7QF-2M9X-4T", "s", "b")
    assert news and "K7QF-2M9X-4T" in news.text and "/oakville/me" in news.text  # type: ignore[union-attr]


def test_what_one_member_of_staff_begins_and_records_is_limited(
    ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counter, "STARTS_PER_HOUR", 1)
    monkeypatch.setattr(counter, "SEEN_PER_HOUR", 1)
    for status in (200, 429):
        assert ana.get(HERE).submit("start", service="residence-certificate").status == status
    for status in (422, 429):
        assert ana.get(HERE).submit("seen", who="x", document="passport").status == status
