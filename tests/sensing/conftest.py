"""Two cities with sensors; messages as the topic rule would queue them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from functions.core import clock, scope
from functions.core.context import Actor
from functions.core.store import transaction
from functions.sensing import profiles, quota
from functions.sensing.log import read, rulesets, taking
from functions.sensing.registry import store as registry_store
from functions.sensing.registry.domain import ACTIVE, Device
from functions.sensing.sources import refusals
from functions.tenancy import registry
from tests.builders import both, city_config
from tests.world import NOW, World, two_cities

RECEIVED = int(NOW.timestamp() * 1000)
CERTIFICATES = {
    ("oakville", "river-bridge"): "a1" * 32,
    ("oakville", "air-school"): "a2" * 32,
    ("qinghe", "river-bridge"): "b1" * 32,
}


def sensors() -> dict[str, Any]:
    return {
        "profiles": {name: profiles.load(name) for name in ("river-level", "air-station")},
        "things": [
            {
                "thing": "river-bridge",
                "profile": "river-level",
                "names": both("Bridge", "大桥"),
                "place": None,
            },
            {"thing": "river-park", "profile": "river-level", "names": both("Park", "公园"), "place": None},
        ],
        "rules": [
            {
                "id": "high-water",
                "thing": None,
                "profile": "river-level",
                "metric": "level",
                "levels": [{"above": 3.5, "severity": "high"}],
                "clear": 3.2,
                "of": [2, 2],
                "department": "works",
                "title": both("High water", "水位过高"),
            },
        ],
    }


@pytest.fixture
def river(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Oakville has river-bridge and air-school, Qinghe has a river-bridge of its own; all may speak."""
    configs = {city: city_config(city, devices=sensors()) for city in ("oakville", "qinghe")}
    with two_cities(configs) as made, clock.frozen(NOW):
        cities = {"oakville": made.oakville, "qinghe": made.qinghe}
        monkeypatch.setattr(registry, "find_city", cities.get)
        monkeypatch.setattr(registry, "city_for_admin", cities.__getitem__)
        forget()
        for (city, thing), certificate in CERTIFICATES.items():
            register(cities[city], thing, certificate)
        yield made


def register(city: Any, thing: str, certificate: str, state: str = ACTIVE, profile: str = "") -> None:
    profile = profile or ("river-level" if thing.startswith("river") else "air-station")
    with scope.tenant_scope(city), transaction() as tx:
        before = registry_store.find(thing)
        device = Device(
            thing, profile, state=state, since=clock.iso(NOW), certificate=certificate, shard="r0", version=1
        )
        registry_store.put(tx, device, before)


def record(
    city: str, thing: str, pack: Any, *, id: str = "m1", seconds: float = 0, certificate: str | None = None,
    client: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A record of the readings queue. `pack` is a JSON value or raw text."""
    payload = pack if isinstance(pack, str) else json.dumps(pack)
    body = {
        "payload": base64.b64encode(payload.encode()).decode(),
        "topic": f"{city}/{thing}/data",
        "city": city,
        "thing": thing,
        "principal": CERTIFICATES.get((city, thing), "00" * 32) if certificate is None else certificate,
        "client": client or f"{city}:{thing}",
        "received": RECEIVED + int(seconds * 1000),
    }
    return {"messageId": id, "body": json.dumps(body)}


def level(value: float, **fields: Any) -> list[dict[str, Any]]:
    return [{"n": "level", "u": "m", "v": value, **fields}]


def forget() -> None:
    """As a new process."""
    quota.reset()
    refusals.reset()
    taking.reset()
    rulesets.reset()


def state_of(city: Any, thing: str) -> Any:
    """What the board and the log say of a device; None before its first message."""
    return states_of(city, [thing]).get(thing)


def states_of(city: Any, things: Sequence[str]) -> dict[str, Any]:
    """The same of many, by thing; of those that have spoken. A shard's log is unpacked once."""
    with scope.tenant_scope(city):
        return read.latest([registry_store.find(thing) or Device(thing, "") for thing in things])


def series(city: Any, thing: str) -> list[Any]:
    with scope.tenant_scope(city):
        return read.series(registry_store.find(thing), 0, RECEIVED + 10 * 86_400_000)


def values(city: Any, thing: str, metric: str = "level") -> list[float]:
    return [r.value for r in series(city, thing) if r.metric == metric]


def refused(world: World, city: Any) -> list[str]:
    from functions.sensing import service

    with scope.tenant_scope(city):
        found = service.refused_since(world.context(city, Actor("staff", "x")), 7, 100)
    return [entry.reason["message"] % entry.reason["params"] for entry in found]


def later(seconds: float) -> Any:
    return NOW + timedelta(seconds=seconds)
