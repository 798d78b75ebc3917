"""The two cities and the public app, made once a module: nothing but drafts is written to them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chalice.test import Client

from tests.builders import CITY_IDS, city_config
from tests.services.guide_world import make_app
from tests.world import World, two_cities


@pytest.fixture(scope="module")
def towns() -> Iterator[World]:
    """Both cities with their tables; `guide_world.offering` says what they offer."""
    with two_cities({city_id: city_config(city_id) for city_id in CITY_IDS}) as made:
        yield made


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """The app in front of them."""
    with Client(make_app()) as made:
        yield made
