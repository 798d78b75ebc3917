"""Once a day the whole way of a call for help is tried: a message into the urgent queue, the log, the rule,
the alarm, the mail. A test that does not arrive raises an alarm."""

from __future__ import annotations

from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute

from functions.core import keys
from functions.core.store import CityModel

SHOWN = 14


class TrialItem(CityModel):
    """One day's test: ``begun``, and ``ended`` when the message was handed over."""

    state = UnicodeAttribute()
    begun = UnicodeAttribute()
    ended = UnicodeAttribute(null=True)


@dataclass(frozen=True)
class Result:
    """A day's test: running, passed or failed."""

    day: str
    state: str
    begun: str
    ended: str


def results() -> list[Result]:
    """The last days' tests, the newest first: one call."""
    found = TrialItem.query(keys.SOS_TESTS, scan_index_forward=False, limit=SHOWN)
    return [Result(item.sk, item.state, item.begun, item.ended or "") for item in found]
