"""Once a minute: a message to every live city that has something due, and every fifth minute one to every
city with devices, to see which of them are silent. The tasks worker does the work."""

from __future__ import annotations

from typing import Any

from functions.adapters.queue import Pointer, Queue, QueueNotReached, SqsQueue
from functions.core import clock, log
from functions.core.scope import tenant_scope
from functions.core.settings import settings
from functions.sensing.alarms import due
from functions.tenancy import registry

ROUND_MINUTES = 5


def handle_tick(event: dict[str, Any], queue: Queue | None = None) -> dict[str, Any]:
    """``{"cities": n, "due": n, "rounds": n}``. One query per city; a city that cannot be read does not
    stop the others."""
    queue = queue or SqsQueue(settings().tasks_queue_url)
    now = clock.now()
    minute, counts = clock.iso(now), {"cities": 0, "due": 0, "rounds": 0}
    for city in registry.live_cities():
        counts["cities"] += 1
        try:
            with tenant_scope(city):
                waiting = due.waits(now)
            if waiting:
                queue.send(Pointer(city.id, "due-list", minute))
                counts["due"] += 1
            if now.minute % ROUND_MINUTES == 0 and city.config.get("devices", {}).get("profiles"):
                queue.send(Pointer(city.id, "alarm-rounds", minute))
                counts["rounds"] += 1
        except QueueNotReached:
            raise
        except Exception:
            log.failure("tick failed", city=city.id)
    if counts["due"] or counts["rounds"]:
        log.info("tick", **counts)
    return counts
