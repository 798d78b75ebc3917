"""`townkit simulate`: devices that do not exist, until they are told to stop.

First a stretch of the past at a chosen speed, then the present. Every device has its own connection."""

from __future__ import annotations

import heapq
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.errors import InfraError
from infra.simulator.device import Message, SimDevice, pack
from infra.simulator.fleet import Fleet
from infra.simulator.labels import Label, write
from infra.simulator.samples import packs
from infra.simulator.shapes import DAY
from infra.simulator.transport import troubled
from infra.simulator.weather import Weather

READY_S, CONNECTS_A_SECOND = 20.0, 25
ON_THEIR_WAY = 500  # messages that the broker has not taken yet
FIRST_ALARM_S, BETWEEN_S = 15.0, 1800.0  # in the present, so that a demonstration has something to show


@dataclass(frozen=True)
class Thing:
    """A device to be: its profile and the rules that watch it, where it publishes, where its files are."""

    name: str
    client_id: str
    topic: str
    folder: Path
    profile: Mapping[str, Any]
    rules: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Plan:
    """``hours`` of the past, ``speed`` times as fast as they were (None: as fast as the broker takes them),
    ``packed`` measurements to a message. ``interval``: seconds between two messages of the present;
    ``offset``: seconds that the city is ahead of UTC. ``events``: whether the past has events and faults.
    ``sample``: play only this sample of each device's profile, in the city's ``zone``."""

    things: Sequence[Thing]
    host: str
    port: int
    seed: str
    hours: float = 2.0
    speed: float | None = None
    packed: int = 10
    interval: float = 10.0
    offset: int = 0
    events: bool = False
    faults: bool = False
    labels: Path | None = None
    sample: str | None = None
    zone: str = "UTC"


@dataclass(frozen=True)
class Sent:
    """``messages`` that the broker took, of ``measured`` readings; ``lost`` it did not take. ``connected`` of
    ``devices`` after ``connect_s``."""

    devices: int
    connected: int
    connect_s: float
    messages: int
    measured: int
    lost: int
    seconds: float


def run(plan: Plan, *, once: bool, stop: threading.Event, say: Callable[[str], None]) -> Sent:
    """Play the past, then the present until ``stop`` is set. Raises InfraError when no device can connect."""
    with Fleet(plan.host, plan.port) as fleet:
        began = time.monotonic()
        count = len(plan.things)
        allowed = READY_S + count / CONNECTS_A_SECOND
        connected = fleet.connect(((thing.client_id, thing.folder) for thing in plan.things), allowed)
        if not connected:
            raise InfraError(f"No device could connect to {plan.host}:{plan.port}.")
        took, began = time.monotonic() - began, time.monotonic()
        say(f"{connected} of {count} devices connected in {took:.1f} s")
        player = Player(plan, fleet, stop)
        past = f"the {plan.sample} samples" if plan.sample else f"{plan.hours:g} hours"
        player.samples(plan.sample) if plan.sample else player.past()
        lost = fleet.settle(READY_S + count / CONNECTS_A_SECOND)
        say(f"{past} sent in {time.monotonic() - began:.1f} s: {fleet.acknowledged} messages")
        if not once and not plan.sample:
            player.present()
            lost = fleet.settle(2.0)
        return Sent(
            count, connected, took, fleet.acknowledged, player.measured, lost, time.monotonic() - began
        )


class Player:
    """Measures and sends. ``measured`` counts readings."""

    def __init__(self, plan: Plan, fleet: Fleet, stop: threading.Event) -> None:
        self.plan, self.fleet, self.stop = plan, fleet, stop
        self.now = time.time()
        self.weather = Weather(plan.seed)
        self.measured = 0

    def samples(self, sample: str) -> None:
        """The sample of each device's profile, device by device."""
        for thing in self.plan.things:
            for _, text in packs(thing.profile, sample, self.plan.zone, self.now):
                self._publish(thing, text)
                self.measured += text.count('"v"')

    def past(self) -> None:
        """On a fixed grid of moments: a restart sends the same readings again and nothing is stored twice."""
        start, labels = self.now - self.plan.hours * 3600, list[Label]()
        streams = [self._stream(thing, start, labels) for thing in self.plan.things]
        self._label(labels)
        began = time.monotonic()
        for received, _, device, thing, part in heapq.merge(*streams, key=lambda entry: entry[:2]):
            if self.stop.is_set():
                return
            if self.plan.speed:
                self._wait(began + (received - start) / self.plan.speed)
            self._send(thing, device, part)

    def present(self) -> None:
        """A reading of every device each interval. Something happens to each once in a while."""
        devices, labels = [], list[Label]()
        for number, thing in enumerate(self.plan.things):
            device = self._device(thing, BETWEEN_S)
            soon = FIRST_ALARM_S if number == 0 else None
            labels += device.begin(self.now, self.now + DAY, self.plan.faults, soon)
            devices.append((thing, device))
        self._label(labels)
        begun = time.monotonic()
        while not self.stop.is_set():
            now = round(time.time(), 1)
            if now > self.now + DAY:
                return self._again()
            for thing, device in devices:
                if not any(start <= now < end for start, end in device.plan.silences):
                    self._send(thing, device, [Message(now, now, now)])
            begun += self.plan.interval
            self._wait(begun)
        return None

    def _again(self) -> None:
        """Another day."""
        self.now = time.time()
        self.present()

    def _device(self, thing: Thing, every: float | None) -> SimDevice:
        plan, interval = self.plan, None if every is None or every > BETWEEN_S else self.plan.interval
        return SimDevice(
            thing.name, thing.profile, thing.rules, plan.seed, self.weather, plan.offset, interval, every
        )

    def _stream(
        self, thing: Thing, start: float, labels: list[Label]
    ) -> Iterator[tuple[float, str, SimDevice, Thing, list[Message]]]:
        device = self._device(thing, 0.75 * DAY if self.plan.events else None)
        labels += device.begin(start, self.now, self.plan.faults)
        messages: Iterable[Message] = device.messages(start, self.now)
        if self.plan.faults:
            messages, troubles = troubled(thing.name, messages, self.plan.seed, DAY, device.interval)
            labels += troubles
        return self._packed(thing, device, messages)

    def _packed(
        self, thing: Thing, device: SimDevice, messages: Iterable[Message]
    ) -> Iterator[tuple[float, str, SimDevice, Thing, list[Message]]]:
        part: list[Message] = []
        for message in messages:
            part.append(message)
            if len(part) >= self.plan.packed:
                yield part[-1].received, thing.name, device, thing, part
                part = []
        if part:
            yield part[-1].received, thing.name, device, thing, part

    def _send(self, thing: Thing, device: SimDevice, messages: list[Message]) -> None:
        rows = pack(device, messages)
        self.measured += len(rows)
        self._publish(thing, json.dumps(rows))

    def _publish(self, thing: Thing, text: str) -> None:
        self.fleet.publish(thing.client_id, thing.topic, text)
        self.fleet.pump(0)
        while self.fleet.waiting > ON_THEIR_WAY and not self.stop.is_set():
            self.fleet.pump(0.05)

    def _wait(self, until: float) -> None:
        while (left := until - time.monotonic()) > 0 and not self.stop.is_set():
            self.fleet.pump(min(left, 0.2))

    def _label(self, labels: Sequence[Label]) -> None:
        if self.plan.labels:
            with self.plan.labels.open("a", encoding="utf-8") as file:
                write(file, sorted(labels, key=lambda label: label.start))
