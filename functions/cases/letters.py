"""What an applicant is told about their case: a mail in the language of the application, kept for them to
read again."""

from __future__ import annotations

from typing import Any

from functions.adapters.mail import Mail
from functions.adapters.sms import Sms
from functions.cases import store
from functions.cases.domain import Case
from functions.core import i18n
from functions.core.context import Context
from functions.core.settings import settings
from functions.notifications.domain import Letter, split_message

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


def compose(ctx: Context, event: str, case_id: str) -> Letter | None:
    """The letter as the case is now; None when the case is gone. Who gave no e-mail address but is signed up
    with a phone number gets a short text message; the letter is on their page."""
    from functions.services.definitions import definition_for_case

    case = store.get_case(case_id)
    if case is None:
        return None
    service = definition_for_case(ctx.city, case.service, case.definition) or {}
    lang = case.lang if case.lang in ctx.city.languages else ctx.city.languages[0]
    with i18n.use_language(lang):
        subject, body = split_message(_render(event, ctx, case, service))
        return Letter(case.id, lang, subject, body, _carried(ctx, case, subject, body))


def _carried(ctx: Context, case: Case, subject: str, body: str) -> Mail | Sms | None:
    if case.email:
        reply_to = str(ctx.city.config.get("contact", {}).get("email", ""))
        return Mail(case.email, subject, body, ctx.city.name(i18n.language()), reply_to)
    from functions.people.messages import compose_news

    return compose_news(ctx, case.person, case.reference, subject, body)


def _render(event: str, ctx: Context, case: Case, service: dict[str, Any]) -> str:
    from functions.cases.form_views import time_text
    from functions.web.rendering import environment

    base = f"{settings().public_url}/{ctx.city.id}"
    template = environment().get_template(f"messages/{MESSAGES[event]}")
    return str(
        template.render(
            city_name=ctx.city.name(i18n.language()),
            service_name=i18n.pick(service["service"]["name"]) if service else case.reference,
            service_address=f"{base}/services/{case.service}",
            promised=time_text(service.get("clocks")),
            report=case.is_report,
            reference=case.reference,
            status_address=f"{base}/status?reference={case.reference}",
            missing=[(_label(service, item.field), item.note) for item in case.missing],
            reason=case.reason,
            contact=ctx.city.config.get("contact", {}),
        )
    )


def _label(service: dict[str, Any], field_id: str) -> str:
    from functions.services.domain import Service

    field = Service(service).field(field_id) if service else None
    return str(i18n.pick(field.label)) if field else field_id
