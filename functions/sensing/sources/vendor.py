"""What a vendor's cloud or an operator's platform sends, by the mapping that a profile declares: paths into
JSON, nothing that runs. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from functions.core.i18n import N_
from functions.sensing.senml import ABSOLUTE_FROM, SenmlError

MAX_ROWS = 1000
_STEP = re.compile(r"([A-Za-z0-9_\-]+)|\[([0-9]{1,4})\]")
Row = dict[str, Any]


def at_path(document: Any, path: str) -> Any:
    """The value at ``a.b[0].c``; None when there is none."""
    found = document
    for name, index in _STEP.findall(path):
        if name:
            found = found.get(name) if isinstance(found, dict) else None
        else:
            found = found[int(index)] if isinstance(found, list) and int(index) < len(found) else None
    return found


def rows_of(document: Any, path: str | None) -> list[Any]:
    """The messages in a body: the entries of the array at ``path``, or the body itself. Raises SenmlError."""
    if path is None:
        return [document]
    found = at_path(document, path)
    if not isinstance(found, list):
        raise SenmlError(N_("there is no array at %(path)s"), path=path)
    if not found:
        raise SenmlError(N_("the pack is empty"))
    if len(found) > MAX_ROWS:
        raise SenmlError(
            N_("the pack has %(size)s records; at most %(most)s are taken"), size=len(found), most=MAX_ROWS
        )
    return found


def device_of(row: Any, path: str) -> str:
    """The device's number as the sender knows it. Raises SenmlError."""
    found = at_path(row, path)
    if isinstance(found, bool) or not isinstance(found, str | int) or not str(found).strip():
        raise SenmlError(N_("there is no device at %(path)s"), path=path)
    return str(found).strip()[:64]


def records(row: Any, mapping: Mapping[str, Any], zone: str) -> list[Row]:
    """SenML records of one message. Raises SenmlError when it carries none of the mapping's fields, or
    something else than numbers there."""
    time = mapping.get("time")
    at = {} if time is None else {"t": _time(at_path(row, time), mapping, zone)}
    found = []
    for field in mapping["fields"]:
        value = at_path(row, field["path"])
        if value is None or not _is_meant(row, field):
            continue
        found.append({"n": field["metric"], "v": _number(value, field), **_unit(field), **at})
    if not found:
        paths = ", ".join(sorted({field["path"] for field in mapping["fields"]}))
        raise SenmlError(
            N_("the message has none of the fields that the mapping names: %(paths)s"), paths=paths
        )
    return found


def _is_meant(row: Any, field: Mapping[str, Any]) -> bool:
    return all(str(at_path(row, path)) == text for path, text in (field.get("when") or {}).items())


def _unit(field: Mapping[str, Any]) -> dict[str, str]:
    return {"u": field["unit"]} if field.get("unit") else {}


def _number(value: Any, field: Mapping[str, Any]) -> float:
    word = str(value).lower() if isinstance(value, bool) else str(value)
    if word in (field.get("values") or {}):
        return float(field["values"][word])
    try:
        return _finite(f"{_finite(value) * field.get('scale', 1.0) + field.get('offset', 0.0):.12g}")
    except (TypeError, ValueError, OverflowError) as error:
        raise SenmlError(N_("%(field)s is not a number"), field=field["path"]) from error


def _time(value: Any, mapping: Mapping[str, Any], zone: str) -> float:
    """Unix seconds. A time without a zone is the city's own. One of 1978 or before is that of a clock which
    was never set: SenML would take it for seconds from now."""
    try:
        kind = mapping.get("time_format", "iso")
        if kind == "iso":
            moment = datetime.fromisoformat(value)
            found = (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).timestamp()
        else:
            found = _finite(value) / (1000 if kind == "ms" else 1)
        if found < ABSOLUTE_FROM:
            raise ValueError(value)
        return found
    except (TypeError, ValueError, OverflowError) as error:
        raise SenmlError(N_("%(field)s is not a time"), field=mapping["time"]) from error


def _finite(value: Any) -> float:
    found = float(value)
    if not math.isfinite(found):
        raise ValueError(value)
    return found
