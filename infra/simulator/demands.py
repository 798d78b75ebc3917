"""What it takes to bring a rule about: how far, how long, in which hours. Taken from the rule as it is
written, not from the engine that judges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.sensing.rules.sun import Place
from infra.simulator.shapes import DAY, limits
from infra.simulator.sky import SOMEWHERE, edge

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Demand:
    """``target``: the value (or, for a change, the difference) that is surely beyond; ``near``: one that
    surely is not; ``seconds`` that it must last; ``fade``: seconds until the rule has forgotten it;
    ``calm``: share of the usual noise that is left there, so that the value stays beyond."""

    rule: str
    metric: str
    target: float
    near: float | None
    seconds: float
    change: bool
    fade: float
    ramp: float
    calm: float = 0.2


def interval_of(profile: Mapping[str, Any]) -> float:
    """Seconds between two ordinary messages; one that only speaks of events still shows that it lives."""
    return float(profile.get("cadence") or profile["heartbeat"] * 0.45)


def hurried(profile: Mapping[str, Any], interval: float) -> float:
    """Seconds between two messages while something happens: devices of the urgent lane speak up."""
    return min(interval, 60.0) if profile["lane"] == "urgent" or not profile.get("cadence") else interval


def demand_of(
    rule: Mapping[str, Any], usual: float, noise: float, quantity: Mapping[str, Any], every: float, stage: int
) -> Demand | None:
    """None for a rule that a value cannot bring about (missing, both, faulty), or that the sensor's range
    does not reach."""
    if rule.get("rate"):
        return _change(rule, usual, noise, every)
    if rule.get("usual"):
        return _unusual(rule, usual, noise, every)
    sign, levels = limits(rule)
    if not sign:
        return None
    limit = levels[min(stage, len(levels) - 1)]
    quantum = 10.0 ** -quantity.get("precision", 1)
    window, (n, m) = rule.get("window"), rule.get("of") or (1, 1)
    margin = max(0.3 * abs(limit - usual), 6 * noise, 2 * quantum)
    target = _inside(limit, limit + sign * margin, quantity.get("range"))
    if sign * (target - limit) <= 0:
        return None
    # A mean is beyond when enough of the window is; the least and the greatest when all of it is, and the
    # engine may see a window as a twelfth longer
    width = window["seconds"] if window else 0
    seconds = (
        rule.get("hold", 0)
        + width * (1.15 if window and window["take"] == "mean" else 1.09)
        + (n + 1) * every
    )
    gap = abs(levels[0] - usual)
    near = usual + sign * 0.75 * gap if 0.25 * gap > 5 * noise + quantum else None
    if window and window["take"] != "mean":
        near = None  # what is usual at one hour is beyond, and only never leaving it counts
    calm = _calm(abs(target - limit) - quantum / 2, noise)  # rounding must not bring it back
    return Demand(rule["id"], rule["metric"], target, near, seconds, False, width + m * every, every, calm)


def _calm(sure: float, noise: float) -> float:
    return min(0.2, 0.8 * max(0.0, sure) / (3.5 * noise)) if noise else 0.0


def _change(rule: Mapping[str, Any], usual: float, noise: float, every: float) -> Demand:
    rate = rule["rate"]
    sign = 1 if rate["direction"] == "rise" else -1
    by = rate["by"] * abs(usual) / 100 if rate["percent"] else rate["by"]
    wanted = sign * (by * 1.5 + 6 * noise)
    if rate["percent"] and sign < 0:
        wanted = max(wanted, -0.97 * abs(usual))
    ramp = min(rate["seconds"] * 0.6, max(2 * every, 600))
    seconds = rule.get("hold", 0) + 3 * every + rate["seconds"] * 0.2
    near = wanted * 0.4 if 0.4 * by > 8 * noise else None
    return Demand(rule["id"], rule["metric"], wanted, near, seconds, True, rate["seconds"] * 1.2, ramp)


def _unusual(rule: Mapping[str, Any], usual: float, noise: float, every: float) -> Demand:
    """All the hours of a day are as far off as the rule says, and half as much again."""
    compared = rule["usual"]
    sign = 1 if compared["direction"] == "rise" else -1
    by = compared["by"] * abs(usual) / 100
    near = usual + sign * 0.5 * by if 0.25 * by > 5 * noise else None
    target = usual + sign * (by * 1.5 + 6 * noise)
    seconds = compared_s(compared) + 2 * every
    return Demand(rule["id"], rule["metric"], target, near, seconds, False, DAY, every)


def compared_s(compared: Mapping[str, Any]) -> float:
    """How long the hours last that a rule compares."""
    hours = compared.get("hours") or {"start": "00:00", "end": "00:00"}
    first, last = (int(hours[k][:2]) * 3600 + int(hours[k][3:]) * 60 for k in ("start", "end"))
    return float((last - first) % DAY or DAY)


def _inside(limit: float, wanted: float, extent: list[float] | None) -> float:
    """The wanted value, or most of the way to the end of the range."""
    if not extent:
        return wanted
    low, high = extent
    if low <= wanted <= high:
        return wanted
    return limit + ((high if wanted > high else low) - limit) * 0.9


def next_hours(
    schedule: Mapping[str, Any] | None, moment: float, offset: int, seconds: float, place: Place = SOMEWHERE
) -> tuple[float, float] | None:
    """The next stretch of at least so many seconds, not before a moment, in which a rule looks (its end is
    far away without a schedule); None when its hours are too short. ``place``: where the sun rises."""
    if not schedule:
        return moment, moment + 1000 * DAY
    midnight = (moment + offset) // DAY * DAY - offset
    for number in range(-1, 9):
        day = midnight + number * DAY
        begin = edge(schedule["start"], day, place)
        ends = (edge(schedule["end"], day, place), edge(schedule["end"], day + DAY, place))
        over = next((one for one in ends if one > begin), begin)
        weekday = WEEK[datetime.fromtimestamp(begin + offset, UTC).weekday()]
        start = max(begin, moment)
        if over - start >= seconds and (not schedule.get("days") or weekday in schedule["days"]):
            return start, over
    return None
