"""Looking an application up, and handing in what a clerk asked for."""

from __future__ import annotations

import re

import pytest
from chalice.test import Client

from functions.cases import drafts, service
from functions.cases.domain import Decision, Missing
from functions.core import clock
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope
from functions.identity.domain import Staff
from tests.cases.browser import Browser, as_json, stored
from tests.cases.walk import PDF, fill, finish

CLERK = Staff("ana@oakville.example", "Ana (demo)", ("clerk",), ("residents",))
UNKNOWN = "We cannot find an application with this reference and code"


def reference_and_code(browser: Browser) -> tuple[str, str]:
    """From the confirmation."""
    reference, code = (dd.get_text(strip=True) for dd in browser.page.select("dl dd"))
    return reference, code


def look_up(browser: Browser, reference: str, code: str, city: str = "oakville") -> Browser:
    return browser.get(f"/{city}/status").submit(reference=reference, code=code)


def decide(browser: Browser, decision: Decision) -> None:
    """What a clerk does at the desk meanwhile."""
    city = browser.world.oakville
    meta = next(item for item in stored(browser.world, city, "CASE#") if item["sk"]["S"] == "META")
    ctx = Context(city, Actor("staff", CLERK.email, CLERK.name), "en", clock.now(), "request-9")
    with tenant_scope(city):
        service.decide(ctx, CLERK, meta["pk"]["S"].removeprefix("CASE#"), decision)


@pytest.fixture
def applied(browser: Browser) -> Browser:
    """A person who has just sent an application."""
    return finish(browser, "oakville")


@pytest.fixture
def stranger(client: Client, applied: Browser) -> Browser:
    """Another browser."""
    return Browser(client, applied.world)


def test_reference_and_code_open_the_application_in_another_browser(
    applied: Browser, stranger: Browser
) -> None:
    reference, code = reference_and_code(applied)
    look_up(stranger, f" {reference.lower().replace('-', ' ')} ", code.upper())
    assert stranger.address == "/oakville/status/application"
    assert "Received" in stranger.page.get_text() and reference in stranger.page.get_text()
    assert "We decide by" in stranger.page.get_text()


def test_the_sender_sees_the_state_at_once(applied: Browser) -> None:
    assert applied.get("/oakville/status/application").heading == "Your application"


def test_a_wrong_code_and_an_unknown_reference_get_the_same_answer(
    applied: Browser, stranger: Browser
) -> None:
    reference, code = reference_and_code(applied)
    look_up(stranger, reference, "aaaa-bbbb-cccc")
    first = (stranger.status, stranger.problems, stranger.title)
    look_up(stranger, "ZZZZ-ZZZZ-ZZ", code)
    assert first == (stranger.status, stranger.problems, stranger.title)
    assert stranger.problems == [("#reference", UNKNOWN)]
    assert stranger.values()["reference"] == "ZZZZ-ZZZZ-ZZ"


def test_an_empty_lookup_names_the_empty_field(browser: Browser) -> None:
    assert look_up(browser, "", "x").problems == [("#reference", "Enter your reference")]
    assert look_up(browser, "x", "").problems == [("#code", "Enter your code")]


def test_after_five_wrong_codes_even_the_right_one_is_refused(applied: Browser, stranger: Browser) -> None:
    reference, code = reference_and_code(applied)
    for _ in range(5):
        assert look_up(stranger, reference, "aaaa-bbbb-cccc").problems
    assert look_up(stranger, reference, code).status == 429


def test_a_code_opens_nothing_in_another_city(applied: Browser, stranger: Browser) -> None:
    stranger.cookies["lang"] = "en"
    look_up(stranger, *reference_and_code(applied), city="qinghe")
    assert stranger.problems == [("#reference", UNKNOWN)]


def test_the_state_page_without_a_lookup_asks_for_the_reference(browser: Browser) -> None:
    assert browser.get("/oakville/status/application").address == "/oakville/status"


def test_every_look_at_the_state_is_in_the_history(applied: Browser) -> None:
    applied.get("/oakville/status/application")
    events = [
        one["action"]["S"]
        for one in stored(applied.world, applied.world.oakville, "CASE#")
        if "action" in one
    ]
    assert events == ["submitted", "viewed"]


def test_what_was_sent_back_is_handed_in_again(applied: Browser) -> None:
    decide(
        applied,
        Decision(
            "send_back",
            1,
            missing=(Missing("proof", "The bill is too old"), Missing("since", "Year is cut off")),
        ),
    )
    applied.get("/oakville/status/application")
    assert "Waiting for you" in applied.page.get_text() and "The bill is too old" in applied.page.get_text()
    applied.submit()
    assert applied.address.endswith("/since") and "Year is cut off" in applied.page.get_text()
    assert applied.values()["since-year"] == "2020"
    applied.submit(since__year="2021")
    assert applied.address.endswith("/proof") and "The bill is too old" in applied.page.get_text()
    applied.submit("remove").upload("new bill.pdf", PDF).submit("go-on")
    assert len(applied.page.select(".govuk-summary-list__row")) == 2
    applied.submit(declaration="yes")
    assert applied.heading == "We have received what you sent"
    meta = next(
        item for item in stored(applied.world, applied.world.oakville, "CASE#") if item["sk"]["S"] == "META"
    )
    body = as_json(meta, "body")
    assert (meta["state"]["S"], body["answers"]["since"], body["answers"]["name"]) == (
        "submitted", "2021-06-01", "Maria Garcia",
    )  # fmt: skip
    assert [document["name"] for document in body["documents"]] == ["new bill.pdf"]


def test_an_answer_saved_while_a_completion_is_sent_is_not_lost(
    applied: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.cases import saving

    decide(applied, Decision("send_back", 1, missing=(Missing("since", ""),)))
    applied.get("/oakville/status/application").submit().submit(since__year="2021")
    really = service.resubmit

    def meanwhile(ctx: Context, case_id: str, *rest: object, **more: object) -> object:
        monkeypatch.setattr(service, "resubmit", really)
        draft = drafts.find_draft(ctx, applied.address.split("/")[3])
        assert draft
        saving.save_answers(draft, "since", {"since": "2022-06-01"})
        return really(ctx, case_id, *rest, **more)

    monkeypatch.setattr(service, "resubmit", meanwhile)
    applied.submit(declaration="yes")
    assert applied.address.endswith("/check?problem=changed") and "1 June 2022" in applied.page.get_text()
    applied.submit(declaration="yes")
    meta = next(
        item for item in stored(applied.world, applied.world.oakville, "CASE#") if item["sk"]["S"] == "META"
    )
    assert as_json(meta, "body")["answers"]["since"] == "2022-06-01"


def test_a_completion_touches_only_what_was_asked(applied: Browser) -> None:
    decide(applied, Decision("send_back", 1, missing=(Missing("since", ""),)))
    base = applied.get("/oakville/status/application").submit().address.rpartition("/")[0]
    assert applied.get(f"{base}/name").status == 404


def test_a_refusal_shows_its_reason(applied: Browser) -> None:
    decide(applied, Decision("refuse", 1, reason="The address is in another city."))
    text = applied.get("/oakville/status/application").page.get_text()
    assert "Refused" in text and "The address is in another city." in text


def test_an_approval_links_the_certificate(applied: Browser) -> None:
    decide(applied, Decision("approve", 1))
    applied.get("/oakville/status/application")
    assert (
        applied.page.find("a", string=re.compile("Open your certificate"))["href"] == "/oakville/certificate"
    )


def test_a_decided_application_cannot_be_completed_any_more(applied: Browser) -> None:
    decide(applied, Decision("send_back", 1, missing=(Missing("since", ""),)))
    applied.get("/oakville/status/application").submit()
    fill(applied, "oakville")
    check, values = applied.address, applied.values() | {"declaration": "yes"}
    applied.submit(declaration="yes")
    decide(applied, Decision("approve", 3))
    applied.post(check, values)
    meta = next(
        item for item in stored(applied.world, applied.world.oakville, "CASE#") if item["sk"]["S"] == "META"
    )
    assert meta["state"]["S"] == "approved"
