"""Save and come back: number and code, on any device, limited; two devices at once; forgetting; the ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from chalice.test import Client

from functions.cases import drafts, resuming, saving
from functions.core import clock
from functions.core.context import Actor, Context
from functions.core.errors import Invalid
from functions.core.scope import tenant_scope
from functions.notifications import service as notifications
from tests.cases.browser import Browser, stored
from tests.cases.walk import ANSWERS, begin, fill, finish, jump

UNKNOWN = "We cannot find saved answers with this number and code"


def rows(browser: Browser) -> dict[str, str]:
    """The summary list of a page."""
    return {
        row.dt.get_text(strip=True): row.dd.get_text(" ", strip=True)
        for row in browser.page.select(".govuk-summary-list__row")
        if row.dt and row.dd
    }


def save(browser: Browser) -> tuple[str, str]:
    """Press "Save and come back later"; answers number and code."""
    browser.submit(save="1")
    found = rows(browser)
    return found["Number"], found["Code"]


def come_back(browser: Browser, number: str, code: str, city: str = "oakville") -> Browser:
    return browser.get(f"/{city}/resume").submit(number=number, code=code)


def context(browser: Browser) -> Context:
    city = browser.world.oakville
    return Context(city, Actor("system", "tasks"), "en", clock.now(), "night")


@pytest.fixture
def half(browser: Browser) -> Browser:
    """Somebody in the middle of the form."""
    return jump(begin(browser, "oakville"), "oakville", "since")


@pytest.fixture
def phone(client: Client, half: Browser) -> Browser:
    """Another device."""
    return Browser(client, half.world)


@pytest.fixture
def inside(half: Browser) -> Iterator[Browser]:
    """The same, with our own code inside the city's scope."""
    with tenant_scope(half.world.oakville):
        yield half


def test_every_page_of_the_form_can_be_saved(browser: Browser) -> None:
    begin(browser, "oakville")
    for page in (*ANSWERS["oakville"], "proof", "check"):
        fill(browser, "oakville", page)
        words = browser.page.main.get_text(" ") if browser.page.main else ""
        assert "Save and come back later" in words and "We keep your answers until" in words, page


def test_number_and_code_open_what_was_saved_on_another_device(half: Browser, phone: Browser) -> None:
    number, code = save(half)
    come_back(phone, f" {number.lower().replace('-', ' ')}", code.upper())
    assert phone.address.endswith("/since")
    fill(phone, "oakville")
    assert "Maria Garcia" in phone.page.get_text()
    phone.submit(declaration="yes")
    assert phone.heading == "Application received"
    assert half.get(half.address).address.endswith("/done")


def test_saving_keeps_what_was_typed_even_when_it_is_not_right_yet(half: Browser, phone: Browser) -> None:
    half.submit(save="1", since__day="31", since__month="2", since__year="")
    number, code = rows(half)["Number"], rows(half)["Code"]
    come_back(phone, number, code)
    assert phone.values()["since-day"] == "31" and not phone.problems


def test_saving_keeps_a_right_answer_as_an_answer(half: Browser, phone: Browser) -> None:
    half.submit(save="1", since__day="1", since__month="6", since__year="2020")
    come_back(phone, rows(half)["Number"], rows(half)["Code"])
    assert phone.address.endswith("/reason")


def test_saving_again_gives_the_same_number(half: Browser) -> None:
    first = save(half)
    assert save(half.get(half.address.replace("/save", "/since"))) == first


def test_the_link_fills_in_the_number(half: Browser, phone: Browser) -> None:
    number, code = save(half)
    phone.get(rows(half)["Where"].removeprefix("http://localhost:8000"))
    assert phone.values()["number"] == number
    assert phone.submit(code=code).address.endswith("/since")


def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(half: Browser, phone: Browser) -> None:
    number, code = save(half)
    come_back(phone, number, "aaaa-bbbb-cccc")
    first = (phone.status, phone.problems, phone.title)
    come_back(phone, "ZZZZ-ZZZZ-ZZ", code)
    assert first == (phone.status, phone.problems, phone.title)
    assert phone.problems == [("#number", UNKNOWN)]
    assert come_back(phone, "", code).problems == [("#number", "Enter the number of what you saved")]
    assert come_back(phone, number, "").problems == [("#code", "Enter your code")]


def test_after_five_wrong_codes_even_the_right_one_is_refused(half: Browser, phone: Browser) -> None:
    number, code = save(half)
    for _ in range(5):
        assert come_back(phone, number, "aaaa-bbbb-cccc").problems
    assert come_back(phone, number, code).status == 429


def test_a_number_opens_nothing_in_another_city(half: Browser, phone: Browser) -> None:
    phone.cookies["lang"] = "en"
    assert come_back(phone, *save(half), city="qinghe").problems == [("#number", UNKNOWN)]


def test_coming_back_is_recorded(half: Browser, phone: Browser) -> None:
    come_back(phone, *save(half))
    events = stored(half.world, half.world.oakville, "CHAIN#draft")
    assert [one["action"]["S"] for one in events if "action" in one] == ["resumed"]


def test_what_has_ended_says_so_to_whoever_has_the_code(half: Browser, phone: Browser) -> None:
    number, code = save(half)
    with clock.frozen(clock.now() + timedelta(days=9)):
        come_back(phone, number, code)
        assert phone.status == 410 and phone.heading == "What you saved has been deleted"
        assert come_back(phone, number, "aaaa-bbbb-cccc").problems == [("#number", UNKNOWN)]
        assert half.get(half.address).heading == "What you saved here is not there any more"


def test_what_was_sent_leads_to_its_confirmation(browser: Browser, client: Client) -> None:
    jump(begin(browser, "oakville"), "oakville", "since")
    number, code = save(browser)
    fill(browser.get(browser.address.replace("/save", "/since")), "oakville").submit(declaration="yes")
    phone = Browser(client, browser.world)
    assert come_back(phone, number, code).heading == "Application received"


def test_two_devices_on_different_pages_keep_both_answers(half: Browser, phone: Browser) -> None:
    number, code = save(half)
    base = come_back(phone, number, code).address.rpartition("/")[0]
    half.get(f"{base}/name"), phone.get(f"{base}/email")
    half.submit(name="Maria G. Garcia")
    phone.submit(email="maria@citizen.example")
    fill(phone.get(f"{base}/since"), "oakville")
    assert "Maria G. Garcia" in phone.page.get_text() and "maria@citizen.example" in phone.page.get_text()


def test_the_same_page_on_two_devices_loses_no_answer_that_was_acknowledged(
    half: Browser, phone: Browser
) -> None:
    base = come_back(phone, *save(half)).address.rpartition("/")[0]
    half.get(f"{base}/name"), phone.get(f"{base}/name")
    half.submit(name="Maria of the desk")
    phone.submit(name="Maria of the phone")
    assert "answered on another device" in phone.page.get_text()
    assert "Maria of the desk" in phone.page.get_text() and phone.values()["name"] == "Maria of the phone"
    phone.submit("discard")
    assert phone.get(f"{base}/name").values()["name"] == "Maria of the desk"
    half.get(f"{base}/name")
    phone.submit(name="Maria both")
    assert half.submit(name="Maria third").address.endswith("?problem=changed")
    half.submit(name="Maria third")
    assert phone.get(f"{base}/name").values()["name"] == "Maria third"


def test_an_answer_saved_while_another_device_sends_is_not_lost(
    browser: Browser, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.cases import applying

    jump(begin(browser, "oakville"), "oakville")
    draft_id, really = browser.address.split("/")[3], applying.application_of

    def saved_meanwhile(ctx: Context, journey: applying.Journey) -> object:
        monkeypatch.setattr(applying, "application_of", really)
        saving.save_answers(journey.draft, "name", {"name": "Maria of the phone"})
        return really(ctx, journey)

    monkeypatch.setattr(applying, "application_of", saved_meanwhile)
    browser.submit(declaration="yes")
    assert browser.address.endswith("/check?problem=changed")
    assert "Maria of the phone" in browser.page.get_text()
    assert not stored(browser.world, browser.world.oakville, "CASE#")
    browser.submit(declaration="yes")
    assert browser.address == f"/oakville/apply/{draft_id}/done"


def test_a_form_sent_elsewhere_shows_its_confirmation_instead_of_losing_a_late_answer(
    browser: Browser, client: Client
) -> None:
    jump(begin(browser, "oakville"), "oakville")
    base = browser.address.rpartition("/")[0]
    other = Browser(client, browser.world, dict(browser.cookies))
    other.get(f"{base}/name")
    browser.submit(declaration="yes")
    assert other.submit(name="Too late").address.endswith("/done")


def test_the_mail_holds_number_code_and_link_when_it_was_asked_for(half: Browser) -> None:
    number, code = save(half)
    half.submit("mail", email=" maria@citizen.example ", now="yes")
    assert "We are sending it now" in half.page.get_text()
    mail = _mails(half)[0]
    assert (
        mail.to == "maria@citizen.example"
        and code in mail.body
        and f"/oakville/resume?number={number}" in mail.body
    )
    assert "Garcia" not in mail.body


def _mails(browser: Browser) -> list[notifications.Mail]:
    from functions.adapters.mail import FakeMailer

    mailer = FakeMailer()
    with tenant_scope(browser.world.oakville):
        for row in stored(browser.world, browser.world.oakville, "OUTBOX"):
            notifications.deliver(context(browser), row["sk"]["S"], mailer)
    return mailer.sent


def test_a_mail_needs_an_address_and_a_wish(half: Browser) -> None:
    save(half)
    half.submit("mail", email="maria@citizen.example")
    assert half.problems == [("#now", "Choose what we should send you")]
    assert half.values("mail")["email"] == "maria@citizen.example"
    half.submit("mail", email="maria", now="yes")
    assert [where for where, _ in half.problems] == ["#email"] and half.values("mail")["email"] == "maria"
    assert not stored(half.world, half.world.oakville, "OUTBOX")


def test_mails_are_limited(half: Browser) -> None:
    save(half)
    for _ in range(resuming.MAILS_PER_DRAFT):
        half.submit("mail", email="maria@citizen.example", now="yes")
    assert half.submit("mail", email="maria@citizen.example", now="yes").status == 429


def test_one_reminder_goes_out_before_the_end_to_those_who_want_it(half: Browser) -> None:
    save(half)
    half.submit("mail", email="maria@citizen.example", remind="yes")
    assert not stored(half.world, half.world.oakville, "OUTBOX")
    for days, due in ((3, 0), (6, 1), (6, 0)):
        with clock.frozen(clock.now() + timedelta(days=days)), tenant_scope(half.world.oakville):
            assert resuming.remind_due(context(half)) == due, days
    mail = _mails(half)[0]
    assert "This is the only reminder." in mail.body and "Code:" not in mail.body


def test_a_reminder_can_be_taken_back_and_none_comes_after_sending(half: Browser) -> None:
    save(half)
    half.submit("mail", email="maria@citizen.example", remind="yes")
    values = half.values("mail")
    del values["remind"]
    half.post(half.address.partition("?")[0], values | {"email": ""})
    with clock.frozen(clock.now() + timedelta(days=6)), tenant_scope(half.world.oakville):
        assert resuming.remind_due(context(half)) == 0


def test_this_device_forgets_and_the_number_still_opens(half: Browser, phone: Browser) -> None:
    number, code = save(half)
    page = half.address
    half.submit("forget")
    assert half.address.startswith("/oakville/left") and half.heading == "This device has forgotten it"
    assert half.get(page).status == 404
    assert come_back(phone, number, code).address.endswith("/since")


def test_what_was_written_is_deleted_when_asked(half: Browser, phone: Browser) -> None:
    number, code = save(half)
    half.submit("delete")
    assert half.heading == "Everything is deleted"
    assert not stored(half.world, half.world.oakville, "DRAFT#")
    come_back(phone, number, code)
    assert phone.status == 410 and "when you or somebody with your code asked for it" in phone.page.get_text()


def test_the_confirmation_can_be_forgotten_on_a_shared_device(browser: Browser) -> None:
    done = finish(browser, "oakville").address
    browser.submit("forget")
    assert browser.get(done).status == 404
    assert browser.get("/oakville/status/application").address == "/oakville/status"


def test_a_draft_has_a_limit(inside: Browser) -> None:
    draft_id = inside.address.split("/")[3]
    draft = drafts.find_draft(context(inside), draft_id)
    assert draft
    with pytest.raises(Invalid):
        saving.save_answers(draft, "name", {"name": "x" * (saving.MAX_BYTES + 1)})


@pytest.mark.parametrize(
    ("zone", "now", "ends"),
    [  # the clocks go back on 1 November 2026 in Chicago and forward on 8 March 2026; Shanghai has no change
        ("oakville", datetime(2026, 10, 28, 12, tzinfo=UTC), "2026-11-04T23:59:59-06:00"),
        ("oakville", datetime(2026, 3, 3, 12, tzinfo=UTC), "2026-03-10T23:59:59-05:00"),
        ("oakville", datetime(2026, 10, 29, 4, 30, tzinfo=UTC), "2026-11-04T23:59:59-06:00"),
        ("qinghe", datetime(2026, 10, 28, 17, tzinfo=UTC), "2026-11-05T23:59:59+08:00"),
    ],
)
def test_a_draft_ends_at_the_end_of_a_day_of_the_city_when_the_clocks_change(
    browser: Browser, zone: str, now: datetime, ends: str
) -> None:
    city = getattr(browser.world, zone)
    found = drafts.ends_after(city, now, 7)
    assert found.astimezone(ZoneInfo(city.zone)).isoformat() == ends


def test_the_day_on_the_page_is_the_day_on_which_it_ends(half: Browser) -> None:
    day = re.search(r"We keep your answers until (\d+ \w+ \d+)", half.page.get_text())
    assert day
    local = clock.now().astimezone(ZoneInfo("America/Chicago")).date() + timedelta(days=7)
    assert day[1] == f"{local.day} {local:%B} {local.year}"


def test_a_phone_gets_number_and_code_where_the_city_sends_text_messages(half: Browser) -> None:
    from functions.adapters.sms import FakeSms

    half.world.oakville.config["plan"]["limits"]["sms_per_day"] = 5
    number, code = save(half)
    half.submit("mail", email="+44 20 7946 0018", now="yes")
    assert half.problems == [("#email", "Enter an email address, or a mobile phone number of this country")]
    half.submit("mail", email="(202) 456-1414", now="yes")
    texter = FakeSms()
    with tenant_scope(half.world.oakville):
        for row in stored(half.world, half.world.oakville, "OUTBOX"):
            notifications.deliver(context(half), row["sk"]["S"], texter=texter)
    assert [sms.to for sms in texter.sent] == ["+12024561414"]
    assert number in texter.sent[0].text and code in texter.sent[0].text
