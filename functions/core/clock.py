"""The only place that reads the time. Tests freeze it with ``frozen``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The current instant, timezone-aware UTC, whole milliseconds."""
    moment = _frozen.get() or datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, so that text order is time order: ``2026-11-20T09:30:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """The inverse of :func:`iso`; raises ValueError."""
    return datetime.fromisoformat(text)


def epoch(moment: datetime) -> int:
    """Whole seconds since 1970, as DynamoDB's time to live wants them."""
    return int(moment.timestamp())


def has_time(context: Any, milliseconds: int) -> bool:
    """Whether a function may still run for so long, as Lambda's context of the call says; always without
    one."""
    left = getattr(context, "get_remaining_time_in_millis", None)
    return left is None or left() > milliseconds


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """For tests: ``now()`` answers ``moment`` inside the block."""
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
