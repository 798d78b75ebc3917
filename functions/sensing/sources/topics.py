"""Where a device publishes and where it hears answers. Its client id is `<city>:<thing>`."""

from __future__ import annotations

from functions.core.settings import settings

URGENT = "urgent"


def publish(city_id: str, thing: str, lane: str) -> str:
    """The topic of a lane (Basic Ingest, AWS IoT Core developer guide)."""
    if lane == URGENT:
        return f"$aws/rules/{settings().urgent_rule}/{city_id}/{thing}/urgent"
    return f"$aws/rules/{settings().readings_rule}/{city_id}/{thing}/data"


def certificate(city_id: str, thing: str) -> str:
    """Where a device is told, in a retained message, to fetch its next certificate; it alone may
    subscribe."""
    return f"townkit/{city_id}:{thing}/certificate"


def refused(city_id: str, thing: str) -> str:
    """Where a device is told what was not stored, and why; it alone may subscribe."""
    return f"townkit/{city_id}:{thing}/refused"
