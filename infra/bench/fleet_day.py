"""10,000 simulated devices for a day, through the worker: nothing is lost and nothing is stored twice."""

from __future__ import annotations

import heapq
import json
import logging
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, NamedTuple
from unittest.mock import patch

from functions.core import clock
from functions.core.city import City
from functions.core.scope import tenant_scope
from functions.sensing import profiles, quota
from functions.sensing.domain import Reading
from functions.sensing.log import read, taking
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import ACTIVE, Device, shard_of
from functions.sensing.worker import handle_readings
from infra.bench.figures import Figure, Section, Table
from infra.bench.world import demo_world
from infra.simulator.device import Message, SimDevice, pack
from infra.simulator.shapes import DAY
from infra.simulator.transport import troubled
from infra.simulator.weather import Weather

DEVICES, PACKED, BATCH, AGAIN, COMPARED, PROCESSES = 10_000, 12, 1000, 10, 10, 2
KINDS = ("parking-bay", "waste-bin")
EVENTFUL = 500  # one device of so many has alarms and faults
CERTIFICATE = "a1" * 32
HOW = f"""\
A compressed day of {DEVICES:,} devices of {len(KINDS)} kinds that speak every hour, {PACKED} measurements
to a message, in the order in which the messages come in: some late in a burst, some twice, some out of
order. One device in {EVENTFUL} has alarms and faults as well. Batches of {BATCH:,} as the routine queue
hands them over; every {AGAIN}th batch comes twice. Through the worker, in {PROCESSES} processes with a
city each, with DynamoDB played in memory: most of the time is the play's. The devices' own counters are
compared with what was simulated, and the stored series of {COMPARED * PROCESSES} devices reading by
reading."""


class Part(NamedTuple):
    """What became of a process's devices; ``wrong`` readings of those compared one by one."""

    messages: int
    sent: int
    counted: int
    wrong: int
    seconds: float


def measure() -> Section:
    """Readings lost or stored twice, and how many went through."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(_city, [DEVICES // PROCESSES] * PROCESSES))
    lost = sum(abs(part.sent - part.counted) + part.wrong for part in parts)
    figure = Figure(f"Readings lost or doubled, a day of {DEVICES:,} devices", float(lost), "readings", 0.0)
    heading = [
        "devices",
        "messages",
        "readings sent",
        "stored",
        "wrong of those compared",
        "CPU with the play",
    ]
    rows = [
        [
            f"{DEVICES // PROCESSES:,}", f"{part.messages:,}", f"{part.sent:,}", f"{part.counted:,}",
            f"{part.wrong}", f"{part.seconds:.0f} s",
        ]
        for part in parts
    ]  # fmt: skip
    return Section(f"A day of {DEVICES:,} devices", HOW, [figure], [Table(heading, rows)])


def _city(count: int) -> Part:
    logging.disable(logging.INFO)
    with demo_world() as world, clock.frozen(clock.now()), patch.object(taking, "LOGS_KEPT", 1000):
        city = world.oakville
        city.config["plan"]["limits"].update(messages_per_day=10**8, devices=10**6)
        end = clock.now().timestamp() - 60
        quota.reset()
        things = _register(city, count)
        sent: dict[str, set[Reading]] = {}
        began, messages = time.process_time(), 0
        for number, batch in enumerate(_batches(things, end, sent)):
            for _ in range(2 if number % AGAIN == 0 else 1):
                if handle_readings({"Records": batch})["batchItemFailures"]:
                    raise RuntimeError("a message was not stored")
            messages += len(batch)
        took = time.process_time() - began
        if world.messages(world.refused_url):
            raise RuntimeError("a message was refused")
        counted, wrong = _stored(city, things, sent, end)
    return Part(messages, sum(map(len, sent.values())), counted, wrong, took)


def _register(city: City, count: int) -> dict[str, SimDevice]:
    """Records as the register keeps them, written as a batch; the devices that imitate them."""
    weather, made = Weather("bench"), dict[str, SimDevice]()
    catalogue = {kind: profiles.load(kind) for kind in KINDS}
    with tenant_scope(city), registry.DeviceItem.batch_write() as batch:
        for number in range(count):
            profile = catalogue[KINDS[number % len(KINDS)]]
            thing = f"sim-{number}"
            shard = shard_of(profile["lane"], number + 1)
            device = Device(thing, profile["id"], state=ACTIVE, certificate=CERTIFICATE, shard=shard)
            batch.save(registry._item(device, 1))
            eventful = number % EVENTFUL == 0
            made[thing] = SimDevice(
                thing, profile, profile["rules"] if eventful else (), "bench", weather,
                every=DAY / 4 if eventful else None,
            )  # fmt: skip
    return made


def _batches(
    things: dict[str, SimDevice], end: float, sent: dict[str, set[Reading]]
) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    streams = (_stream(device, end) for device in things.values())
    for number, (received, thing, part) in enumerate(heapq.merge(*streams, key=lambda entry: entry[0])):
        rows = pack(things[thing], part)
        found = sent.setdefault(thing, set())
        for row in rows:
            found.add(Reading(round((rows[0]["bt"] + row.get("t", 0)) * 1000), row["n"], float(row["v"])))
        batch.append(_record(f"m{number}", thing, round(received * 1000), rows))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _stream(device: SimDevice, end: float) -> Iterator[tuple[float, str, list[Message]]]:
    device.begin(end - DAY, end)
    messages, _ = troubled(device.thing, device.messages(end - DAY, end), "bench", DAY, device.interval)
    for start in range(0, len(messages), PACKED):
        part = messages[start : start + PACKED]
        yield part[-1].received, device.thing, part


def _record(number: str, thing: str, received: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
    body = {
        "payload": b64encode(json.dumps(rows).encode()).decode(), "topic": f"oakville/{thing}/data",
        "principal": CERTIFICATE, "client": f"oakville:{thing}", "received": received,
    }  # fmt: skip
    return {"messageId": number, "body": json.dumps(body)}


def _stored(
    city: City, things: dict[str, SimDevice], sent: dict[str, set[Reading]], end: float
) -> tuple[int, int]:
    """Readings by the devices' counters, and readings of some devices that differ from what was sent."""
    with tenant_scope(city):
        devices = registry.list_devices()
        states = read.latest([device for device in devices if device.thing in things])
        counted = sum(readings for state in states.values() for _, readings in state.days.values())
        wrong = 0
        for device in [one for one in devices if one.thing in things][:: max(1, len(things) // COMPARED)]:
            found = read.series(device, int((end - 2 * DAY) * 1000), int((end + DAY) * 1000))
            wrong += len({reading[:3] for reading in found} ^ {reading[:3] for reading in sent[device.thing]})
    return counted, wrong
