"""What a city uses, per UTC day, in ``USAGE/<day>``. ``add_to`` is exact: it lies in the transaction of
the thing counted. ``count`` sums in memory and is written seldom: a page never costs a write. No metric
dimensions per city."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from functions.core import clock, keys, log
from functions.core.scope import current_city
from functions.core.store import CityModel

FLUSH_AFTER_S = 30.0
FLUSH_AT = 200
_lock = threading.Lock()
_memory: dict[str, dict[str, Counter[str]]] = {}  # city, day: a flush must not look at every city's
_since: dict[str, float] = {}


class UsageItem(CityModel):
    """One UTC day of a city. Units are tenths, since reads come in halves and a counter must be whole."""

    pages = NumberAttribute(null=True)
    api_calls = NumberAttribute(null=True)
    applications = NumberAttribute(null=True)
    incidents = NumberAttribute(null=True)
    certificates = NumberAttribute(null=True)
    messages = NumberAttribute(null=True)
    readings = NumberAttribute(null=True)
    refused = NumberAttribute(null=True)
    mails = NumberAttribute(null=True)
    sms = NumberAttribute(null=True)
    bytes_in = NumberAttribute(null=True)
    bytes_out = NumberAttribute(null=True)
    rcu_tenths = NumberAttribute(null=True)
    wcu_tenths = NumberAttribute(null=True)


METERS = (
    "pages", "api_calls", "applications", "incidents", "certificates", "messages", "readings", "refused",
    "mails", "sms", "bytes_in", "bytes_out", "rcu_tenths", "wcu_tenths",
)  # fmt: skip


class Spent:
    """Calls and capacity units of one request."""

    __slots__ = ("calls", "rcu", "wcu")

    def __init__(self) -> None:
        self.calls, self.rcu, self.wcu = 0, 0.0, 0.0


_spent: ContextVar[Spent | None] = ContextVar("spent", default=None)


@contextmanager
def measured() -> Iterator[Spent]:
    """Collect the DynamoDB calls and units of the block."""
    spent = Spent()
    token = _spent.set(spent)
    try:
        yield spent
    finally:
        _spent.reset(token)


def ask_capacity(params: dict[str, Any], model: Any, **_: object) -> None:
    """botocore hook: every call says what it consumed."""
    if "ReturnConsumedCapacity" in model.input_shape.members:
        params["ReturnConsumedCapacity"] = "TOTAL"


def note_capacity(parsed: dict[str, Any] | None, model: Any, **_: object) -> None:
    """botocore hook: add a call's units to the request that made it."""
    spent = _spent.get()
    if spent is None or not parsed:
        return
    spent.calls += 1
    found = parsed.get("ConsumedCapacity") or []
    units = sum(
        float(entry.get("CapacityUnits", 0)) for entry in (found if isinstance(found, list) else [found])
    )
    if model.name in {"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"}:
        spent.rcu += units
    else:
        spent.wcu += units


def count(meter: str, amount: int = 1, moment: datetime | None = None) -> None:
    """Add to the open scope's city in memory. What a process still holds when it ends is lost: what is billed
    uses :func:`add_to`."""
    city = current_city().id
    day = (moment or clock.now()).date().isoformat()
    with _lock:
        _memory.setdefault(city, {}).setdefault(day, Counter())[meter] += amount
        _since.setdefault(city, time.monotonic())


def count_units() -> None:
    """Add the capacity units that the present request has consumed so far, in tenths. Call it once a
    request."""
    spent = _spent.get()
    if spent is not None:
        count("rcu_tenths", round(spent.rcu * 10))
        count("wcu_tenths", round(spent.wcu * 10))


def flush_if_due(*, force: bool = False, after: float | None = None) -> None:
    """Write the open scope's city's counts when the oldest is 30 seconds old (or ``after``) or there are 200
    of them. A write that fails keeps them for the next time: no page breaks over its own count."""
    city = current_city().id
    with _lock:
        mine = _memory.get(city)
        total = sum(counts["pages"] + counts["api_calls"] for counts in (mine or {}).values())
        old = FLUSH_AFTER_S if after is None else after
        if not mine or not (force or total >= FLUSH_AT or time.monotonic() - _since[city] >= old):
            return
        taken = _memory.pop(city)
        _since.pop(city, None)
    for day, counts in taken.items():
        try:
            _add(day, counts)
        except UpdateError:
            log.failure("usage not written", city=city)
            for meter, amount in counts.items():
                count(meter, amount, datetime.fromisoformat(day))


def _add(day: str, counts: Counter[str]) -> None:
    actions = [getattr(UsageItem, meter).add(amount) for meter, amount in counts.items() if amount]
    if actions:
        UsageItem(keys.USAGE, day).update(actions=[*actions, UsageItem.v.set(1)])


def add_to(tx: TransactWrite, meter: str, amount: int = 1, moment: datetime | None = None) -> None:
    """Exact: the count is written if and only if the transaction is."""
    day = (moment or clock.now()).date().isoformat()
    tx.update(UsageItem(keys.USAGE, day), actions=[getattr(UsageItem, meter).add(amount), UsageItem.v.set(1)])


def set_counts(day: str, counts: Counter[str]) -> None:
    """Write counts that are known to be whole, in place of what the day's item says."""
    actions = [getattr(UsageItem, meter).set(amount) for meter, amount in counts.items()]
    UsageItem(keys.USAGE, day).update(actions=[*actions, UsageItem.v.set(1)])


def of_day(day: str) -> dict[str, int]:
    """The counts of a UTC day of the open scope's city."""
    try:
        item = UsageItem.get(keys.USAGE, day)
    except UsageItem.DoesNotExist:
        return {}
    return {meter: int(value) for meter in METERS if (value := getattr(item, meter)) is not None}


def of_days(first: str, last: str) -> dict[str, dict[str, int]]:
    """The counts of a range of UTC days (ISO dates, both included), the days without any left out: one
    call."""
    found = UsageItem.query(keys.USAGE, UsageItem.sk.between(first, last))
    return {
        item.sk: {m: int(value) for m in METERS if (value := getattr(item, m)) is not None} for item in found
    }


def reset() -> None:
    """For tests: forget what is counted in memory."""
    with _lock:
        _memory.clear()
        _since.clear()
