"""One invented application from the start page to the certificate, and everything else that the routes
offer, with every request counted: the walk of infra/bench/pages.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlencode, urlsplit

from chalice.local import RouteMatcher
from chalice.test import Client

from functions.adapters.signin import FakeSignIn
from functions.cases import store as cases
from functions.cases.submitting import code_of
from functions.core import usage
from functions.core.scope import tenant_scope
from functions.identity import service as identity
from functions.people.codes import code_of as one_time_code
from functions.tenancy import registry
from infra.bench.meter import Meter, Spent
from infra.bench.programs import measure_programs
from infra.bench.walk_alarms import look_after_alarms
from infra.bench.world import demo_world
from tests.cases.browser import Browser
from tests.cases.walk import PDF, begin, fill

CITY = "oakville"
SERVICE = f"/{CITY}/services/residence-certificate"
PUBLIC = ("", "/services", "/services?q=proof+of+adress", "/services.json",
          "/services/residence-certificate.jsonld", "/logo.svg", "/privacy", "/accessibility", "/terms",
          "/contact", "/status-of-services", "/status", "/sensors", "/console/signed-out",
          "/no-such-page")  # fmt: skip
Counts = dict[tuple[str, str], Spent]


@dataclass
class Counted(Browser):
    """Counts each request under its method and route; of several requests the one with the most calls is
    kept."""

    meter: Meter = field(kw_only=True)
    found: Counts = field(default_factory=dict)

    def _send(self, method: str, address: str, body: bytes) -> Any:
        with self.meter.measure() as spent:
            answer = super()._send(method, address, body)
        if answer.status_code >= 500:
            raise RuntimeError(f"{method} {address} answered {answer.status_code}")
        key = method, route_of(address)
        if key not in self.found or len(spent.calls) > len(self.found[key].calls):
            self.found[key] = spent
        return answer


def route_of(address: str) -> str:
    """The pattern of the route that serves an address. Raises ValueError when none does."""
    from app import app

    route: str = RouteMatcher(list(app.routes)).match_route(urlsplit(address).path).route
    return route


@contextmanager
def walking() -> Iterator[Counted]:
    """A browser in front of the demo cities. Counters in memory are written by no request, and what the
    registry cached stays."""
    from app import app

    fake = FakeSignIn()
    with demo_world() as world, Client(app) as client, patch.object(identity, "provider", lambda: fake):
        with tenant_scope(world.oakville):
            identity.replace_staff(world.oakville.config["staff"])
        with (
            patch.object(usage, "FLUSH_AFTER_S", 1e9),
            patch.object(usage, "FLUSH_AT", 10**9),
            patch.object(registry, "KEEP_SECONDS", 1e9),
        ):
            yield Counted(client, world, meter=Meter(world.dynamodb))


def visit_everything(browser: Counted) -> tuple[Spent, Counts]:
    """(the first page of a fresh process, what each route cost with the configuration cached)."""
    first = fresh_page(browser)
    for path in PUBLIC:
        browser.get(f"/{CITY}{path}")
    browser.get("/")
    browser.get(f"/{CITY}/services/social-assistance/check").submit()
    browser.get(f"/{CITY}/services/social-assistance/need")
    browser.get(f"/{CITY}/helped?page=home&answer=yes").submit(words="Good")
    case_id = apply(browser)
    save_and_print(browser)
    look_up(browser, case_id)
    look_at_my_page(browser, case_id)
    staff = {
        role: person["email"]
        for person in reversed(browser.world.oakville.config["staff"])  # the first of each role stays
        for role in person["roles"]
    }
    sign_in(browser, staff["clerk"])
    browser.get(f"/{CITY}/console/paper").submit(number="none")
    send_back(browser, case_id)
    complete(browser)
    approve_and_revoke(browser, case_id)
    sign_out(browser)
    sign_in(browser, staff["admin"])
    look_into_history(browser, case_id)
    for query in ("", "?words=1"):
        browser.get(f"/{CITY}/console/helped{query}")
    look_after_keys(browser)
    look_after_devices(browser)
    look_after_alarms(browser)
    return first, {**browser.found, **measure_programs(browser.world, browser.meter)}


def fresh_page(browser: Counted) -> Spent:
    """A service page when nothing is cached."""
    registry.forget()
    browser.get(SERVICE)
    first = browser.found.pop(("GET", "/{city}/services/{service}"))
    browser.get(SERVICE)
    return first


def apply(browser: Counted) -> str:
    """From the start page to the confirmation; a file is taken back once. Returns the case's id."""
    fill(begin(browser, CITY), CITY)
    base = browser.address.rpartition("/")[0]
    browser.get(f"{base}/proof?change=1").submit("remove")
    browser.upload("bill 2.pdf", PDF)
    browser.get(f"{base}/check").submit(declaration="yes")
    return base.rpartition("/")[2]


def save_and_print(browser: Counted) -> None:
    """A form that is saved, resumed, printed, left and deleted, and every page on its way."""
    base = begin(browser, CITY).address.rpartition("/")[0]
    for path in ("tasks", "eligibility", "changed", "safety", "save"):
        browser.get(f"{base}/{path}")
    browser.submit("save")
    number, code = (one.get_text(strip=True) for one in browser.page.select("main dl dd")[:2])
    browser.get(f"/{CITY}/resume").submit(number=number, code=code)
    browser.post(f"{base}/changed", {"_csrf": browser.values()["_csrf"]})
    browser.get(f"{base}/print")
    browser.get(f"{base}/exit").submit("delete")
    base = browser.get(f"{SERVICE}/print").submit().address.rpartition("/")[0]
    browser.get(f"{base}/save").submit("forget")
    browser.get(f"/{CITY}/status/application/copy")


def look_up(browser: Counted, case_id: str) -> None:
    """The status page by reference and code, as on another day."""
    with tenant_scope(browser.world.oakville):
        case = cases.get_case(case_id)
        code = code_of(browser.world.context(browser.world.oakville), case_id)
    if case is None:
        raise LookupError(case_id)
    browser.get(f"/{CITY}/status").submit(reference=case.reference, code=code)


def look_at_my_page(browser: Counted, case_id: str) -> None:
    """Sign in with a code, which brings the application along, and look at everything."""
    browser.get(f"/{CITY}/me/sign-in").submit(contact="maria@citizen.example")
    home = browser.world.oakville
    (item,) = [one for one in browser.world.items(home) if one["pk"]["S"].startswith("CODE#")]
    with tenant_scope(home):
        code = one_time_code(browser.world.context(home), item["pk"]["S"].removeprefix("CODE#"))
    browser.submit(code=code)
    for page in ("", "/details", "/documents", f"/case?id={case_id}"):
        browser.get(f"/{CITY}/me{page}")
    browser.get(f"/{CITY}/me/details").submit("consents", consent="answers")


def sign_in(browser: Counted, email: str) -> None:
    """Through the fake hosted login, whose code is the person's address."""
    answer = browser._send("GET", f"/{CITY}/console/sign-in", b"")
    browser._keep(answer.headers)
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    browser.get(f"/auth/callback?{urlencode({'state': state, 'code': email})}")


def send_back(browser: Counted, case_id: str) -> None:
    """The clerk's desk, the case, its file, and a decision that asks for more."""
    browser.get(f"/{CITY}/console/counter").submit("start", service="residence-certificate")
    for path in ("", "/devices", "/usage", f"/cases/{case_id}"):
        browser.get(f"/{CITY}/console{path}")
    file_link = browser.page.select_one(f'a[href*="/console/cases/{case_id}/files/"]')
    if file_link is None:
        raise LookupError("the case shows no file")
    browser._send("GET", str(file_link["href"]), b"")
    browser.post(str(file_link["href"]), {"_csrf": browser.values("decision")["_csrf"]})
    browser.get(f"/{CITY}/console/cases/{case_id}")
    browser.submit("decision", action="send_back", missing="proof", then="stay")


def complete(browser: Counted) -> None:
    """The applicant hands in what was asked for."""
    browser.get(f"/{CITY}/status/application").submit()
    browser.submit("remove")
    browser.upload("bill 3.pdf", PDF)
    base = browser.address.rpartition("/")[0]
    browser.get(f"{base}/check").submit(declaration="yes")


def approve_and_revoke(browser: Counted, case_id: str) -> None:
    """The certificate is issued, shown, verified and revoked."""
    case = f"/{CITY}/console/cases/{case_id}"
    browser.get(case).submit("decision", action="approve", then="next")
    browser.get(f"/{CITY}/status/application")
    token = browser.get(f"/{CITY}/certificate").page.find(string=re.compile("/verify/"))
    browser.get(f"/{CITY}/verify/{str(token).rpartition('/')[2].strip()}")
    browser.get(f"{case}/revoke").submit(reason="An error in the address (demo)")


def sign_out(browser: Counted) -> None:
    """With the form of the console's bar."""
    token = browser.get(f"/{CITY}/console").page.select_one(f'form[action="/{CITY}/console/sign-out"] input')
    if token is None:
        raise LookupError("no form to sign out")
    browser.post(f"/{CITY}/console/sign-out", {"_csrf": str(token["value"])})


def look_into_history(browser: Counted, case_id: str) -> None:
    """What an administrator may read besides."""
    with tenant_scope(browser.world.oakville):
        case = cases.get_case(case_id)
    browser.get(f"/{CITY}/console/history").submit(reference=case.reference if case else "")


def look_after_keys(browser: Counted) -> None:
    """A key is made and shown once."""
    address = f"/{CITY}/console/api"
    token = browser.get(address).values()["_csrf"]
    browser.post(
        address,
        {
            "_csrf": token,
            "name": "ERP (demo)",
            "scopes": "cases:read",
            "departments": "city-clerk",
            "days": "90",
        },
    )


def look_after_devices(browser: Counted) -> None:
    """A device is added, looked at and changed; an installer puts it in its place."""
    home, thing = f"/{CITY}/console/devices", "gauge-of-the-bench"
    browser.get(f"{home}/add").submit("form", thing=thing, profile="river-level", serial="SN-1")
    browser.get(f"/{CITY}/console/device/{thing}?form=edit").submit("form-edit", area="Mill Creek")
    browser.get(f"{home}/links").submit("form", name="Firm (demo)", days="1")
    link = browser.page.select_one("a.townkit-key")
    if link is None:
        raise LookupError("no link for an installer")
    page = urlsplit(str(link["href"])).path
    work = browser.get(page).values("install-form") | {"code": "SN-1", "address": "Main Street 1"}
    browser._send("POST", page, urlencode(work).encode())
    browser.get(f"/{CITY}/console/refusals")
