"""Delicate forms: the way out of them, and the reports that they become."""

from __future__ import annotations

from chalice.test import Client

from functions.cases import service
from functions.core import clock
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope
from tests.cases.browser import Browser, stored
from tests.cases.long_forms import case_of, step
from tests.cases.test_saving import rows
from tests.cases.walk import begin


def test_a_delicate_form_says_first_how_to_leave_it(smoke: Browser) -> None:
    assert smoke.address.endswith("/safety") and "Shift key three times" in smoke.page.get_text()
    for page in ("what", "dangerous", "email"):
        link = step(smoke, page).page.select_one("a[data-exit]")
        assert link and link["href"].endswith("/exit"), page


def test_leaving_forgets_the_form_at_once_and_offers_to_delete_it(smoke: Browser) -> None:
    page = step(smoke, "what").submit(what="Smoke every night").address
    smoke.get(str(smoke.page.select_one("a[data-exit]")["href"]))
    assert smoke.address == "/oakville/left"
    assert "smoke" not in str(smoke.page).lower() and not smoke.page.select_one("a.govuk-back-link")
    assert smoke.get(page).status == 404
    assert len(stored(smoke.world, smoke.world.oakville, "DRAFT#")) == 1
    smoke.get("/oakville/left").submit("delete")
    assert smoke.heading == "Everything is deleted"
    assert not stored(smoke.world, smoke.world.oakville, "DRAFT#")


def test_nobody_deletes_a_form_of_another_browser(smoke: Browser, client: Client) -> None:
    stranger = Browser(client, smoke.world)
    stranger.get(smoke.address.replace("/safety", "/exit"))
    assert stranger.address == "/oakville/left" and stranger.page.find("form", id="delete") is None
    begin(stranger, "oakville")
    stranger.post("/oakville/left", {"_csrf": stranger.values()["_csrf"]})
    assert len(stored(smoke.world, smoke.world.oakville, "DRAFT#")) == 2


def send_report(browser: Browser, dangerous: str = "yes", email: str = "") -> Browser:
    step(browser, "what").submit(what="Smoke every night").submit(dangerous=dangerous).submit(email=email)
    return browser.submit(declaration="yes")


def test_a_report_becomes_an_incident_of_the_department_that_its_answers_call_for(smoke: Browser) -> None:
    send_report(smoke)
    assert smoke.heading == "Report received" and "We look at it." in smoke.page.get_text()
    case = case_of(smoke.world)
    assert (case.kind, case.state, case.department) == ("incident", "open", "works")
    assert case.title == "Certificate of residence" and case.answers["what"] == "Smoke every night"
    assert not stored(smoke.world, smoke.world.oakville, "OUTBOX")


def test_a_report_without_a_name_is_followed_by_reference_and_code(smoke: Browser, client: Client) -> None:
    send_report(smoke, "no")
    reference, code = rows(smoke)["Reference"], rows(smoke)["Code"]
    assert case_of(smoke.world).department == "residents"
    other = Browser(client, smoke.world)
    other.get("/oakville/status").submit(reference=reference, code=code)
    assert other.address == "/oakville/status/application" and "Received" in other.page.get_text()
    with tenant_scope(smoke.world.oakville):
        from functions.cases.domain import Decision
        from functions.identity.domain import Staff

        clerk = Staff("wes@oakville.example", "Wes (demo)", ("operator-desk",), ("residents",))
        ctx = Context(
            smoke.world.oakville, Actor("staff", clerk.email, clerk.name), "en", clock.now(), "request-2"
        )
        service.decide(ctx, clerk, case_of(smoke.world).id, Decision("start", 1))
    assert "Being looked at" in other.get("/oakville/status/application").page.get_text()
