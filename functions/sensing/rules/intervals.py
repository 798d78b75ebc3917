"""Stretches of time beside each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def beside(
    first: Sequence[T], second: Sequence[T], end_of: Callable[[T], int | None]
) -> Iterator[tuple[T, T]]:
    """Each stretch with each of the other row that may lie beside it, in order of time. Both rows are in
    order, and the stretches of a row do not overlap; one without an end is its row's last."""
    left, right = list(first), list(second)
    while left and right:
        yield left[0], right[0]
        mine, other = end_of(left[0]), end_of(right[0])
        if mine is None and other is None:
            return
        (right if mine is None or (other is not None and other < mine) else left).pop(0)
