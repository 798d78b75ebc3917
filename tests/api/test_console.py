"""An admin makes, sees once and revokes keys; nobody else knows the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from chalice import Chalice
from chalice.test import Client

from functions.api import service
from functions.api.domain import Wanted
from functions.core import audit, clock, keys
from functions.core.scope import tenant_scope
from functions.identity import store as identity
from functions.identity.service import replace_staff
from tests.api.program import Program
from tests.cases.browser import Browser, stored
from tests.isolation.town import staff_cookies
from tests.web.pages import check_structure
from tests.world import NOW

PAGE = "/oakville/console/api"


@pytest.fixture(scope="session")
def console() -> Iterator[Client]:
    """The page's routes."""
    from functions.api import console as pages

    made = Chalice(app_name="townkit-test", configure_logs=False)
    made.register_blueprint(pages.bp)
    with Client(made) as client:
        yield client


@pytest.fixture
def sign_in(console, cities):
    """``sign_in("admin")``: a browser of a member of staff of Oakville."""
    home = cities.oakville
    with tenant_scope(home):
        replace_staff(home.config["staff"])

    def browser(who: str) -> Browser:
        with tenant_scope(home):
            return Browser(console, cities, cookies=staff_cookies(home, f"{who}@oakville.example"))

    return browser


def make(browser: Browser, **changes: str) -> Browser:
    """Fill in the form of a new key and send it."""
    browser.get(PAGE)
    typed = {"name": "ERP (demo)", "scopes": "cases:read", "departments": "residents", "days": "90"}
    return browser.submit(**{**typed, **changes})


def shown(browser: Browser) -> str:
    """The key that the page shows, or nothing."""
    found = browser.page.find("code", class_="townkit-key")
    return found.get_text(strip=True) if found else ""


def test_a_key_is_made_shown_once_and_works(sign_in, cities, app):
    admin = make(sign_in("admin"))
    text = shown(admin)
    assert admin.status == 200 and text.startswith("townkit_oakville_")
    check_structure(admin.page, "en")
    assert Program(app, "oakville", text).get("/changes").status == 200
    assert Program(app, "oakville", text).get("/webhooks").status == 403
    assert shown(admin.get(admin.address)) == ""
    secret = text.split("_", 3)[3]
    assert secret not in str(stored(cities, cities.oakville, ""))


def test_only_who_made_a_key_sees_it(sign_in, cities):
    home = cities.oakville
    with tenant_scope(home):
        replace_staff(
            [*home.config["staff"], {**home.config["staff"][0], "email": "second@oakville.example"}]
        )
        staff = identity.get("admin@oakville.example")
        wanted = Wanted("ERP (demo)", ("cases:read",), ("residents",), 30)
        key_id = service.make_key(cities.context(home), staff, wanted)
    with clock.frozen(NOW):
        assert shown(sign_in("second").get(f"{PAGE}?made={key_id}")) == ""
        assert shown(sign_in("admin").get(f"{PAGE}?made={key_id}")) != ""
    with clock.frozen(NOW + timedelta(hours=1)):
        assert shown(sign_in("admin").get(f"{PAGE}?made={key_id}")) == ""


def test_revoking_works_from_the_next_request_on_and_is_recorded(sign_in, cities, app):
    admin = make(sign_in("admin"))
    text, key_id = shown(admin), stored(cities, cities.oakville, "API-KEYS")[0]["sk"]["S"]
    admin.submit(f"revoke-{key_id}")
    assert "Revoked" in admin.page.get_text() and Program(app, "oakville", text).get("/changes").status == 401
    with tenant_scope(cities.oakville):
        events = audit.EventItem.query(keys.chain("api-key", key_id), audit.EventItem.sk.startswith("EVENT#"))
        assert [(one.action, one.actor_id) for one in events] == [
            ("key_made", "admin@oakville.example"),
            ("key_revoked", "admin@oakville.example"),
        ]


def test_what_is_missing_is_named_and_what_was_typed_stays(sign_in, cities):
    admin = sign_in("admin").get(PAGE).submit(name="ERP", departments="residents")
    assert admin.status == 422
    assert [to for to, _ in admin.problems] == ["#scopes", "#days"]
    assert admin.page.find(id="name")["value"] == "ERP" and admin.page.find(id="departments").has_attr(
        "checked"
    )
    for to, _ in admin.problems:
        assert admin.page.find(id=to[1:])
    for changes in (
        {"scopes": "everything"},
        {"departments": "elsewhere"},
        {"days": "9999"},
        {"name": "x" * 61},
    ):
        assert make(sign_in("admin"), **changes).status == 422
    assert not stored(cities, cities.oakville, "API-KEYS")


def test_there_are_only_so_many_keys(sign_in, monkeypatch):
    monkeypatch.setattr(service, "MAX_KEYS", 1)
    assert make(sign_in("admin")).status == 200
    assert make(sign_in("admin")).status == 422


@pytest.mark.parametrize("who", ["clerk", "desk"])
def test_for_others_the_page_is_not_there(sign_in, who):
    assert sign_in(who).get(PAGE).status == 404


def test_an_admin_sees_and_removes_webhooks(sign_in, program):
    made = program().post("/webhooks", {"url": "https://hooks.example.com/", "note": "ERP (demo)"}).json
    admin = sign_in("admin").get(PAGE)
    assert "https://hooks.example.com/" in admin.page.get_text()
    admin.submit(f"remove-{made['id']}")
    assert "https://hooks.example.com/" not in admin.page.get_text()
