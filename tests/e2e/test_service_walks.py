"""Every template is walked on the deployed stack, from its guide to the decided case, with generated right
and wrong answers; two of them in a real browser in both languages, by keyboard, without scripts, on a small
phone, and on a second device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.core.city import City
from tests.e2e import keyboard
from tests.e2e.a11y import PHONE, check_width
from tests.e2e.desk import Made, in_city, read_case
from tests.e2e.keyboard import CONTINUE, press_enter
from tests.e2e.service_walk import Clerk, Walk, sample
from tests.e2e.test_citizen_journey import press_to, where
from tests.stack import Stack

pytestmark = pytest.mark.e2e

# template -> where it is walked, and who decides there
TEN = {
    "company-start": ("qinghe", "market"),
    "complaint": ("qinghe", "supervision"),
    "enterprise-subsidy": ("qinghe", "market"),
    "food-licence": ("qinghe", "market"),
    "housing-fund-withdrawal": ("qinghe", "fund"),
    "parking-card": ("oakville", "clerk"),
    "personal-data-request": ("oakville", "clerk"),
    "pollution-report": ("oakville", "environment"),
    "school-enrolment": ("oakville", "family"),
    "social-assistance": ("oakville", "family"),
}
REPORTS = ("complaint", "pollution-report")
CREWS = {"complaint": "works", "pollution-report": "environment"}  # who gets the accepted sample


@pytest.fixture(scope="module")
def cities(stack: Stack) -> dict[str, City]:
    """Both cities with their live configuration."""
    found = {}
    for city_id in ("oakville", "qinghe"):
        with in_city(stack, city_id) as ctx:
            found[city_id] = ctx.city
    return found


@pytest.fixture(scope="module")
def clerk(stack: Stack) -> Callable[[str, str], Clerk]:
    """Members of staff, each signed in once."""
    signed_in: dict[str, Clerk] = {}

    def sign_in(person: str, city: str) -> Clerk:
        email = f"{person}@{city}.example"
        if email not in signed_in:
            signed_in[email] = Clerk(stack, city, email)
        return signed_in[email]

    return sign_in


def walk(stack: Stack, cities: dict[str, City], service: str, name: str, careless: bool = False) -> Walk:
    return Walk(stack, cities[TEN[service][0]], service, sample(service, name), careless)


def asked_before(one: Walk) -> set[str]:
    """Pages whose questions the check before the start has asked already."""
    asks = set(one.service.raw["eligibility"]["asks"])
    return {page.id for page in one.service.pages if {field.id for field in page.fields} <= asks}


@pytest.mark.parametrize("service", TEN)
def test_a_person_who_mistypes_every_page_gets_there_and_is_accepted(
    stack: Stack, cities: dict[str, City], clerk: Callable[[str, str], Clerk], service: str
) -> None:
    one = walk(stack, cities, service, "accepted", careless=True)
    one.begin()
    shown = one.fill()
    before = asked_before(one)
    assert [page for page in one.case["expect"]["pages"] if page not in before] == [
        page for page in dict.fromkeys(shown) if page not in before
    ]
    assert len(one.refused) >= 5
    made = Made(one.city.id, one.send(), "")
    case = read_case(stack, made)
    assert case.service == service and case.is_report == (service in REPORTS)
    person = CREWS.get(service, TEN[service][1])
    decided = clerk(person, one.city.id)
    if service in REPORTS:
        decided.decide(made.id, "start")
        seen = decided.decide(made.id, "resolve", reason="已处理 / dealt with")
        assert read_case(stack, made).state == "resolved", seen.words[:400]
    else:
        seen = decided.decide(made.id, "approve")
        after = read_case(stack, made)
        assert after.state == "approved", seen.words[:400]
        assert bool(after.certificate) == bool(one.service.raw["certificate"])


@pytest.mark.parametrize("service", TEN)
def test_who_is_not_eligible_is_told_why_and_what_else_there_is(
    stack: Stack, cities: dict[str, City], clerk: Callable[[str, str], Clerk], service: str
) -> None:
    one = walk(stack, cities, service, "not-eligible")
    one.begin()
    words = one.service.raw["eligibility"]
    if words["mode"] == "gate":
        assert one.verdict == "no"
        told = next(rule for rule in words["rules"] if rule["because"][one.lang] in one.seen.words)
        assert all(other["text"][one.lang] in one.seen.words for other in told["instead"])
        assert one.seen.form() is None  # nothing leads on
        return
    one.fill()
    made = Made(one.city.id, one.send(), "")
    decided = clerk(TEN[service][1], one.city.id)
    if service in REPORTS:
        decided.decide(made.id, "resolve", reason="Nothing was found")
        assert read_case(stack, made).state == "resolved"
    else:
        decided.decide(made.id, "refuse", reason="The income is above the standard")
        assert read_case(stack, made).state == "refused"


@pytest.mark.parametrize("service", TEN)
def test_what_is_missing_is_asked_for_once_and_in_the_services_own_words(
    stack: Stack, cities: dict[str, City], clerk: Callable[[str, str], Clerk], service: str
) -> None:
    one = walk(stack, cities, service, "sent-back")
    one.begin()
    one.fill()
    made = Made(one.city.id, one.send(), "")
    decided = (
        clerk(TEN[service][1], one.city.id) if service != "pollution-report" else clerk("works", "oakville")
    )
    if service in REPORTS:
        decided.decide(made.id, "start")
        assert read_case(stack, made).state == "in_progress"
        wanted = "in_progress"
    else:
        asked = next(field.id for field in one.service.fields if field.type == "file")
        decided.decide(made.id, "send_back", missing=asked, **{f"note-{asked}": "看不清 / not legible"})
        assert [item.field for item in read_case(stack, made).missing] == [asked]
        wanted = "waiting_for_applicant"
    seen = one.visitor.get(f"{stack.url}/{one.city.id}/status/application")
    state = one.service.state(wanted)
    assert state and state["label"][one.lang] in seen.words


@pytest.fixture
def device(browser: Any) -> Iterator[Callable[[], Any]]:
    """Small phones without scripts, each with cookies of its own."""
    contexts = []

    def open_device() -> Any:
        contexts.append(browser.new_context(java_script_enabled=False, viewport=PHONE))
        contexts[-1].set_default_timeout(20_000)
        return contexts[-1].new_page()

    yield open_device
    for context in contexts:
        context.close()


@pytest.mark.parametrize("city", ["oakville", "qinghe"])
@pytest.mark.parametrize(
    ("service", "halfway"), [("pollution-report", "seen"), ("social-assistance", "bank")]
)
def test_by_keyboard_on_a_small_phone_without_scripts_and_resumed_on_another(
    stack: Stack,
    cities: dict[str, City],
    device: Callable[[], Any],
    service: str,
    halfway: str,
    city: str,
) -> None:
    one = Walk(stack, cities[city], service, sample(service, "accepted"))
    page = device()
    page.goto(f"{stack.url}/{city}/services/{service}?lang={one.lang}")
    check_width(page)
    press_enter(page, f"main a[href$='/{service}/check']")
    for name in one.service.raw["eligibility"]["asks"]:
        question = one.service.field(name)
        assert question is not None
        keyboard.answer_question(page, question, one.typist.good(question))
        press_enter(page, CONTINUE)
    assert (
        one.service.raw["eligibility"]["otherwise"]["because"][one.lang] in page.locator("main").inner_text()
    )
    press_enter(page, CONTINUE)
    if where(page) == "start":
        keyboard.choose(page, "for", "self")
        press_enter(page, CONTINUE)
    before = keyboard.fill(page, one, until=halfway)

    press_enter(page, "main form button[name=save]")
    number, code = page.locator("main dl dd").all_inner_texts()[:2]
    page = device()
    page.goto(f"{stack.url}/{city}/resume?lang={one.lang}")
    for name, text in (("number", number), ("code", code)):
        press_to(page, f"#{name}")
        page.keyboard.insert_text(text.strip())
    press_enter(page, CONTINUE)
    after = keyboard.fill(page, one)
    assert len(before) >= 3 and len(after) >= 3 and not set(before) & set(after)

    check_width(page)
    assert page.locator("html").get_attribute("lang") == one.lang
    press_to(page, "#declaration")
    page.keyboard.press("Space")
    press_enter(page, CONTINUE)
    assert where(page) == "done"
    case = read_case(stack, Made(city, page.url.split("/")[-2], ""))
    assert (case.service, case.lang) == (service, one.lang)
