"""Once a minute: a message to every live city that has something due, and every fifth minute one to every
city with devices, to see which of them are silent. The tasks worker does the work."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from typing import Any

from functions.adapters.queue import Pointer, Queue, QueueNotReached, SqsQueue
from functions.core import clock, log
from functions.core.city import City
from functions.core.scope import tenant_scope
from functions.core.settings import settings
from functions.sensing.alarms import due
from functions.tenancy import registry

ROUND_MINUTES = 5
AT_ONCE = 8  # cities: the function mostly waits for answers
RESERVE_MS = 5_000  # time that the cities which have begun may need
NEXT_FIRST = 379  # cities, a prime: another one begins each minute, so that none is always the last


class Unfinished(RuntimeError):
    """Not every city was looked at. The function failed, so it is called again at once, and an operator
    hears of it."""


def handle_tick(event: dict[str, Any], context: Any = None, queue: Queue | None = None) -> dict[str, Any]:
    """``{"cities": n, "due": n, "rounds": n}``. One query per city; a city that cannot be read does not
    stop the others. Raises Unfinished when time ran out or the queue was not reached."""
    queue = queue or SqsQueue(settings().tasks_queue_url)
    now = clock.now()
    cities = registry.live_bare_cities()
    first = clock.epoch(now) // 60 * NEXT_FIRST % max(1, len(cities))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        looks = [
            pool.submit(copy_context().run, _look, city, now, queue, context)
            for city in (*cities[first:], *cities[:first])
        ]
    found = [look.result() for look in looks]
    counts = {
        "cities": len(cities),
        "due": sum("due-list" in kinds for kinds in found if kinds is not None),
        "rounds": sum("alarm-rounds" in kinds for kinds in found if kinds is not None),
    }
    if counts["due"] or counts["rounds"]:
        log.info("tick", **counts)
    if left := found.count(None):
        raise Unfinished(f"{left} of {len(cities)} cities were not looked at")
    return counts


def _look(city: City, now: datetime, queue: Queue, context: Any) -> list[str] | None:
    """The kinds of the messages that were sent for a city; None when it must be looked at again."""
    if not clock.has_time(context, RESERVE_MS):
        return None
    try:
        kinds = _due_of(city, now)
        for kind in kinds:
            queue.send(Pointer(city.id, kind, clock.iso(now)))
    except QueueNotReached:
        log.failure("tick not told", city=city.id)
        return None
    except Exception:
        log.failure("tick failed", city=city.id)
        return []
    return kinds


def _due_of(city: City, now: datetime) -> list[str]:
    with tenant_scope(city):
        kinds = ["due-list"] if due.waits(now) else []
    if now.minute % ROUND_MINUTES == 0 and _has_devices(city.id):
        kinds.append("alarm-rounds")
    return kinds


def _has_devices(city_id: str) -> bool:
    known = registry.find_city(city_id)
    return known is not None and bool(known.config.get("devices", {}).get("profiles"))
