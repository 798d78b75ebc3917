"""What a device sent, as readings: a SenML pack, or a plain object of quantities with or without a time.

Used as a whole or refused as a whole. A value outside the sensor's range and a clock that is a little fast
are marked, not refused. Pure; times are Unix milliseconds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, NoReturn

from functions.core.i18n import N_
from functions.sensing import senml
from functions.sensing.domain import CLOCK, RANGE, Reading
from functions.sensing.senml import Limits, Record, SenmlError
from functions.sensing.units import convert

FAST_CLOCK_MS = 60_000  # a device may be ahead of the receipt by so much
LONGEST_PROMISE = 31 * 86_400.0
MILLISECONDS_FROM = 10**11  # a smaller `ts` is not a time in milliseconds of this century
TIMES = ("t", "ts")
_BASE = re.compile(r".*[:/]|urn:dev:[a-z]+:[^_]*_")  # RFC 9039: a component follows an underscore
Quantities = Mapping[str, Mapping[str, Any]]


class Parsed(NamedTuple):
    """``readings`` in order of time, each once, in the profile's units; ``strange``: names that the profile
    does not know; ``promise``: seconds within which the device says it will speak again (SenML ``ut``)."""

    readings: list[Reading]
    strange: list[str]
    promise: float | None


def read(payload: bytes | str, received: int, quantities: Quantities, limits: Limits | None = None) -> Parsed:
    """The readings of a message that the broker received at ``received``. Raises SenmlError."""
    limits = limits or Limits()
    found, strange = senml.parse(payload, limits), []
    entries = _plain_entries(found)
    if entries is not None:
        found = []
        for number, entry in enumerate(entries, 1):
            rows, unknown = _plain(entry, number, quantities)
            found += rows
            strange += unknown
        if strange and not found:
            refuse_names(strange, quantities)
    return select(senml.resolve_rows(found, received / 1000, limits), received, quantities, strange)


def _plain_entries(found: Any) -> list[dict[str, Any]] | None:
    """The entries of a message in the plain form; None for a SenML pack."""
    if isinstance(found, dict):
        if isinstance(found.get("n", found.get("bn")), str) and {"v", "vs", "vb", "vd", "s"} & found.keys():
            raise SenmlError(N_("a SenML pack is a JSON array of records"))
        return [found]
    if isinstance(found, list) and found and all(_has_values(row) for row in found):
        return found
    return None


def _has_values(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("values"), dict)


def _plain(
    entry: Mapping[str, Any], number: int, quantities: Quantities
) -> tuple[list[dict[str, Any]], list[str]]:
    """SenML records of ``{quantity: value}`` or ``{"ts": milliseconds, "values": {quantity: value}}``, and
    the names that are no quantity; ``t`` is a time as in SenML. A null is no reading."""
    at = _time(entry, number)
    values = entry["values"] if _has_values(entry) else {k: v for k, v in entry.items() if k not in TIMES}
    rows, strange = plain_rows(values, quantities)
    return [{**row, **at} for row in rows], strange


def plain_rows(values: Mapping[str, Any], quantities: Quantities) -> tuple[list[dict[str, Any]], list[str]]:
    """SenML records of ``{quantity: value}`` without a time, and the names that are no quantity. Raises
    SenmlError for a known one that is no number."""
    rows, strange = [], []
    for name, value in values.items():
        metric = quantity_of(name, quantities)
        if metric is None:
            strange.append(name)
        elif isinstance(value, bool | int | float):
            rows.append({"n": metric, ("vb" if isinstance(value, bool) else "v"): value})
        elif value is not None:
            raise SenmlError(N_("%(field)s is not a number"), field=metric)
    return rows, strange


def _time(entry: Mapping[str, Any], number: int) -> dict[str, Any]:
    stated = entry.get("ts")
    if stated is None:
        return {"t": entry["t"]} if "t" in entry else {}
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        raise SenmlError(N_("%(field)s is not a number"), number, field="ts")
    if stated < MILLISECONDS_FROM:
        raise SenmlError(N_("ts is not in milliseconds since 1970; seconds are called t"), number)
    return {"t": stated / 1000 if stated < MILLISECONDS_FROM * 1000 else float(MILLISECONDS_FROM)}


def select(
    records: Iterable[Record], received: int, quantities: Quantities, unknown: Iterable[str] = ()
) -> Parsed:
    """The records that the profile knows; ``unknown`` names were left out before. Raises SenmlError when none
    fits, or one has a wrong kind or unit."""
    found: set[Reading] = set()
    strange = list(unknown)
    promises: list[float] = []
    for record in records:
        metric = quantity_of(record.name, quantities)
        if metric is None:
            strange.append(record.name)
            continue
        found.add(_reading(record, metric, quantities[metric], received))
        if record.update is not None and record.update > 0:
            promises.append(min(record.update, LONGEST_PROMISE))
    if not found:
        refuse_names(strange, quantities)
    return Parsed(sorted(found), strange, min(promises, default=None))


def refuse_names(strange: list[str], quantities: Quantities) -> NoReturn:
    """Say which names the profile would know."""
    raise SenmlError(
        N_("the profile of the device has no quantity %(name)s; it has %(known)s"),
        name=strange[0][:60],
        known=", ".join(quantities)[:200],
    )


def quantity_of(name: str, known: Iterable[str]) -> str | None:
    """The profile's quantity that a SenML name ends in (`urn:dev:x:level` -> `level`), or None.

    Whatever stands before it, a city or another device, is not looked at: the certificate says who speaks.
    But it must be a base name: `battery_level` is no level."""
    fits = [q for q in known if name == q or (name.endswith(q) and _BASE.fullmatch(name[: -len(q)]))]
    return max(fits, key=len, default=None)


def _reading(record: Record, metric: str, quantity: Mapping[str, Any], received: int) -> Reading:
    at, value = round(record.time * 1000), _value(record, metric, quantity)
    flags = CLOCK if at > received + FAST_CLOCK_MS else 0
    bounds = quantity.get("range")
    if bounds and not bounds[0] <= value <= bounds[1]:
        flags |= RANGE
    return Reading(at, metric, value, flags)


def _value(record: Record, metric: str, quantity: Mapping[str, Any]) -> float:
    if isinstance(record.value, bool):
        return float(record.value)
    if not isinstance(record.value, float):
        raise SenmlError(N_("%(field)s is not a number"), field=metric)
    value = convert(record.value, record.unit, quantity.get("unit"))
    if value is None:
        raise SenmlError(
            N_("%(metric)s is in %(unit)s, which cannot become %(wanted)s"),
            metric=metric,
            unit=(record.unit or "")[:20],
            wanted=quantity["unit"],
        )
    return value
