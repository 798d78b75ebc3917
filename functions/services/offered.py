"""A service that a city offers."""

from __future__ import annotations

from functions.core.context import Context
from functions.core.errors import NotFound
from functions.services.domain import Service


def service_of(ctx: Context, service_id: str) -> Service:
    """The city's service; raises NotFound."""
    raw = ctx.city.service(service_id)
    if raw is None:
        raise NotFound
    return Service(raw, service_id)
