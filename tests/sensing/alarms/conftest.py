"""Oakville with gauges along its river, and people who are told of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.core import clock, scope
from functions.identity import service as identity
from tests.builders import city_config
from tests.desk import staff
from tests.sensing.alarms import rig
from tests.world import NOW, World, two_cities


@pytest.fixture
def flood() -> Iterator[World]:
    configs = {city: city_config(city, devices=rig.devices()) for city in ("oakville", "qinghe")}
    with two_cities(configs) as made, clock.frozen(NOW):
        with scope.tenant_scope(made.oakville):
            identity.replace_staff(staff("oakville"))
        yield made
