"""A word to the city's admins about a webhook that was switched off: one mail to each, in the city's first
language."""

from __future__ import annotations

from pynamodb.transactions import TransactWrite

from functions.adapters.mail import Mail
from functions.api import webhook_store
from functions.core import i18n
from functions.core.context import Context
from functions.core.settings import settings

STOPPED = "webhook-stopped"


def _admins(ctx: Context) -> list[str]:
    return [str(one["email"]) for one in ctx.city.config.get("staff", ()) if "admin" in one["roles"]]


def enqueue(tx: TransactWrite, ctx: Context, webhook_id: str) -> list[str]:
    """A row for each admin in the caller's transaction; answers their ids. A row names a place in the list
    of admins, nobody's address."""
    from functions.notifications import service as notifications

    return [
        notifications.enqueue(tx, ctx, STOPPED, f"{webhook_id}/{place}") for place in range(len(_admins(ctx)))
    ]


def compose(ctx: Context, event: str, subject: str) -> Mail | None:
    """The mail; None when the webhook or the admin is gone."""
    from functions.notifications.domain import split_message
    from functions.web.rendering import environment

    webhook_id, _, place = subject.partition("/")
    webhook, admins = webhook_store.get(webhook_id), _admins(ctx)
    if webhook is None or not place.isdigit() or int(place) >= len(admins):
        return None
    lang = ctx.city.languages[0]
    with i18n.use_language(lang):
        text = (
            environment()
            .get_template("messages/webhook-stopped.txt")
            .render(
                city_name=ctx.city.name(lang),
                webhook=webhook,
                address=f"{settings().public_url}/{ctx.city.id}/console/api",
            )
        )
    subject_line, body = split_message(text)
    return Mail(admins[int(place)], subject_line, body, ctx.city.name(lang))
