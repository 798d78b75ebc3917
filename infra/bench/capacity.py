"""DynamoDB's published arithmetic: sizes of items, and the units that reads and writes of them consume.

Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats", "DynamoDB read and write
operations" and "Provisioned throughput considerations for global secondary indexes". Items are in the wire
format ({"S": ...})."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Mapping
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
KB = 1024


def item_bytes(item: Item) -> int:
    """Bytes of an item: names and values of its attributes."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind in {"S", "N", "B"}:
        return _scalar_bytes(kind, content)
    if kind in {"SS", "NS", "BS"}:
        return sum(_scalar_bytes(kind[0], one) for one in content)
    if kind == "M":
        return 3 + sum(len(name.encode()) + _value_bytes(one) + 1 for name, one in content.items())
    if kind == "L":
        return 3 + sum(_value_bytes(one) + 1 for one in content)
    return 1  # NULL, BOOL


def _scalar_bytes(kind: str, content: Any) -> int:
    if kind == "S":
        return len(content.encode())
    if kind == "B":
        return len(content if isinstance(content, bytes) else b64decode(content))
    digits = str(content).lstrip("-").split("E")[0].replace(".", "").strip("0")
    return (len(digits) + 1) // 2 + 1


def read_units(size: int, *, consistent: bool) -> float:
    """One unit for each 4 KB begun, half of it when eventually consistent; nothing found costs as much
    as one."""
    return max(1, -(-size // (4 * KB))) * (1.0 if consistent else 0.5)


def write_units(before: Item | None, after: Item | None) -> float:
    """One unit for each KB begun of the larger of the item before and after."""
    size = max(item_bytes(item) if item else 0 for item in (before, after))
    return float(max(1, -(-size // KB)))


def index_units(
    before: Item | None, after: Item | None, keys: Iterable[str], projected: Iterable[str]
) -> float:
    """Units of an index's own writes that a change of an item causes; an item without the index's keys
    is not in it."""
    names = [*keys, *projected]
    old, new = (_entry(item, list(keys), names) for item in (before, after))
    if old == new:
        return 0.0
    moved = old is not None and new is not None and any(old[key] != new[key] for key in keys)
    return write_units(old, None) + write_units(None, new) if moved else write_units(old, new)


def _entry(item: Item | None, keys: list[str], names: list[str]) -> Item | None:
    if item is None or any(key not in item for key in keys):
        return None
    return {name: item[name] for name in names if name in item}


def canonical(key: Item) -> str:
    """A key as text, to find an item by."""
    return json.dumps(key, sort_keys=True)
