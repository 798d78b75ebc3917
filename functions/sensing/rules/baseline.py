"""The same hours of the last four weeks, or the same month of the last year: what is remembered of them is
one mean a day or a month, so it stays small, and follows from the readings alone.

A day counts, and is judged, when its readings reach from the first quarter of the hours into the last."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from functions.sensing.domain import Reading
from functions.sensing.rules.domain import Rule, Usual
from functions.sensing.rules.hours import begun, elapsed

DAYS, MONTHS = 28, 12
EARLY, LATE = 0.25, 0.75
DIGITS = 7  # of a mean that is kept

State = dict[str, Any]
"""``u``: [day or month, whether its beginning and its end were heard, readings, sum]; ``p``: [newest day or
month that counts, the means up to it, None where there is none]; ``k``: what both belong to."""


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
    early, late, count, total = _added(usual, state, zone, key, reading)
    base = _base(usual, state.get("p"), key) if early and late else None
    return (total / count - base) / abs(base) * 100 * usual.sign if base else None


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


def _added(
    usual: Usual, state: State, zone: ZoneInfo, key: int, reading: Reading
) -> tuple[bool, bool, int, float]:
    """The day or month with one more reading; one that is over becomes a mean first."""
    now = state.get("u")
    if now is not None and now[0] != key:
        if now[1] and now[2]:
            state["p"] = _pushed(usual, state.get("p"), now[0], float(f"{now[4] / now[3]:.{DIGITS}g}"))
        state.pop("e", None)
        now = None
    share = elapsed(usual.hours, zone, reading.at) if usual.hours else None
    early, late, count, total = now[1:] if now else (share is None or share <= EARLY, False, 0, 0.0)
    after = early, late or share is None or share >= LATE, count + 1, total + reading.value
    state["u"] = [key, *after]
    return after


def _pushed(usual: Usual, past: list[Any] | None, key: int, mean: float) -> list[Any]:
    span = DAYS if usual.hours else MONTHS
    if past is None or key - past[0] >= span:
        return [key, mean]
    gap = [None] * (key - past[0] - 1)
    return [key, *[*past[1:], *gap, mean][-span:]]


def _base(usual: Usual, past: list[Any] | None, key: int) -> float | None:
    """The mean of the means of the days before, if they are enough; of the month a year before."""
    if past is None:
        return None
    newest, means = past[0], past[1:]
    if usual.hours is None:
        place = len(means) - 1 - (newest - (key - MONTHS))
        return means[place] if 0 <= place < len(means) else None
    recent = [mean for n, mean in enumerate(reversed(means)) if newest - n >= key - DAYS]
    found = [mean for mean in recent if mean is not None]
    return sum(found) / len(found) if len(found) >= usual.least else None
