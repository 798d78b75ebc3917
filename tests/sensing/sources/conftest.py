"""Two cities whose devices send through networks and vendors; profiles of the tests' own."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from chalice import Chalice

from functions.api.webhook_domain import sign
from functions.core import audit, clock, scope, settings
from functions.core.city import City
from functions.core.context import Actor, Context
from functions.core.keyring import city_key
from functions.core.store import transaction
from functions.identity.domain import ADMIN, Staff
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import ACTIVE, Device
from functions.sensing.sources import domain, refusals, service, store
from functions.sensing.sources.domain import Source
from functions.tenancy import registry as cities_registry
from tests.api.program import Answer, event
from tests.builders import city_config
from tests.world import NOW, REGION, World, two_cities

PROBE = {
    "id": "probe",
    "lane": "routine",
    "quantities": {
        "temperature": {"unit": "Cel", "range": [-40, 85]},
        "open": {"unit": "/"},
        "battery": {"unit": "%EL", "role": "battery"},
        "signal": {"unit": "dBm", "role": "signal"},
    },
    "decoders": [
        {
            "port": 2,
            "fields": [
                {"metric": "temperature", "byte": 0, "type": "i16", "scale": 0.1, "missing": -32768},
                {"metric": "open", "byte": 2, "type": "u8", "bits": [7, 1]},
            ],
        }
    ],
    "mappings": [
        {
            "source": "acme",
            "rows": "data",
            "device": "imei",
            "time": "at",
            "time_format": "iso",
            "fields": [
                {"metric": "temperature", "path": "v.temp", "unit": "K"},
                {"metric": "open", "path": "v.door", "values": {"open": 1, "closed": 0}},
            ],
        }
    ],
}
ALARM = {**PROBE, "id": "alarm", "lane": "urgent"}
EUI = {"oakville": "70b3d57ed0000001", "qinghe": "70b3d57ed0000002"}
URGENT_EUI = "70b3d57ed0000003"
_numbers = count(1)
IMEI = "356938035643809"


@dataclass
class Sender:
    """A source of one city as its network knows it."""

    app: Chalice
    city: City
    source: Source
    secret: bytes

    def post(self, body: Any, *, path: str = "", **headers: str) -> Answer:
        """One message; a document is signed or carries the secret as its kind wants."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        if self.source.kind == domain.VENDOR:
            sent = sign(self.secret, headers.pop("id", "msg-1"), headers.pop("at", clock.now()), raw)  # type: ignore[arg-type]
        else:
            sent = {"Authorization": f"Bearer {domain.written(self.source.kind, self.secret)}"}
        return self.raw(raw, {**sent, **headers}, path=path)

    def raw(self, body: bytes, headers: dict[str, str], *, path: str = "", city: str = "") -> Answer:
        """As it is."""
        address = f"/{city or self.city.id}/ingest/{self.source.id}{path}"
        asked = event("POST", address.replace("/ingest/", "/ingest//", 1), headers, body)
        asked["requestContext"]["resourcePath"] = "/{city}/ingest/{rest+}"
        asked["requestContext"]["path"] = address
        asked["requestContext"]["requestId"] = f"request-{next(_numbers)}"
        got = self.app(asked, None)
        return Answer(got["statusCode"], dict(got["headers"]), got["body"])


@dataclass
class Place:
    """The world with the two queues of readings."""

    world: World
    app: Chalice
    queues: dict[str, str]

    def sender(self, kind: str, city: str = "oakville", **changes: Any) -> Sender:
        """A new live source."""
        owner: City = getattr(self.world, city)
        found = Source(
            f"0199c0ffee00{len(kind):014d}",
            kind,
            f"{kind} (demo)",
            f"admin@{city}.example",
            clock.iso(NOW),
            **changes,
        )
        with scope.tenant_scope(owner), transaction() as tx:
            store.add(tx, found)
            audit.append(tx, audit.Chain("source", found.id), "source_made", self.world.context(owner), {})
        secret = domain.secret(city_key(city, "source"), found.id, 1)
        return Sender(self.app, owner, found, secret)

    def queued(self, lane: str = "routine") -> list[dict[str, Any]]:
        """Bodies in a lane's queue, with their pack read."""
        bodies = self.world.messages(self.queues[lane])
        return [{**one, "pack": json.loads(base64.b64decode(one["payload"]))} for one in bodies]


@pytest.fixture(scope="session")
def interface() -> Chalice:
    """The interface of sources alone."""
    from functions.sensing.sources import pages

    app = Chalice(app_name="townkit-test", configure_logs=False)
    app.register_blueprint(pages.bp)
    return app


@pytest.fixture
def place(interface: Chalice, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Each city has a probe with a DevEUI; Oakville also an urgent one, and one known by its IMEI."""
    sensors = {"profiles": {"probe": PROBE, "alarm": ALARM}, "things": [], "rules": []}
    configs = {city: city_config(city, devices=sensors) for city in EUI}
    with two_cities(configs) as world, clock.frozen(NOW):
        sqs = boto3.client("sqs", region_name=REGION)
        queues = {lane: sqs.create_queue(QueueName=lane)["QueueUrl"] for lane in ("routine", "urgent")}
        there = {
            "TOWNKIT_READINGS_QUEUE_URL": queues["routine"],
            "TOWNKIT_URGENT_QUEUE_URL": queues["urgent"],
        }
        with patch.dict("os.environ", there):
            settings.settings.cache_clear()
            refusals.reset()
            cities = {"oakville": world.oakville, "qinghe": world.qinghe}
            monkeypatch.setattr(cities_registry, "find_city", cities.get)
            for city, eui in EUI.items():
                add_device(cities[city], Device("probe-1", "probe", eui=eui))
            add_device(world.oakville, Device("alarm-1", "alarm", eui=URGENT_EUI))
            add_device(world.oakville, Device("probe-2", "probe", serial=IMEI))
            yield Place(world, interface, queues)


def add_device(city: City, device: Device, state: str = ACTIVE) -> None:
    """Register a device that may send."""
    from dataclasses import replace

    with scope.tenant_scope(city), transaction() as tx:
        registry.put(tx, replace(device, state=state, since=clock.iso(NOW), shard="r0"))


def admin(city: str) -> Staff:
    """The city's admin."""
    return Staff(f"admin@{city}.example", "Ada (demo)", (ADMIN,), ())


def context(place: Place, city: str) -> Context:
    """The admin's context."""
    return place.world.context(getattr(place.world, city), Actor("staff", f"admin@{city}.example"))


__all__ = ["service"]
