"""What only a program can do wrong. Everything else is the family of functions/core/errors.py."""

from __future__ import annotations

from functions.core.errors import Forbidden, TownkitError
from functions.core.i18n import N_


class KeyRefused(TownkitError):
    """No key, or one that is unknown here, expired or revoked: callers cannot tell which."""

    code, status, message = "unauthorized", 401, N_("Send a valid key in the header: Authorization: Bearer")

    @property
    def headers(self) -> dict[str, str]:
        """How to come in (RFC 6750 section 3)."""
        return {"WWW-Authenticate": "Bearer"}


class ScopeMissing(Forbidden):
    """The key is known but was not made for this."""

    code, message = "scope_missing", N_("This key may not do this. It needs the right: %(scope)s")


class MethodRefused(TownkitError):
    """The address exists, the method does not. ``allowed`` are those that do."""

    code, status, message = "method_not_allowed", 405, N_("This address does not answer to this method")

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__()
        self.allowed = allowed

    @property
    def headers(self) -> dict[str, str]:
        """RFC 9110 section 10.2.1."""
        return {"Allow": ", ".join(self.allowed)}


class KindRefused(TownkitError):
    """The body is not JSON."""

    code, status, message = "unsupported_media_type", 415, N_("Send the body as application/json")
