"""Save and come back in real Chromium: a second device without scripts on a small phone, every new page
looked at by axe, the way out with the Shift key."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cases.walk import ANSWERS
from tests.e2e.a11y import assert_accessible, check_width
from tests.e2e.test_citizen_journey import CITIES, Open, answer, begin, fill, where, window
from tests.stack import Stack, wait_for

__all__ = ["window"]
pytestmark = pytest.mark.e2e
GO_ON = "#form button:not([name=save])"


def number_and_code(page: Any) -> tuple[str, str]:
    """From the page that says that the answers are saved."""
    number, code = page.locator("main dl dd").all_inner_texts()[:2]
    return number.strip(), code.strip()


@pytest.mark.parametrize("city", CITIES)
def test_what_is_saved_is_resumed_on_a_second_device_without_scripts(
    stack: Stack, window: Open, city: str
) -> None:
    email = f"saved-{city}@citizen.example"
    page = window()
    begin(page, stack, city, CITIES[city])
    answer(page, city, email)
    page.locator("button[name=save]").click()
    page.wait_for_url("**/save")
    number, code = number_and_code(page)
    assert_accessible(page)
    page.locator("#email").fill(email)
    page.locator("#now").check()
    page.locator("#mail button").click()
    page.wait_for_url("**told=sent")
    (mail,) = wait_for(lambda: stack.mail(email), what="number and code by mail")
    assert number in mail["BodyText"] and code in mail["BodyText"]

    phone = window(javascript=False, phone=True)
    phone.goto(f"{stack.url}/{city}/resume?number={number}&lang={CITIES[city]}")
    phone.goto(f"{stack.url}/{city}/resume?number={number}")
    check_width(phone)
    phone.locator("#code").fill(code.upper())
    phone.locator(GO_ON).click()
    assert where(phone) == list(ANSWERS[city])[1]
    fill(phone, city, email, look=check_width)
    for path in ("save", "print"):
        phone.goto(phone.url.rpartition("/")[0] + f"/{path}")
        check_width(phone)
    phone.goto(phone.url.rpartition("/")[0] + "/check")
    phone.locator("#declaration").check()
    phone.locator(GO_ON).click()
    assert where(phone) == "done"
    page.reload()
    page.wait_for_url("**/done")


def test_the_pages_around_saving_are_accessible(stack: Stack, window: Open) -> None:
    page = window()
    begin(page, stack, "oakville", "en")
    base = page.url.rpartition("/")[0]
    page.locator("button[name=save]").click()
    page.locator("#mail button").click()
    page.wait_for_url("**problem=wish")
    assert page.title().startswith("Error:")
    assert_accessible(page)
    page.goto(f"{base}/print")
    assert_accessible(page)
    page.goto(f"{base}/save")
    page.locator("#delete button").click()
    page.wait_for_url("**/left?done=deleted")
    assert_accessible(page)
    for path in ("resume", "resume?problem=unknown", "services/residence-certificate/print"):
        page.goto(f"{stack.url}/oakville/{path}")
        assert_accessible(page)


def test_a_delicate_form_is_left_with_the_shift_key_and_says_nothing_afterwards(
    stack: Stack, window: Open
) -> None:
    page = window()
    page.goto(f"{stack.url}/oakville/services/complaint?lang=en")
    page.locator("main a.govuk-button").first.click()
    while "/apply/" not in page.url:  # what is asked before the start: the last answer of each page
        if page.locator("main input[type=radio]").count():
            page.locator("main input[type=radio]").last.check()
        with page.expect_navigation():
            page.locator("#form button").first.click()
    assert where(page) == "safety"
    assert_accessible(page)
    page.locator("main a.govuk-button").last.click()
    page.wait_for_url(lambda address: not address.endswith("/safety"))
    assert_accessible(page)
    address = page.url
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**/left")
    assert "omplaint" not in page.content()
    assert_accessible(page)
    assert page.request.get(address).status == 404
