"""The few ways in which a request may end badly. Raised anywhere, mapped to a page or to JSON in one place
(functions/web/responses.py). Programmer faults stay plain exceptions: status 500 and an alarm."""

from __future__ import annotations

from functions.core.i18n import N_

# Of a page that one gets to by a link that was sent.
LINK_ENDED = N_("This link is not valid, or not any more")


class TownkitError(Exception):
    """Base. ``code`` is stable and for machines, ``status`` is HTTP, ``message`` is an English message id
    that the web layer translates; ``params`` fill its named placeholders."""

    code = "error"
    status = 500
    message = N_("Sorry, there is a problem with the service.")

    def __init__(self, message: str | None = None, **params: object) -> None:
        self.message = message or self.message
        self.params = params
        super().__init__(self.message % params if params else self.message)

    @property
    def headers(self) -> dict[str, str]:
        """What the answer carries besides its status."""
        return {}


class NotFound(TownkitError):
    """The thing does not exist, or it belongs to somebody else: callers cannot tell which."""

    code, status, message = "not_found", 404, N_("Page not found")


class Forbidden(TownkitError):
    """The actor is known and lacks the right; never used for ids of another city (that is NotFound)."""

    code, status, message = "forbidden", 403, N_("You do not have access to this page")


class Conflict(TownkitError):
    """Somebody else changed the same thing first; nothing was written."""

    code, status, message = "conflict", 409, N_("Someone else changed this first")


class Invalid(TownkitError):
    """The input breaks a rule. ``fields`` maps a field id to a message id (already translated text is passed
    through unchanged)."""

    code, status, message = "invalid", 422, N_("There is a problem")

    def __init__(
        self, fields: dict[str, str] | None = None, message: str | None = None, **params: object
    ) -> None:
        super().__init__(message, **params)
        self.fields = fields or {}


class RateLimited(TownkitError):
    """A limit was reached. ``retry_after`` is in seconds."""

    code, status, message = "rate_limited", 429, N_("Too many requests. Try again later.")

    def __init__(self, retry_after: int = 60, message: str | None = None, **params: object) -> None:
        super().__init__(message, **params)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """When to come back (RFC 9110 section 10.2.3)."""
        return {"Retry-After": str(self.retry_after)}


class Unavailable(TownkitError):
    """Something outside did not answer; the same request may work later."""

    code, status, message = "unavailable", 503, N_("Sorry, the service is unavailable. Try again later.")
