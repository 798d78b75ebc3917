"""What happened to a case, in the reader's language."""

from __future__ import annotations

from functions.core.i18n import N_, t

EVENT_LABELS = {
    "submitted": N_("Application sent"),
    "reported": N_("Report sent"),
    "opened": N_("Incident opened by a sensor"),
    "cleared": N_("The sensor reports normal values again"),
    "alarm_ended": N_(
        "An alarm ended without a reading: its device is out of use, or its rule no longer in force"
    ),
    "alarm_noted": N_("One more alarm of the same kind and place"),
    "alarm_changed": N_("An alarm became worse"),
    "alarm_withdrawn": N_("An alarm was taken back by late readings"),
    "viewed": N_("Viewed"),
    "history_viewed": N_("History viewed"),
    "file_opened": N_("Document opened"),
    "file_checked": N_("Document checked by a clerk"),
    "file_refused": N_("A file was found harmful or cannot be opened"),
    "file_replaced": N_("The applicant sent another file"),
    "certificate_viewed": N_("Certificate viewed"),
    "certificate_revoked": N_("Certificate revoked"),
    "approve": N_("Approved"),
    "refuse": N_("Refused"),
    "send_back": N_("Sent back"),
    "resubmit": N_("Missing parts added by the applicant"),
    "start": N_("Work started"),
    "resolve": N_("Resolved"),
}


def event_words(action: str) -> str:
    """The words for an action of the audit chain; the action itself when it has none."""
    return t(EVENT_LABELS[action]) if action in EVENT_LABELS else action
