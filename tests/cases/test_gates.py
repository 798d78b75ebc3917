"""Who may not get it is told why; what it costs is said before sending."""

from __future__ import annotations

from typing import Any

from functions.cases import drafts
from functions.core import clock
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope
from tests.cases import forms
from tests.cases.browser import Browser
from tests.cases.long_forms import cases, fill_benefit, step
from tests.cases.test_saving import rows
from tests.cases.walk import begin


def gated(mode: str) -> dict[str, Any]:
    """The long form for families only, with a fee for others."""
    rules = [
        {
            "id": "family", "when": 'family == "family"', "outcome": "yes",
            "because": forms.both("Yes", "可以"),
        },
        {
            "id": "single", "when": 'family == "single"', "outcome": "no",
            "because": forms.both("It is for families", "仅限家庭"),
            "instead": [{"text": forms.both("Certificate", "证明"), "service": "residence-certificate"}],
        },
    ]  # fmt: skip
    otherwise = {"outcome": "maybe", "because": forms.both("We do not know yet", "尚不确定")}
    lines = [
        {
            "id": "fee", "label": forms.both("Fee", "费用"), "amount": 1250,
            "basis": forms.both("Example (demo)", "示例（演示）"), "waive_when": 'family == "family"',
            "waive_because": forms.both("Families pay nothing", "家庭免费"),
        }
    ]  # fmt: skip
    return forms.benefit(
        eligibility={"mode": mode, "asks": ["family"], "rules": rules, "otherwise": otherwise},
        fee={"when": "at_counter", "lines": lines},
    )


def start_directly(browser: Browser, definition: dict[str, Any]) -> Browser:
    """A draft of this definition, whatever its start page asks first."""
    forms.publish(browser.world.oakville, definition)
    begin(browser, "oakville")
    city = browser.world.oakville
    ctx = Context(city, Actor("citizen", "anyone"), "en", clock.now(), "request-1")
    with tenant_scope(city):
        draft_id = drafts.start_draft(ctx, "benefit", 7)
    _remember(browser, draft_id)
    return browser.get(f"/oakville/apply/{draft_id}/tasks")


def _remember(browser: Browser, draft_id: str) -> None:
    from functions.cases import visitors
    from functions.web.request import ANYONE, PageContext

    ctx = PageContext(browser.world.oakville, ANYONE, "en", clock.now(), "request-1")
    with tenant_scope(browser.world.oakville):
        visitors.remember_draft(ctx, draft_id)
    for line in ctx.set_cookies:
        name, _, value = line.split(";")[0].partition("=")
        browser.cookies[name] = value


def test_whoever_cannot_get_it_is_told_why_and_what_else_there_is(browser: Browser) -> None:
    start_directly(browser, gated("gate"))
    step(browser, "name").submit(name="Maria").submit(family="single")
    assert browser.address.endswith("/eligibility") and not browser.title.startswith("Error")
    text = browser.page.get_text()
    assert "It is for families" in text
    assert browser.page.find("a", href="/oakville/services/residence-certificate")
    browser.post(
        browser.address.replace("/eligibility", "/check"), {**browser.values("delete"), "declaration": "yes"}
    )
    assert browser.address.endswith("/eligibility") and not cases(browser)
    step(browser, "family").submit(family="family")
    assert not browser.address.endswith("/eligibility")


def test_conditions_that_only_advise_stop_nobody(browser: Browser) -> None:
    start_directly(browser, gated("advise"))
    fill_benefit(browser, "single")
    text = step(browser, "check").page.get_text(" ")
    assert "It is for families" in text
    browser.submit(declaration="yes")
    assert browser.heading == "Application received"


def test_the_list_to_check_says_what_it_costs_with_these_answers(browser: Browser) -> None:
    start_directly(browser, gated("advise"))
    fill_benefit(browser, "single")
    assert rows(step(browser, "check"))["Total"] == "$12.50"
    step(browser, "family").submit(family="family")
    step(browser, "members").submit(**{"members.0.first_name": "Ana", "members.0.age": "7"})
    found = rows(step(browser, "check"))
    assert (found["Total"], found["Fee"]) == ("$0.00", "Not charged: Families pay nothing")
