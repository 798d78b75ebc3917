"""Which readings are not plausible: functions of the series alone, the same in whatever parts it is looked
at."""

from __future__ import annotations

from typing import Any

from functions.sensing.domain import DUPLICATE, RANGE, STEP, STUCK, Reading
from functions.sensing.rules.domain import Marks

STORED = ~(STEP | STUCK | DUPLICATE)
UNUSABLE = RANGE | STEP | STUCK | DUPLICATE
NOT_PLAUSIBLE = RANGE | STEP | STUCK
SAME = 3  # so many equal readings at least are stuck
NONE = Marks(None, None)

Last = list[Any]
"""Of a metric: time and value of the newest reading, the newest usable value (or None), since when the value
has not changed, and in how many readings (at most SAME)."""


def mark(marks: Marks, last: Last | None, reading: Reading) -> tuple[int, Last]:
    """The flags of the next reading of a metric, and what is remembered after it. Readings come in order of
    time, those of one moment by value: the smaller counts, the others are duplicates. Raises ValueError for
    one that is older than the last."""
    at, _, value, stored = reading
    flags = stored & STORED
    if last is None:
        return flags, [at, value, None if flags & RANGE else value, at, 1]
    before, raw, usable, since, same = last
    if at <= before:
        if at < before:
            raise ValueError("readings come in order of time")
        return flags | DUPLICATE, last
    if value == raw:
        same = min(same + 1, SAME)
        if marks.stuck is not None and same >= SAME and at - since >= marks.stuck:
            flags |= STUCK
    else:
        since, same = at, 1
        step = marks.step
        if step is not None and usable is not None and abs(value - raw) > step and abs(value - usable) > step:
            flags |= STEP
    return flags, [at, value, usable if flags & UNUSABLE else value, since, same]


def alike(marks: Marks, one: Last | None, other: Last | None) -> bool:
    """Whether every reading that may follow is marked in the same way after both."""
    if one is None or other is None or one == other:
        return one == other
    if one[:2] != other[:2] or (marks.step is not None and one[2] != other[2]):
        return False
    if marks.stuck is None or one[3:] == other[3:]:
        return True
    return all(same >= SAME and at - since >= marks.stuck for at, _, _, since, same in (one, other))


def usable(marks: Marks, last: Last) -> bool:
    """Whether the newest reading of a metric counts for rules."""
    at, raw, good, since, same = last
    stuck = marks.stuck is not None and same >= SAME and at - since >= marks.stuck
    return good is not None and good == raw and not stuck
