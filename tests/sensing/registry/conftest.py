"""The register's pages in front of two cities; AWS IoT is moto's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from chalice import Chalice
from chalice.test import Client

from functions.core import scope
from functions.core.context import Actor, Context
from functions.identity import service as identity
from functions.sensing import provisioning
from functions.sensing.registry.domain import Device
from functions.tenancy import control
from tests.desk import Browser, console, staff
from tests.sensing.conftest import river  # noqa: F401
from tests.world import REGION, World

ROLES = {"admin": "ada@oakville.example", "operator": "wes@oakville.example"}


@cache
def app() -> Chalice:
    """Made once: Chalice forgets a route's methods when its Blueprint is registered again."""
    from functions.identity import pages as identity_pages
    from functions.sensing import console as sensing_console
    from functions.sensing.registry import pages as installer_pages

    made = Chalice(app_name="devices")
    for feature in (identity_pages, sensing_console, installer_pages):
        made.register_blueprint(feature.bp)
    return made


@pytest.fixture
def iot(river: World, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: F811
    """The provisioner is asked directly; both cities have their policies and group."""

    def ask(action: str, city: str, **more: Any) -> dict[str, Any]:
        return provisioning.handle({"action": action, "city": city, **more})

    monkeypatch.setattr(control, "ask", ask)
    for city in ("oakville", "qinghe"):
        provisioning.ensure_city(city)
    return boto3.client("iot", region_name=REGION)


@pytest.fixture
def client(river: World, iot: Any) -> Iterator[Client]:  # noqa: F811
    """The application with staff of both cities."""
    cities = [river.oakville, river.qinghe]
    for city in cities:
        with scope.tenant_scope(city):
            identity.replace_staff(staff(city.id))
    with (
        patch("tests.desk.console_app", app),
        console(river) as made,
    ):
        yield made


@pytest.fixture
def admin(client: Client) -> Browser:
    """Ada, an administrator of Oakville."""
    browser = Browser(client)
    browser.sign_in(ROLES["admin"])
    return browser


def context(world: World, city: str = "oakville", actor: Actor | None = None) -> Context:
    """An administrator's."""
    owner = {"oakville": world.oakville, "qinghe": world.qinghe}[city]
    return world.context(owner, actor or Actor("staff", ROLES["admin"]))


def find(world: World, thing: str, city: str = "oakville") -> Device | None:
    """A device as it is in the table."""
    from functions.sensing.registry import store

    with scope.tenant_scope(context(world, city).city):
        return store.find(thing)
