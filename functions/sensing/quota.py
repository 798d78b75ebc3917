"""The city's messages per day against its plan. A protection, so it may be a little late: counts are summed
in memory and written for every hundredth part of the limit. What is charged is counted exactly on the boards
of the logs; a device's repeats, which no board knows of, are counted here, in this process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions.core import clock, keys
from functions.core.limits import LimitItem
from functions.core.scope import current_city

DAY_S = 86_400
WARN_AT = 0.8  # of a limit
RESERVED = 10  # the last tenth of a city's day is kept for the urgent lane
STEPS = 500  # writes of a whole day's limit
_lock = threading.Lock()
_counts: dict[str, _Count] = {}
_devices: OrderedDict[tuple[str, str, int], int] = OrderedDict()  # city, thing, day: messages
_taken: OrderedDict[tuple[str, str], None] = OrderedDict()  # city, message id: counted already
REMEMBERED = 20_000  # of each of these


@dataclass
class _Count:
    """``total`` is the table's number when it was last written, ``own`` what this process has added since."""

    day: str
    total: int = 0
    own: int = 0
    warned: bool = False


def stop_of(limit: int, profile: Mapping[str, Any]) -> int | None:
    """How many messages of the city's day there may be before those of a profile are refused: a routine
    device that chatters must not keep a flood from being told. None for devices with which people call for
    help: they are never refused for what others have sent."""
    if profile.get("emergency"):
        return None
    return limit if profile.get("lane") == "urgent" else limit - limit // RESERVED


def take(amount: int, limit: int, moment: datetime, stop: int | None) -> bool:
    """Count messages of the open scope's city; False, and nothing is counted, when there had been ``stop`` of
    them before. ``limit``: of the day."""
    start = clock.epoch(moment) // DAY_S * DAY_S
    item = LimitItem(keys.limit("messages"), str(start))
    city = current_city().id
    if city not in _counts or _counts[city].day != item.sk:
        _counts[city] = _Count(item.sk, _written(item))
    with _lock:
        count = _counts[city]
        if stop is not None and count.total + count.own >= stop:
            return False
        count.own += amount
        due = count.own if count.own >= max(20, limit // STEPS) else 0
        count.own -= due
    if due:
        item.update(actions=[LimitItem.n.add(due), LimitItem.ttl.set(start + 2 * DAY_S), LimitItem.v.set(1)])
        count.total = int(item.n)
    return True


def take_of_device(thing: str, message_id: str, known: int, limit: int | None, day: int) -> bool:
    """Count a message of a device of the open scope's city on a day (since 1970, UTC), whether or not what it
    says is new; False when the device has had its day. ``known``: its messages of the day as the board counts
    them, which other processes have seen, too. What the queue hands over again is one message."""
    city = current_city().id
    if limit is None or (city, message_id) in _taken:
        return True
    with _lock:
        before = max(_devices.pop((city, thing, day), 0), known)
        _devices[city, thing, day] = before + (before < limit)
        if before < limit:
            _taken[city, message_id] = None
        for own in (_devices, _taken):
            while len(own) > REMEMBERED:
                own.popitem(last=False)
    return before < limit


def used(moment: datetime) -> int:
    """Messages of the open scope's city on a day, as written in its table: up to a hundredth part of the
    limit behind. One call."""
    return _written(LimitItem(keys.limit("messages"), str(clock.epoch(moment) // DAY_S * DAY_S)))


def comes_near(limit: int) -> bool:
    """Whether the open scope's city has used four fifths of its day; once a day and process."""
    count = _counts.get(current_city().id)
    if count is None or count.warned or count.total + count.own < WARN_AT * limit:
        return False
    count.warned = True
    return True


def crosses(before: int, after: int, limit: int) -> bool:
    """Whether a count has reached four fifths of a limit just now."""
    return before < WARN_AT * limit <= after


def _written(item: LimitItem) -> int:
    try:
        return int(LimitItem.get(item.pk, item.sk).n)
    except LimitItem.DoesNotExist:
        return 0


def reset() -> None:
    """For tests: forget what is in memory."""
    _counts.clear()
    _devices.clear()
    _taken.clear()
