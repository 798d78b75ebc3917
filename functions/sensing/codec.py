"""Readings and counters as a few bytes: what lies in the binary columns of open items and closed packs."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence

from functions.sensing.domain import Reading

_SCALE = 1000


def encode(readings: Sequence[Reading], metrics: Sequence[str]) -> bytes:
    """Records in order of time: varint (metric index x 2 + 1 if scaled), zig-zag varint of the step in
    milliseconds, then the value: a float64, or a zig-zag varint of thousandths when that gives the very same
    float.
    """
    out = bytearray()
    at = 0
    index = {metric: n for n, metric in enumerate(metrics)}
    for reading in sorted(readings):
        thousandths = _thousandths(reading.value)
        out += _varint(index[reading.metric] * 2 + (thousandths is not None))
        out += _varint(_zigzag(reading.at - at))
        at = reading.at
        out += struct.pack("<d", reading.value) if thousandths is None else _varint(_zigzag(thousandths))
    return bytes(out)


def decode(data: bytes, metrics: Sequence[str]) -> list[Reading]:
    """The inverse of :func:`encode`; raises ValueError when the bytes are damaged."""
    found, position, at = [], 0, 0
    try:
        while position < len(data):
            head, position = _read_varint(data, position)
            delta, position = _read_varint(data, position)
            at += _unzigzag(delta)
            if head & 1:
                number, position = _read_varint(data, position)
                value = _unzigzag(number) / _SCALE
            else:
                (value,) = struct.unpack_from("<d", data, position)
                position += 8
            found.append(Reading(at, metrics[head >> 1], value))
    except (IndexError, struct.error) as error:
        raise ValueError("a pack of readings is damaged") from error
    return found


def metrics_of(readings: Iterable[Reading]) -> list[str]:
    """The names that a pack's header lists."""
    return sorted({reading.metric for reading in readings})


def encode_days(days: Mapping[int, tuple[int, int]]) -> bytes:
    """Ten bytes a day: day, messages, readings."""
    return b"".join(struct.pack("<HII", day, *days[day]) for day in sorted(days))


def decode_days(data: bytes) -> dict[int, tuple[int, int]]:
    """The inverse of :func:`encode_days`."""
    return {day: (messages, readings) for day, messages, readings in struct.iter_unpack("<HII", data)}


def _thousandths(value: float) -> int | None:
    if not abs(value) < 1e9:
        return None
    number = round(value * _SCALE)
    return number if struct.pack("<d", number / _SCALE) == struct.pack("<d", value) else None


def _zigzag(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1


def _unzigzag(number: int) -> int:
    return number >> 1 if not number & 1 else -((number + 1) >> 1)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    shift = result = 0
    while True:
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position
        shift += 7
