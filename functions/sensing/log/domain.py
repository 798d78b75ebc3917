"""Entries of a log and what they fold into: latest readings, counts and rule memories of a shard's
devices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from functions.sensing.domain import Reading

DAY_MS = 86_400_000
AGAIN = 32  # in an entry alone, beside quality marks: the reading was stored before, its marks are new
DAYS_KEPT = 7  # of the counts of messages and readings by day of receipt
Memory = dict[str, Any]


class Stale(Exception):
    """Somebody else wrote first; nothing was written."""


class Arrival(NamedTuple):
    """A new reading and the message that brought it. ``message`` is 1 on one reading of each message, so that
    a message is counted when, and only when, that reading is new. ``promise``: seconds until the device
    speaks again, as it said itself (RFC 8428 section 4.4, update time), 0 when it did not."""

    reading: Reading
    received: int
    message: int
    promise: int = 0


@dataclass(frozen=True)
class Entry:
    """What one write of a log adds. ``memories``: rule memories of devices after it, for those whose memory
    does not follow from their earlier one and the new readings alone."""

    arrivals: Mapping[str, tuple[Arrival, ...]]
    memories: Mapping[str, Memory] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """New readings in it."""
        return sum(not one.reading.flags & AGAIN for own in self.arrivals.values() for one in own)


@dataclass
class DeviceState:
    """What is known of a device. ``latest``: the newest reading of each metric; ``received``: when its last
    message came; ``days``: day of receipt (since 1970, UTC) -> (messages, readings), exact, the last seven.
    ``memory`` is that of its rules before ``pending``, readings that the rules have still to see."""

    latest: dict[str, Reading] = field(default_factory=dict)
    received: int | None = None
    promise: int = 0
    days: dict[int, tuple[int, int]] = field(default_factory=dict)
    memory: Memory | None = None
    pending: list[Reading] = field(default_factory=list)

    @property
    def alarms(self) -> dict[str, str]:
        """Severity of each rule that is raised."""
        return alarms_of(self.memory or {})

    def is_newer(self, reading: Reading) -> bool:
        """Whether it follows everything of its metric."""
        last = self.latest.get(reading.metric)
        return last is None or reading.at > last.at

    def take(self, arrivals: Iterable[Arrival]) -> None:
        """Add readings that are new, and marks of readings that are not."""
        for reading, received, message, promise in arrivals:
            again, reading = bool(reading.flags & AGAIN), reading._replace(flags=reading.flags & ~AGAIN)
            last = self.latest.get(reading.metric)
            if last is not None and last[:3] == reading[:3]:
                self.latest[reading.metric] = last._replace(flags=last.flags | reading.flags)
            elif last is None or _order(reading) > _order(last):
                self.latest[reading.metric] = reading
            if self.received is None or received > self.received:
                self.received, self.promise = received, promise
            elif received == self.received and promise:
                self.promise = min(promise, self.promise or promise)
            day = received // DAY_MS
            messages, readings = self.days.get(day, (0, 0))
            self.days[day] = (messages + message, readings + (not again))
        if len(self.days) > DAYS_KEPT:
            self.days = {day: self.days[day] for day in sorted(self.days)[-DAYS_KEPT:]}


def alarms_of(memory: Memory) -> dict[str, str]:
    """Severity of each rule that a memory has as raised."""
    return {rule: own["a"][1] for rule, own in memory.get("r", {}).items() if own.get("a")}


def _order(reading: Reading) -> tuple[int, float]:
    """Of two values of one moment the smaller one counts."""
    return reading.at, -reading.value


@dataclass
class State:
    """A shard after its entry ``seq``. ``readings`` and ``entries`` count since the board that it was read
    from."""

    seq: int = 0
    devices: dict[str, DeviceState] = field(default_factory=dict)
    readings: int = 0
    entries: int = 0

    def of(self, thing: str) -> DeviceState:
        """A device; an empty one that is kept when it has not spoken yet."""
        return self.devices.setdefault(thing, DeviceState())

    def fold(self, seq: int, entry: Entry, memories: Mapping[str, Memory] | None = None) -> None:
        """Go one entry further. ``memories``: those that whoever judged the readings has already. Raises
        ValueError when an entry between is missing."""
        if seq != self.seq + 1:
            raise ValueError(f"entry {seq} does not follow {self.seq}")
        known = {**(memories or {}), **entry.memories}
        for thing, arrivals in entry.arrivals.items():
            device = self.of(thing)
            device.take(arrivals)
            if thing not in known:
                device.pending += [arrival.reading for arrival in arrivals]
        for thing, memory in known.items():
            device = self.of(thing)
            device.memory, device.pending = memory, []
        self.seq, self.entries, self.readings = seq, self.entries + 1, self.readings + entry.size
