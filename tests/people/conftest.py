"""People in a world of two cities; messages are delivered by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from chalice import Chalice
from chalice.test import Client

from functions.adapters.mail import FakeMailer
from functions.adapters.sms import FakeSms
from functions.core import clock
from functions.core.city import City
from functions.core.context import Context
from functions.core.scope import tenant_scope
from functions.identity.service import replace_staff
from functions.notifications import service as notifications
from functions.notifications import store as outbox
from functions.people import codes
from functions.people.domain import Person
from functions.tenancy import registry
from functions.tenancy.country import country
from tests.builders import city_config
from tests.cases.browser import Browser
from tests.world import NOW, World, two_cities

NETWORK = "network-1"
EMAIL = "maria@citizen.example"
PHONE = "+12025550143"


def config(city_id: str, **changes: Any) -> dict[str, Any]:
    """A city whose plan sends text messages and whose country has phone numbers."""
    region = {"oakville": "US", "qinghe": "CN"}[city_id]
    base = city_config(city_id)
    profile = {**base["country_profile"], "phone": {"region": region}}
    plan = {"name": "town", "limits": {"sms_per_day": 5}}
    return {**base, "country_profile": profile, "plan": plan, "identity": None, **changes}


@pytest.fixture
def people() -> Iterator[World]:
    """Two cities."""
    with two_cities({city_id: config(city_id) for city_id in ("oakville", "qinghe")}) as made:
        yield made


@pytest.fixture
def oak(people: World) -> Iterator[Context]:
    """A context inside Oakville's scope."""
    with tenant_scope(people.oakville), clock.frozen(NOW):
        yield people.context(people.oakville)


def deliver(ctx: Context) -> tuple[FakeMailer, FakeSms]:
    """Send what is pending in the open scope."""
    mailer, texter = FakeMailer(), FakeSms()
    for row in list(outbox.pending()):
        notifications.deliver(ctx, row.sk, mailer, texter)
    return mailer, texter


def sign_up(ctx: Context, value: str = EMAIL, kind: Any = "email") -> Person:
    """Ask for a code and type it."""
    challenge = codes.ask(ctx, codes.contact_of(ctx, kind, value), NETWORK)
    return codes.redeem(ctx, challenge, codes.code_of(ctx, challenge), NETWORK)


def services() -> dict[str, Any]:
    """The shipped certificate; one for others, too, with a confirmed contact point; one for people who were
    seen; one by national sign-in only."""
    from tests.builders import residence_certificate

    found = {}
    for name, assurance, applicants in (
        ("residence-certificate", "none", ["self"]),
        ("for-others", "contact", ["self", "child", "organisation"]),
        ("seen-first", "clerk", ["self"]),
        ("national", "identity", ["self"]),
    ):
        raw = residence_certificate()
        raw["service"] |= {"assurance": assurance, "applicants": applicants, "status": "open"}
        for field in (one for page in raw["form"]["pages"] for one in page["fields"]):
            field["prefill"] = "profile" if field.get("semantic") else "none"
        found[name] = raw | {"digest": f"people-{name}"}  # what is read of a form is kept by its digest
    return found


STAFF = (
    ("ana", ["clerk"], ["residents"]),
    ("wes", ["clerk"], ["works"]),
    ("hal", ["helper"], ["residents"]),
    ("ada", ["admin"], []),
)


def staff_of(city_id: str) -> list[dict[str, Any]]:
    """Ana and Wes are clerks, Hal is a helper, Ada an administrator."""
    return [
        {"email": f"{name}@{city_id}.example", "name": f"{name.title()} (demo)", "roles": roles,
         "departments": departments}
        for name, roles, departments in STAFF
    ]  # fmt: skip


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    """Everything that a person meets, and the counter."""
    from functions.cases import console as cases_console
    from functions.cases import pages as cases_pages
    from functions.identity import pages as identity_pages
    from functions.people import console, pages
    from functions.services import pages as services_pages

    app = Chalice(app_name="townkit-people")
    for feature in (services_pages, cases_pages, pages, console, cases_console, identity_pages):
        app.register_blueprint(feature.bp)
    with Client(app) as made:
        yield made


@pytest.fixture
def towns(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Two live cities with services, staff and a national sign-in in the first."""
    national = {
        "names": {"en": "Example ID (demo)", "zh-Hans": "示例身份（演示）"}, "issuer": "https://id.example",
        "authorize_url": "https://id.example/authorize", "token_url": "https://id.example/token",
        "keys_url": "https://id.example/keys", "client_id": "oakville", "scope": "openid",
    }  # fmt: skip
    configs = {}
    for city_id, identity in (("oakville", national), ("qinghe", None)):
        base = config(city_id, services=services(), identity=identity, staff=staff_of(city_id))
        whole = country(base["country"]).model_dump(mode="json", exclude={"legal", "retention"})
        configs[city_id] = {**base, "country_profile": whole}
    with two_cities(configs) as made:
        monkeypatch.setattr(registry, "find_city", {"oakville": made.oakville, "qinghe": made.qinghe}.get)
        for city in (made.oakville, made.qinghe):
            with tenant_scope(city):
                replace_staff(staff_of(city.id))
        yield made


@pytest.fixture
def browser(client: Client, towns: World) -> Browser:
    """A browser without cookies yet."""
    return Browser(client, towns)


def latest_code(world: World, city: City) -> str:
    """The code of the mail or text message that was just sent."""
    with tenant_scope(city):
        mailer, texter = deliver(context(world, city))
    text = mailer.sent[-1].body if mailer.sent else texter.sent[-1].text
    return str(re.search(r"\b\d{6}\b", text)[0])  # type: ignore[index]


def context(world: World, city: City) -> Context:
    """A context of this moment."""
    from dataclasses import replace

    return replace(world.context(city), now=clock.now())


def sign_in(browser: Browser, city_id: str = "oakville", contact: str = EMAIL, then: str = "") -> Browser:
    """From the sign-in page to where it leads."""
    if "/me/sign-in" not in browser.address:
        browser.get(f"/{city_id}/me/sign-in" + (f"?then={then}" if then else ""))
    browser.submit(contact=contact)
    assert browser.heading in ("Enter the code", "输入验证码"), browser.problems
    return browser.submit(code=latest_code(browser.world, getattr(browser.world, city_id)))


def sign_in_staff(browser: Browser, name: str, city_id: str = "oakville") -> Browser:
    """The cookies of somebody who has just come back from the hosted login."""
    from functions.identity import cookies
    from functions.identity.domain import Session
    from functions.web.request import ANYONE, PageContext

    city = getattr(browser.world, city_id)
    ctx = PageContext(city, ANYONE, city.languages[0], clock.now(), "request-1")
    cookies.write(ctx, Session(city.id, f"{name}@{city_id}.example", ctx.now, ctx.now))
    for line in ctx.set_cookies:
        cookie, _, value = line.split(";")[0].partition("=")
        browser.cookies[cookie] = value
    return browser
