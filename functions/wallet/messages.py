"""The mail before a document ends."""

from __future__ import annotations

from functions.adapters.mail import Mail
from functions.core.context import Context
from functions.core.i18n import t, use_language
from functions.core.settings import settings
from functions.wallet import store
from functions.wallet.domain import KINDS


def compose(ctx: Context, event: str, subject: str) -> Mail | None:
    """For `<person>/<document>`, in the person's language; None when either is gone, or nobody wants it any
    more. It says the kind of document and the day, no number."""
    from functions.notifications.domain import split_message
    from functions.people import service as people
    from functions.web.rendering import environment

    person_id, _, held_id = subject.partition("/")
    person, document = people.get(person_id), store.get(person_id, held_id)
    contact = person.contact("email") if person else None
    if person is None or document is None or contact is None or not document.remind:
        return None
    lang = person.lang if person.lang in ctx.city.languages else ctx.city.languages[0]
    with use_language(lang):
        template = environment().get_template(f"messages/{event}.txt")
        text = template.render(
            kind=t(KINDS.get(document.kind, "Certificate of the city")),
            expires=document.expires,
            address=f"{settings().public_url}/{ctx.city.id}/me/documents",
            city_name=ctx.city.name(lang),
            contact=ctx.city.config.get("contact", {}),
        )
        head, body = split_message(text)
        sender = ctx.city.name(lang)
    return Mail(contact.value, head, body, sender, str(ctx.city.config.get("contact", {}).get("email", "")))
