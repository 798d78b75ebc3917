"""Messages about a draft, to an address or a phone: number, code and link when the person asked for them; a
reminder before it ends."""

from __future__ import annotations

from functions.adapters.mail import Mail
from functions.adapters.sms import Sms
from functions.cases import resuming
from functions.cases.drafts import Draft, find_draft
from functions.core import i18n
from functions.core.context import Context
from functions.core.settings import settings
from functions.notifications.domain import split_message

MESSAGES = {"draft-saved": "draft-saved.txt", "draft-reminder": "draft-reminder.txt"}


def compose(ctx: Context, event: str, draft_id: str) -> Mail | Sms | None:
    """The message as the draft is now, in the language in which it was begun; None when it was sent, has
    ended, the person wants none any more, or the city's text messages of the day are used up."""
    draft = find_draft(ctx, draft_id)
    if draft is None or draft.done or not draft.mail_to:
        return None
    lang = draft.lang if draft.lang in ctx.city.languages else ctx.city.languages[0]
    with i18n.use_language(lang):
        if "@" not in draft.mail_to:
            return _text(ctx, event, draft)
        subject, body = split_message(_render(ctx, MESSAGES[event], draft))
        reply_to = str(ctx.city.config.get("contact", {}).get("email", ""))
        return Mail(draft.mail_to, subject, body, ctx.city.name(lang), reply_to)


def _text(ctx: Context, event: str, draft: Draft) -> Sms | None:
    from functions.people import budget
    from functions.people.errors import SmsSpent

    try:
        budget.take_sms(ctx)
    except SmsSpent:
        return None
    return Sms(draft.mail_to, " ".join(_render(ctx, f"sms-{MESSAGES[event]}", draft).split()))


def _render(ctx: Context, template: str, draft: Draft) -> str:
    from functions.web.rendering import environment

    raw = ctx.city.service(draft.service) or {}
    delicate = bool((raw.get("form") or {}).get("safe_exit"))
    return str(
        environment()
        .get_template(f"messages/{template}")
        .render(
            city_name=ctx.city.name(i18n.language()),
            # a mail about a delicate matter does not say which
            service_name="" if delicate or not raw else i18n.pick(raw["service"]["name"]),
            number=draft.number,
            code=resuming.code_of(ctx, draft.id),
            address=f"{settings().public_url}/{ctx.city.id}/resume?number={draft.number}",
            ends=draft.ends,
            zone=ctx.city.zone,
            contact=ctx.city.config.get("contact", {}),
        )
    )
