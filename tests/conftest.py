"""Fixtures for every test below: the two-city world in moto, and the one deployed stack (tests/stack.py)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world import World, two_cities

pytest_plugins = ["tests.stack"]


@pytest.fixture
def world() -> Iterator[World]:
    """Two cities, their tables, a files bucket and queues, in moto."""
    from tests.builders import city_config

    with two_cities({city_id: city_config(city_id) for city_id in ("oakville", "qinghe")}) as made:
        yield made
