"""From a device's publish to where every page reads it, on the deployed stack: the urgent lane at 100
messages a second, and what a city notices of a neighbour at fifty times its rate."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from functions.core import keys
from functions.sensing.log import codec
from infra.bench.figures import Figure, Section, Table
from infra.cli.devices import root_certificate, write_files
from infra.simulator.fleet import Fleet
from tests.stack import Stack, local_in, running_stack

QUIET, LOUD = "qinghe", "oakville"
PROFILE, DEVICES = "river-level", {QUIET: 4, LOUD: 20}
RATE, TIMES = 1.0, 50  # messages a second of the quiet city; the loud one sends so many times as many
FULL = 100.0  # messages a second, all of one city, at which the lane itself is measured
WARM_S, PHASE_S, FULL_S, SETTLE_S = 6.0, 40.0, 20.0, 30.0
LOOK_S = {QUIET: 0.02, LOUD: 0.1}  # looking is work for the same cores: no oftener than needed
LIMIT = 2.0
HOW = f"""\
The packaged functions on the local cloud, real certificates and MQTT over mutual TLS, one connection a
device. "Visible" is the moment at which a query of the log that every page reads brings the reading; it
is asked every {LOOK_S[QUIET] * 1000:.0f} ms, of the loud city every {LOOK_S[LOUD] * 1000:.0f} ms. First
the quiet city alone at {RATE:g} message a second (300 gauges that speak every five minutes) for
{PHASE_S:.0f} s, then with a neighbour at {TIMES} times that, for as long; then the loud city at
{FULL:g} a second for {FULL_S:.0f} s. The local cloud (broker, topic rules, queue, database and the
functions' processes) shares this machine's cores with the devices, so the times are its own, not those of
AWS; the ratio is what counts."""


@dataclass
class Watched:
    """A city's urgent log as far as it was read; milliseconds from publish to visible by phase."""

    table: str
    after: dict[str, int] = field(default_factory=dict)
    sent: dict[tuple[str, int], tuple[float, str]] = field(default_factory=dict)
    took: dict[str, list[float]] = field(default_factory=dict)


def measure() -> Section:
    """Urgent median and 99th percentile, and the quiet city's 95th with the neighbour against alone."""
    with (
        tempfile.TemporaryDirectory(prefix="townkit-lanes-") as name,
        running_stack(local_in(folder := Path(name))) as stack,
    ):
        topics = _devices(stack, folder / "keys")
        with Fleet("localhost", stack.local.mqtt_port) as fleet:
            wanted = [(client_id, folder / "keys" / client_id) for client_id in topics]
            if fleet.connect(wanted, 60) < len(wanted):
                raise RuntimeError("a device could not connect")
            runner = Runner(stack, fleet, topics)
            runner.play("warm", {QUIET: RATE, LOUD: RATE}, WARM_S)
            runner.play("alone", {QUIET: RATE}, PHASE_S)
            runner.play("together", {QUIET: RATE, LOUD: RATE * TIMES}, PHASE_S)
            runner.play("full", {QUIET: RATE, LOUD: FULL}, FULL_S)
            runner.settle()
    return _section(runner)


class Runner:
    """Sends and looks by turns, in one thread."""

    def __init__(self, stack: Stack, fleet: Fleet, topics: dict[str, str]) -> None:
        self.fleet, self.topics = fleet, topics
        self.dynamodb = stack.client("dynamodb")
        prefix = stack.environment["TOWNKIT_CITY_TABLE_PREFIX"]
        self.cities = {city: Watched(f"{prefix}{city}", {"u0": 0}) for city in DEVICES}
        self.turn = {city: deque(n for n in topics if n.startswith(f"{city}:")) for city in DEVICES}
        self.looked = dict.fromkeys(DEVICES, 0.0)

    def play(self, phase: str, rates: dict[str, float], seconds: float) -> None:
        """Each city at its rate for so long; what is on its way at the end is still counted."""
        start = time.monotonic()
        sent = dict.fromkeys(rates, 0)
        while (now := time.monotonic() - start) < seconds:
            for city, rate in rates.items():
                while sent[city] < now * rate:
                    sent[city] += 1
                    self._send(city, phase)
            self.fleet.pump(0.005)
            self._look()
        deadline = time.monotonic() + SETTLE_S / 2
        while self._waiting(phase) and time.monotonic() < deadline:
            self.fleet.pump(0.01)
            self._look()

    def settle(self) -> None:
        """Raises RuntimeError when something that the broker took never became visible."""
        deadline = time.monotonic() + SETTLE_S
        while any(one.sent for one in self.cities.values()) and time.monotonic() < deadline:
            self.fleet.pump(0.02)
            self._look()
        if lost := sum(len(one.sent) for one in self.cities.values()):
            raise RuntimeError(f"{lost} messages were not visible after {SETTLE_S:.0f} s")

    def _waiting(self, phase: str) -> bool:
        return any(name == phase for one in self.cities.values() for _, name in one.sent.values())

    def _send(self, city: str, phase: str) -> None:
        name = self.turn[city][0]
        self.turn[city].rotate(-1)
        at = round(time.time() * 1000)
        thing = name.partition(":")[2]
        while (thing, at) in self.cities[city].sent:
            at += 1
        rows = [{"n": "level", "u": "m", "v": 1.4 + at % 100 / 1000, "t": at / 1000}]
        self.cities[city].sent[thing, at] = time.monotonic(), phase
        self.fleet.publish(name, self.topics[name], json.dumps(rows))

    def _look(self) -> None:
        for name, city in self.cities.items():
            if city.sent and time.monotonic() - self.looked[name] >= LOOK_S[name]:
                self.looked[name] = time.monotonic()
                for shard in city.after:
                    self._read(city, shard)

    def _read(self, city: Watched, shard: str) -> None:
        answer = self.dynamodb.query(
            TableName=city.table,
            KeyConditionExpression="pk = :log AND sk BETWEEN :next AND :last",
            ExpressionAttributeValues={
                ":log": {"S": keys.log(shard)},
                ":next": {"S": keys.entry(city.after[shard] + 1)},
                ":last": {"S": keys.entry(10**12 - 1)},
            },
        )
        seen = time.monotonic()
        for item in answer["Items"]:
            city.after[shard] = keys.entry_sequence(item["sk"]["S"])
            entry = codec.unpack_entry(item["b"]["B"])
            for thing, arrivals in entry.arrivals.items():
                for arrival in arrivals:
                    if found := city.sent.pop((thing, arrival.reading.at), None):
                        city.took.setdefault(found[1], []).append((seen - found[0]) * 1000)


def _devices(stack: Stack, folder: Path) -> dict[str, str]:
    """Client id -> topic; the devices' files lie in folders of that name."""
    root = root_certificate(stack.connection)

    def add(city: str, thing: str) -> tuple[str, str]:
        request = {"action": "device-add", "city": city, "thing": thing, "profile": PROFILE}
        answer: dict[str, Any] = stack.invoke("admin", request)
        write_files(folder / answer["client_id"], answer, root)
        return answer["client_id"], answer["topic"]

    wanted = [(city, f"lane-{n}") for city, count in DEVICES.items() for n in range(count)]
    with ThreadPoolExecutor(4) as pool:
        return dict(pool.map(lambda one: add(*one), wanted))


def _section(runner: Runner) -> Section:
    quiet, loud = runner.cities[QUIET].took, runner.cities[LOUD].took
    alone, beside = _share(quiet["alone"], 95), _share(quiet["together"], 95)
    urgent = [*loud["full"], *quiet["full"]]
    figures = [
        Figure("Publish to visible in the urgent lane at 100 messages a second, median",
               statistics.median(urgent), "ms", None),
        Figure("Publish to visible in the urgent lane at 100 messages a second, 99th percentile",
               _share(urgent, 99), "ms", None),
        Figure("Publish to visible of a city beside one at 50 times its rate, 95th percentile against alone",
               beside / alone, "x", LIMIT),
    ]  # fmt: skip
    rows = [
        [name, f"{len(one)}", *(f"{_share(one, share):.0f}" for share in (50, 95, 99))]
        for name, one in (
            ("the quiet city alone", quiet["alone"]),
            ("the quiet city beside the loud one", quiet["together"]),
            ("the loud city", loud["together"]),
            (f"the quiet city beside one at {FULL:g} a second", quiet["full"]),
            (f"that one at {FULL:g} a second", loud["full"]),
        )
    ]
    heading = ["milliseconds", "messages", "median", "95th percentile", "99th percentile"]
    return Section("Publish to visible in the urgent lane", HOW, figures, [Table(heading, rows)])


def _share(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]
