"""How asking for a code and typing one may end."""

from __future__ import annotations

from functions.core.errors import RateLimited, TownkitError
from functions.core.i18n import N_


class SmsSpent(RateLimited):
    """The city's text messages of the day are used up, or it sends none."""

    code = "sms_spent"
    message = N_("No more text messages can be sent today. Use an email address, or your reference and code.")


class CodeWrong(TownkitError):
    """The code is another one; the challenge is still waiting."""

    code, status, message = "code_wrong", 422, N_("This is not the code that we sent")


class CodeEnded(TownkitError):
    """The code was used, is older than ten minutes, or was typed wrongly five times."""

    code, status = "code_ended", 422
    message = N_("This code cannot be used any more. Ask for a new one.")


class ContactTaken(TownkitError):
    """Another record of this city has that contact point."""

    code, status = "contact_taken", 409
    message = N_("This is used by another My page. Sign in there with it, or use another one.")
