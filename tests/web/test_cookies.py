"""Cookies and form tokens belong to one city and one visitor."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core import clock, keyring, settings
from functions.core.errors import Forbidden
from functions.web import choices, cookies, csrf
from tests.web.pages import make_context


@pytest.fixture(autouse=True)
def stage(monkeypatch):
    """The laptop's stage, with a secret that needs no Parameter Store."""
    monkeypatch.setattr(keyring, "secret", lambda: "a-secret-of-the-tests")


@pytest.fixture
def deployed(monkeypatch):
    """A stage other than the laptop's."""
    monkeypatch.setattr(cookies, "settings", lambda: settings.Settings(stage="live"))


def handed_to(ctx, city_id=None):
    """The next request of a browser that got this answer; to another city it comes as a thief's would."""
    following = make_context(city_id or ctx.city.id)
    for line in ctx.set_cookies:
        name, _, value = line.split(";")[0].partition("=")
        following.cookies[name.replace(ctx.city.id, following.city.id)] = value
    return following


def test_a_signed_cookie_comes_back():
    ctx = make_context()
    cookies.set_signed(ctx, "draft", {"id": "x"}, 60)
    assert cookies.read_signed(handed_to(ctx), "draft", 60)["id"] == "x"


def test_a_signed_cookie_of_another_city_is_refused():
    ctx = make_context("oakville")
    cookies.set_signed(ctx, "draft", {"id": "x"}, 60)
    assert cookies.read_signed(handed_to(ctx), "draft", 60) is not None
    assert cookies.read_signed(handed_to(ctx, "qinghe"), "draft", 60) is None


def test_a_changed_cookie_is_refused():
    ctx = make_context()
    cookies.set_signed(ctx, "draft", {"id": "x"}, 60)
    following = handed_to(ctx)
    name = cookies.full_name(following, "draft")
    following.cookies[name] = following.cookies[name].swapcase()
    assert cookies.read_signed(following, "draft", 60) is None


def test_a_cookie_of_one_kind_is_not_one_of_another():
    ctx = make_context()
    cookies.set_signed(ctx, "draft", {"id": "x"}, 60)
    following = handed_to(ctx)
    following.cookies[cookies.full_name(ctx, "staff")] = cookies.raw(following, "draft")
    assert cookies.read_signed(following, "staff", 60) is None


def test_cookies_are_hidden_from_scripts_and_from_other_sites():
    ctx = make_context()
    cookies.set_plain(ctx, "visitor", "v")
    (line,) = ctx.set_cookies
    assert "HttpOnly" in line and "SameSite=Lax" in line and "Path=/oakville" in line and "Secure" not in line


def test_deployed_cookies_are_secure_and_bound_to_the_host(deployed):
    ctx = make_context()
    cookies.set_plain(ctx, "visitor", "v")
    (line,) = ctx.set_cookies
    assert line.startswith("__Host-visitor-oakville=v; ") and "Secure" in line and "Path=/;" in f"{line};"


def test_a_cleared_cookie_is_gone_at_once():
    ctx = make_context()
    cookies.set_plain(ctx, "visitor", "v")
    cookies.clear(ctx, "visitor")
    assert not cookies.read_plain(ctx, "visitor") and "Max-Age=0" in ctx.set_cookies[0]


def test_a_form_token_is_good_for_its_own_session_only():
    ctx = make_context()
    token = csrf.token(ctx)
    assert csrf.matches(handed_to(ctx), token)
    assert not csrf.matches(make_context(), token)
    assert not csrf.matches(handed_to(ctx, "qinghe"), token)
    assert not csrf.matches(handed_to(ctx), "")


def test_a_token_does_not_survive_a_sign_in():
    ctx = make_context()
    token = csrf.token(ctx)
    following = handed_to(ctx)
    cookies.set_plain(following, cookies.STAFF, "somebody")
    assert not csrf.matches(following, token)


def test_a_post_without_the_token_is_forbidden():
    ctx = make_context(
        method="POST", body=b"a=1", headers={"content-type": "application/x-www-form-urlencoded"}
    )
    with pytest.raises(Forbidden):
        ctx.check_csrf()


def test_the_choice_of_a_language_is_remembered_and_the_address_kept():
    ctx = make_context(query={"lang": "zh-Hans", "after": "x y"}, path="/oakville/sensors")
    assert choices.switch(ctx) == "/oakville/sensors?after=x+y"
    assert ctx.set_cookies[0].startswith("lang=zh-Hans; ")


def test_a_language_that_is_not_offered_is_not_remembered():
    ctx = make_context(query={"lang": "fr"}, path="/oakville")
    assert choices.switch(ctx) == "/oakville" and ctx.set_cookies == []


def test_signed_cookies_end(monkeypatch):
    ctx = make_context()
    cookies.set_signed(ctx, "draft", {"id": "x"}, 60)
    following = handed_to(ctx)
    assert cookies.read_signed(following, "draft", 60) is not None
    later = clock.now() + timedelta(seconds=120)
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later.timestamp())
    assert cookies.read_signed(following, "draft", 60) is None
