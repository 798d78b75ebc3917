"""From rules as they are written (a profile's and the city's own) to what the engine runs."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

from functions.sensing.rules.domain import PARTS, Marks, Rule, RuleSet, Usual
from functions.sensing.rules.hours import by_sun, hours_of

CONDITION = ("metric", "levels", "clear", "hold", "of", "window", "rate", "faulty", "schedule")
LATER = ("area", "usual")  # only where a rule has them: the marks of others stay what they were
LEAST = 14  # days that are compared with, at least
PLACE = "place"  # instead of a group of areas: the device's own place
WHOLE_DAY = {"start": "00:00", "end": "00:00"}

Areas = Mapping[str, Sequence[Mapping[str, Any]]]
Point = tuple[float, float]


def compile_rules(
    profile: Mapping[str, Any],
    city_rules: Sequence[Mapping[str, Any]] = (),
    *,
    zone: str,
    thing: str = "",
    muted: Sequence[tuple[int, int]] = (),
    every: bool = False,
    place: Point | None = None,
    areas: Areas | None = None,
) -> RuleSet:
    """The rules of a device: its profile's (as the city's configuration has them) and those of the city that
    name the thing or its profile. Inactive rules count only with ``every``. ``muted`` in milliseconds.
    ``place``: the device's latitude and longitude; ``areas``: the city's, by group. A rule that waits for one
    of them (:func:`waits_for`) is not judged."""
    around = _Around(place, areas or {}, profile.get("quantities", {}))
    own = [rule for rule in city_rules if _watches(rule, thing, profile.get("id", ""))]
    definitions = {
        rule["id"]: rule for rule in (*profile.get("rules", ()), *own) if every or rule.get("active", True)
    }
    rules = [rule for definition in definitions.values() for rule in _rule(definition, around)]
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
        paired=dict(two for r in rules if r.pair for two in ((r.metric, r.pair), (r.pair, r.metric))),
    )


@dataclass(frozen=True)
class _Around:
    """What a rule may ask for beside readings."""

    place: Point | None
    areas: Areas
    quantities: Mapping[str, Any]


def waits_for(rule: Mapping[str, Any], placed: bool, areas: Areas) -> str:
    """What a rule cannot be judged without: ``place`` (that of the device), a group of areas, or ""."""
    within = rule.get("area")
    group = (within.get("outside") or within.get("inside")) if within else ""
    if not placed and (group == PLACE or by_sun(rule.get("schedule"))):
        return PLACE
    return group if group and group != PLACE and not areas.get(group) else ""


def coordinates(quantities: Mapping[str, Any]) -> tuple[str, str] | None:
    """The metrics that are latitude and longitude; None when a device does not say where it is."""
    found = {entry.get("unit"): metric for metric, entry in [*quantities.items()][::-1]}
    return (found["lat"], found["lon"]) if {"lat", "lon"} <= found.keys() else None


def _watches(rule: Mapping[str, Any], thing: str, profile_id: str) -> bool:
    return bool(rule["thing"] == thing if rule.get("thing") else rule.get("profile") == profile_id)


def _marks(quantity: Mapping[str, Any]) -> Marks:
    stuck = quantity.get("stuck")
    return Marks(quantity.get("step"), None if stuck is None else stuck * 1000)


def _rule(entry: Mapping[str, Any], around: _Around) -> Iterator[Rule]:
    """None for what is not judged reading by reading, or waits for something."""
    if waits_for(entry, around.place is not None, around.areas):
        return
    common: dict[str, Any] = {
        "id": entry["id"],
        "metric": entry.get("metric"),
        "mark": _mark(entry, around),
        "hold": (entry.get("hold") or 0) * 1000,
        "of": tuple(entry.get("of") or (1, 1)),
        "hours": hours_of(entry["schedule"], around.place) if entry.get("schedule") else None,
    }
    if entry.get("area"):
        if place := _area(entry, around):
            yield Rule(kind="level", **common | place)
    elif entry.get("usual"):
        yield Rule(kind="usual", **_usual(entry), **common)
    elif entry.get("levels"):
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


def _area(entry: Mapping[str, Any], around: _Around) -> dict[str, Any] | None:
    """The later of the two coordinates of a moment is the one that is watched."""
    pair, within = coordinates(around.quantities), entry["area"]
    if pair is None:
        return None
    lat, lon = pair
    return {
        "sign": 1,
        "limits": (float(within.get("by") or 0),),
        "clear": 0.0,
        "severities": (entry["severity"],),
        "metric": max(pair),
        "pair": min(pair),
        "pair_is_lat": lat < lon,
        "inward": bool(within.get("inside")),
        "areas": _areas(within, around),
    }


def _areas(within: Mapping[str, Any], around: _Around) -> tuple[Mapping[str, Any], ...]:
    group: str = within.get("outside") or within["inside"]
    if group == PLACE and around.place is not None:
        lat, lon = around.place
        return ({"circle": {"lat": lat, "lon": lon, "radius": within["radius"]}},)
    return tuple(around.areas.get(group, ()))


def _usual(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An alarm about what is usual ends when the difference has fallen to half of what raised it."""
    usual = entry["usual"]
    hours = None if usual.get("against") == "year" else usual.get("hours") or WHOLE_DAY
    learnt = json.dumps([entry["metric"], usual.get("take"), hours], sort_keys=True)
    return {
        "sign": 1,
        "limits": (float(usual["by"]),),
        "clear": float(usual["by"]) / 2,
        "severities": (entry["severity"],),
        "usual": Usual(
            usual.get("take") or "mean",
            hours_of(hours) if hours else None,
            usual.get("least") or LEAST,
            1 if usual["direction"] == "rise" else -1,
            _short(learnt),
        ),
    }


def _mark(entry: Mapping[str, Any], around: _Around) -> str:
    """Of the condition and of where it is looked at."""
    text = condition_of(entry)
    if entry.get("area"):
        text += json.dumps(_areas(entry["area"], around), sort_keys=True)
    elif by_sun(entry.get("schedule")):
        text += str(around.place)
    return _short(text)


def _short(text: str) -> str:
    return f"{zlib.crc32(text.encode()):x}"


def condition_of(entry: Mapping[str, Any]) -> str:
    """A rule's condition as text: two rules with the same text are raised by the same readings."""
    later = [entry[key] for key in LATER if entry.get(key)]
    return json.dumps([*(entry.get(key) for key in CONDITION), *later], sort_keys=True)
