"""The same hours of the last four weeks, or the same month of the last year: what is remembered of them is
one number a day or a month, so it stays small, and follows from the readings alone. Days are compared with
their median, so one odd day changes nothing.

A day counts, and is judged, when its readings reach from the first quarter of the hours into the last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from functions.sensing.domain import Reading
from functions.sensing.rules.domain import Rule, Usual
from functions.sensing.rules.hours import begun, elapsed

DAYS, MONTHS = 28, 12
EARLY, LATE = 0.25, 0.75
DIGITS = 7  # of a number that is kept

State = dict[str, Any]
"""``u``: [day or month, whether its beginning and its end were heard, readings, their sum (or the least, the
greatest)]; ``p``: [newest day or month that counts, what each came to up to it, None where there is none];
``k``: what both belong to."""


def compared(rule: Rule, state: State, zone: ZoneInfo, reading: Reading) -> float | None:
    """The difference to what is usual in per cent, positive in the rule's direction; None outside the hours,
    and while there is not enough to judge. Changes ``state``."""
    usual = rule.usual
    assert usual is not None
    key = key_of(usual, zone, reading.at)
    if key is None:
        state.pop("e", None)
        return None
    state["k"] = usual.mark
    now = _added(usual, state, zone, key, reading)
    base = _base(usual, state.get("p"), key) if now[1] and now[2] else None
    if not base:  # of nothing there is no per cent; nothing again is as usual
        return 0.0 if base == 0.0 == _came_to(usual, now) else None
    return (_came_to(usual, now) - base) / abs(base) * 100 * usual.sign


def kept(usual: Usual | None, state: State) -> State:
    """What stays true when a rule's limit changes: what was learnt of the same hours."""
    if usual is None or state.get("k") != usual.mark:
        return {}
    return {key: state[key] for key in ("u", "p", "k") if key in state}


def key_of(usual: Usual, zone: ZoneInfo, at: int) -> int | None:
    """The day (its ordinal) or month (counted) that a moment belongs to; None outside the hours."""
    if usual.hours is not None:
        return begun(usual.hours, zone, at)
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    return local.year * MONTHS + local.month


def _came_to(usual: Usual, now: Sequence[Any]) -> float:
    return float(now[4] / now[3] if usual.take == "mean" else now[4])


def _added(usual: Usual, state: State, zone: ZoneInfo, key: int, reading: Reading) -> list[Any]:
    """The day or month with one more reading; one that is over becomes a number first."""
    now = state.get("u")
    if now is not None and now[0] != key:
        if now[1] and now[2]:
            number = float(f"{_came_to(usual, now):.{DIGITS}g}")
            state["p"] = _pushed(usual, state.get("p"), now[0], number)
        state.pop("e", None)
        now = None
    share = elapsed(usual.hours, zone, reading.at) if usual.hours else None
    early, late, count, so_far = now[1:] if now else (share is None or share <= EARLY, False, 0, None)
    late = late or share is None or share >= LATE
    after = [key, early, late, count + 1, _joined(usual, so_far, reading.value)]
    state["u"] = after
    return after


def _joined(usual: Usual, so_far: float | None, value: float) -> float:
    if so_far is None:
        return value
    if usual.take == "mean":
        return so_far + value
    return min(so_far, value) if usual.take == "min" else max(so_far, value)


def _pushed(usual: Usual, past: list[Any] | None, key: int, number: float) -> list[Any]:
    span = DAYS if usual.hours else MONTHS
    if past is None or key - past[0] >= span:
        return [key, number]
    gap = [None] * (key - past[0] - 1)
    return [key, *[*past[1:], *gap, number][-span:]]


def median(numbers: list[float]) -> float:
    """The one in the middle, or the mean of the two (the library's takes a while to import)."""
    ordered, half = sorted(numbers), len(numbers) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _base(usual: Usual, past: list[Any] | None, key: int) -> float | None:
    """The median of the days before, if they are enough; the month a year before."""
    if past is None:
        return None
    newest, came_to = past[0], past[1:]
    if usual.hours is None:
        place = len(came_to) - 1 - (newest - (key - MONTHS))
        return came_to[place] if 0 <= place < len(came_to) else None
    recent = [one for n, one in enumerate(reversed(came_to)) if newest - n >= key - DAYS]
    found = [one for one in recent if one is not None]
    return median(found) if len(found) >= usual.least else None
