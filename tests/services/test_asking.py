"""Before the start: yes, maybe or no with the reason; a list of what is needed; what was answered goes along.
Without scripts, and nothing is stored until somebody starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from chalice.test import Client

from functions.cases.drafts import find_draft
from functions.core.scope import tenant_scope
from functions.people import service as people
from functions.wallet import service as wallet
from functions.wallet.domain import Held
from tests.builders import both
from tests.cases.browser import Browser, stored
from tests.services.guide_world import heat_help, offering, passport, residence
from tests.world import World

HERE = "/oakville/services/heat-help"


@pytest.fixture
def browser(client: Client, towns: World) -> Iterator[Browser]:
    """A browser without cookies; the cities advise about heating."""
    with offering(heat_help(), residence(), passport()):
        yield Browser(client, towns)


@pytest.fixture
def gate(client: Client, towns: World) -> Iterator[Browser]:
    """The same where a no stops people."""
    with offering(heat_help(eligibility={"mode": "gate"}), residence()):
        yield Browser(client, towns)


def text_of(browser: Browser) -> str:
    """What the page says, on one line."""
    return " ".join(browser.page.main.get_text(" ", strip=True).split())


def answered(browser: Browser, resident: str = "yes", people: str = "2") -> Browser:
    """Through the check."""
    browser.get(f"{HERE}/check").submit(resident=resident)
    return browser.submit(people=people) if "ask=people" in browser.address else browser


def test_the_check_asks_one_question_a_page_and_answers_yes_with_the_reason(browser: Browser) -> None:
    browser.get(f"{HERE}/check")
    assert browser.heading == "Do you live in the city?" and "question 1 of at most 2" in text_of(browser)
    answered(browser, people="4")
    assert browser.heading == "You can apply"
    assert "Three people or more always get it." in text_of(browser)


def test_maybe_says_what_it_depends_on(browser: Browser) -> None:
    answered(browser, people="2")
    assert browser.heading == "You may be able to apply" and "We look at your income." in text_of(browser)


def test_no_is_an_answer_and_not_an_error_and_says_what_else_there_is(browser: Browser) -> None:
    answered(browser, resident="no")
    assert browser.heading == "You will probably not get this"
    assert not browser.problems and not browser.title.startswith("Error")
    hrefs = [one["href"] for one in browser.page.main.find_all("a")]
    assert "/oakville/services/residence-certificate" in hrefs and "https://towns.example/" in hrefs
    assert browser.page.find("form", id="form"), "advice stops nobody"


def test_no_further_question_is_asked_when_the_outcome_is_certain(browser: Browser) -> None:
    browser.get(f"{HERE}/check").submit(resident="no")
    assert browser.address == f"{HERE}/check"


def test_a_question_that_the_form_would_leave_out_is_not_asked(client: Client, towns: World) -> None:
    service = heat_help(eligibility={"asks": ["resident", "people", "owner"]})
    service["form"]["pages"][2]["show_when"] = "people > 1"
    with offering(service):
        browser = Browser(client, towns).get(f"{HERE}/check").submit(resident="yes")
        assert browser.submit(people="1").address == f"{HERE}/check"
        browser.get(f"{HERE}/check?ask=people").submit(people="2")
        assert browser.address.endswith("ask=owner")


def test_a_gate_stops_who_must_not_start_and_says_why(gate: Browser) -> None:
    answered(gate, resident="no")
    assert gate.heading == "You cannot apply"
    assert gate.page.find("form", id="form") is None
    sent = gate.values("forget")
    gate.post(HERE, {"_csrf": sent["_csrf"]})
    assert gate.address == f"{HERE}/check" and gate.heading == "You cannot apply"


def test_a_gate_asks_before_it_lets_anybody_start(gate: Browser) -> None:
    gate.get(HERE)
    assert gate.page.find("form", id="form") is None
    assert gate.page.find("a", href=f"{HERE}/check", class_="govuk-button")
    gate.get(f"{HERE}/check")
    gate.post(HERE, {"_csrf": gate.values()["_csrf"]})
    assert gate.address.startswith(f"{HERE}/check?ask=")
    answered(gate)
    assert gate.submit().address.startswith("/oakville/apply/")


def test_a_refused_answer_is_named_and_kept_as_typed(browser: Browser) -> None:
    browser.get(f"{HERE}/check").submit(resident="yes")
    browser.submit(people="two")
    assert browser.title.startswith("Error:") and browser.problems[0][0] == "#people"
    assert browser.values()["people"] == "two"
    browser.submit(people="50")
    assert browser.problems, "beyond the limit of the question"


def test_answers_go_along_and_are_not_asked_again(browser: Browser, towns: World) -> None:
    answered(browser, people="4").submit()
    assert browser.address.endswith("/owner"), "the first page that was not asked"
    with tenant_scope(towns.oakville):
        draft = find_draft(towns.context(towns.oakville), browser.address.split("/")[3])
    assert draft and draft.answers == {"resident": "yes", "people": "4"}
    assert "asked-oakville" not in browser.cookies, "what was taken along is left nowhere else"


def test_a_later_page_that_was_asked_before_is_passed_over_and_can_be_gone_back_to(
    client: Client, towns: World
) -> None:
    with offering(heat_help(eligibility={"asks": ["resident", "owner"]})):
        browser = Browser(client, towns).get(f"{HERE}/check").submit(resident="yes")
        browser.submit(owner="no").submit()
        assert browser.address.endswith("/people")
        assert browser.submit(people="2").address.endswith("/name")
        browser.get(browser.page.select_one("a.govuk-back-link")["href"])
        assert browser.address.endswith("/owner") and browser.page.find("input", value="no", checked=True)


def test_nothing_is_stored_before_the_start(browser: Browser, towns: World) -> None:
    before = len(stored(towns, towns.oakville, "DRAFT#"))
    answered(browser)
    browser.get(f"{HERE}/need")
    assert len(stored(towns, towns.oakville, "DRAFT#")) == before


def test_answers_can_be_changed_and_deleted(browser: Browser) -> None:
    answered(browser, people="4")
    change = browser.page.select(".govuk-summary-list__actions a")[1]["href"]
    browser.get(change)
    assert browser.values()["people"] == "4"
    browser.submit(people="1")
    assert browser.heading == "You may be able to apply"
    browser.submit("forget", forget="1")
    assert browser.address == HERE and "asked-oakville" not in browser.cookies
    assert "ask=resident" in browser.get(f"{HERE}/check").address


def test_answers_are_of_one_service_and_of_one_city(browser: Browser) -> None:
    answered(browser, people="4")
    browser.cookies["asked-qinghe"] = browser.cookies["asked-oakville"]
    assert "ask=resident" in browser.get("/qinghe/services/heat-help/check").address
    browser.cookies["asked-oakville"] = browser.cookies["asked-oakville"][:-2] + "xx"
    assert "ask=resident" in browser.get(f"{HERE}/check").address, "a changed cookie is none"


def test_the_list_says_what_everybody_needs_and_what_only_some_do(browser: Browser) -> None:
    text = text_of(browser.get(f"{HERE}/need"))
    assert "Answer 3 questions" in text
    assert text.index("Documents that you need") < text.index("Proof of address")
    assert text.index("Documents that you may need") < text.index("Lease")
    assert "Handling: $12.50, or nothing. Nothing for tenants." in text
    assert "By size: depends on your answers" in text


@pytest.mark.parametrize(
    ("owner", "lease", "handling"),
    [("no", True, "Handling: nothing. Nothing for tenants."), ("yes", False, "Handling: $12.50")],
)
def test_with_answers_the_list_is_personal(browser: Browser, owner: str, lease: bool, handling: str) -> None:
    answered(browser, people="4")
    browser.get(browser.get(f"{HERE}/need").page.select_one("a.govuk-button")["href"]).submit(owner=owner)
    text = text_of(browser)
    assert browser.address == f"{HERE}/need" and "Answer" not in text.split("Documents")[0]
    assert ("Lease" in text) == lease and "may need" not in text and "(only in some cases)" not in text
    assert handling in text and "By size: $4.00" in text
    assert "Three people or more always get it." in text


def test_the_list_can_be_printed_and_says_where_to_go(browser: Browser) -> None:
    page = browser.get(f"{HERE}/need").page
    button = page.find("button", attrs={"data-print": True})
    assert button.has_attr("hidden"), "without a script the browser's own menu prints"
    text = text_of(browser)
    for words in ("2 Warm Street", "Mondays 9 to 12", "within 10 working days", "You come to us once."):
        assert words in text


@pytest.mark.parametrize(("kind", "told"), [("property_certificate", True), ("driving_licence", False)])
def test_the_list_says_what_the_signed_in_person_has_already(browser: Browser, kind: str, told: bool) -> None:
    own = Held("1", kind, "B", "import", "2026-01-01T00:00:00Z", file="f")
    with (
        patch.object(people, "person_of", lambda ctx: object()),
        patch.object(wallet, "held", lambda ctx, person: [own]),
    ):
        assert ("You have this one in My documents." in text_of(browser.get(f"{HERE}/need"))) == told


@pytest.mark.parametrize(
    "path",
    [
        "heat-help/nothing", "heat-help/check?ask=nothing", "heat-help/check?ask=owner", "none/check",
        "residence-certificate/check", "passport/need", "passport/check",
    ],
)  # fmt: skip
def test_what_is_not_asked_is_not_found(browser: Browser, path: str) -> None:
    assert browser.get(f"/oakville/services/{path}").status == 404


def test_an_answer_needs_the_token_of_its_form(browser: Browser) -> None:
    browser.get(f"{HERE}/check")
    assert browser.post(f"{HERE}/check?ask=resident", {"resident": "yes"}).status == 403


def test_answers_that_no_cookie_can_hold_are_refused_in_words(client: Client, towns: World) -> None:
    question: dict[str, Any] = {
        "id": "story", "type": "textarea", "label": both("Tell us", "请说明"),
        "missing": both("Tell us", "请说明"), "validate": {"max_length": 5000},
    }  # fmt: skip
    service = heat_help(eligibility={"asks": ["story"]})
    service["form"]["pages"][0]["fields"] = [{**service["form"]["pages"][0]["fields"][0], **question}]
    service["eligibility"]["rules"][0]["when"] = 'story == "x"'
    with offering(service):
        browser = Browser(client, towns).get(f"{HERE}/check").submit(story="x" * 4000)
    assert browser.status == 422 and "too long to be kept" in text_of(browser)


def test_it_speaks_chinese(browser: Browser) -> None:
    browser.cookies["lang"] = "zh-Hans"
    browser.get(f"{HERE}/check").submit(resident="no")
    assert browser.heading == "您可能不符合条件" and "仅面向本市居民。" in text_of(browser)
    assert "办理居住证明" in text_of(browser)
    assert "需要的材料" in text_of(browser.get(f"{HERE}/need"))
