"""Fixtures for every test below: the two-city world in moto, and the one deployed stack (tests/stack.py)."""

from __future__ import annotations

from collections import Counter
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files whose tests need the stack come first, short files last: so both workers end at about the same
    time (with `--no-loadscope-reorder`, which keeps this order)."""
    slow = {item.path for item in items if "stack" in getattr(item, "fixturenames", ())}
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in slow, -tests[item.path]))
