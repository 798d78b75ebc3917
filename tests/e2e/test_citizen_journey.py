"""A person's whole way on the deployed stack in real Chromium: both cities, both languages, with and
without scripts, on a small phone, by keyboard, with a double click, a file and the mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from functions.cases import service
from functions.cases.domain import Decision, Missing
from functions.core.context import Actor
from functions.identity.domain import Staff
from tests.cases.walk import ANSWERS, PDF
from tests.e2e import desk
from tests.e2e.a11y import PHONE, assert_accessible, check_width
from tests.stack import Stack, wait_for

CITIES = {"oakville": "en", "qinghe": "zh-Hans"}
RECEIVED = {"en": "Application received", "zh-Hans": "申请已收到"}
SUBJECT = {"en": "We have received your application", "zh-Hans": "已收到您的申请"}
# Each kind of page is looked at with its error in one of the cities: a look takes a second.
WRONG_TURNS = {"oakville": ("name", "address", "proof"), "qinghe": ("since", "reason")}
pytestmark = pytest.mark.e2e

Open = Callable[..., Any]


@pytest.fixture
def window(browser: Any) -> Iterator[Open]:
    """Opens windows with their own cookies: `window(javascript=False, phone=True)`. No message in the
    console is let pass."""
    contexts, complaints = [], []

    def open_window(javascript: bool = True, phone: bool = False) -> Any:
        size = PHONE if phone else {"width": 1024, "height": 768}
        context = browser.new_context(java_script_enabled=javascript, viewport=size)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda one: complaints.append(one.text) if one.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert [one for one in complaints if "status of 429" not in one] == []


def where(page: Any) -> str:
    """The last part of the address: the page of the form."""
    return urlsplit(page.url).path.rpartition("/")[2]


def begin(page: Any, stack: Stack, city: str, lang: str) -> None:
    """Choose the language, read the start page, press the button."""
    page.goto(f"{stack.url}/{city}/services/residence-certificate?lang={lang}")
    assert page.locator("html").get_attribute("lang") == lang
    page.locator("#form button:not([name=save])").click()
    page.wait_for_url("**/apply/*/name")


def upload(page: Any, name: str = "账单 bill.pdf", data: bytes = PDF) -> None:
    """Hand in a file; the browser goes to the storage and comes back, with scripts it stays on the page."""
    page.set_input_files("#file", {"name": name, "mimeType": "application/pdf", "buffer": data})
    page.locator("#upload button").click()
    page.wait_for_selector("#files li")


def upload_wrongly(page: Any) -> None:
    """Hand in what is no PDF, by the form itself."""
    page.set_input_files("#file", {"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"MZ"})
    page.evaluate("document.getElementById('upload').submit()")
    page.wait_for_url("**/proof?problem=*")


def answer(page: Any, city: str, email: str) -> None:
    """Answer the page that is open and go on."""
    name = where(page)
    if name == "proof":
        upload(page)
        page.locator("#go-on button").click()
    else:
        for field, value in ANSWERS[city][name].items():
            if name == "reason":
                page.locator(f"input[value={value}]").check()
            else:
                page.locator(f"[name={field}]").fill(email if name == "email" else value)
        page.locator("#form button:not([name=save])").click()
    page.wait_for_url(lambda address: not address.partition("?")[0].endswith(f"/{name}"))


def fill(page: Any, city: str, email: str, look: Callable[[Any], None] = lambda page: None) -> None:
    """Answer every page up to the list to check; `look` is called on each."""
    while where(page) != "check":
        look(page)
        answer(page, city, email)


def reference_and_code(page: Any) -> tuple[str, str]:
    """From the confirmation."""
    reference, code = page.locator("main dl dd").all_inner_texts()
    return reference.strip(), code.strip()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
@pytest.mark.parametrize("city", CITIES)
def test_a_person_applies_and_gets_mail(
    stack: Stack, window: Open, city: str, lang: str, javascript: bool
) -> None:
    email = f"{city}-{lang}-{javascript}@citizen.example".lower()
    page = window(javascript=javascript, phone=True)
    begin(page, stack, city, lang)
    fill(page, city, email, look=check_width)
    assert "账单 bill.pdf" in page.locator("main").inner_text()
    page.locator("#declaration").check()
    page.locator("#form button:not([name=save])").click()
    page.wait_for_url("**/done")
    assert page.locator("h1").inner_text() == RECEIVED[lang]
    reference, code = reference_and_code(page)
    (mail,) = wait_for(lambda: stack.mail(email), what="the confirmation by mail")
    assert mail["Subject"].startswith(SUBJECT[lang]) and reference in mail["Subject"]
    assert code not in mail["BodyText"]

    other = window(javascript=javascript)
    other.goto(re.search(r"http\S+", mail["BodyText"]).group())  # type: ignore[union-attr]
    assert other.locator("#reference").input_value() == reference
    other.locator("#code").fill(f" {code.upper().replace('-', ' ')} ")
    other.locator("#form button:not([name=save])").click()
    other.wait_for_url("**/status/application")
    assert reference in other.locator("main").inner_text()


@pytest.mark.parametrize("city", CITIES)
def test_every_page_of_the_way_is_accessible(stack: Stack, window: Open, city: str) -> None:
    page = window()
    lang = CITIES[city]
    page.goto(f"{stack.url}/{city}/services/residence-certificate?lang={lang}")
    assert_accessible(page)
    page.locator("#form button:not([name=save])").click()
    page.wait_for_url("**/apply/*/name")

    def look(page: Any) -> None:
        assert_accessible(page)
        if where(page) in WRONG_TURNS[city]:
            if where(page) == "proof":
                upload_wrongly(page)
            else:
                page.locator("#form button:not([name=save])").click()
                page.wait_for_url("**problem=missing**")
            assert page.title().startswith({"en": "Error:", "zh-Hans": "错误"}[lang])
            assert_accessible(page)
            page.reload()
        if where(page) == "proof":
            upload(page)
            assert_accessible(page)
            page.locator("#remove button").click()
            page.wait_for_selector("#file")

    fill(page, city, f"axe-{city}@citizen.example", look)
    assert_accessible(page)
    page.locator("#form button:not([name=save])").click()
    page.wait_for_url("**problem=missing**")
    assert_accessible(page)
    page.locator("#declaration").check()
    page.locator("#form button:not([name=save])").click()
    page.wait_for_url("**/done")
    assert_accessible(page)
    for address in ("status", "status?problem=unknown", "status/application"):
        page.goto(f"{stack.url}/{city}/{address}")
        assert_accessible(page)


def test_a_double_click_sends_once(stack: Stack, window: Open) -> None:
    references = set()
    for javascript in (True, False):
        email = f"double-{javascript}@citizen.example".lower()
        page = window(javascript=javascript)
        begin(page, stack, "oakville", "en")
        fill(page, "oakville", email)
        page.locator("#declaration").check()
        page.locator("#form button:not([name=save])").dblclick()
        page.wait_for_url("**/done")
        reference, _ = reference_and_code(page)
        page.reload()
        assert reference_and_code(page)[0] == reference
        wait_for(lambda email=email: stack.mail(email), what="the confirmation by mail")
        assert len(stack.mail(email)) == 1
        references.add(reference)
    assert len(references) == 2


def test_the_whole_way_by_keyboard(stack: Stack, window: Open) -> None:
    page = window()
    page.goto(f"{stack.url}/oakville/services/residence-certificate?lang=en")
    press_to(page, "#form button:not([name=save])")
    page.keyboard.press("Enter")
    page.wait_for_url("**/apply/*/name")
    while where(page) != "check":
        name = where(page)
        if name == "proof":
            press_to(page, "#file")
            page.set_input_files("#file", {"name": "bill.pdf", "mimeType": "application/pdf", "buffer": PDF})
            press_to(page, "#upload button")
            page.keyboard.press("Enter")
            page.wait_for_selector("#go-on button")
            press_to(page, "#go-on button")
        elif name == "reason":
            press_to(page, "[name=reason]")
            page.keyboard.press("ArrowDown")
            press_to(page, "#form button:not([name=save])")
        else:
            for field, value in ANSWERS["oakville"][name].items():
                press_to(page, f"[name={field}]")
                page.keyboard.type(value)
            press_to(page, "#form button:not([name=save])")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address, name=name: not address.partition("?")[0].endswith(f"/{name}"))
    press_to(page, "#declaration")
    page.keyboard.press("Space")
    press_to(page, "#form button:not([name=save])")
    page.keyboard.press("Enter")
    page.wait_for_url("**/done")
    assert page.locator("h1").inner_text() == RECEIVED["en"]


def press_to(page: Any, selector: str) -> None:
    """Press Tab until the focus is there."""
    for _ in range(60):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the Tab key never reaches {selector} on {page.url}")


def test_an_error_summary_takes_the_focus_and_leads_to_the_field(stack: Stack, window: Open) -> None:
    page = window()
    begin(page, stack, "oakville", "en")
    page.locator("#form button:not([name=save])").click()
    page.wait_for_url("**problem=missing**")
    assert page.evaluate("document.activeElement.classList.contains('govuk-error-summary')")
    page.locator(".govuk-error-summary a").click()
    assert page.evaluate("document.activeElement.id") == "name"


def test_a_file_that_is_too_large_is_named_before_it_is_sent(stack: Stack, window: Open) -> None:
    page = window()
    begin(page, stack, "oakville", "en")
    while where(page) != "proof":
        answer(page, "oakville", "large@citizen.example")
    big = {"name": "big.pdf", "mimeType": "application/pdf", "buffer": PDF + b" " * (10 * 1024 * 1024)}
    page.set_input_files("#file", big)
    assert "smaller than 10 MB" in page.locator("#upload").inner_text()
    address = page.url
    page.locator("#upload button").click()
    assert page.url == address


def test_the_browsers_back_button_shows_the_earlier_page_and_after_sending_the_confirmation(
    stack: Stack, window: Open
) -> None:
    page = window()
    begin(page, stack, "oakville", "en")
    answer(page, "oakville", "back@citizen.example")
    page.go_back()
    page.wait_for_url("**/name")
    page.wait_for_function("document.querySelector('[name=name]').value === 'Maria Garcia'")
    page.go_forward()
    fill(page, "oakville", "back@citizen.example")
    page.locator("#declaration").check()
    page.locator("#form button:not([name=save])").click()
    page.wait_for_url("**/done")
    page.go_back()
    page.wait_for_url("**/done")


def test_five_wrong_codes_lock_a_reference(stack: Stack, window: Open) -> None:
    page = window()
    begin(page, stack, "oakville", "en")
    fill(page, "oakville", "locked@citizen.example")
    page.locator("#declaration").check()
    page.locator("#form button:not([name=save])").click()
    page.wait_for_url("**/done")
    reference, code = reference_and_code(page)
    stranger = window(javascript=False)
    for attempt in range(5):
        stranger.goto(f"{stack.url}/oakville/status")
        stranger.locator("#reference").fill(reference)
        stranger.locator("#code").fill(f"aaaa-bbbb-ccc{attempt}")
        stranger.locator("#form button:not([name=save])").click()
        stranger.wait_for_url("**problem=unknown**")
    stranger.locator("#code").fill(code)
    with stranger.expect_response("**/oakville/status") as refused:
        stranger.locator("#form button:not([name=save])").click()
    assert refused.value.status == 429


def decide(stack: Stack, city: str, case_id: str, decision: Decision) -> None:
    """What a clerk does at the desk meanwhile, with the API function's own rights."""
    department = desk.DEPARTMENTS[city][0]
    clerk = Staff(f"clerk@{city}.example", "Clerk (demo)", ("clerk",), (department,))
    with desk.in_city(stack, city, Actor("staff", clerk.email, clerk.name)) as ctx:
        service.decide(ctx, clerk, case_id, decision)


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("city", CITIES)
def test_what_was_sent_back_is_completed_and_the_certificate_opened(
    stack: Stack, window: Open, city: str, javascript: bool
) -> None:
    email = f"back-{city}-{javascript}@citizen.example".lower()
    page = window(javascript=javascript, phone=True)
    begin(page, stack, city, CITIES[city])
    fill(page, city, email)
    page.locator("#declaration").check()
    page.locator("#form button:not([name=save])").click()
    page.wait_for_url("**/done")
    case_id = urlsplit(page.url).path.split("/")[3]
    missing = (Missing("since", ""), Missing("proof", "The bill is too old（账单过期）"))
    decide(stack, city, case_id, Decision("send_back", 1, missing=missing))
    wait_for(lambda: len(stack.mail(email)) == 2, what="the mail that says what is missing")
    assert "The bill is too old（账单过期）" in stack.mail(email)[-1]["BodyText"]

    page.goto(f"{stack.url}/{city}/status/application")
    check_width(page)
    page.locator("#form button:not([name=save])").click()
    page.wait_for_url("**/since")
    page.locator("#form button:not([name=save])").click()
    page.wait_for_url("**/proof")
    assert "The bill is too old（账单过期）" in page.locator("main").inner_text()
    page.locator("#remove button").click()
    page.wait_for_selector("#file")
    upload(page, "new bill.pdf")
    page.locator("#go-on button").click()
    page.wait_for_url("**/check")
    assert page.locator(".govuk-summary-list__row").count() == 2
    page.locator("#declaration").check()
    page.locator("#form button:not([name=save])").click()
    page.wait_for_url("**/done")
    if javascript:
        assert_accessible(page)

    decide(stack, city, case_id, Decision("approve", 3))
    wait_for(lambda: len(stack.mail(email)) == 4, what="the mails that follow")
    page.goto(f"{stack.url}/{city}/status/application")
    if javascript:
        assert_accessible(page)
    page.locator(f"a[href='/{city}/certificate']").click()
    page.wait_for_url(f"**/{city}/certificate")
    assert ANSWERS[city]["name"]["name"] in page.locator("main").inner_text()
