"""Programs in front of a world of two cities with their countries' profiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from chalice import Chalice

from functions.api import webhooks
from functions.tenancy import registry
from functions.tenancy.country import country
from tests.api.program import Program, make_app, make_key
from tests.builders import city_config
from tests.world import World, two_cities


@pytest.fixture(scope="session")
def app() -> Chalice:
    """The interface, made once."""
    return make_app()


@pytest.fixture
def cities(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Two cities with their countries' profiles."""
    with world_of_cities() as made:
        live = {"oakville": made.oakville, "qinghe": made.qinghe}
        monkeypatch.setattr(registry, "find_city", live.get)
        monkeypatch.setattr(webhooks, "_known", {})
        yield made


def world_of_cities():
    """The world itself, for fixtures with another scope."""
    configs = {}
    for city_id in ("oakville", "qinghe"):
        config = city_config(city_id)
        profile = country(config["country"]).model_dump(mode="json", exclude={"legal", "retention"})
        configs[city_id] = {**config, "country_profile": profile}
    return two_cities(configs)


@pytest.fixture
def program(app: Chalice, cities: World) -> Callable[..., Program]:
    """``program("oakville", scopes=("cases:read",))``: a program with a fresh key of a city."""

    def make(city: str = "oakville", **changes: object) -> Program:
        return Program(app, city, make_key(getattr(cities, city), **changes)[1])

    return make


@pytest.fixture
def stranger(app: Chalice, cities: World) -> Program:
    """A program without a key."""
    return Program(app, "oakville")
