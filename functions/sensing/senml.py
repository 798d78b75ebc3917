"""Resolves SenML packs in JSON (RFC 8428) into records with full names, units and absolute times.

A pack is used as a whole or refused as a whole: SenmlError says why, in words for the device's maker.
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

from functions.core.i18n import N_

ABSOLUTE_FROM = 2**28  # RFC 8428 §4.5.3: smaller times are relative to now
UNDERSTOOD_VERSIONS = frozenset({*range(1, 11), 26})  # 10 and before; 26 = 10 + feature 4, RFC 9100 §2

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-:./_]*")  # RFC 8428 §4.5.1
_NUMBERS = frozenset({"bt", "bv", "bs", "bver", "v", "s", "t", "ut"})
_TEXTS = frozenset({"bn", "bu", "n", "u", "vs", "vd"})
_VALUES = ("v", "vs", "vb", "vd")
_BASES = ("bn", "bt", "bu", "bv", "bs")
_CARRIED = frozenset({*_BASES, "bver"})


class SenmlError(ValueError):
    """The pack cannot be used: an English message id, what fills its placeholders, and the record (from 1) if
    one is at fault. ``str()`` is the sentence in English.
    """

    def __init__(self, message: str, record: int | None = None, **params: str | float) -> None:
        self.message, self.record, self.params = message, record, params
        text = message % params if params else message
        super().__init__(text if record is None else f"Record {record}: {text}")


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
    """A resolved record (RFC 8428 §4.6): `time` is Unix seconds, `update` the seconds until the next
    reading.
    """

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
    return resolve_rows(parse(payload, limits), now, limits)


def resolve_rows(rows: Any, now: float, limits: Limits) -> list[Record]:
    """The same for a pack that is JSON already. Raises SenmlError."""
    base: dict[str, Any] = {}
    records = []
    for number, row in enumerate(_rows(rows, limits), 1):
        _check_labels(row, number)
        # §4.1: a base field holds from its own record on, until the same field comes again
        base.update({label: row[label] for label in _BASES if label in row})
        _check_version(row, base, number)
        record = _record(row, base, now, number, limits)
        if record is not None:
            records.append(record)
    if not records:
        _refuse(N_("the pack holds no reading"))
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


def _refuse(message: str, record: int | None = None, **params: str | float) -> NoReturn:
    raise SenmlError(message, record, **params)


def parse(payload: bytes | str, limits: Limits) -> Any:
    """A message as JSON values: strict (UTF-8, no NaN, no name twice) and of a bounded size. Raises
    SenmlError."""
    raw = payload.encode("utf-8", "surrogatepass") if isinstance(payload, str) else payload
    if len(raw) > limits.bytes:
        _refuse(
            N_("the message has %(size)s bytes; at most %(most)s are taken"), size=len(raw), most=limits.bytes
        )
    return _load(raw)


def _rows(rows: Any, limits: Limits) -> list[dict[str, Any]]:
    if not isinstance(rows, list):
        _refuse(N_("a SenML pack is a JSON array of records"))  # §5
    if not rows:
        _refuse(N_("the pack is empty"))
    if len(rows) > limits.records:
        _refuse(
            N_("the pack has %(size)s records; at most %(most)s are taken"),
            size=len(rows),
            most=limits.records,
        )
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            _refuse(N_("it is not an object"), number)
    return rows


def _load(raw: bytes) -> Any:
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_object)
        if b"\\u" in raw:
            json.dumps(found, ensure_ascii=False).encode()  # half of a pair of escapes is no character
        return found
    except UnicodeError:
        _refuse(N_("the message is not UTF-8 text"))
    except json.JSONDecodeError as error:
        _refuse(
            N_("the message is not JSON: line %(line)s, column %(column)s"),
            line=error.lineno,
            column=error.colno,
        )
    except RecursionError:
        _refuse(N_("the message is nested too deeply"))
    except SenmlError:
        raise
    except ValueError:  # an integer of thousands of digits
        _refuse(N_("the message holds a number that is too long"))


def _no_constant(text: str) -> NoReturn:
    _refuse(N_("%(text)s is not a JSON number"), text=text)  # §5.1: no NaN, no infinity


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse(N_("a record names the same field twice"))
    return found


def _check_labels(row: dict[str, Any], number: int) -> None:
    for label, value in row.items():
        if label in _NUMBERS:
            row[label] = _number(label, value, number)
        elif label in _TEXTS:
            if not isinstance(value, str):
                _refuse(N_("%(field)s is not text"), number, field=label)
        elif label == "vb":
            if not isinstance(value, bool):
                _refuse(N_("vb is not true or false"), number)
        elif label.endswith("_"):  # §4.4: fields that must be understood
            _refuse(N_("the field %(field)s must be understood and is not"), number, field=label[:40])


def _number(label: str, value: Any, number: int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(N_("%(field)s is not a number"), number, field=label)
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        _refuse(N_("%(field)s is too large"), number, field=label)
    return found


def _check_version(row: dict[str, Any], base: dict[str, Any], number: int) -> None:
    """RFC 8428 §4.4: one version in a pack (10 when none is named), and only a version that is understood."""
    version = row.get("bver", base.get("bver", 10.0))
    if base.setdefault("bver", version) != version:
        _refuse(N_("two versions (bver) in one pack"), number)
    if version not in UNDERSTOOD_VERSIONS:
        _refuse(N_("SenML version %(version)s is not understood"), number, version=f"{version:g}")


def _record(
    row: dict[str, Any], base: dict[str, Any], now: float, number: int, limits: Limits
) -> Record | None:
    if row and all(label in _CARRIED for label in row):
        return None  # it only carries base fields for the records that follow
    present = [label for label in _VALUES if label in row]
    has_sum = "s" in row or "bs" in base
    if len(present) > 1:
        _refuse(N_("it has %(size)s values; one is allowed"), number, size=len(present))  # §4.3
    if not present and not has_sum and "bv" not in base:
        _refuse(N_("it has no value"), number)
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
        _refuse(N_("it has no name"), number)
    if len(name) > limits.name:
        _refuse(
            N_("its name has %(size)s characters; at most %(most)s are taken"),
            number,
            size=len(name),
            most=limits.name,
        )
    if not _NAME.fullmatch(name):
        _refuse(N_("%(name)s is not a SenML name"), number, name=name[:60])
    return name


def _time(stated: float, now: float, number: int, limits: Limits) -> float:
    time = stated + now if stated < ABSOLUTE_FROM else stated  # §4.5.3
    if time > now + limits.future:
        _refuse(
            N_("its time is %(seconds)s seconds in the future; is the clock of the device right?"),
            number,
            seconds=f"{time - now:.0f}",
        )
    if time < now - limits.past:
        _refuse(
            N_("its time is %(days)s days ago; is the clock of the device right?"),
            number,
            days=f"{(now - time) / 86_400:.0f}",
        )
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
        _refuse(
            N_("its text has %(size)s characters; at most %(most)s are taken"),
            number,
            size=len(row["vs"]),
            most=limits.text,
        )
    found: str | bool = row[label]
    return found


def _data(text: str, number: int, limits: Limits) -> bytes:
    """§5: base64 with the URL-safe alphabet and without padding."""
    if len(text) > limits.text or not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        _refuse(N_("vd is not base64url without padding"), number)
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        _refuse(N_("vd is not base64url without padding"), number)


def _finite(value: float, number: int) -> float:
    if not math.isfinite(value):
        _refuse(N_("its sum is too large"), number)
    return value
