"""Signing in and out through the edge, with a fake hosted login behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from chalice.test import Client

from functions.adapters.signin import FakeSignIn
from functions.core import clock
from functions.core.scope import tenant_scope
from functions.identity import service
from tests.desk import Browser, console, staff
from tests.web.pages import check_structure
from tests.world import World

ANA = "ana@oakville.example"


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    with console(world) as made:
        yield made


@pytest.fixture
def browser(client: Client) -> Browser:
    return Browser(client)


def audited(world: World) -> list[tuple[str, str, str]]:
    """(actor, action, detail) of Oakville's sign-in events, in the table's order."""
    return [
        (item["actor_id"]["S"], item["action"]["S"], item.get("detail", {}).get("S", ""))
        for item in world.items(world.oakville)
        if item["pk"]["S"].startswith("CHAIN#signin#") and item["sk"]["S"].startswith("EVENT#")
    ]


def test_a_clerk_signs_in_and_the_city_says_who_they_are(world: World, browser: Browser) -> None:
    away = browser.get("/oakville/console")
    assert away.location == "/oakville/console/sign-in?then=%2Foakville%2Fconsole"
    home = browser.sign_in(ANA)
    assert (home.status, home.location) == (303, "/oakville/console")
    page = browser.follow(home)
    assert page.document.find(class_="townkit-desk__who").get_text(strip=True) == "Ana (demo)"
    assert audited(world) == [(ANA, "signed_in", "")]


def test_signing_in_leads_back_to_the_page_that_was_asked_for(browser: Browser) -> None:
    away = browser.follow(browser.get("/oakville/console/cases/abc"))
    state = parse_qs(urlsplit(away.location).query)["state"][0]
    done = browser.follow(browser.get(f"/auth/callback?state={state}&code={ANA}"))
    assert done.location == "/oakville/console/cases/abc"


def test_the_session_cookies_are_for_this_city_and_not_for_scripts(browser: Browser) -> None:
    done = browser.sign_in(ANA)
    lines = [line for line in done.headers["Set-Cookie"] if line.startswith("staff")]
    assert len(lines) == 2
    assert all("HttpOnly" in line and "SameSite=Lax" in line and "Path=/oakville" in line for line in lines)


def test_a_session_of_one_city_opens_nothing_in_another(world: World, browser: Browser) -> None:
    with tenant_scope(world.qinghe):
        service.replace_staff(
            [{"email": ANA, "name": "Ana (demo)", "roles": ["clerk"], "departments": ["residents"]}]
        )
    browser.follow(browser.sign_in(ANA))
    for name, value in list(browser.cookies.items()):
        browser.cookies[name.replace("oakville", "qinghe")] = value
    assert browser.get("/qinghe/console").status == 303
    assert browser.get("/oakville/console").status == 200


def test_a_changed_cookie_opens_nothing(browser: Browser) -> None:
    browser.follow(browser.sign_in(ANA))
    whole = dict(browser.cookies)
    for name in ("staff-oakville", "staff-seen-oakville"):
        browser.cookies = {**whole, name: whole[name][:-2] + "xx"}
        assert browser.get("/oakville/console").status == 303
    browser.cookies = whole
    assert browser.get("/oakville/console").status == 200


def test_a_person_who_is_no_staff_of_this_city_is_told_so(world: World, browser: Browser) -> None:
    page = browser.sign_in("ana@qinghe.example")
    assert page.status == 403
    check_structure(page.document, "en")
    assert "ana@qinghe.example" in page.words
    assert browser.get("/oakville/console").status == 303
    assert audited(world) == [("ana@qinghe.example", "sign_in_refused", '{"reason": "not_staff"}')]


def test_a_removed_record_ends_the_session_at_the_next_request(world: World, browser: Browser) -> None:
    browser.follow(browser.sign_in(ANA))
    assert browser.get("/oakville/console").status == 200
    with tenant_scope(world.oakville):
        service.replace_staff(record for record in staff("oakville") if record["email"] != ANA)
    assert browser.get("/oakville/console").status == 303


def test_a_changed_department_counts_at_the_next_request(world: World, browser: Browser) -> None:
    browser.follow(browser.sign_in(ANA))
    with tenant_scope(world.oakville):
        service.replace_staff([{**staff("oakville")[0], "departments": ["works"]}])
    assert browser.get("/oakville/console?department=residents").status == 404
    assert browser.get("/oakville/console?department=works").status == 200


def test_half_an_hour_without_a_request_ends_the_session(browser: Browser) -> None:
    start = clock.now()
    browser.follow(browser.sign_in(ANA))
    for minutes in (29, 58, 87):
        with clock.frozen(start + timedelta(minutes=minutes)):
            assert browser.get("/oakville/console").status == 200
    with clock.frozen(start + timedelta(minutes=118)):
        assert browser.get("/oakville/console").status == 303


def test_twelve_hours_end_the_session_however_busy(browser: Browser) -> None:
    start = clock.now()
    browser.follow(browser.sign_in(ANA))
    for minutes in range(29, 12 * 60, 29):
        with clock.frozen(start + timedelta(minutes=minutes)):
            assert browser.get("/oakville/console").status == 200
    with clock.frozen(start + timedelta(hours=12, minutes=1)):
        assert browser.get("/oakville/console").status == 303


@pytest.mark.parametrize("state", ["", "oakville.forged", "qinghe.forged", "oakville"])
def test_an_answer_to_a_sign_in_that_this_browser_did_not_begin_is_refused(
    browser: Browser, state: str
) -> None:
    browser.get("/oakville/console/sign-in")
    page = browser.get(f"/oakville/console/sign-in/done?state={state}&code={ANA}")
    assert page.status == 403
    check_structure(page.document, "en")
    assert "staff-oakville" not in browser.cookies


def test_an_answer_works_once(browser: Browser) -> None:
    away = browser.get("/oakville/console/sign-in")
    state = parse_qs(urlsplit(away.location).query)["state"][0]
    done = f"/oakville/console/sign-in/done?state={state}&code={ANA}"
    assert browser.get(done).status == 303
    assert browser.get(done).status == 403


def test_a_refusal_of_the_hosted_login_is_recorded_and_told(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeSignIn(refuse="email")
    monkeypatch.setattr(service, "provider", lambda: fake)
    page = browser.sign_in(ANA)
    assert (page.status, "not confirmed" in page.words) == (403, True)
    assert audited(world) == [("unknown", "sign_in_refused", '{"reason": "email"}')]


@pytest.mark.parametrize("state", ["", "../x", "https://evil.example", "UPPER.x"])
def test_the_callback_leads_nowhere_but_to_a_city(browser: Browser, state: str) -> None:
    assert browser.get(f"/auth/callback?state={state}&code=x").status == 404


def test_the_callback_passes_on_what_the_city_needs_and_nothing_else(browser: Browser) -> None:
    answer = browser.get("/auth/callback?state=oakville.s&code=a%26b&next=https://evil.example")
    assert answer.location == "/oakville/console/sign-in/done?state=oakville.s&code=a%26b"


def test_signing_out_ends_the_session_and_is_recorded(world: World, browser: Browser) -> None:
    page = browser.follow(browser.sign_in(ANA))
    form = page.document.find("form", action="/oakville/console/sign-out")
    token = form.find("input", {"name": "_csrf"})["value"]
    assert browser.post("/oakville/console/sign-out", {"_csrf": "0" * 64}).status == 403
    done = browser.follow(browser.post("/oakville/console/sign-out", {"_csrf": token}))
    check_structure(done.document, "en")
    assert browser.get("/oakville/console").status == 303
    assert [action for _, action, _ in audited(world)] == ["signed_in", "signed_out"]
