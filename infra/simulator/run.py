"""`townkit simulate`: every device of a city's file, until it is told to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.settings import InfraError
from infra.simulator import model
from infra.simulator.mqtt import Device

HISTORY_S = 2 * 3600
READY_S = 20.0


@dataclass(frozen=True)
class Plan:
    """``folder`` of a thing holds its certificate; ``seed`` decides the values; ``interval`` is in
    seconds.
    """

    city: str
    things: Sequence[Mapping[str, Any]]
    folder: Callable[[str], Path]
    host: str
    port: int
    interval: float
    seed: str


def run(plan: Plan, *, once: bool, stop: threading.Event, say: Callable[[str], None]) -> int:
    """Send the last two hours, then a reading of each device every interval until ``stop`` is set. Answers
    how many messages were sent. Raises InfraError when no device can connect.
    """
    devices = {
        thing["thing"]: Device(
            f"{plan.city}:{thing['thing']}", thing["topic"], plan.folder(thing["thing"]), plan.host, plan.port
        )
        for thing in plan.things
    }
    for device in devices.values():
        device.start()
    try:
        connected = _wait(list(devices.values()))
        if not connected:
            raise InfraError(f"No device of {plan.city} could connect to {plan.host}:{plan.port}.")
        start, sent = time.time(), _send_history(plan, devices)
        say(f"{plan.city}: {connected} of {len(devices)} devices connected, two hours of history sent")
        while not (once or stop.is_set()):
            sent += _send_now(plan, devices, start)
            stop.wait(plan.interval)
        return sent
    finally:
        for device in devices.values():
            device.stop()


def _wait(devices: list[Device]) -> int:
    """How many are connected, as soon as all are or the time is up."""
    end = time.monotonic() + READY_S
    for device in devices:
        device.connected.wait(max(0.0, end - time.monotonic()))
    return sum(device.connected.is_set() for device in devices)


def _send_history(plan: Plan, devices: Mapping[str, Device]) -> int:
    """On a fixed grid of moments, so that a restart sends the same readings again and nothing is stored
    twice.
    """
    now, infos = time.time(), []
    for thing in plan.things:
        step = thing["profile"]["cadence"]
        moments = [float(at) for at in range(int(now - HISTORY_S) // step * step + step, int(now), step)]
        infos.append(devices[thing["thing"]].publish(model.pack(thing, moments, plan.seed, now, False)))
    for device, info in zip(devices.values(), infos, strict=True):
        if device.connected.is_set():
            info.wait_for_publish(READY_S)
    return len(infos)


def _send_now(plan: Plan, devices: Mapping[str, Device], start: float) -> int:
    now = round(time.time(), 1)
    for number, thing in enumerate(plan.things):
        # one device at a time has a rise, the first one first
        shifted = start + number * model.BETWEEN_RISES / max(1, len(plan.things))
        devices[thing["thing"]].publish(model.pack(thing, [now], plan.seed, shifted, True))
    return len(plan.things)
