"""What it takes to bring a rule about: how far, how long, in which hours. Taken from the rule as it is
written, not from the engine that judges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.simulator.shapes import DAY, limits

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


def _inside(limit: float, wanted: float, extent: list[float] | None) -> float:
    """The wanted value, or most of the way to the end of the range."""
    if not extent:
        return wanted
    low, high = extent
    if low <= wanted <= high:
        return wanted
    return limit + ((high if wanted > high else low) - limit) * 0.9


def next_hours(
    schedule: Mapping[str, Any] | None, moment: float, offset: int, seconds: float
) -> tuple[float, float] | None:
    """The next stretch of at least so many seconds, not before a moment, in which a rule looks (its end is
    far away without a schedule); None when its hours are too short."""
    if not schedule:
        return moment, moment + 1000 * DAY
    first, last = (int(schedule[k][:2]) * 3600 + int(schedule[k][3:]) * 60 for k in ("start", "end"))
    length = (last - first) % DAY or DAY
    if length < seconds:
        return None
    midnight = (moment + offset) // DAY * DAY - offset
    for number in range(-1, 9):
        begin = midnight + number * DAY + first
        weekday = WEEK[datetime.fromtimestamp(begin + offset, UTC).weekday()]
        start = max(begin, moment)
        if begin + length - start >= seconds and (not schedule.get("days") or weekday in schedule["days"]):
            return start, begin + length
    return None
