"""Ten river gauges in one flood, and what the alarms' tests say of their rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from functions.adapters.mail import FakeMailer, Mail
from functions.adapters.sms import FakeSms, Sms
from functions.cases import store
from functions.cases.domain import Case
from functions.core import clock, scope
from functions.core.context import Actor, Context
from functions.core.store import transaction
from functions.notifications import service as notifications
from functions.notifications import store as outbox
from functions.sensing.alarms import due
from functions.sensing.alarms.writing import again
from functions.sensing.domain import Reading
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import Device, Place
from functions.sensing.rules.domain import Change
from tests.builders import both
from tests.world import NOW, World

T0 = int(NOW.timestamp() * 1000)
MINUTE = 60_000
RULES: list[dict[str, Any]] = [
    {
        "id": "flood", "title": both("Water over the wall", "水位漫堤"), "metric": "level", "kind": "flood",
        "levels": [{"above": 3.0, "severity": "high"}, {"above": 4.0, "severity": "critical"}], "clear": 2.8,
        "active": True,
    },
    {
        "id": "damp", "title": both("Wet ground", "地面潮湿"), "metric": "level", "severity": "low",
        "quiet": {"start": "00:00", "end": "06:00", "days": []}, "active": True,
    },
    {
        "id": "silence", "title": both("No word from the gauge", "水位计无消息"), "missing": 3,
        "severity": "medium", "kind": "silence", "active": True,
    },
    {
        "id": "flood-and-damp", "title": both("Flood on wet ground", "涝渍"), "both": ["flood", "damp"],
        "severity": "critical", "active": True,
    },
]  # fmt: skip
QUANTITY = {"unit": "m", "names": both("Level", "水位"), "precision": 2}


def devices() -> dict[str, Any]:
    """The compiled part of a city with gauges."""
    profile = {
        "id": "gauge", "names": both("Gauge", "水位计"), "quantities": {"level": QUANTITY}, "rules": RULES,
        "cadence": 300, "heartbeat": 600, "lane": "urgent", "emergency": False, "commands": {},
    }  # fmt: skip
    return {"profiles": {"gauge": profile}, "things": [], "rules": []}


def gauge(number: int = 1, *, lat: float = 30.27, **more: Any) -> Device:
    """A gauge; two of neighbouring numbers are about 110 m apart."""
    place = Place(lat + number * 0.001, -97.74)
    fields: dict[str, Any] = {"state": "active", "department": "works", "place": place, "since": "2026-01-01"}
    return Device(f"gauge-{number}", **{"profile": "gauge", **fields, **more})


def change(
    rule: str = "flood", what: Any = "raised", at: int = T0, value: float = 3.4, severity: str = "high"
) -> Change:
    """One change, as the engine says it."""
    reading = Reading(at, "level", value)
    limit = None if rule in ("silence", "damp") else 3.0
    return Change(rule, "level", what, severity, at, reading, (reading,), value, limit)


def system(world: World, **later: Any) -> Context:
    """As the worker acts."""
    return Context(world.oakville, Actor("system", "tasks"), "en", NOW, "m1")


def feed(world: World, device: Device, *changes: Change, ctx: Context | None = None) -> Any:
    """Changes in a transaction of their own, as the worker writes them; answers what follows."""
    from functions.sensing.alarms import opening as alarms

    with scope.tenant_scope(world.oakville):
        return again(lambda tx: alarms.apply(tx, ctx or system(world), device, changes))


def work(world: World, moment: datetime = NOW) -> None:
    """All that is due by a moment, as the tasks worker does it."""
    with clock.frozen(moment), scope.tenant_scope(world.oakville):
        due.work_due(replace(system(world), now=moment))


def messages(world: World, moment: datetime = NOW) -> tuple[list[Mail], list[Sms]]:
    """What goes out now."""
    mailer, texter = FakeMailer(), FakeSms()
    with clock.frozen(moment), scope.tenant_scope(world.oakville):
        for row in list(outbox.pending()):
            notifications.deliver(replace(system(world), now=moment), row.sk, mailer, texter)
    return mailer.sent, texter.sent


def register(world: World, device: Device) -> Device:
    """Put a device on record."""
    with scope.tenant_scope(world.oakville):
        with transaction() as tx:
            registry.put(tx, device)
        found = registry.find(device.thing)
    assert found
    return found


def incidents(world: World) -> list[Case]:
    """The city's incidents, in no order."""
    with scope.tenant_scope(world.oakville):
        found = [
            store.get_case(item["pk"]["S"][5:]) for item in world.items(world.oakville) if _is_case(item)
        ]
    return [case for case in found if case]


def _is_case(item: dict[str, Any]) -> bool:
    return item["pk"]["S"].startswith("CASE#") and item["sk"]["S"] == "META"
