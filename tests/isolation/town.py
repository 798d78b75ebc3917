"""A lived-in city: drafts, applications in every state, a certificate, an incident, a device, people signed
in. Made through the product, so that every id in it is real."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from functions.core import clock, ids
from functions.core.city import City
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope
from functions.core.store import transaction
from tests.cases import walk
from tests.isolation import actors
from tests.isolation.visitor import Ask, Edge, LiveBrowser, token_of
from tests.stack import Stack, wait_for

THING = "isolation-post"
SHARED = "environment"
STAFF = {"clerk": "clerk", "admin": "admin", "operator": "operator-desk"}


@dataclass
class Person:
    """Somebody's cookies as their browser keeps them, and the token that their forms carry."""

    cookies: dict[str, str]
    csrf: str


@dataclass
class Application:
    """An application or a draft, and the person whose it is."""

    id: str
    browser: LiveBrowser
    csrf: str
    reference: str = ""
    code: str = ""
    token: str = ""

    @property
    def person(self) -> Person:
        """Who sent it, or still writes it."""
        return Person(self.browser.cookies, self.csrf)


@dataclass
class Town:
    """Everything about one city that another must not get. ``secrets`` are words that no public page says."""

    stack: Stack
    id: str
    edge: Edge
    people: dict[str, Person] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    drafts: dict[str, Application] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    forged: dict[str, dict[str, str]] = field(default_factory=dict)
    departments: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    name: str = ""
    desk: str = ""
    file: str = ""
    incident: str = ""
    outbox: str = ""
    certificate_of_device: str = ""
    citizen: str = ""
    held: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    webhook: str = ""
    request: str = ""
    call: str = ""
    due: str = ""
    handed_in: str = ""
    installer: str = ""

    @contextmanager
    def inside(self, function: str = "api") -> Iterator[City]:
        """Our own code in the scope of this city, with a deployed function's role."""
        from functions.tenancy.registry import city_for_admin

        with actors.running_as(self.stack, function):
            city = city_for_admin(self.id)
            with tenant_scope(city):
                yield city

    def draft(self, what_for: str) -> Application:
        """A complete draft that only this purpose uses."""
        if what_for not in self.drafts:
            self.drafts[what_for] = _draft(self)
        return self.drafts[what_for]

    def person(self, who: str) -> Person:
        """``clerk``, ``admin``, ``operator``; ``draft <purpose>``; or the name of an application."""
        if who in self.people:
            return self.people[who]
        kind, _, purpose = who.partition(" ")
        return self.draft(purpose).person if kind == "draft" else self.applications[who].person


def build(stack: Stack, city_id: str) -> Town:
    """Fill a city."""
    town = Town(stack, city_id, Edge(stack))
    with town.inside() as city:
        town.name = city.name(city.languages[0])
        town.departments = list(city.config["departments"])
        members = _members(city)
        town.emails = {who: members[role]["email"] for who, role in STAFF.items()}
        cookies = {who: staff_cookies(city, email) for who, email in town.emails.items()}
        town.desk = members["operator-desk"]["departments"][0]
        town.secrets += [_alarm_title(city_id), *(member["name"] for member in city.config["staff"])]
    raise_alarm(town)
    for who, kept in cookies.items():
        page = town.edge.ask(Ask("GET", f"/{city_id}/console/devices", kept)).text
        town.people[who] = Person(kept, token_of(page))
    _apply(town)
    sign_up(town)
    device = {"city": city_id, "thing": thing(town), "profile": "river-level", "renew": True}
    made = stack.invoke("admin", {"action": "device-add", **device})
    from tests.isolation.alarms import lay_call

    lay_call(town)
    town.certificate_of_device = str(made["certificate_id"])
    with town.inside() as city:
        from functions.sensing.registry import installers

        town.installer = installers.make(context(city), "isolation", 1)
    return town


def _members(city: City) -> dict[str, dict[str, Any]]:
    """Role -> who has it here: the clerk of the service that is applied for, the operator of the department
    that both cities have under one id."""
    service = city.service("residence-certificate") or {}
    at = {"clerk": service["service"]["department"], "operator-desk": SHARED}
    return {
        role: next(
            one
            for one in city.config["staff"]
            if role in one["roles"] and (role not in at or at[role] in one["departments"])
        )
        for role in STAFF.values()
    }


def thing(town: Town) -> str:
    """The city's own device of these tests."""
    return f"{THING}-{town.id}"


def context(city: City) -> Context:
    """As the tests act when they do not go through a page."""
    return Context(city, Actor("system", "isolation"), city.languages[0], clock.now(), ids.new_id())


def sign_up(town: Town) -> None:
    """A person with a page of their own, on which the application that was sent stands."""
    from functions.people import codes, cookies
    from functions.people import service as people
    from functions.wallet import service as wallet
    from functions.web import csrf

    address = f"isolation@citizen-of-{town.id}.example"
    with town.inside() as city:
        ctx = _page(city)
        challenge = codes.ask(ctx, codes.contact_of(ctx, "email", address), "isolation")
        person = codes.redeem(ctx, challenge, codes.code_of(ctx, challenge), "isolation")
        people.add_case(ctx, person, town.applications["sent"].id, "reference")
        cookies.write(ctx, person)
        town.people["citizen"] = Person(_kept(ctx), csrf.token(ctx))
        number = f"000000{town.id[-4:]}"
        town.held = wallet.add(context(city), person, {"kind": "identity_card", "number": number}).id
    town.citizen = person.id
    town.secrets += [address, person.id]


def lay_key(town: Town) -> None:
    """One more key of a program, ``revocable``, by its id."""
    from tests.api.program import make_key

    with town.inside() as city:
        town.keys["revocable"] = make_key(city)[0].id


def lay_source(town: Town, kind: str = "tts") -> str:
    """A new source of readings, ``source`` by its id, and its secret as its network carries it."""
    from functions.core.keyring import city_key
    from functions.core.store import transaction
    from functions.sensing.sources import domain, store

    with town.inside():
        now = clock.now()
        made = domain.Source(ids.new_id(now), kind, "Network (demo)", "isolation", clock.iso(now))
        with transaction() as tx:
            store.add(tx, made)
        town.keys["source"] = made.id
        secret = domain.secret(city_key(town.id, "source"), made.id, 1)
    return domain.written(kind, secret)


def staff_cookies(city: City, email: str) -> dict[str, str]:
    """The cookies of somebody who has just come back from the hosted login."""
    from functions.identity import cookies
    from functions.identity.domain import Session

    ctx = _page(city)
    cookies.write(ctx, Session(city.id, email, ctx.now, ctx.now))
    return _kept(ctx)


def signed(city: City, name: str, payload: dict[str, Any]) -> dict[str, str]:
    """A cookie of this city with any content: what a browser would hold if the checks had failed."""
    from functions.web import cookies

    ctx = _page(city)
    cookies.set_signed(ctx, name, payload, 3600)
    return _kept(ctx)


def _page(city: City) -> Any:
    from functions.web import csrf
    from functions.web.request import ANYONE, PageContext

    ctx = PageContext(city, ANYONE, city.languages[0], clock.now(), ids.new_id())
    csrf.token(ctx)
    return ctx


def _kept(ctx: Any) -> dict[str, str]:
    pairs = (line.split(";")[0].partition("=") for line in ctx.set_cookies)
    return {name: value for name, _, value in pairs}


def _alarm_title(city_id: str) -> str:
    return f"Water over the wall of {city_id} (isolation)"


def raise_alarm(town: Town) -> None:
    """A new incident on the operators' desk."""
    with town.inside() as city:
        town.incident = _incident(city, town.desk)


def _incident(city: City, department: str) -> str:
    from functions.cases import incidents

    evidence = {
        "thing": THING, "names": {"en": "Post"}, "metric": "level", "metric_names": {"en": "Level"},
        "value": 9.5, "unit": "m", "kind": "above", "level": 3.0, "at": clock.iso(clock.now()),
    }  # fmt: skip
    title = _alarm_title(city.id)
    alarm = incidents.Alarm(ids.new_id(), THING, "isolation", title, department, "high", evidence)
    with transaction() as tx:
        incidents.open_incident(tx, context(city), alarm)
    return alarm.id


def _apply(town: Town) -> None:
    """Three applications: one goes through every page and is sent, one is approved, one is sent back."""
    walked = LiveBrowser(town.edge)
    walk.fill(walk.begin(walked, town.id), town.id)
    town.applications["sent"] = _send(town, walked)
    for name in ("approved", "asked"):
        town.applications[name] = _send(town, _draft(town).browser)
    _decide(town, "approved", action="approve")
    _decide(town, "asked", **{"action": "send_back", "missing": "reason", "note-reason": "unclear (demo)"})
    with town.inside() as city:
        from functions.cases import store
        from functions.certificates import service as certificates
        from functions.files import service as files
        from functions.notifications import store as outbox

        case = store.get_case(town.applications["sent"].id)
        assert case
        address = certificates.address_of(context(city), town.applications["approved"].id)
        town.applications["approved"].token = address.rpartition("/")[2]
        town.file = case.documents[0].id
        wait_for(lambda: files.files_of(case.id)[town.file].state != "checking", what="the file's check")
        with transaction() as tx:
            town.outbox = outbox.add(tx, "received", case.id, clock.now())
        town.secrets += [case.email, *(a.code for a in town.applications.values())]
        town.secrets += [town.applications["approved"].token]
        town.secrets += [str(case.answers[field]) for field in ("name", "identity_number")]
        town.secrets += [a.reference for a in town.applications.values()]


def approve_another(town: Town) -> None:
    """One more approved application, ``revocable``."""
    town.applications["revocable"] = _send(town, _draft(town).browser)
    _decide(town, "revocable", action="approve")


def _draft(town: Town) -> Application:
    """A draft at the list to check; the answers went into it without looking at the pages."""
    browser = LiveBrowser(town.edge)
    walk.begin(browser, town.id)
    draft_id = browser.address.split("/")[3]
    with town.inside() as city:
        _answer(town, city, draft_id)
    browser.get(f"/{town.id}/apply/{draft_id}/check")
    return Application(draft_id, browser, browser.values()["_csrf"])


def _answer(town: Town, city: City, draft_id: str) -> None:
    from functions.cases import applying, drafts, saving
    from functions.cases.domain import Document

    ctx = context(city)
    draft = drafts.find_draft(ctx, draft_id)
    assert draft
    journey = applying.journey_of(ctx, draft)
    for page in journey.pages:
        if page.id != "proof":
            after = applying.answer_page(journey, page, walk.ANSWERS[town.id][page.id])
            assert after, page.id
            journey = after
            continue
        key = f"cities/{town.id}/uploads/{draft_id}/f1/bill.pdf"
        bucket = town.stack.outputs["FilesBucketName"]
        town.stack.client("s3").put_object(Bucket=bucket, Key=key, Body=walk.PDF)
        saving.attach_file(
            draft_id, Document("f1", "proof", "bill.pdf", len(walk.PDF), "application/pdf", key)
        )


def _send(town: Town, browser: LiveBrowser) -> Application:
    csrf, draft_id = browser.values()["_csrf"], browser.address.split("/")[3]
    browser.submit(declaration="yes")
    reference, code = (one.get_text(strip=True) for one in browser.page.select("main dl dd"))
    return Application(draft_id, browser, csrf, reference, code)


def _decide(town: Town, name: str, **typed: str) -> None:
    clerk = town.people["clerk"]
    path = f"/{town.id}/console/cases/{town.applications[name].id}/decide"
    form = {"_csrf": clerk.csrf, "version": "1", **typed}
    answer = town.edge.ask(Ask("POST", path, clerk.cookies, form))
    assert answer.status == 303, (answer.status, answer.text[:2000])
