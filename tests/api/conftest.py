"""Programs in front of a world of two cities with their countries' profiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from chalice import Chalice

from functions.api import webhooks
from functions.core import usage
from functions.tenancy import registry
from functions.tenancy.country import country
from tests.api.program import Program, make_app, make_key
from tests.builders import city_config
from tests.world import World, two_cities


@pytest.fixture(scope="session")
def app() -> Chalice:
    """The interface, made once."""
    return make_app()


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    """Two cities with their countries' profiles, made once a module: making them takes longer than a test."""
    configs = {}
    for city_id in ("oakville", "qinghe"):
        config = city_config(city_id)
        profile = country(config["country"]).model_dump(mode="json", exclude={"legal", "retention"})
        configs[city_id] = {**config, "country_profile": profile}
    with two_cities(configs) as made:
        yield made


@pytest.fixture
def cities(shared_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The two cities, empty again after each test."""
    live = {"oakville": shared_world.oakville, "qinghe": shared_world.qinghe}
    monkeypatch.setattr(registry, "find_city", live.get)
    monkeypatch.setattr(webhooks, "_known", {})
    yield shared_world
    for city in live.values():
        for item in shared_world.items(city):
            key = {"pk": item["pk"], "sk": item["sk"]}
            shared_world.dynamodb.delete_item(TableName=f"townkit-test-city-{city.id}", Key=key)
    _empty(shared_world, shared_world.tasks_url)
    usage.reset()


def _empty(world: World, url: str) -> None:
    while found := world.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            world.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


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
