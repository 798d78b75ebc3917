"""Oakville with gauges along its river."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.core import clock
from tests.builders import city_config
from tests.sensing.alarms import rig
from tests.world import NOW, World, two_cities


@pytest.fixture
def flood() -> Iterator[World]:
    configs = {city: city_config(city, devices=rig.devices()) for city in ("oakville", "qinghe")}
    with two_cities(configs) as made, clock.frozen(NOW):
        yield made
