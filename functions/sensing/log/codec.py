"""Readings, entries and boards as bytes.

A series is records in order of time: varint (metric x 4 + 2 if marked + 1 if scaled), the marks, a zig-zag
varint of the step in milliseconds, and the value: a float64, or a zig-zag varint of thousandths when that
gives the very same float."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from functions.sensing.domain import Reading
from functions.sensing.log.domain import Arrival, DeviceState, Entry, Memory, State

_SCALE = 1000
_PLAIN, _DEFLATED = b"\x00", b"\x01"


def squeeze(data: bytes) -> bytes:
    """The same bytes in fewer, when there are fewer; the first byte says how."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    short = packed.compress(data) + packed.flush()
    return _DEFLATED + short if len(short) < len(data) else _PLAIN + data


def unsqueeze(data: bytes) -> bytes:
    """The inverse of :func:`squeeze`. Raises ValueError."""
    if data[:1] == _PLAIN:
        return data[1:]
    if data[:1] != _DEFLATED:
        raise ValueError("stored readings are damaged")
    try:
        return zlib.decompress(data[1:], -15)
    except zlib.error as error:
        raise ValueError("stored readings are damaged") from error


def pack_json(value: Any) -> bytes:
    """JSON in few bytes."""
    return squeeze(json.dumps(value, separators=(",", ":"), sort_keys=True).encode())


def unpack_json(data: bytes) -> Any:
    """The inverse of :func:`pack_json`. Raises ValueError."""
    return json.loads(unsqueeze(data))


def pack_series(readings: Iterable[Reading]) -> bytes:
    """Readings in order, with their marks."""
    ordered = sorted(readings)
    metrics = sorted({reading.metric for reading in ordered})
    out = bytearray()
    _put_names(out, metrics)
    _put_readings(out, ordered, {metric: n for n, metric in enumerate(metrics)}, 0)
    return squeeze(bytes(out))


def unpack_series(data: bytes) -> list[Reading]:
    """The inverse of :func:`pack_series`. Raises ValueError when the bytes are damaged."""
    cursor = _Cursor(unsqueeze(data))
    metrics = cursor.names()
    found: list[Reading] = []
    at = 0
    while not cursor.at_end:
        reading = cursor.reading(metrics, at)
        at = reading.at
        found.append(reading)
    return found


def pack_entry(entry: Entry) -> bytes:
    """An entry; it holds the names it needs, so that it can be read alone."""
    things = sorted({*entry.arrivals, *entry.memories})
    metrics = sorted({a.reading.metric for arrivals in entry.arrivals.values() for a in arrivals})
    out = bytearray()
    _put_names(out, things)
    _put_names(out, metrics)
    _put_numbers(out, len(entry.arrivals))
    index, base = {metric: n for n, metric in enumerate(metrics)}, 0
    for number, thing in enumerate(things):
        if thing in entry.arrivals:
            groups = _groups(entry.arrivals[thing])
            _put_numbers(out, number, len(groups))
            for group in groups:
                received = group[0].received
                _put_numbers(
                    out, _zigzag(received - base), sum(a.message for a in group), group[0].promise, len(group)
                )
                _put_readings(out, [a.reading for a in group], index, received)
                base = received
    for number, thing in enumerate(things):
        if thing in entry.memories:
            text = json.dumps(entry.memories[thing], separators=(",", ":")).encode()
            _put_numbers(out, number, len(text))
            out += text
    return squeeze(bytes(out))


def unpack_entry(data: bytes) -> Entry:
    """The inverse of :func:`pack_entry`. Raises ValueError when the bytes are damaged."""
    cursor = _Cursor(unsqueeze(data))
    things, metrics = cursor.names(), cursor.names()
    arrivals: dict[str, tuple[Arrival, ...]] = {}
    base = 0
    for _ in range(cursor.number()):
        thing, found = cursor.name(things), []
        for _ in range(cursor.number()):
            base += _unzigzag(cursor.number())
            messages, promise, count, at = cursor.number(), cursor.number(), cursor.number(), base
            for place in range(count):
                reading = cursor.reading(metrics, at)
                at = reading.at
                found.append(Arrival(reading, base, messages if place == 0 else 0, promise))
        arrivals[thing] = tuple(found)
    memories: dict[str, Memory] = {}
    while not cursor.at_end:
        thing = cursor.name(things)
        memories[thing] = json.loads(cursor.bytes(cursor.number()))
    return Entry(arrivals, memories)


def _groups(arrivals: Sequence[Arrival]) -> list[list[Arrival]]:
    """Readings that one message brought stand together."""
    groups: list[list[Arrival]] = []
    for arrival in arrivals:
        if groups and (groups[-1][0].received, groups[-1][0].promise) == (arrival.received, arrival.promise):
            groups[-1].append(arrival)
        else:
            groups.append([arrival])
    return groups


def pack_board(state: State) -> bytes:
    """A shard's state."""
    return pack_json({"seq": state.seq, "d": {k: _device(d) for k, d in sorted(state.devices.items())}})


def unpack_board(data: bytes) -> State:
    """The inverse of :func:`pack_board`. Raises ValueError."""
    found = unpack_json(data)
    devices = {thing: _device_state(fields) for thing, fields in found["d"].items()}
    return State(int(found["seq"]), devices)


def _device(device: DeviceState) -> dict[str, Any]:
    fields = {
        "l": {m: [r.at, r.value, r.flags] for m, r in device.latest.items()},
        "r": device.received,
        "p": device.promise,
        "d": [[day, *counts] for day, counts in sorted(device.days.items())],
        "m": device.memory,
        "w": [[r.at, r.metric, r.value, r.flags] for r in device.pending],
    }
    return {name: value for name, value in fields.items() if value}


def _device_state(fields: dict[str, Any]) -> DeviceState:
    return DeviceState(
        {m: Reading(row[0], m, row[1], row[2]) for m, row in fields.get("l", {}).items()},
        fields.get("r"),
        fields.get("p", 0),
        {day: (messages, readings) for day, messages, readings in fields.get("d", ())},
        fields.get("m"),
        [Reading(*row) for row in fields.get("w", ())],
    )


def _put_names(out: bytearray, names: Sequence[str]) -> None:
    text = "\n".join(names).encode()
    _put_numbers(out, len(text))
    out += text


def _put_readings(out: bytearray, readings: Iterable[Reading], index: dict[str, int], at: int) -> None:
    for reading in readings:
        thousandths = _thousandths(reading.value)
        head = index[reading.metric] * 4 + 2 * bool(reading.flags) + (thousandths is not None)
        _put_numbers(out, head, *([reading.flags] if reading.flags else ()), _zigzag(reading.at - at))
        at = reading.at
        if thousandths is None:
            out += struct.pack("<d", reading.value)
        else:
            _put_numbers(out, _zigzag(thousandths))


def _thousandths(value: float) -> int | None:
    if not abs(value) < 1e9:
        return None
    number = round(value * _SCALE)
    return number if struct.pack("<d", number / _SCALE) == struct.pack("<d", value) else None


def _zigzag(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1


def _unzigzag(number: int) -> int:
    return number >> 1 if not number & 1 else -((number + 1) >> 1)


def _put_numbers(out: bytearray, *numbers: int) -> None:
    for number in numbers:
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)


class _Cursor:
    """Reads bytes from the front. Raises ValueError past their end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    @property
    def at_end(self) -> bool:
        return self.place >= len(self.data)

    def number(self) -> int:
        shift = result = 0
        data, place = self.data, self.place
        try:
            while True:
                byte = data[place]
                place += 1
                result |= (byte & 0x7F) << shift
                if byte < 0x80:
                    self.place = place
                    return result
                shift += 7
        except IndexError as error:
            raise ValueError("stored readings are damaged") from error

    def bytes(self, count: int) -> bytes:
        if self.place + count > len(self.data):
            raise ValueError("stored readings are damaged")
        self.place += count
        return self.data[self.place - count : self.place]

    def names(self) -> list[str]:
        text = self.bytes(self.number()).decode()
        return text.split("\n") if text else []

    def name(self, names: Sequence[str]) -> str:
        number = self.number()
        if number >= len(names):
            raise ValueError("stored readings are damaged")
        return names[number]

    def reading(self, metrics: Sequence[str], at: int) -> Reading:
        head = self.number()
        if head >> 2 >= len(metrics):
            raise ValueError("stored readings are damaged")
        flags = self.number() if head & 2 else 0
        at += _unzigzag(self.number())
        if head & 1:
            value = _unzigzag(self.number()) / _SCALE
        else:
            (value,) = struct.unpack("<d", self.bytes(8))
        return Reading(at, metrics[head >> 2], value, flags)
