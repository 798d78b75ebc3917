"""Once a night: one message per live city and kind of work to the tasks queue. It reads the registry only; the work is
done inside each city's scope by the tasks worker."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from functions.adapters.queue import Pointer, Queue, SqsQueue
from functions.core import keys, log, usage
from functions.core.context import Context
from functions.core.settings import settings

DUE_EVERY_NIGHT = ("audit-root", "sweep", "usage")


def handle_nightly(event: dict[str, Any], queue: Queue | None = None) -> dict[str, Any]:
    """``{"sent": n}``. A queue that does not answer raises: the schedule tries the night again, and all kinds of work
    may be done twice."""
    from functions.tenancy.registry import live_cities

    sender = queue or SqsQueue(settings().tasks_queue_url)
    sent = 0
    for city in live_cities():
        for kind in DUE_EVERY_NIGHT:
            sender.send(Pointer(city.id, kind, "-"))
            sent += 1
    log.info("night", sent=sent)
    return {"sent": sent}


def usage_task(ctx: Context, _: str = "") -> None:
    """Write what the devices' own items counted, for the last days, into those days' usage. The counts are exact and
    setting them twice changes nothing."""
    from functions.sensing.service import day_counts

    today = ctx.now.astimezone(UTC).date()
    per_day: dict[date, Counter[str]] = {}
    for day, messages, readings in day_counts(ctx):
        per_day.setdefault(day, Counter()).update(messages=messages, readings=readings)
    for day, counts in per_day.items():
        if today - timedelta(days=5) <= day < today:
            _set(day, counts)


def _set(day: date, counts: Counter[str]) -> None:
    item = usage.UsageItem(keys.USAGE, day.isoformat())
    item.update(
        actions=[
            usage.UsageItem.messages.set(counts["messages"]),
            usage.UsageItem.readings.set(counts["readings"]),
        ]
    )


def day_of(number: int) -> date:
    """A day counted since 1970 as a date."""
    return datetime.fromtimestamp(number * 86400, UTC).date()
