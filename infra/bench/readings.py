"""Write units of a reading: through the worker of the readings queue, alone and in packs of 10."""

from __future__ import annotations

import json
from base64 import b64encode
from math import sin
from typing import Any

from functions.core import clock
from functions.core.city import City
from functions.core.scope import tenant_scope
from functions.core.store import transaction
from functions.sensing.registry import store
from functions.sensing.registry.domain import ACTIVE, Device
from functions.sensing.worker import handle_readings
from infra.bench.figures import Figure, Section, Table
from infra.bench.meter import Meter
from infra.bench.world import demo_world

MESSAGES, EVERY_S = 1008, 600  # seven days
THING, CERTIFICATE = "river-bridge", "a1" * 32
CASES = ((1, 1.1, "alone"), (10, 0.15, "in packs of 10"))
HOW = f"""\
{MESSAGES} SenML messages of a river gauge, one every ten minutes of seven days, each its own batch of the
queue, through the worker. Everything that is written is counted: the open item that is the latest value
and the day's usage, packs that are closed, the city's message counter. Units are computed from the items
before and after each write by DynamoDB's published rules, because the stores that run here do not size
items as DynamoDB does."""


def measure() -> Section:
    """Units a reading, alone and in packs of 10."""
    figures, rows = [], []
    with demo_world() as world:
        for size, limit, name in CASES:
            thing = f"{THING}-{size}"
            _register(world.oakville, thing)
            spent_wru, spent_rru, calls = _send(Meter(world.dynamodb), thing, size)
            if world.messages(world.refused_url):
                raise RuntimeError("a reading was refused")
            readings = MESSAGES * size
            figures.append(Figure(f"Write units of a reading {name}", spent_wru / readings, "units", limit))
            rows.append(
                [name, f"{readings}", f"{spent_wru:.0f}", f"{spent_rru:.1f}", f"{calls / MESSAGES:.2f}"]
            )
    alone, packed = (figure.value for figure in figures)
    rows[1][0] += f" ({packed / alone:.2f} × of alone)"
    heading = ["", "readings", "write units", "read units", "calls a message"]
    return Section("Write units of a reading", HOW, figures, [Table(heading, rows)])


def _register(city: City, thing: str) -> None:
    device = Device(
        thing, "river-level", state=ACTIVE, since=clock.iso(clock.now()), certificate=CERTIFICATE, shard="r0"
    )
    with tenant_scope(city), transaction() as tx:
        store.put(tx, device)


def _send(meter: Meter, thing: str, size: int) -> tuple[float, float, int]:
    start = int(clock.now().timestamp()) - MESSAGES * EVERY_S
    with meter.measure() as spent:
        for number in range(MESSAGES):
            failed = handle_readings({"Records": [_record(thing, number, start + number * EVERY_S, size)]})
            if failed["batchItemFailures"]:
                raise RuntimeError("a reading was not stored")
    return spent.wru, spent.rru, len(spent.calls)


def _record(thing: str, number: int, at: int, size: int) -> dict[str, Any]:
    records = [
        {
            "n": "level",
            "u": "m",
            "v": round(1.5 + sin((number * size + n) / 40), 2),
            "t": at - (size - 1 - n) * EVERY_S / size,
        }
        for n in range(size)
    ]
    body = {
        "payload": b64encode(json.dumps(records).encode()).decode(),
        "topic": f"oakville/{thing}/data",
        "principal": CERTIFICATE,
        "client": f"oakville:{thing}",
        "received": at * 1000,
    }
    return {"messageId": f"m{number}", "body": json.dumps(body)}
