"""A visitor's browser on the pages that ask whether they helped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chalice import Chalice
from chalice.test import Client

from functions.feedback import pages as feedback_pages
from functions.services import pages as services_pages
from functions.tenancy import registry
from functions.web import pages as web_pages
from tests.builders import city_config
from tests.cases.browser import Browser
from tests.world import World, two_cities


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """The public pages."""
    app = Chalice(app_name="townkit-test")
    for feature in (web_pages, services_pages, feedback_pages):
        app.register_blueprint(feature.bp)
    with Client(app) as made:
        yield made


@pytest.fixture
def cities(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The two invented cities."""
    with two_cities({name: city_config(name) for name in ("oakville", "qinghe")}) as world:
        found = {"oakville": world.oakville, "qinghe": world.qinghe}
        monkeypatch.setattr(registry, "find_city", found.get)
        yield world


@pytest.fixture
def browser(client: Client, cities: World) -> Browser:
    """A browser without cookies yet."""
    return Browser(client, cities)
