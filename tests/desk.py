"""What the tests of the console share: a browser that keeps cookies in front of the two cities, and people
signed in through a fake hosted login."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlencode, urlsplit

from bs4 import BeautifulSoup
from chalice import Chalice
from chalice.test import Client

from functions.adapters.signin import FakeSignIn
from functions.cases import incidents, submitting
from functions.cases.domain import Case, Document
from functions.core.city import City
from functions.core.scope import tenant_scope
from functions.core.store import transaction
from functions.identity import service as identity
from functions.tenancy import registry
from tests.world import BUCKET, NOW, World

ANSWERS = {
    "name": "Maria Garcia",
    "birth_date": "1980-02-03",
    "identity_number": "D123-4567-8901",
    "address": "12 Oak Street\nOakville",
    "since": "2020-06-01",
    "reason": "work",
    "email": "maria@citizen.example",
    "phone": "",
}


def staff(city_id: str) -> list[dict[str, Any]]:
    """Two clerks and an administrator of the residents' office, the operations desk of public works."""
    return [
        {
            "email": f"ana@{city_id}.example",
            "name": "Ana (demo)",
            "roles": ["clerk"],
            "departments": ["residents"],
        },
        {
            "email": f"ben@{city_id}.example",
            "name": "Ben (demo)",
            "roles": ["clerk"],
            "departments": ["residents"],
        },
        {
            "email": f"wes@{city_id}.example",
            "name": "Wes (demo)",
            "roles": ["operator-desk"],
            "departments": ["works"],
        },
        {
            "email": f"ada@{city_id}.example",
            "name": "Ada (demo)",
            "roles": ["admin"],
            "departments": ["residents", "works"],
        },
    ]


@dataclass
class Answer:
    """One HTTP answer, parsed on demand."""

    status: int
    headers: dict[str, Any]
    text: str
    path: str

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return str(self.headers["Location"])

    @property
    def document(self) -> BeautifulSoup:
        """The page."""
        return BeautifulSoup(self.text, "html.parser")

    @property
    def words(self) -> str:
        """The text of the page's main part."""
        return " ".join(self.document.main.get_text(" ").split())


@dataclass
class Browser:
    """Keeps cookies between requests, as one person's browser does; several can talk to the same
    application."""

    client: Client
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        """A GET of a path with its query."""
        return self._ask("GET", path, b"", headers)

    def post(self, path: str, form: dict[str, Any], **headers: str) -> Answer:
        """A form, as it stands."""
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._ask("POST", path, urlencode(form, doseq=True).encode(), headers)

    def submit(self, answer: Answer, form_id: str, **values: Any) -> Answer:
        """Fill in a form of a page and send it, hidden fields included."""
        form = answer.document.find("form", id=form_id)
        hidden = {field["name"]: field["value"] for field in form.find_all("input", type="hidden")}
        return self.post(form.get("action") or answer.path, {**hidden, **values})

    def follow(self, answer: Answer) -> Answer:
        """Go where a redirect leads."""
        assert answer.status == 303, answer.text[:500]
        return self.get(answer.location)

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        response = self.client.http.request(method, path, headers=headers, body=body)
        given = response.headers.get("Set-Cookie", [])
        for line in [given] if isinstance(given, str) else given:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in line:
                del self.cookies[name]
        return Answer(response.status_code, response.headers, response.body.decode(), path)

    def sign_in(self, email: str, city: str = "oakville") -> Answer:
        """Through the fake hosted login, whose code is the person's address."""
        away = self.get(f"/{city}/console/sign-in")
        state = parse_qs(urlsplit(away.location).query)["state"][0]
        return self.follow(self.get(f"/auth/callback?{urlencode({'state': state, 'code': email})}"))


@contextmanager
def console(world: World) -> Iterator[Client]:
    """The application in front of both cities, with staff and the fake login."""
    cities = {city.id: city for city in (world.oakville, world.qinghe)}
    for city in cities.values():
        with tenant_scope(city):
            identity.replace_staff(staff(city.id))
    fake = FakeSignIn()
    with (
        patch.multiple(
            registry,
            find_city=cities.get,
            city_for_admin=cities.get,
        ),
        patch.object(identity, "provider", lambda: fake),
        Client(console_app()) as client,
    ):
        yield client


@cache
def console_app() -> Chalice:
    """Made once: Chalice forgets a route's methods when its Blueprint is registered again."""
    from functions.cases import console as cases_console
    from functions.certificates import pages as certificates_pages
    from functions.identity import pages as identity_pages

    app = Chalice(app_name="trial")
    for feature in (cases_console, certificates_pages, identity_pages):
        app.register_blueprint(feature.bp)
    return app


def application(world: World, city: City, name: str = "first", **answers: str) -> Case:
    """An application with one document, waiting in the residents' office."""
    key = f"cities/{city.id}/uploads/{name}/f1/bill.pdf"
    world.s3.put_object(Bucket=BUCKET, Key=key, Body=b"%PDF-1.7 bill")
    given = {**ANSWERS, **answers}
    with tenant_scope(city):
        done = submitting.submit_application(
            world.context(city),
            submitting.Application(
                id=name,
                service="residence-certificate",
                definition=city.config["services"]["residence-certificate"]["digest"],
                department="residents",
                answers=given,
                documents=(Document("f1", "proof", "bill.pdf", 1200, "application/pdf", key),),
                email=given["email"],
                name=given["name"],
                due_at=NOW,
            ),
        )
        return find(city, done.case_id)


def incident(world: World, city: City, name: str = "alarm") -> Case:
    """An incident that a sensor opened in public works."""
    evidence = {
        "thing": "oakville:air-1",
        "names": {"en": "Main Street", "zh-Hans": "主街"},
        "metric": "pm25",
        "metric_names": {"en": "Fine dust", "zh-Hans": "细颗粒物"},
        "value": 91.5,
        "unit": "µg/m³",
        "kind": "above",
        "level": 75.0,
        "at": "2026-11-20T09:00:00.000Z",
    }
    alarm = incidents.Alarm(name, "oakville:air-1", "dust", "Fine dust too high", "works", "high", evidence)
    with tenant_scope(city):
        with transaction() as tx:
            incidents.open_incident(tx, world.context(city), alarm)
        return find(city, name)


def find(city: City, case_id: str) -> Case:
    """The case as it lies in the table."""
    from functions.cases import store

    with tenant_scope(city):
        case = store.get_case(case_id)
    assert case
    return case


def clear(world: World) -> None:
    """Empty both cities' tables and the bucket, so that a world made once serves many tests."""
    for city in (world.oakville, world.qinghe):
        for item in world.items(city):
            key = {name: item[name] for name in ("pk", "sk")}
            world.dynamodb.delete_item(TableName=f"townkit-test-city-{city.id}", Key=key)
    for entry in world.s3.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        world.s3.delete_object(Bucket=BUCKET, Key=entry["Key"])
