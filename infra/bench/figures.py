"""What a benchmark gives: figures with their limits, and tables of the raw numbers beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Figure:
    """``value`` in ``unit`` (``x`` is a ratio); ``limit`` is None for what is only reported."""

    name: str
    value: float
    unit: str
    limit: float | None
    raw: str = ""

    @property
    def kept(self) -> bool:
        """Whether the value is within its limit."""
        return self.limit is None or self.value <= self.limit

    def shown(self, number: float | None) -> str:
        """A number with the figure's unit."""
        if number is None:
            return "–"
        text = f"{number:.2f}".rstrip("0").rstrip(".")
        return f"{text} {'×' if self.unit == 'x' else self.unit}"


@dataclass(frozen=True)
class Table:
    """Raw numbers: a heading row and rows of text."""

    heading: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    """One benchmark: how it was measured, its figures, its tables."""

    title: str
    how: str
    figures: Sequence[Figure]
    tables: Sequence[Table] = field(default_factory=tuple)


def spread(values: Sequence[float]) -> str:
    """Median, smallest and largest of some measurements, with two decimals."""
    return f"{median(values):.2f} (from {min(values):.2f} to {max(values):.2f})"
