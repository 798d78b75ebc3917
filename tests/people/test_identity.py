"""The citizens' own national sign-in: off where the city names none, believed only in the browser that
began."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.adapters.signin import OidcSignIn
from functions.identity.errors import SignInRefused
from tests.cases.browser import Browser, stored
from tests.people.conftest import sign_in


@pytest.fixture
def subject(monkeypatch: pytest.MonkeyPatch) -> None:
    """The national sign-in vouches for whoever brings the code "good"."""

    def answer(self: OidcSignIn, attempt: Any, callback: str, code: str) -> str:
        if code != "good":
            raise SignInRefused("code")
        return f"{self.client.issuer} 12345"

    monkeypatch.setattr(OidcSignIn, "subject", answer)


def begin(browser: Browser) -> str:
    """Leave for the national sign-in; answers the state."""
    answer = browser._send("GET", "/oakville/me/identity", b"")
    browser._keep(answer.headers)
    address = urlsplit(answer.headers["Location"])
    query = parse_qs(address.query)
    assert (address.netloc, query["scope"], query["code_challenge_method"]) == (
        "id.example",
        ["openid"],
        ["S256"],
    )
    return query["state"][0]


@pytest.mark.usefixtures("subject")
def test_coming_back_raises_the_level_and_keeps_only_a_digest(browser: Browser) -> None:
    sign_in(browser)
    browser.get(f"/auth/callback?state={begin(browser)}&code=good")
    assert browser.heading == "My page" and "Confirmed by the national sign-in" in browser.page.text
    (record,) = stored(browser.world, browser.world.oakville, "PERSON#")
    kept = record["identity"]["S"]
    assert len(kept) == 64 and kept != sha256(b"https://id.example 12345").hexdigest()


@pytest.mark.usefixtures("subject")
@pytest.mark.parametrize("answer", ["code=bad", "error=access_denied"])
def test_a_refusal_changes_nothing(browser: Browser, answer: str) -> None:
    sign_in(browser)
    browser.get(f"/auth/callback?state={begin(browser)}&{answer}")
    assert browser.status == 403
    assert "We reached you with a code" in browser.get("/oakville/me").page.text


@pytest.mark.usefixtures("subject")
def test_the_answer_counts_once_and_only_in_its_browser(browser: Browser) -> None:
    sign_in(browser)
    state = begin(browser)
    other = Browser(browser.client, browser.world)
    sign_in(other, contact="other@citizen.example")
    assert other.get(f"/auth/callback?state={state}&code=good").status == 403
    assert browser.get(f"/auth/callback?state={state}&code=good").status == 200
    assert browser.get(f"/auth/callback?state={state}&code=good").status == 403


def test_a_city_without_one_has_no_such_page(browser: Browser) -> None:
    sign_in(browser, "qinghe")
    assert browser.get("/qinghe/me/identity").status == 404
