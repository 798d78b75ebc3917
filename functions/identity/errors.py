"""How a sign-in may end badly."""

from __future__ import annotations

from functions.core.errors import Forbidden
from functions.core.i18n import N_


class SignInRefused(Forbidden):
    """The hosted login's answer was not accepted. ``reason`` is a short code for the audit event and the
    log."""

    code, message = "sign_in_refused", N_("We could not sign you in")

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class NotStaff(Forbidden):
    """The person proved who they are, and does not work for this city."""

    code, message = "not_staff", N_("You are not on this city's list of staff")
