"""Reading what is stored, and how fast it is stored: a year of a stream, 1,000 streams, readings a second."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from functions.core import clock
from functions.core.aws import scoped_client
from functions.core.city import City
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope
from functions.sensing.domain import Reading
from functions.sensing.log import read, retention, store, taking
from functions.sensing.log.days import Day
from functions.sensing.log.domain import Arrival, Entry, State
from functions.sensing.log.rollups import roll_up
from functions.sensing.registry.domain import ACTIVE, Device
from functions.sensing.worker import handle_readings
from infra.bench.capacity import item_bytes
from infra.bench.figures import Figure, Section, Table
from infra.bench.forms import aws_time
from infra.bench.meter import Meter
from infra.bench.readings import CASES, METRIC, PROFILE, Case, day_before_yesterday, record, register, value
from infra.bench.world import demo_world
from tests.world import World

YEAR, EVERY_S, STREAMS, WAITING = 365, 900, 1_000, 20
ITEM_OVERHEAD = 100  # bytes that DynamoDB adds to each item when it charges storage
ROUNDS, BATCH = 3, 100
TABLE = "townkit-test-city-oakville"
HOW = f"""\
A year of one stream (a reading every {EVERY_S // 60} minutes, {YEAR} closed days) read as single readings
with their marks, and {STREAMS:,} devices of five logs with their latest values, {WAITING} entries behind each
board. CPU time without what AWS is played with. Through the consumer: messages in packs of 10 of 200 devices,
in batches of {BATCH}, from the queue's record to the stored entry, rules and marks included; the raw loop
puts the same readings with `batch_write_item`, 25 at a time, one item each, and looks at none. Bytes are
those that DynamoDB charges, {ITEM_OVERHEAD} for each item included: closed days with their roll-ups, and an
item a reading."""


def measure() -> Section:
    """Calls, units and milliseconds; bytes; readings a second."""
    with demo_world() as world:
        year, stored = _year(world)
        streams = _streams(world)
        ours, raw = _speed(world)
    naive = ITEM_OVERHEAD + item_bytes(
        {"pk": {"S": "NAIVE#sensor-r0-001"}, "sk": {"S": f"{METRIC}#1795000000"}, "v": {"N": "21.5"}}
    )
    figures = [
        Figure("DynamoDB calls that read a year of one stream", year[0], "calls", 3),
        Figure("DynamoDB calls that read the latest values of 1,000 streams", streams[0], "calls", 10),
        Figure("Time of a reading through the consumer against a raw write loop", ours / raw, "x", 3.0),
        Figure("Bytes stored of a reading, roll-ups included", stored, "bytes", 40),
    ]
    rows = [
        ["a year of one stream", f"{year[0]:.0f}", f"{year[1]:.1f}", f"{year[2]:.1f}"],
        ["latest values of 1,000 streams", f"{streams[0]:.0f}", f"{streams[1]:.1f}", f"{streams[2]:.1f}"],
    ]
    speed = [
        ["through the consumer", f"{ours:.1f}", f"{1e6 / ours:,.0f}", f"{stored:.1f}"],
        ["raw loop, an item a reading", f"{raw:.1f}", f"{1e6 / raw:,.0f}", f"{naive}"],
    ]
    return Section(
        "Readings stored and read",
        HOW,
        figures,
        [
            Table(["", "calls", "read units", "CPU ms"], rows),
            Table(["", "µs a reading", "readings a second and core", "bytes stored"], speed),
        ],
    )


def _year(world: World) -> tuple[tuple[float, float, float], float]:
    """((calls, read units, CPU ms), bytes stored of a reading)."""
    city, zone = world.oakville, ZoneInfo(world.oakville.zone)
    device = Device("stream", PROFILE, state=ACTIVE, shard="r9")
    first = clock.now().astimezone(zone).date() - timedelta(days=YEAR)
    with tenant_scope(city):
        shelf = _shelf(city, device)
        for number in range(YEAR):
            day = first + timedelta(days=number)
            start = int(clock.parse(f"{day.isoformat()}T00:00:00").replace(tzinfo=zone).timestamp())
            readings = tuple(
                Reading(at * 1000, METRIC, value(1, at)) for at in range(start, start + 86_400, EVERY_S)
            )
            shelf.write_day(
                device.thing, Day(day, readings, {"q": {}, "r": {}}, 1), roll_up(day, zone, readings)
            )
        shelf.set_closed(1)
        end = int(clock.now().timestamp() * 1000)
        cost = _cost(world, lambda: read.series(device, end - (YEAR + 1) * 86_400_000, end))
        count = len(read.series(device, 0, end))
    items = [item for item in world.items(city) if item["pk"]["S"] == "DEVICE#stream"]
    return cost, sum(item_bytes(item) + ITEM_OVERHEAD for item in items) / count


def _shelf(city: City, *devices: Device) -> store.DynamoShelf:
    ctx = Context(city, Actor("system", "bench"), city.languages[0], clock.now(), "bench")
    kept = {device.thing: retention.Kept(730, 730, True) for device in devices}
    shard = devices[0].shard
    return store.DynamoShelf(ctx, shard, {d.thing: d for d in devices}, kept, ZoneInfo(city.zone))


def _streams(world: World) -> tuple[float, float, float]:
    """(calls, read units, CPU ms) of the latest values of many devices."""
    city, devices = world.oakville, []
    now = int(clock.now().timestamp() * 1000)
    with tenant_scope(city):
        for shard in range(STREAMS // 200):
            own = [
                Device(f"s-{shard}-{n:03d}", PROFILE, state=ACTIVE, shard=f"r{20 + shard}")
                for n in range(200)
            ]
            shelf, state = _shelf(city, *own), State()
            first = Entry({d.thing: (_arrival(n, now - 900_000),) for n, d in enumerate(own)})
            state.fold(1, first, {d.thing: {"q": {}, "r": {}} for d in own})
            shelf.write_board(state)
            for seq in range(2, 2 + WAITING):
                part = own[(seq * 67) % 134 :][:67]
                arrivals = {d.thing: (_arrival(n, now + seq * 1000),) for n, d in enumerate(part)}
                shelf.append(seq, Entry(arrivals), None)
            devices += own
        cost = _cost(world, lambda: read.latest(devices))
        if len(read.latest(devices)) != STREAMS:
            raise RuntimeError("a stream has no latest value")
    return cost


def _arrival(number: int, at: int) -> Arrival:
    return Arrival(Reading(at, METRIC, value(number, at // 1000)), at, 1)


def _cost(world: World, work: Any) -> tuple[float, float, float]:
    with Meter(world.dynamodb).measure() as spent:
        work()
    times = []
    for _ in range(ROUNDS):
        with aws_time() as played:
            started = time.process_time()
            work()
            times.append((time.process_time() - started - played.seconds) * 1000)
    return float(len(spent.calls)), spent.rru, median(times)


def _speed(world: World) -> tuple[float, float]:
    """CPU microseconds of a reading: through the consumer, and in a raw loop."""
    case = replace(CASES[1], name="speed", shard="r8")
    city = world.oakville
    city.config["plan"]["limits"]["messages_per_day"] = 10**7
    register(city, case)
    taking.reset()
    start = day_before_yesterday(city)
    ours, raw = [], []
    for number in range(ROUNDS * 3):
        records = [_message(case, number * BATCH + n, start) for n in range(BATCH)]
        ours.append(_timed(lambda records=records: handle_readings({"Records": records})) / BATCH / case.pack)
        rows = [
            {"pk": {"S": f"RAW#{n}"}, "sk": {"S": f"{number:06d}#{k}"}, "v": {"N": "21.5"}}
            for n in range(BATCH)
            for k in range(case.pack)
        ]
        with tenant_scope(city):
            raw.append(_timed(lambda rows=rows: _write(rows)) / len(rows))
    return median(ours) * 1e6, median(raw) * 1e6


def _message(case: Case, number: int, start: int) -> dict[str, Any]:
    return record(case, number % case.devices, start + (1 + number // case.devices) * case.every)


def _write(rows: list[dict[str, Any]]) -> None:
    client = scoped_client("dynamodb")
    for first in range(0, len(rows), 25):
        client.batch_write_item(
            RequestItems={TABLE: [{"PutRequest": {"Item": row}} for row in rows[first : first + 25]]}
        )


def _timed(work: Any) -> float:
    with aws_time() as played:
        started = time.process_time()
        work()
        return time.process_time() - started - played.seconds
