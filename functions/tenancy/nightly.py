"""Once a night: a message to every live city for each thing that may be due. The worker looks what really
is."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, timedelta
from typing import Any

from functions.adapters.queue import Pointer, Queue, SqsQueue
from functions.core import clock, log, usage
from functions.core.context import Context
from functions.core.settings import settings
from functions.tenancy import registry

DAYS_WHOLE = 5  # a device whose clock of days has turned further has dropped its oldest one
KINDS = (
    "audit-root",
    "sweep",
    "left-files",
    "files-waiting",
    "wallet-reminders",
    "draft-reminders",
    "webhook-sweep",
    "usage",
    "readings-close",
    "readings-old-files",
    "device-rotations",
)


def handle_nightly(event: dict[str, Any], queue: Queue | None = None) -> dict[str, Any]:
    """``{"cities": n, "messages": n}``. Raises QueueNotReached: then Lambda calls again, twice at most, and
    the alarm "nightly-fails" tells the operator."""
    queue = queue or SqsQueue(settings().tasks_queue_url)
    day = clock.now().date().isoformat()
    city_ids = registry.live_city_ids()
    pointers = [Pointer(city_id, kind, day) for city_id in city_ids for kind in KINDS]
    queue.send_all(pointers)
    log.info("nightly fan-out", cities=len(city_ids), messages=len(pointers))
    return {"cities": len(city_ids), "messages": len(pointers)}


def usage_task(ctx: Context, day: str) -> None:
    """Keep what the devices' own items counted in the days that are over: they remember seven days. The
    counts are exact and setting them again changes nothing. The worker's own counts go out, too."""
    from functions.sensing.service import day_counts

    usage.flush_if_due(force=True)
    today = ctx.now.astimezone(UTC).date()
    per_day: dict[date, Counter[str]] = {}
    for counted, messages, readings in day_counts(ctx):
        if today - timedelta(days=DAYS_WHOLE) <= counted < today:
            per_day.setdefault(counted, Counter()).update(messages=messages, readings=readings)
    for counted, counts in per_day.items():
        usage.set_counts(counted.isoformat(), counts)
