"""Mails about a draft: number, code and link when the person asked for them; a reminder before it ends."""

from __future__ import annotations

from functions.adapters.mail import Mail
from functions.cases import resuming
from functions.cases.drafts import Draft, find_draft
from functions.core import i18n
from functions.core.context import Context
from functions.core.settings import settings

MESSAGES = {"draft-saved": "draft-saved.txt", "draft-reminder": "draft-reminder.txt"}


def compose(ctx: Context, event: str, draft_id: str) -> Mail | None:
    """The mail as the draft is now, in the language in which it was begun; None when it was sent, has ended,
    or the person wants no mail any more."""
    draft = find_draft(ctx, draft_id)
    if draft is None or draft.done or not draft.mail_to:
        return None
    lang = draft.lang if draft.lang in ctx.city.languages else ctx.city.languages[0]
    with i18n.use_language(lang):
        from functions.notifications.domain import split_message

        subject, body = split_message(_render(ctx, event, draft))
        sender = ctx.city.name(lang)
    return Mail(
        draft.mail_to, subject, body, sender, str(ctx.city.config.get("contact", {}).get("email", ""))
    )


def _render(ctx: Context, event: str, draft: Draft) -> str:
    from functions.web.rendering import environment

    raw = ctx.city.service(draft.service) or {}
    delicate = bool((raw.get("form") or {}).get("safe_exit"))
    return (
        environment()
        .get_template(f"messages/{MESSAGES[event]}")
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
