"""My page and the counter on the deployed stack in a browser without scripts on a small phone: a code by mail
or text message, every page with axe, both languages."""

from __future__ import annotations

import json
import re
import urllib.request
from typing import Any

import pytest

from tests.e2e.a11y import PHONE, assert_accessible, check_width
from tests.stack import Stack, wait_for

pytestmark = pytest.mark.e2e
PAGES = ("me", "me/details", "me/add", "me/contact", "me/documents", "me/erase")
# where the code goes: a text message in one city, a mail in the other
CITIES = {"oakville": ("en", "(202) 555-0175"), "qinghe": ("zh-Hans", "my-page@citizen.example")}


def code_for(stack: Stack, contact: str) -> str:
    """The code that the local cloud kept."""

    def sent() -> str | None:
        if "@" in contact:
            texts = [mail["BodyText"] for mail in stack.mail(contact)]
        else:
            address = f"{stack.local.cloud_url}/_ministack/sns/sms-messages"
            with urllib.request.urlopen(address, timeout=10) as answer:
                kept: dict[str, list[dict[str, Any]]] = json.load(answer)["sms_messages"]
            digits = re.sub(r"\D", "", contact)
            texts = [
                one["Message"] for number, all_ in kept.items() if number.endswith(digits) for one in all_
            ]
        return str(re.findall(r"\b\d{6}\b", texts[-1])[0]) if texts else None

    return str(wait_for(sent))


@pytest.mark.parametrize("city", CITIES)
def test_a_person_signs_in_with_a_code_and_every_page_is_accessible(
    stack: Stack, browser: Any, city: str
) -> None:
    lang, contact = CITIES[city]
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(f"{stack.url}/{city}/me?lang={lang}")
    page.goto(f"{stack.url}/{city}/me")
    page.fill("#contact", contact)
    page.locator("main form button").click()
    page.fill("#code", code_for(stack, contact))
    page.locator("main form button").click()
    assert page.url == f"{stack.url}/{city}/me"
    state = context.storage_state()
    context.close()
    looking = browser.new_context(storage_state=state)
    page = looking.new_page()
    for path in PAGES:
        page.goto(f"{stack.url}/{city}/{path}")
        assert page.locator("html").get_attribute("lang") == lang
        assert_accessible(page)
    page.goto(f"{stack.url}/{city}/me/add")
    page.locator("main form button").click()
    assert page.locator(".govuk-error-summary").is_visible()
    assert_accessible(page)
    looking.close()


def test_the_code_page_and_the_counter_are_accessible(stack: Stack, browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{stack.url}/oakville/me/sign-in")
    page.fill("#contact", "code-page@citizen.example")
    page.locator("main form button").click()
    page.wait_for_url("**/me/code")
    assert_accessible(page)
    stack.sign_in(page, "oakville", "clerk@oakville.example")
    page.goto(f"{stack.url}/oakville/console/counter")
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    check_width(page)
    context.close()
