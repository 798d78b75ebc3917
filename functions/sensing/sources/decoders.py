"""A LoRaWAN payload by the byte map of its device's profile: numbers at places, nothing that runs. Pure."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from functions.core.i18n import N_
from functions.sensing.senml import SenmlError

_WIDTHS = {"8": 1, "16": 2, "24": 3, "32": 4}
Decoder = Mapping[str, Any]


def choose(decoders: Sequence[Decoder], port: int, length: int) -> Decoder | None:
    """The byte map for a port and a number of bytes: one that names the port before one for any port."""
    fits = [
        one for one in decoders if one.get("port") in (None, port) and one.get("length") in (None, length)
    ]
    return max(
        fits, key=lambda one: (one.get("port") is not None, one.get("length") is not None), default=None
    )


def decode(decoder: Decoder, data: bytes) -> dict[str, float]:
    """The quantities of a payload, in the profile's units. A number that stands for "no reading" and a block
    that is not there are left out. Raises SenmlError for a payload that is too short."""
    found: dict[str, float] = {}
    blocks = _blocks(decoder, data)
    for field in decoder["fields"]:
        part = blocks.get(field["block"]) if field.get("block") else data
        value = None if part is None else _value(field, part)
        if value is not None:
            found[field["metric"]] = value
    return found


def _blocks(decoder: Decoder, data: bytes) -> dict[str, bytes]:
    """The blocks of a payload by their tag, as far as the map knows them."""
    sizes, found, at = decoder.get("blocks") or {}, {}, 0
    while (tag := data[at : at + 2].hex()) in sizes:
        found[tag] = data[at + 2 : at + 2 + sizes[tag]]
        at += 2 + sizes[tag]
    return found


def _value(field: Mapping[str, Any], data: bytes) -> float | None:
    start, kind = int(field["byte"]), str(field["type"])
    raw = data[start : start + _WIDTHS[kind[1:]]]
    if len(raw) < _WIDTHS[kind[1:]]:
        raise SenmlError(
            N_("the payload has %(size)s bytes; %(metric)s lies behind its end"),
            size=len(data),
            metric=field["metric"],
        )
    little = field.get("order") == "little"
    if kind[0] == "f":
        number: float = struct.unpack("<f" if little else ">f", raw)[0]
    else:
        number = int.from_bytes(raw, "little" if little else "big", signed=kind[0] == "i")
    if field.get("bits"):
        first, count = field["bits"]
        number = (int.from_bytes(raw, "little" if little else "big") >> first) & ((1 << count) - 1)
    if number == field.get("missing") or not math.isfinite(number):
        return None
    if field.get("values"):
        meant = field["values"].get(f"{number:.0f}")
        return None if meant is None else float(meant)
    value = number * field.get("scale", 1.0) + field.get("offset", 0.0)
    return float(f"{value:.12g}")  # 231 x 0.1 is 23.1
