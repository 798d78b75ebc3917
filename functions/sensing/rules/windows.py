"""The last seconds of a metric in twelve parts: what is remembered of a window stays small whatever comes in.

A window moves on by a twelfth of its length, so it reaches back between eleven and twelve twelfths. A part
starts at a multiple of its length since 1970."""

from __future__ import annotations

from typing import Any

from functions.sensing.domain import Reading
from functions.sensing.rules.domain import PARTS, Rule

SPAN = 9  # a window is judged when its readings span three quarters of it

Part = list[Any]
"""[at, value, flags] of one reading (the least, the greatest, for a mean the newest); for a mean also count
and sum."""


def feed(rule: Rule, parts: list[Part], reading: Reading) -> list[Part]:
    """The parts after one more reading; those given stay as they are."""
    now = reading.at // rule.width
    kept = [part for part in parts if part[0] // rule.width > now - PARTS]
    own = kept.pop() if kept and kept[-1][0] // rule.width == now else None
    kept.append(_joined(rule, own, reading))
    return kept


def _joined(rule: Rule, part: Part | None, reading: Reading) -> Part:
    at, _, value, flags = reading
    if rule.take == "mean":
        count, total = (part[3] + 1, part[4] + value) if part else (1, value)
        return [at, value, flags, count, total]
    if part is not None and (part[1] <= value if rule.take == "min" else part[1] >= value):
        return part
    return [at, value, flags]


def judged(rule: Rule, parts: list[Part], reading: Reading) -> float | None:
    """The mean, least or greatest value, or the change (``rate``); None when there is not enough."""
    if rule.kind == "rate":
        return _changed(rule, parts, reading)
    if parts[-1][0] // rule.width - parts[0][0] // rule.width + 1 < SPAN:
        return None
    if rule.take == "mean":
        return float(sum(part[4] for part in parts) / sum(part[3] for part in parts))
    return float(_extreme(rule, parts)[1])


def _extreme(rule: Rule, parts: list[Part]) -> Part:
    return (min if rule.take == "min" else max)(parts, key=lambda part: part[1])


def _changed(rule: Rule, parts: list[Part], reading: Reading) -> float | None:
    earlier = float(_extreme(rule, parts)[1])
    change = abs(reading.value - earlier)
    if not rule.percent or not change:
        return change
    return change / abs(earlier) * 100 if earlier else None


def evidence(rule: Rule, parts: list[Part], reading: Reading) -> tuple[Reading, ...]:
    """One reading of each part, or the two ends of a change."""
    shown = [_extreme(rule, parts)] if rule.kind == "rate" else parts
    found = [Reading(part[0], rule.metric, part[1], part[2]) for part in shown]
    return tuple(found) if found[-1].at == reading.at else (*found, reading)
