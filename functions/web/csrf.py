"""A token on every form. It is an HMAC over the visitor's session cookie (and a clerk's sign-in cookie) with
the city's own key, so a token of another session, another sign-in or another city does not match."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from functions.core import ids
from functions.core.keyring import city_key
from functions.web import cookies

if TYPE_CHECKING:
    from functions.web.request import PageContext

VISITOR = "visitor"


def _binding(ctx: PageContext) -> str:
    visitor = cookies.read_plain(ctx, VISITOR)
    if not visitor:
        visitor = ids.new_token()
        cookies.set_plain(ctx, VISITOR, visitor)
    return f"{visitor}|{cookies.raw(ctx, cookies.STAFF)}"


def _mac(ctx: PageContext, binding: str) -> str:
    key = city_key(ctx.city.id, "csrf")
    return hmac.new(key, binding.encode(), hashlib.sha256).hexdigest()


def token(ctx: PageContext) -> str:
    """The token for this visitor's forms; may set the visitor cookie on the answer."""
    return _mac(ctx, _binding(ctx))


def matches(ctx: PageContext, given: str) -> bool:
    """Whether the posted token belongs to this visitor. Without the visitor cookie nothing matches."""
    if not cookies.read_plain(ctx, VISITOR):
        return False
    return ids.same(given, _mac(ctx, _binding(ctx)))
