"""The only way to a city's data. ``tenant_scope(city)`` opens it with that city's own session; without it
the store raises. ``platform_scope(reason)`` sees the registry only. Nothing else in the code calls STS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from functions.core.city import City
from functions.core.settings import settings


class ScopeError(RuntimeError):
    """Data was asked for outside a scope, or a scope of another city was opened inside one: a fault in the
    code."""


@dataclass(frozen=True, slots=True)
class Scope:
    """``city`` is None in the platform's scope. ``min_life`` is how many seconds the session must still
    live."""

    city: City | None
    table: str
    reason: str
    min_life: int = 300


_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current_scope() -> Scope:
    """The open scope; raises ScopeError when there is none."""
    scope = _scope.get()
    if scope is None:
        raise ScopeError("no scope is open")
    return scope


def current_city() -> City:
    """The city of the open scope; raises ScopeError outside a city's scope."""
    city = current_scope().city
    if city is None:
        raise ScopeError("the platform's scope has no city")
    return city


@contextmanager
def tenant_scope(city: City, purpose: str = "data", *, min_life: int = 300) -> Iterator[City]:
    """Data of ``city`` and of no other city can be reached inside the block.

    ``min_life`` (seconds) asks for a session that lives at least that long: a presigned form must not
    outlive it."""
    if not isinstance(city, City):
        raise ScopeError("a scope opens for a City of the registry, not for an id")
    outer = _scope.get()
    if outer is not None and outer.city is not None and outer.city.id != city.id:
        raise ScopeError("a scope of another city is open")
    token = _scope.set(Scope(city, settings().city_table_prefix + city.id, purpose, min_life))
    try:
        yield city
    finally:
        _scope.reset(token)


@contextmanager
def platform_scope(reason: str) -> Iterator[None]:
    """The registry, with the function's own role; ``reason`` is for the reader of a grep. Never inside a
    city's scope."""
    outer = _scope.get()
    if outer is not None and outer.city is not None:
        raise ScopeError("a city's scope is open")
    token = _scope.set(Scope(None, settings().platform_table, reason))
    try:
        yield
    finally:
        _scope.reset(token)
