"""Cookies: only necessary ones. Signed ones name their city and are refused elsewhere; their keys are derived
per city from the stage's secret. In production names carry ``__Host-``: no other host can plant them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.core.keyring import city_key
from functions.core.settings import settings

if TYPE_CHECKING:
    from functions.web.request import PageContext

STAFF = "staff"
LANG, SIZE = "lang", "size"
SHARED = (LANG, SIZE)  # of the visitor, not of a city
YEAR = 365 * 86400


def full_name(ctx: PageContext, name: str) -> str:
    """The cookie's name on the wire; it carries the city, since on a laptop cities share a host."""
    if name in SHARED:
        return name
    return f"{name}-{ctx.city.id}" if settings().local else f"__Host-{name}-{ctx.city.id}"


def raw(ctx: PageContext, name: str) -> str:
    """The value as sent, unverified; empty when there is none."""
    return ctx.cookies.get(full_name(ctx, name), "")


def read_plain(ctx: PageContext, name: str) -> str:
    """A random value that needs no signature."""
    return raw(ctx, name)[:64]


def set_plain(ctx: PageContext, name: str, value: str, max_age: int | None = None) -> None:
    """Set an unsigned HttpOnly cookie; the rest of this request already sees it."""
    _set(ctx, name, value, max_age)


def _serializer(ctx: PageContext, name: str) -> Any:
    from itsdangerous import URLSafeTimedSerializer

    return URLSafeTimedSerializer(city_key(ctx.city.id, "cookie"), salt=name)


def set_signed(ctx: PageContext, name: str, payload: dict[str, Any], max_age: int) -> None:
    """Set a signed cookie that lives ``max_age`` seconds; ``payload`` is JSON and readable by its holder."""
    _set(ctx, name, _serializer(ctx, name).dumps({**payload, "city": ctx.city.id}), max_age)


def read_signed(ctx: PageContext, name: str, max_age: int) -> dict[str, Any] | None:
    """The payload of a signed cookie of this city; None: absent, changed, too old or another city's."""
    from itsdangerous import BadData

    try:
        payload: dict[str, Any] = _serializer(ctx, name).loads(raw(ctx, name), max_age=max_age)
    except BadData:
        return None
    return payload if payload.get("city") == ctx.city.id else None


def clear(ctx: PageContext, name: str) -> None:
    """Remove a cookie."""
    _set(ctx, name, "", 0)


def _set(ctx: PageContext, name: str, value: str, max_age: int | None) -> None:
    full = full_name(ctx, name)
    ctx.cookies[full] = value
    ctx.set_cookies[:] = [line for line in ctx.set_cookies if not line.startswith(f"{full}=")]
    parts = [f"{full}={value}", "HttpOnly", "SameSite=Lax"]
    shared = name in SHARED or not settings().local
    parts.append("Path=/" if shared else f"Path=/{ctx.city.id}")
    if not settings().local:
        parts.append("Secure")
    if max_age is not None:
        parts.append(f"Max-Age={max_age}")
    ctx.set_cookies.append("; ".join(parts))
