"""Fixtures for a folder's conftest.py: the two-city world, made once a module and emptied after every test,
since making it takes longer than most tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.builders import CITY_IDS, city_config
from tests.desk import clear
from tests.world import World, two_cities


@pytest.fixture(scope="module")
def towns() -> Iterator[World]:
    """Both cities, as they were made."""
    with two_cities({city_id: city_config(city_id) for city_id in CITY_IDS}) as made:
        yield made


@pytest.fixture
def world(towns: World) -> Iterator[World]:
    """Both cities, empty."""
    yield towns
    clear(towns)
