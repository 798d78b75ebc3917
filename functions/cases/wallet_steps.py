"""At a question for a document: the person's own documents that may stand for it, and giving one."""

from __future__ import annotations

from typing import Any

from functions.cases import saving
from functions.cases.domain import Document
from functions.cases.journey import Journey
from functions.core.context import Context
from functions.core.errors import NotFound
from functions.core.i18n import t
from functions.services.domain import MIME_TYPES, Field
from functions.web.request import PageContext

HELD, CONSENT = "held", "consent"


def offers(ctx: PageContext, journey: Journey, field: Field) -> list[dict[str, Any]]:
    """Rows of `{id, name, trust, expires}`; none for somebody who is not signed in, or where the service does
    not take them. One call besides who is signed in."""
    document = journey.service.document(field.document)
    if document is None or document.get("source") != "wallet":
        return []
    from functions.people.service import person_of
    from functions.wallet import service as wallet
    from functions.wallet.domain import KINDS

    person = person_of(ctx)
    if person is None:
        return []
    return [
        {
            "id": one.id,
            "name": t(KINDS[one.kind]),
            "last4": one.last4,
            "trust": t(one.trust),
            "expires": one.expires,
        }
        for one in wallet.offered(ctx, person, document)
    ]


def give(ctx: PageContext, journey: Journey, field: Field) -> str:
    """Hand in a copy of one of the person's documents; answers the reason when it was not, else "". Raises
    NotFound for a document that is not the person's or does not fit."""
    from functions.people.service import person_of
    from functions.wallet import service as wallet

    document, person = journey.service.document(field.document), person_of(ctx)
    if document is None or person is None:
        raise NotFound
    if not ctx.value(CONSENT):
        return CONSENT
    if len(journey.draft.files.get(field.id, ())) >= int(document["max_files"]):
        return "count"
    taken = wallet.use(ctx, person, ctx.value(HELD), document, journey.draft.owner, journey.service.id)
    saving.attach_file(
        journey.draft.id,
        Document(taken.id, field.id, taken.name, taken.size, MIME_TYPES[taken.type], taken.key),
    )
    return ""


def order_copies(ctx: Context, owner_id: str, documents: tuple[Document, ...]) -> None:
    """Ask the worker for the copies that were promised, now that the case has its reference."""
    from functions.files import service as files
    from functions.wallet.service import COPY_NAME

    for one in documents:
        if one.key.endswith(f"/{COPY_NAME}"):
            files.point(ctx, owner_id, one.id)
