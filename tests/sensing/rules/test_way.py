"""The whole way of the newer rules: a message, the device's place and the city's areas, an alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from functions.core import scope
from functions.core.store import transaction
from functions.sensing import profiles
from functions.sensing.alarms import store as alarms
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import Place
from functions.sensing.worker import handle_readings
from tests.sensing.conftest import record
from tests.world import NOW, World

THING = "river-bridge"
MINUTE = 60


def become(world: World, profile: str, place: Place) -> None:
    """The city's device is of another kind, in another place."""
    devices = world.oakville.config["devices"]
    devices["profiles"] = {profile: profiles.for_city(profile)}
    devices["things"] = [{**devices["things"][0], "profile": profile}]
    devices["rules"], devices["areas"] = [], profiles.load(profile)["stage"]["areas"]
    with scope.tenant_scope(world.oakville):
        before = registry.find(THING)
        assert before
        with transaction() as tx:
            registry.put(tx, replace(before, profile=profile, place=place), before)


def send(world: World, seconds: float, **values: float) -> None:
    """A message of so many seconds before now."""
    profile = next(iter(world.oakville.config["devices"]["profiles"].values()))
    rows = [
        {"n": name, "u": profile["quantities"][name]["unit"], "v": value} for name, value in values.items()
    ]
    base: dict[str, Any] = {"bt": NOW.timestamp() - seconds, **rows[0]}
    handle_readings({"Records": [record("oakville", THING, [base, *rows[1:]])]}, None)


def states(world: World) -> dict[str, str]:
    with scope.tenant_scope(world.oakville):
        found = alarms.get_many([(THING, rule) for rule in ("left-area", "off-at-night", "on-by-day")])
    return {rule: alarm.state for (_, rule), alarm in found.items()}


def test_a_lorry_that_leaves_the_area_of_its_city_raises_and_coming_back_ends_it(river: World) -> None:
    become(river, "muck-truck", Place())
    send(river, 4 * MINUTE, lat=30.70, lon=120.70, speed=30)
    send(river, 3 * MINUTE, lat=30.74, lon=120.70, speed=30)
    assert states(river) == {}
    send(river, 2 * MINUTE, lat=30.74, lon=120.70, speed=30)
    assert states(river) == {"left-area": "raised"}
    send(river, MINUTE, lat=30.70, lon=120.70, speed=30)
    assert states(river) == {"left-area": "cleared"}


def test_a_lamp_is_judged_by_the_sun_where_it_stands(river: World) -> None:
    at = NOW.astimezone(UTC)
    assert at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    for lon, expected in ((150.0, {"off-at-night": "raised"}), (0.0, {})):  # evening there, morning here
        become(river, "street-lamp", Place(0.0, lon))
        for seconds in (3 * MINUTE, 2 * MINUTE) if lon else (MINUTE, 0):
            send(river, seconds, state=0)
        assert {rule: state for rule, state in states(river).items() if state == "raised"} == expected
