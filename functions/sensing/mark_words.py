"""Quality marks of a reading in the reader's language."""

from __future__ import annotations

from functions.core.i18n import N_, t
from functions.sensing.domain import CLOCK, DUPLICATE, RANGE, STEP, STUCK

MARKS = {
    RANGE: N_("outside the sensor's range"),
    CLOCK: N_("the device's clock is ahead"),
    STEP: N_("a sudden step"),
    STUCK: N_("has not changed for long"),
    DUPLICATE: N_("a second value of the same moment"),
}


def words(flags: int) -> str:
    """What is to be said of a reading with these marks; "" without any."""
    return ", ".join(t(text) for mark, text in MARKS.items() if flags & mark)
