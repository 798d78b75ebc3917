"""From rules as they are written (a profile's and the city's own) to what the engine runs."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal
from zoneinfo import ZoneInfo

from functions.sensing.rules.domain import PARTS, Marks, Rule, RuleSet
from functions.sensing.rules.hours import hours_of

CONDITION = ("metric", "levels", "clear", "hold", "of", "window", "rate", "faulty", "schedule")


def compile_rules(
    profile: Mapping[str, Any],
    city_rules: Sequence[Mapping[str, Any]] = (),
    *,
    zone: str,
    thing: str = "",
    muted: Sequence[tuple[int, int]] = (),
    every: bool = False,
) -> RuleSet:
    """The rules of a device: its profile's (as the city's configuration has them) and those of the city that
    name the thing or its profile. Inactive rules count only with ``every``. ``muted`` in milliseconds."""
    own = [rule for rule in city_rules if _watches(rule, thing, profile.get("id", ""))]
    definitions = {
        rule["id"]: rule for rule in (*profile.get("rules", ()), *own) if every or rule.get("active", True)
    }
    rules = [rule for definition in definitions.values() for rule in _rule(definition)]
    by_metric: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_metric[rule.metric].append(rule)
    return RuleSet(
        zone=ZoneInfo(zone),
        rules={rule.id: rule for rule in rules},
        by_metric={metric: tuple(found) for metric, found in by_metric.items()},
        marks={metric: _marks(quantity) for metric, quantity in profile.get("quantities", {}).items()},
        definitions=definitions,
        muted=tuple(sorted(muted)),
    )


def _watches(rule: Mapping[str, Any], thing: str, profile_id: str) -> bool:
    return bool(rule["thing"] == thing if rule.get("thing") else rule.get("profile") == profile_id)


def _marks(quantity: Mapping[str, Any]) -> Marks:
    stuck = quantity.get("stuck")
    return Marks(quantity.get("step"), None if stuck is None else stuck * 1000)


def _rule(entry: Mapping[str, Any]) -> Iterator[Rule]:
    """None for what is not judged reading by reading."""
    common: dict[str, Any] = {
        "id": entry["id"],
        "metric": entry.get("metric"),
        "mark": _mark(entry),
        "hold": (entry.get("hold") or 0) * 1000,
        "of": tuple(entry.get("of") or (1, 1)),
        "hours": hours_of(entry["schedule"]) if entry.get("schedule") else None,
    }
    if entry.get("levels"):
        yield Rule(kind="level", **_levels(entry), **_window(entry), **common)
    elif entry.get("rate"):
        yield Rule(kind="rate", **_rate(entry), **common)
    elif entry.get("faulty"):
        yield Rule(
            kind="faulty",
            sign=1,
            limits=(entry["faulty"] - 1.0,),
            clear=0.0,
            severities=(entry["severity"],),
            **common,
        )


def _levels(entry: Mapping[str, Any]) -> dict[str, Any]:
    levels = entry["levels"]
    side: Literal["above", "below"] = "above" if levels[0].get("above") is not None else "below"
    sign = 1 if side == "above" else -1
    return {
        "sign": sign,
        "limits": tuple(sign * float(level[side]) for level in levels),
        "clear": sign * float(entry["clear"]),
        "severities": tuple(level["severity"] for level in levels),
    }


def _window(entry: Mapping[str, Any]) -> dict[str, Any]:
    window = entry.get("window")
    return {"take": window["take"], "width": window["seconds"] * 1000 // PARTS} if window else {}


def _rate(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An alarm about a change ends when the change has fallen to half of what raised it."""
    rate = entry["rate"]
    return {
        "sign": 1,
        "limits": (float(rate["by"]),),
        "clear": float(rate["by"]) / 2,
        "severities": (entry["severity"],),
        "take": "min" if rate["direction"] == "rise" else "max",
        "width": rate["seconds"] * 1000 // PARTS,
        "percent": bool(rate.get("percent")),
    }


def _mark(entry: Mapping[str, Any]) -> str:
    return f"{zlib.crc32(condition_of(entry).encode()):x}"


def condition_of(entry: Mapping[str, Any]) -> str:
    """A rule's condition as text: two rules with the same text are raised by the same readings."""
    return json.dumps([entry.get(key) for key in CONDITION], sort_keys=True)
