"""A reading of a device, and the marks of its quality. Times are Unix milliseconds."""

from __future__ import annotations

from typing import NamedTuple

RANGE, CLOCK, STEP, STUCK, DUPLICATE = 1, 2, 4, 8, 16  # quality marks; the first two are facts of intake


class Reading(NamedTuple):
    """``value`` is in the unit of the profile's quantity; ``flags`` are quality marks."""

    at: int
    metric: str
    value: float
    flags: int = 0
