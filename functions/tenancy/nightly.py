"""Once a night: a message to every live city for each thing that may be due. The worker looks what really
is."""

from __future__ import annotations

from typing import Any

from functions.adapters.queue import Pointer, Queue, SqsQueue
from functions.core import clock, log, usage
from functions.core.context import Context
from functions.core.settings import settings
from functions.tenancy import registry

KINDS = ("audit-root", "sweep", "left-files", "usage")


def handle_nightly(event: dict[str, Any], queue: Queue | None = None) -> dict[str, Any]:
    """``{"cities": n, "messages": n}``. Raises QueueNotReached: the schedule comes again tomorrow, an alarm
    today."""
    queue = queue or SqsQueue(settings().tasks_queue_url)
    day = clock.now().date().isoformat()
    city_ids = registry.live_city_ids()
    for city_id in city_ids:
        for kind in KINDS:
            queue.send(Pointer(city_id, kind, day))
    log.info("nightly fan-out", cities=len(city_ids), messages=len(city_ids) * len(KINDS))
    return {"cities": len(city_ids), "messages": len(city_ids) * len(KINDS)}


def usage_task(ctx: Context, day: str) -> None:
    """The worker's own counts of the city go out, so that yesterday's sum is whole by the morning."""
    usage.flush_if_due(force=True)
