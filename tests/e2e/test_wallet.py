"""Documents to use again, on the deployed stack in real Chromium: added, looked at, offered where a form asks
for them, given by consent."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.a11y import PHONE, assert_accessible
from tests.e2e.test_my_page import code_for
from tests.isolation import actors, town
from tests.stack import Stack, wait_for
from tests.wallet.conftest import paper

pytestmark = pytest.mark.e2e
CONTACT = f"wallet-{uuid4().hex[:8]}@citizen.example"


def sign_in(page: Any, stack: Stack) -> None:
    """With a code by mail."""
    page.goto(f"{stack.url}/oakville/me?lang=en")
    page.goto(f"{stack.url}/oakville/me")
    page.fill("#contact", CONTACT)
    page.locator("main form button").click()
    page.fill("#code", code_for(stack, CONTACT))
    page.locator("main form button").click()
    page.wait_for_url("**/oakville/me")


def add_licence(page: Any, stack: Stack) -> None:
    """A business licence with a scan, without a script's help."""
    page.goto(f"{stack.url}/oakville/me/documents")
    page.select_option("#kind", "business_licence")
    page.fill("#number", "91110105MA000001X")
    page.fill("#expires-day", "31")
    page.fill("#expires-month", "12")
    page.fill("#expires-year", "2035")
    page.locator("main form button").click()
    page.wait_for_url("**/me/document?id=*")
    scan = {"name": "licence.pdf", "mimeType": "application/pdf", "buffer": paper()}
    page.set_input_files("#file", scan)
    page.locator("#upload button").click()
    page.wait_for_url("**done=file")


def begin(context: Any, stack: Stack) -> str:
    """The address of a new form of a service that takes a business licence, begun in this browser without the
    questions before it."""
    from functions.cases import drafts
    from functions.core.scope import tenant_scope
    from functions.tenancy.registry import city_for_admin

    with actors.running_as(stack, "api"):
        city = city_for_admin("oakville")
        with tenant_scope(city):
            draft = drafts.start_draft(town.context(city), "enterprise-subsidy", 7)
            cookies = town.signed(city, "drafts", {"ids": [draft]})
    kept = [{"name": name, "value": value, "url": stack.url} for name, value in cookies.items()]
    context.add_cookies([one for one in kept if one["name"].startswith("drafts")])
    return f"{stack.url}/oakville/apply/{draft}"


def test_a_document_is_added_looked_at_and_given_by_consent(stack: Stack, browser: Any) -> None:
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(30_000)
    page = context.new_page()
    sign_in(page, stack)
    add_licence(page, stack)
    wait_for(lambda: page.locator("[data-checking]").count() == 0, 40, "the check of the scan")
    assert "no harmful software found" in page.locator("#files").inner_text()
    assert_accessible(page)
    page.goto(f"{stack.url}/oakville/me/documents")
    assert "000X" not in page.locator("main").inner_text() and "001X" in page.locator("main").inner_text()
    assert_accessible(page)
    page.goto(f"{begin(context, stack)}/licence")
    assert_accessible(page)
    page.locator("#from-wallet #consent").check()
    page.locator("#from-wallet button").click()
    page.wait_for_url("**uploaded=1**")
    assert "a copy for this purpose is made when you send the form" in page.locator("#files").inner_text()
    assert_accessible(page)
    context.close()
