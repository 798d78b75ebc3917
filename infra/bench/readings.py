"""Write units of a reading: whole days through the worker and the night's closing, beside one item a
reading."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sin
from typing import Any
from zoneinfo import ZoneInfo

from functions.adapters.queue import FakeQueue
from functions.core import clock
from functions.core.city import City
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope
from functions.core.store import transaction
from functions.sensing.log import taking, tasks
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import ACTIVE, Device
from functions.sensing.worker import handle_readings
from functions.tenancy.costs import PRICES, of_message
from infra.bench.figures import Figure, Section, Table
from infra.bench.meter import Meter
from infra.bench.world import demo_world
from tests.world import World

PROFILE, METRIC, CERTIFICATE = "air-station", "temperature", "a1" * 32
DAY_S, WINDOW_S = 86_400, 300
HOW = f"""\
Whole days of SenML messages through the worker of the readings queue, in the batches in which the queue hands
them over: routine ones gather for {WINDOW_S} seconds, an urgent one comes alone. Whether one worker gets all
of a window or several share it is AWS's choice (it begins with five); both are measured. Then the night: the
day is closed into an item for each device and its roll-ups. Everything that is written is counted: entries
of the log, boards with the latest values, rules' memories, closed days, hour and day roll-ups, the city's
counters.
The naive writer puts one item for each reading and keeps neither a latest value nor a roll-up. Units are
computed from the items before and after each write by DynamoDB's published rules, because the stores that
run here do not size items as DynamoDB does. Dollars are for a million readings, at the list prices in
docs/cost.md: the database alone, and with rule, queue and their requests."""


@dataclass(frozen=True)
class Case:
    """``devices`` send every ``every`` seconds a message of ``pack`` readings; ``gather`` is how long the
    queue waits, 0 for one message a batch; ``together``: so many devices send at the same moment (a
    gateway); ``workers``: so many share what was gathered."""

    name: str
    shard: str
    devices: int
    every: int
    pack: int
    gather: int
    limit: float | None
    together: int = 1
    workers: int = 1


CASES = (
    Case("single, routine, 200 devices every 15 minutes", "r0", 200, 900, 1, WINDOW_S, 0.35),
    Case("in packs of 10, routine, 200 devices", "r1", 200, 9_000, 10, WINDOW_S, 0.1),
    Case("urgent, alone", "u0", 2, 600, 1, 0, 1.1),
    Case("through gateways of 50 devices", "r2", 50, 1_800, 1, 1, None, together=50),
    Case("single, routine, a window among five workers", "r3", 200, 900, 1, WINDOW_S, 0.35, workers=5),
)


@dataclass(frozen=True)
class Cost:
    """Of one case: units and calls for all its readings."""

    readings: int
    wru: float
    rru: float
    calls: int

    def dollars(self) -> float:
        """The database's, for a million readings."""
        units = self.wru * float(PRICES["write"].dollars) + self.rru * float(PRICES["read"].dollars)
        return units / self.readings


def measure() -> Section:
    """Units a reading, by case."""
    figures, rows = [], []
    with demo_world() as world:
        naive = naive_cost(world, CASES[0])
        for case in CASES:
            cost = case_cost(world, case)
            figures.append(
                Figure(f"Write units of a reading {case.name}", cost.wru / cost.readings, "units", case.limit)
            )
            rows.append(_row(case.name, cost, case.pack, max(1, case.gather and 10)))
    rows.append(_row("naive: an item for each reading", naive, 1, 10))
    heading = ["", "readings", "write units each", "read units each", "database, $", "with transport, $"]
    return Section("Write units of a reading", HOW, figures, [Table(heading, rows)])


def _row(name: str, cost: Cost, pack: int, batch: int) -> list[str]:
    dollars = cost.dollars()
    return [
        name,
        f"{cost.readings:,}",
        f"{cost.wru / cost.readings:.3f}",
        f"{cost.rru / cost.readings:.3f}",
        f"{dollars:.3f}",
        f"{dollars + float(of_message(batch)) / pack:.3f}",
    ]


def case_cost(world: World, case: Case) -> Cost:
    """A day of a case and the night after it."""
    city = world.oakville
    city.config["plan"]["limits"]["messages_per_day"] = 10**7
    start = day_before_yesterday(city)
    register(city, case)
    taking.reset()
    with Meter(world.dynamodb).measure() as spent:
        for batch in batches(case, start):
            if handle_readings({"Records": batch})["batchItemFailures"]:
                raise RuntimeError("a reading was not stored")
        close_day(city, case.shard, start)
    if world.messages(world.refused_url):
        raise RuntimeError("a reading was refused")
    readings = case.devices * case.pack * (DAY_S // case.every)
    return Cost(readings, spent.wru, spent.rru, len(spent.calls))


def naive_cost(world: World, case: Case) -> Cost:
    """The same readings, an item each."""
    start = day_before_yesterday(world.oakville)
    table = "townkit-test-city-oakville"
    with Meter(world.dynamodb).measure() as spent, tenant_scope(world.oakville):
        from functions.core.aws import scoped_client

        client = scoped_client("dynamodb")
        rows = [
            {
                "pk": {"S": f"NAIVE#{thing_of(case, n)}"},
                "sk": {"S": f"{METRIC}#{at}"},
                "v": {"N": str(value(n, at))},
            }
            for n in range(10)
            for at in range(start, start + DAY_S, case.every)
        ]
        for first in range(0, len(rows), 25):
            puts = [{"PutRequest": {"Item": row}} for row in rows[first : first + 25]]
            client.batch_write_item(RequestItems={table: puts})
    return Cost(len(rows), spent.wru, spent.rru, len(spent.calls))


def day_before_yesterday(city: City) -> int:
    """The first second of a whole day of the city that is over."""
    day = (clock.now() - timedelta(days=2)).astimezone(ZoneInfo(city.zone)).date()
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(city.zone)).timestamp())


def register(city: City, case: Case) -> None:
    """The devices of a case."""
    for first in range(0, case.devices, 50):
        with tenant_scope(city), transaction() as tx:
            for number in range(first, min(first + 50, case.devices)):
                thing = thing_of(case, number)
                registry.put(
                    tx, Device(thing, PROFILE, state=ACTIVE, certificate=CERTIFICATE, shard=case.shard)
                )


def thing_of(case: Case, number: int) -> str:
    """A device's name."""
    return f"sensor-{case.shard}-{number:03d}"


def value(number: int, at: int) -> float:
    """A day's shape with some noise, in the unit of the quantity."""
    return round(15 + 8 * sin(at / 13_000) + number % 7 / 5 + (at * 7919 + number) % 11 / 20, 1)


def batches(case: Case, start: int) -> Iterator[list[dict[str, Any]]]:
    """What the queue hands over during a day."""
    windows: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number in range(case.devices):
        group = number // case.together
        offset = group * 7919 % case.every
        for at in range(start + offset, start + offset + DAY_S - DAY_S % case.every, case.every):
            if at < start + DAY_S:
                windows[at // case.gather if case.gather else at * case.devices + number].append((at, number))
    for window in sorted(windows):
        gathered = [record(case, number, at) for at, number in sorted(windows[window])]
        for worker in range(min(case.workers, len(gathered))):
            yield gathered[worker :: case.workers]


def record(case: Case, number: int, at: int) -> dict[str, Any]:
    """One message of the queue, received at ``at``."""
    step = case.every // case.pack
    rows = [
        {"n": METRIC, "u": "Cel", "v": value(number, moment), "t": moment}
        for moment in range(at - (case.pack - 1) * step, at + 1, step)
    ]
    thing = thing_of(case, number)
    body = {
        "payload": b64encode(json.dumps(rows).encode()).decode(),
        "topic": f"oakville/{thing}/data",
        "principal": CERTIFICATE,
        "client": f"oakville:{thing}",
        "received": at * 1000 + number,
    }
    return {"messageId": f"m-{thing}-{at}", "body": json.dumps(body)}


def close_day(city: City, shard: str, start: int) -> Sequence[Any]:
    """The night after the day, as the tasks worker does it; the tasks that follow."""
    now = datetime.fromtimestamp(start + DAY_S + 3_600, ZoneInfo("UTC"))
    queue = FakeQueue()
    ctx = Context(city, Actor("system", "tasks"), city.languages[0], now, "night")
    with tenant_scope(city), clock.frozen(now):
        tasks.close_shard(ctx, shard, queue)
    return queue.sent
