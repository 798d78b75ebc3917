"""Which messages there are and when they may be tried again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.adapters.mail import Mail
    from functions.adapters.sms import Sms

# event -> what composes it: called with (context, event, id), answers a Mail, an Sms, a Letter or None. The
# id is a case's, a draft's, a code's, a day's: the composer's own matter. Other features add theirs here.
COMPOSERS = {
    "received": "functions.cases.letters:compose",
    "sent-back": "functions.cases.letters:compose",
    "resubmitted": "functions.cases.letters:compose",
    "approved": "functions.cases.letters:compose",
    "refused": "functions.cases.letters:compose",
    "resolved": "functions.cases.letters:compose",
    "file-refused": "functions.cases.letters:compose",
    "draft-saved": "functions.cases.draft_mail:compose",
    "draft-reminder": "functions.cases.draft_mail:compose",
    "document-ends": "functions.wallet.messages:compose",
    "code": "functions.people.messages:compose_code",
    "sms-spent": "functions.people.messages:compose_spent",
    "alarm-news": "functions.sensing.alarms.news:compose",
    "sos-test": "functions.sensing.alarms.sos_test:compose",
    "sos-mail": "functions.sensing.alarms.sos_messages:compose",
    "sos-sms": "functions.sensing.alarms.sos_messages:compose",
    "webhook-stopped": "functions.api.notices:compose",
    "quota-city": "functions.sensing.sources.quota_notices:compose",
    "quota-device": "functions.sensing.sources.quota_notices:compose",
}
# While one worker is at a row no other takes it; longer than a worker may run.
LEASE = timedelta(minutes=2)
# The sweep gives up on a row after so many tries: by then the address is wrong, not the network.
MAX_ATTEMPTS = 30
KEEP_SENT = timedelta(days=30)
KEEP_PENDING = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a case's applicant is told, kept word for word. ``message`` brings it or announces it; None when
    there is nobody to write to."""

    case_id: str
    lang: str
    subject: str
    text: str
    message: Mail | Sms | None


def split_message(text: str) -> tuple[str, str]:
    """(subject, body) of a rendered message: the subject is the first line, an empty line follows."""
    subject, _, body = text.strip().partition("\n")
    return " ".join(subject.split()), body.strip() + "\n"


def may_try(attempts: int, lease_until: datetime | None, now: datetime) -> bool:
    """Whether the sweep sends a pointer for a row that is pending."""
    return attempts < MAX_ATTEMPTS and (lease_until is None or lease_until <= now)
