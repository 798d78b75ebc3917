"""Resolves SenML packs in JSON (RFC 8428) into records with full names, units and absolute times.

A pack is used as a whole or refused as a whole: `SenmlError.reason` says why, in words for the device's maker.
Never reads city or thing from a pack; the topic and the certificate say who speaks.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

ABSOLUTE_FROM = 2**28  # RFC 8428 §4.5.3: smaller times are relative to now
UNDERSTOOD_VERSIONS = frozenset({*range(1, 11), 26})  # 10 and before; 26 = 10 + feature 4, RFC 9100 §2

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-:./_]*")  # RFC 8428 §4.5.1
_NUMBERS = frozenset({"bt", "bv", "bs", "bver", "v", "s", "t", "ut"})
_TEXTS = frozenset({"bn", "bu", "n", "u", "vs", "vd"})
_VALUES = ("v", "vs", "vb", "vd")
_BASES = ("bn", "bt", "bu", "bv", "bs")
_CARRIED = frozenset({*_BASES, "bver"})


class SenmlError(ValueError):
    """The pack cannot be used; `reason` is one sentence for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """What one pack may hold. Times are in seconds from the moment of receipt."""

    bytes: int = 65_536
    records: int = 1_000
    name: int = 200
    text: int = 4_096
    future: float = 300.0
    past: float = 366 * 86_400.0


@dataclass(frozen=True, slots=True)
class Record:
    """A resolved record (RFC 8428 §4.6): `time` is Unix seconds, `update` the seconds until the next reading."""

    name: str
    time: float
    unit: str | None = None
    value: float | str | bool | bytes | None = None
    sum: float | None = None
    update: float | None = None


def resolve(payload: bytes | str, now: float, limits: Limits | None = None) -> list[Record]:
    """Resolved records in order of time. `now` is the Unix time at which the broker received the pack.

    Raises SenmlError.
    """
    limits = limits or Limits()
    rows = _parse(payload, limits)
    base: dict[str, Any] = {}
    records = []
    for number, row in enumerate(rows, 1):
        _check_labels(row, number)
        # §4.1: a base field holds from its own record on, until the same field comes again
        base.update({label: row[label] for label in _BASES if label in row})
        _check_version(row, base, number)
        record = _record(row, base, now, number, limits)
        if record is not None:
            records.append(record)
    if not records:
        _refuse("the pack holds no reading")
    return sorted(records, key=lambda record: record.time)  # §4.6: chronological


def dump(records: list[Record]) -> str:
    """The resolved records as a JSON pack (§4.6: no base fields, absolute times)."""
    rows = []
    for record in records:
        row: dict[str, Any] = {"n": record.name, "t": record.time}
        if record.unit is not None:
            row["u"] = record.unit
        row |= _dump_value(record.value)
        if record.sum is not None:
            row["s"] = record.sum
        if record.update is not None:
            row["ut"] = record.update
        rows.append(row)
    return json.dumps(rows, allow_nan=False)


def _dump_value(value: float | str | bool | bytes | None) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"vb": value}
    if isinstance(value, str):
        return {"vs": value}
    if isinstance(value, bytes):
        return {"vd": base64.urlsafe_b64encode(value).rstrip(b"=").decode()}
    return {} if value is None else {"v": value}


def _refuse(reason: str, number: int | None = None) -> NoReturn:
    raise SenmlError(reason if number is None else f"record {number}: {reason}")


def _parse(payload: bytes | str, limits: Limits) -> list[dict[str, Any]]:
    raw = payload.encode() if isinstance(payload, str) else payload
    if len(raw) > limits.bytes:
        _refuse(f"the message has {len(raw)} bytes; at most {limits.bytes} are taken")
    try:
        rows = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_object)
    except UnicodeDecodeError:
        _refuse("the message is not UTF-8 text")
    except json.JSONDecodeError as error:
        _refuse(f"the message is not JSON: {error.msg} at line {error.lineno}, column {error.colno}")
    except RecursionError:
        _refuse("the message is nested too deeply")
    except SenmlError:
        raise
    except ValueError:  # an integer of thousands of digits
        _refuse("the message holds a number that is too long")
    if not isinstance(rows, list):
        _refuse("a SenML pack is a JSON array of records")  # §5
    if not rows:
        _refuse("the pack is empty")
    if len(rows) > limits.records:
        _refuse(f"the pack has {len(rows)} records; at most {limits.records} are taken")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            _refuse("is not an object", number)
    return rows


def _no_constant(text: str) -> NoReturn:
    _refuse(f"{text} is not a JSON number")  # §5.1: no NaN, no infinity


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("a record names the same field twice")
    return found


def _check_labels(row: dict[str, Any], number: int) -> None:
    for label, value in row.items():
        if label in _NUMBERS:
            row[label] = _number(label, value, number)
        elif label in _TEXTS:
            if not isinstance(value, str):
                _refuse(f'"{label}" is not text', number)
        elif label == "vb":
            if not isinstance(value, bool):
                _refuse('"vb" is not true or false', number)
        elif label.endswith("_"):  # §4.4: fields that must be understood
            _refuse(f'the field "{label[:40]}" must be understood and is not', number)


def _number(label: str, value: Any, number: int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(f'"{label}" is not a number', number)
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        _refuse(f'"{label}" is too large for a number', number)
    return found


def _check_version(row: dict[str, Any], base: dict[str, Any], number: int) -> None:
    """RFC 8428 §4.4: one version in a pack (10 when none is named), and only a version that is understood."""
    version = row.get("bver", base.get("bver", 10.0))
    if base.setdefault("bver", version) != version:
        _refuse("two versions (bver) in one pack", number)
    if version not in UNDERSTOOD_VERSIONS:
        _refuse(f"SenML version {version:g} is not understood", number)


def _record(row: dict[str, Any], base: dict[str, Any], now: float, number: int, limits: Limits) -> Record | None:
    if row and all(label in _CARRIED for label in row):
        return None  # it only carries base fields for the records that follow
    present = [label for label in _VALUES if label in row]
    has_sum = "s" in row or "bs" in base
    if len(present) > 1:
        _refuse(f"has {len(present)} values; one is allowed", number)  # §4.3
    if not present and not has_sum and "bv" not in base:
        _refuse("has no value", number)
    return Record(
        name=_name(row, base, number, limits),
        time=_time(base.get("bt", 0.0) + row.get("t", 0.0), now, number, limits),
        unit=row.get("u", base.get("bu")) or None,
        value=_value(row, base, present[0] if present else None, number, limits),
        sum=_finite(base.get("bs", 0.0) + row.get("s", 0.0), number) if has_sum else None,
        update=row.get("ut"),
    )


def _name(row: dict[str, Any], base: dict[str, Any], number: int, limits: Limits) -> str:
    name = str(base.get("bn", "")) + str(row.get("n", ""))  # §4.5.1
    if not name:
        _refuse("has no name", number)
    if len(name) > limits.name:
        _refuse(f"its name has {len(name)} characters; at most {limits.name} are taken", number)
    if not _NAME.fullmatch(name):
        _refuse(f'"{name[:60]}" is not a SenML name', number)
    return name


def _time(stated: float, now: float, number: int, limits: Limits) -> float:
    time = stated + now if stated < ABSOLUTE_FROM else stated  # §4.5.3
    if time > now + limits.future:
        _refuse(f"its time is {time - now:.0f} seconds in the future; is the clock of the device right?", number)
    if time < now - limits.past:
        _refuse(f"its time is {(now - time) / 86_400:.0f} days ago; is the clock of the device right?", number)
    return time


def _value(
    row: dict[str, Any], base: dict[str, Any], label: str | None, number: int, limits: Limits
) -> float | str | bool | bytes | None:
    if label == "v":
        return _finite(row["v"] + base.get("bv", 0.0), number)  # §4.5.4
    if label is None:
        return float(base["bv"]) if "bv" in base and "s" not in row and "bs" not in base else None
    if label == "vd":
        return _data(row["vd"], number, limits)
    if label == "vs" and len(row["vs"]) > limits.text:
        _refuse(f"its text has {len(row['vs'])} characters; at most {limits.text} are taken", number)
    found: str | bool = row[label]
    return found


def _data(text: str, number: int, limits: Limits) -> bytes:
    """§5: base64 with the URL-safe alphabet and without padding."""
    if len(text) > limits.text or not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        _refuse('"vd" is not base64url without padding', number)
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        _refuse('"vd" is not base64url without padding', number)


def _finite(value: float, number: int) -> float:
    if not math.isfinite(value):
        _refuse("its sum is too large for a number", number)
    return value
