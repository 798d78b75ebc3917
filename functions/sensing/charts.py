"""A small line chart as numbers for an SVG that the server draws. The same numbers stand in a table beside
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from functions.sensing.domain import Reading

WIDTH, HEIGHT, MARGIN = 320.0, 96.0, 6.0


@dataclass(frozen=True)
class Chart:
    """In the units of the view box ``0 0 320 96``: the line's points, the last one, the level's height (None
    when there is no rule).
    """

    points: str
    last: tuple[float, float]
    level: float | None


def line(readings: Sequence[Reading], level: float | None) -> Chart | None:
    """The chart of one metric's readings in order of time; None for fewer than two moments. The level lies
    inside the picture when there is one.
    """
    if len({reading.at for reading in readings}) < 2:
        return None
    heights = [reading.value for reading in readings] + ([level] if level is not None else [])
    low, high = min(heights), max(heights)
    start, end = readings[0].at, readings[-1].at
    places = [
        (_scale(reading.at, start, end, WIDTH), HEIGHT - _scale(reading.value, low, high, HEIGHT))
        for reading in readings
    ]
    return Chart(
        " ".join(f"{x:.1f},{y:.1f}" for x, y in places),
        places[-1],
        None if level is None else round(HEIGHT - _scale(level, low, high, HEIGHT), 1),
    )


def _scale(value: float, low: float, high: float, size: float) -> float:
    inner = size - 2 * MARGIN
    return round(MARGIN + (inner / 2 if high == low else (value - low) / (high - low) * inner), 1)
