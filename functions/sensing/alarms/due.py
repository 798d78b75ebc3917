"""The city's due list: everything that must happen at a time. A row is written in the transaction of what it
follows from, and deleted when its work is done; its work may be done twice and must not mind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from pynamodb.attributes import JSONAttribute
from pynamodb.transactions import TransactWrite

from functions.adapters import queue as tasks
from functions.adapters.queue import Queue
from functions.core import clock, keys, log
from functions.core.context import Context
from functions.core.store import CityModel

KIND = "due"  # of the pointer to one row
AT_ONCE = 100
LOOKED_AT = 2_000
KEPT = timedelta(days=30)
SAFETY = timedelta(seconds=60)  # a row whose pointer got lost is found by the tick after so long
# kind of a row -> its work: called with (context, the row's data)
WORK = {
    "follow": "functions.sensing.alarms.following:follow",
    "news": "functions.sensing.alarms.news:send",
    "repeat": "functions.sensing.alarms.following:remind",
    "sos": "functions.sensing.alarms.sos:call_next",
    "command": "functions.sensing.alarms.commands:look",
}


class DueItem(CityModel):
    """One row. The sort key is ``<when>#<kind>#<id>``."""

    data = JSONAttribute()


@dataclass(frozen=True)
class Due:
    """A row as it is read."""

    name: str
    kind: str
    data: dict[str, Any]


def name_of(at: datetime, kind: str, subject: str) -> str:
    """The row's sort key."""
    if kind not in WORK:
        raise ValueError(f"nothing is called {kind}")
    return f"{clock.iso(at)}#{kind}#{subject}"


def add(tx: TransactWrite, at: datetime, kind: str, subject: str, data: Mapping[str, Any]) -> str:
    """A row in the caller's transaction; answers its name for :func:`point`. One operation."""
    name = name_of(at, kind, subject)
    tx.save(_item(name, at, data))
    return name


def put(at: datetime, kind: str, subject: str, data: Mapping[str, Any]) -> str:
    """A row of its own; the same row again changes nothing."""
    name = name_of(at, kind, subject)
    _item(name, at, data).save()
    return name


def _item(name: str, at: datetime, data: Mapping[str, Any]) -> DueItem:
    return DueItem(keys.DUE, name, data=dict(data), ttl=clock.epoch(at + KEPT))


def point(ctx: Context, name: str, delay: int = 0, queue: Queue | None = None) -> None:
    """Have the worker look at a row now, or in up to 900 seconds. When the queue cannot be reached the tick
    finds the row."""
    tasks.point(ctx.city.id, KIND, name, delay, queue)


def waits(now: datetime) -> bool:
    """Whether anything is due: one read of half a unit."""
    return any(True for _ in DueItem.query(keys.DUE, DueItem.sk <= f"{clock.iso(now)}~", limit=1))


def between(kind: str, first: datetime, last: datetime) -> list[dict[str, Any]]:
    """What the rows of a kind are about that are due between two moments: one call."""
    names = DueItem.sk.between(clock.iso(first), f"{clock.iso(last)}~")
    found = DueItem.query(keys.DUE, names, limit=LOOKED_AT)
    return [dict(item.data) for item in found if item.sk.split("#")[1] == kind]


def work_row(ctx: Context, name: str) -> None:
    """Do one row's work, early or late, and delete it; a row that is gone was done."""
    try:
        item = DueItem.get(keys.DUE, name, consistent_read=True)
    except DueItem.DoesNotExist:
        return
    _work(ctx, item)


def work_due(ctx: Context, _: str = "") -> None:
    """Do a hundred rows of all that is due, calls for help first. One that fails stays for the next minute
    and does not count: however many fail, the others are done."""
    done, failed = 0, 0
    found = list(
        DueItem.query(keys.DUE, DueItem.sk <= f"{clock.iso(ctx.now)}~", limit=LOOKED_AT, consistent_read=True)
    )
    for item in sorted(found, key=lambda one: one.sk.split("#")[1] != "sos"):
        if done >= AT_ONCE:
            break
        try:
            _work(ctx, item)
            done += 1
        except Exception:
            log.failure("due work failed", city=ctx.city.id, row=item.sk)
            failed += 1
    if failed:
        raise RuntimeError(f"{failed} rows of the due list failed")


def _work(ctx: Context, item: DueItem) -> None:
    _, kind, _ = item.sk.split("#", 2)
    module, _, function = WORK[kind].partition(":")
    getattr(import_module(module), function)(ctx, dict(item.data))
    item.delete()
