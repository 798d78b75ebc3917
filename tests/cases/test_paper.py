"""A form on paper: printed empty or half filled, typed in by a clerk, one and the same case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from chalice import Chalice
from chalice.test import Client

from functions.core import clock
from functions.core.scope import tenant_scope
from tests import desk
from tests.cases import forms
from tests.cases.browser import Browser, make_app, stored
from tests.cases.long_forms import case_of
from tests.cases.test_saving import come_back, rows, save
from tests.cases.walk import begin, fill, jump
from tests.world import World


def make_both() -> Chalice:
    """The person's routes and the desk."""
    from functions.cases import console as cases_console
    from functions.identity import pages as identity_pages

    app = make_app()
    for feature in (cases_console, identity_pages):
        app.register_blueprint(feature.bp)
    return app


@pytest.fixture(scope="module")
def both_apps() -> Iterator[Client]:
    """The app, made once."""
    with Client(make_both()) as made:
        yield made


@pytest.fixture
def person(both_apps: Client, cities: World) -> Iterator[Browser]:
    """A person's browser, while staff can sign in."""
    with desk.console(cities):
        yield Browser(both_apps, cities)


def clerk(person: Browser, who: str = "ana", city: str = "oakville") -> Browser:
    """A clerk who has signed in."""
    browser = Browser(person.client, person.world)
    answer = browser._send("GET", f"/{city}/console/sign-in", b"")
    browser._keep(answer.headers)
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    return browser.get(f"/auth/callback?{urlencode({'state': state, 'code': f'{who}@{city}.example'})}")


def test_an_empty_form_is_printed_with_a_number_a_code_and_room_to_write(person: Browser) -> None:
    forms.publish(person.world.oakville, forms.benefit())
    person.get("/oakville/services/benefit/print").submit()
    assert person.address.endswith("/print")
    text = person.page.main.get_text(" ") if person.page.main else ""
    assert "Number: " in text and person.page.select_one("svg.townkit-qr")
    for words in (
        "Your name?",
        "Single",
        "Family",
        "Your members?",
        "Your first name?",
        "Papers",
        "Hand this form in by",
    ):
        assert words in text, words
    assert "Leave this out if it does not apply to you." in text
    assert len(person.page.select(".townkit-paper__line")) >= 2


def test_a_half_filled_form_is_printed_with_its_answers(person: Browser) -> None:
    jump(begin(person, "oakville"), "oakville", "since")
    save(person)
    person.get(person.address.replace("/save", "/print"))
    answers = [one.get_text(" ", strip=True) for one in person.page.select(".townkit-paper__answer")]
    assert "Maria Garcia" in answers and "29 February 1984" in answers


def test_what_a_clerk_types_in_is_the_same_case_with_its_channel_and_who_typed(person: Browser) -> None:
    jump(begin(person, "oakville"), "oakville", "since")
    draft_id = person.address.split("/")[3]
    number, _ = save(person)
    ana = clerk(person)
    ana.get(f"/oakville/console/paper?number={number}")
    assert ana.values()["number"] == number
    ana.submit()
    assert ana.address == f"/oakville/apply/{draft_id}/since"
    assert "You are typing for somebody else" in ana.page.get_text()
    fill(ana, "oakville").submit(declaration="yes")
    assert ana.heading == "Application received" and "hand it to the person" in ana.page.get_text()
    case = case_of(person.world)
    assert (case.id, case.channel, case.by) == (draft_id, "paper", "ana@oakville.example")
    assert (case.assurance, case.answers["name"]) == ("clerk", "Maria Garcia")
    assert person.get(f"/oakville/apply/{draft_id}/since").address.endswith("/done")
    sent = [one for one in stored(person.world, person.world.oakville, f"CASE#{draft_id}") if "action" in one]
    assert (sent[0]["action"]["S"], sent[0]["actor_id"]["S"]) == ("submitted", "ana@oakville.example")
    opened = [one for one in stored(person.world, person.world.oakville, "CHAIN#draft") if "action" in one]
    assert [(one["action"]["S"], one["actor_id"]["S"]) for one in opened] == [
        ("paper_opened", "ana@oakville.example")
    ]


def test_the_person_who_goes_on_alone_is_not_taken_for_the_clerk(person: Browser, both_apps: Client) -> None:
    jump(begin(person, "oakville"), "oakville", "since")
    number, code = save(person)
    clerk(person).get("/oakville/console/paper").submit(number=number)
    fill(come_back(Browser(both_apps, person.world), number, code), "oakville").submit(declaration="yes")
    case = case_of(person.world)
    assert (case.channel, case.by, case.assurance) == ("online", "", "none")


def test_a_clerk_who_was_signed_out_sends_nothing_and_leaves_nothing_open(person: Browser) -> None:
    number, _ = save(jump(begin(person, "oakville"), "oakville", "since"))
    ana = clerk(person)
    page = ana.get("/oakville/console/paper").submit(number=number).address
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert ana.get(page).status == 403
    token = ana.get("/oakville/console").page.select_one('form[action$="/sign-out"] input')
    assert token
    ana.post("/oakville/console/sign-out", {"_csrf": str(token["value"])})
    assert ana.get(page).status == 404


def test_a_number_of_another_department_or_city_or_none_opens_nothing(person: Browser) -> None:
    number, _ = save(jump(begin(person, "oakville"), "oakville", "since"))
    for who, city, typed in (
        ("wes", "oakville", number),
        ("ana", "qinghe", number),
        ("ana", "oakville", "ZZZZ-ZZZZ-ZZ"),
    ):
        browser = clerk(person, who, city)
        browser.cookies["lang"] = "en"
        browser.get(f"/{city}/console/paper").submit(number=typed)
        assert [words for _, words in browser.problems] == [
            "We cannot find a form with this number. It may have ended, or belong to another department"
        ], (who, city)
    assert clerk(person).get("/oakville/console/paper").submit(number="").problems == [
        ("#number", "Enter the number on the form")
    ]


def test_only_staff_open_forms_by_their_number(person: Browser) -> None:
    assert "/console/sign-in" in str(person._send("GET", "/oakville/console/paper", b"").headers["Location"])


def test_the_person_can_go_on_online_with_a_printed_form_of_their_own(
    person: Browser, both_apps: Client
) -> None:
    person.get("/oakville/services/residence-certificate/print").submit()
    page = person.address
    person.get(page.replace("/print", "/save"))
    number, code = rows(person)["Number"], rows(person)["Code"]
    other = come_back(Browser(both_apps, person.world), number, code)
    fill(other, "oakville").submit(declaration="yes")
    with tenant_scope(person.world.oakville):
        assert case_of(person.world).channel == "online"


def test_printing_is_limited(person: Browser) -> None:
    from functions.cases import paper

    for _ in range(paper.PRINTS_PER_HOUR):
        person.get("/oakville/services/residence-certificate/print").submit()
    assert person.get("/oakville/services/residence-certificate/print").submit().status == 429
