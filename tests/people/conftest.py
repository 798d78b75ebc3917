"""People in a world of two cities; messages are delivered by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from functions.adapters.mail import FakeMailer
from functions.adapters.sms import FakeSms
from functions.core import clock
from functions.core.context import Context
from functions.core.scope import tenant_scope
from functions.notifications import service as notifications
from functions.notifications import store as outbox
from functions.people import codes
from functions.people.domain import Person
from tests.builders import city_config
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
