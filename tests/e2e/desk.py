"""What the tests of the console share on the deployed stack: cases made with the API function's own rights,
and clerks in windows of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from functions.cases import incidents, store, submitting
from functions.cases.domain import Case, Document
from functions.core import aws, clock, ids, sessions
from functions.core import store as core_store
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope
from functions.core.settings import parameter, settings
from functions.core.store import transaction
from tests.desk import ANSWERS
from tests.stack import Stack

CLERK, SECOND, ADMIN = "clerk", "clerk2", "admin"
DEPARTMENTS = {"oakville": ("city-clerk", "public-works"), "qinghe": ("civil-affairs", "water")}
CREWS = {"oakville": "works", "qinghe": "water"}
NAMES = {"oakville": "Maria Garcia", "qinghe": "王小明"}


def email(person: str, city: str) -> str:
    """A demo member's address."""
    return f"{person}@{city}.example"


@dataclass(frozen=True)
class Made:
    """A case on the stack, with what its applicant got."""

    city: str
    id: str
    reference: str
    code: str = ""

    @property
    def path(self) -> str:
        """Its page in the console."""
        return f"/{self.city}/console/cases/{self.id}"


def _forget() -> None:
    settings.cache_clear()
    parameter.cache_clear()
    aws.reset()
    sessions.reset()
    core_store.reset()


@contextmanager
def as_api(stack: Stack) -> Iterator[None]:
    """Inside, this process is the API function: its settings, its role, and nothing more."""
    keys = stack.as_function("api").get_credentials().get_frozen_credentials()
    saved = dict(os.environ)
    os.environ.update(
        stack.environment,
        AWS_ENDPOINT_URL=stack.connection.endpoint,
        AWS_DEFAULT_REGION=stack.local.region,
        AWS_ACCESS_KEY_ID=keys.access_key,
        AWS_SECRET_ACCESS_KEY=keys.secret_key,
        AWS_SESSION_TOKEN=keys.token,
    )
    _forget()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(saved)
        _forget()


@contextmanager
def in_city(stack: Stack, city_id: str, actor: Actor = Actor("citizen", "anyone")) -> Iterator[Context]:  # noqa: B008
    """A context inside a city's scope on the stack."""
    from functions.tenancy import registry

    with as_api(stack):
        city = registry.find_city(city_id)
        assert city is not None
        with tenant_scope(city):
            yield Context(city, actor, city.languages[0], clock.now(), ids.new_id())


def make_application(stack: Stack, city_id: str = "oakville") -> Made:
    """An application with one document, as the citizen's pages make it."""
    with in_city(stack, city_id) as ctx:
        case_id = ids.new_id()
        key = f"cities/{city_id}/uploads/{case_id}/f1/bill.pdf"
        stack.client("s3").put_object(Bucket=settings().files_bucket, Key=key, Body=b"%PDF-1.7 a bill (demo)")
        done = submitting.submit_application(
            ctx,
            submitting.Application(
                id=case_id,
                service="residence-certificate",
                definition="digest",
                department=DEPARTMENTS[city_id][0],
                answers={**ANSWERS, "name": NAMES[city_id], "email": f"{case_id}@citizen.example"},
                documents=(Document("f1", "proof", "bill.pdf", 23, "application/pdf", key),),
                email=f"{case_id}@citizen.example",
                name=NAMES[city_id],
                due_at=ctx.now + timedelta(days=3),
            ),
        )
    return Made(city_id, done.case_id, done.reference, done.code)


def make_incident(stack: Stack, city_id: str = "oakville") -> Made:
    """An incident as a sensor's rule opens it."""
    with in_city(stack, city_id, Actor("device", "river-1")) as ctx:
        evidence = {
            "names": {"en": "River", "zh-Hans": "河"},
            "metric": "level",
            "metric_names": {"en": "Water level", "zh-Hans": "水位"},
            "value": 4.2,
            "unit": "m",
            "level": 4.0,
            "at": clock.iso(ctx.now),
        }
        alarm = incidents.Alarm(
            ids.new_id(),
            f"{city_id}:river-1",
            "high",
            "Water too high",
            DEPARTMENTS[city_id][1],
            "high",
            evidence,
        )
        with transaction() as tx:
            case = incidents.open_incident(tx, ctx, alarm)
    return Made(city_id, case.id, case.reference)


def read_case(stack: Stack, made: Made) -> Case:
    """The case as it lies in the table."""
    with in_city(stack, made.city):
        case = store.get_case(made.id)
    assert case is not None
    return case


def table(stack: Stack, city: str) -> str:
    """A city's table."""
    return str(stack.environment["TOWNKIT_CITY_TABLE_PREFIX"]) + city


Open = Callable[..., Any]
