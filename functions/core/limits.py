"""Counters that end by themselves: so many in a fixed window, per whatever the key names. One call a hit."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute
from pynamodb.transactions import TransactWrite

from functions.core import clock, keys
from functions.core.errors import RateLimited
from functions.core.store import CityModel


class LimitItem(CityModel):
    """``n`` hits in the window that starts at the sort key."""

    n = NumberAttribute(default=0)


def _at(key: str, per_seconds: int) -> tuple[LimitItem, int]:
    moment = clock.epoch(clock.now())
    start = moment - moment % per_seconds
    return LimitItem(keys.limit(key), str(start)), start + per_seconds


def hit(key: str, limit: int, per_seconds: int) -> int:
    """Count one and answer the number so far; raises RateLimited (with seconds to wait) above ``limit``."""
    item, ends = _at(key, per_seconds)
    item.update(actions=[LimitItem.n.add(1), LimitItem.ttl.set(ends + 86400), LimitItem.v.set(1)])
    if item.n > limit:
        raise RateLimited(max(1, ends - clock.epoch(clock.now())))
    return int(item.n)


def hit_in(tx: TransactWrite, key: str, limit: int, per_seconds: int) -> None:
    """Count one in the caller's transaction, which fails at this operation above ``limit``."""
    item, ends = _at(key, per_seconds)
    tx.update(
        item,
        actions=[LimitItem.n.add(1), LimitItem.ttl.set(ends + 86400), LimitItem.v.set(1)],
        condition=LimitItem.n.does_not_exist() | (LimitItem.n < limit),
    )


def check(key: str, limit: int, per_seconds: int) -> None:
    """Raise RateLimited when the limit was reached, without counting."""
    item, ends = _at(key, per_seconds)
    try:
        item.refresh()
    except LimitItem.DoesNotExist:
        return
    if item.n >= limit:
        raise RateLimited(max(1, ends - clock.epoch(clock.now())))
