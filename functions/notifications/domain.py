"""Which messages there are and when they may be tried again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

# event -> file under templates/messages/
MESSAGES = {
    "received": "received.txt",
    "sent-back": "sent-back.txt",
    "resubmitted": "resubmitted.txt",
    "approved": "approved.txt",
    "refused": "refused.txt",
    "resolved": "resolved.txt",
    "file-refused": "file-refused.txt",
}
# event -> what composes it, for messages that are not about a case: called with (context, event, id), answers
# a Mail, an Sms or None. Their rows name a draft, a code or a day in place of a case.
COMPOSERS = {
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


def split_message(text: str) -> tuple[str, str]:
    """(subject, body) of a rendered message: the subject is the first line, an empty line follows."""
    subject, _, body = text.strip().partition("\n")
    return " ".join(subject.split()), body.strip() + "\n"


def may_try(attempts: int, lease_until: datetime | None, now: datetime) -> bool:
    """Whether the sweep sends a pointer for a row that is pending."""
    return attempts < MAX_ATTEMPTS and (lease_until is None or lease_until <= now)
