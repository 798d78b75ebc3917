"""A browser of a person in a world of two cities with their countries' profiles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chalice.test import Client

from functions.services.service import resolve
from functions.tenancy import registry
from functions.tenancy.country import country
from tests.builders import both, city_config
from tests.cases import forms
from tests.cases.browser import Browser, make_app
from tests.world import World, two_cities


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    """The app, made once."""
    with Client(make_app()) as made:
        yield made


@pytest.fixture
def cities(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Two cities with their countries' profiles; Qinghe takes a fee and does without the file."""
    configs = {}
    for city_id in ("oakville", "qinghe"):
        config = city_config(city_id)
        profile = country(config["country"])
        configs[city_id] = {
            **config,
            "country_profile": profile.model_dump(mode="json", exclude={"legal", "retention"}),
        }
    override = {
        "fee": {
            "lines": [
                {
                    "id": "fee",
                    "label": both("Fee", "费用"),
                    "amount": 500,
                    "basis": both("Example (demo)", "示例（演示）"),
                }
            ]
        },
    }
    own = resolve("residence-certificate", override, department="residents")
    own["documents"][0]["required"] = False
    configs["qinghe"]["services"] = {"residence-certificate": own}
    with two_cities(configs) as made:
        monkeypatch.setattr(registry, "find_city", {"oakville": made.oakville, "qinghe": made.qinghe}.get)
        yield made


@pytest.fixture
def browser(client: Client, cities: World) -> Browser:
    """A browser without cookies yet."""
    return Browser(client, cities)


@pytest.fixture
def benefit(browser: Browser) -> Browser:
    """At the tasks of the long form."""
    forms.publish(browser.world.oakville, forms.benefit())
    return browser.get("/oakville/services/benefit").submit()


@pytest.fixture
def smoke(browser: Browser) -> Browser:
    """Before the delicate report."""
    forms.publish(browser.world.oakville, forms.report())
    return browser.get("/oakville/services/smoke").submit()
