"""Use cases: issue with an approval, show to the holder, verify in public, revoke."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.certificates import domain, store
from functions.certificates.domain import Certificate
from functions.core import audit, ids, limits
from functions.core.context import Actor, Context
from functions.core.errors import Conflict, Invalid, NotFound
from functions.core.i18n import N_, pick, use_language
from functions.core.keyring import city_key
from functions.core.store import contended, failed_conditions, transaction

if TYPE_CHECKING:
    from functions.cases.domain import Case
    from functions.services.domain import Service

VERIFICATIONS = (
    300,
    3600,
)  # per network and seconds; guessing 128 bits is hopeless anyway, this keeps the load down
TOKEN_LENGTH = 22
MAX_REASON = 500
TRIES = 5
_UPDATE = 2  # position of the certificate in the transaction: after the event and the chain's head


def issue(tx: TransactWrite, ctx: Context, case: Case) -> str | None:
    """Add the certificate of an approved case to the approval's transaction; answers what the case keeps of
    it (the token's digest). None when the service issues none."""
    from functions.services.definitions import definition_for_case

    definition = definition_for_case(ctx.city, case.service, case.definition)
    if definition is None or not definition.get("certificate"):
        return None
    certificate = make(ctx, case, definition)
    store.put_new(tx, certificate)
    if case.person:
        from functions.wallet import service as wallet

        wallet.issued(tx, ctx, case, certificate)
    return certificate.digest


def make(ctx: Context, case: Case, definition: Mapping[str, Any]) -> Certificate:
    """The certificate in every language of the city, said once and for all."""
    from functions.services.domain import Service

    service, wanted = Service(definition, case.service), definition["certificate"]
    today = city_date(ctx)
    days = wanted.get("validity_days")
    until = today + timedelta(days=int(days)) if days else None
    texts = {}
    for lang in ctx.city.languages:
        values = _values(ctx, lang, case, service, today, until)
        texts[lang] = domain.fill(pick(wanted["text"], lang), values)
    return Certificate(
        digest=ids.digest(token_of(ctx, case.id)),
        number=ids.new_reference(),
        case_id=case.id,
        service=case.service,
        department=case.department,
        type=dict(wanted["type"]),
        title=dict(wanted["title"]),
        text=texts,
        subject=_subject(service, wanted, case),
        issued_at=ctx.now,
        valid_until=until,
    )


def _subject(service: Service, wanted: Mapping[str, Any], case: Case) -> str:
    """For whom it is."""
    from functions.services import fields

    question = service.field(wanted.get("subject", "name"))
    return fields.inline(question, case.answers.get(question.id)) if question else ""


def _values(
    ctx: Context, lang: str, case: Case, service: Service, today: date, until: date | None
) -> dict[str, str]:
    from functions.services import fields
    from functions.web import formats

    currency = str(ctx.city.config.get("currency") or "")
    asked = [question for question in service.fields if question.type not in ("file", "statement")]
    with use_language(lang):
        return {
            **{one.id: fields.inline(one, case.answers.get(one.id), currency) for one in asked},
            "date": formats.day(today),
            "valid_until": formats.day(until) if until else "",
            "city": ctx.city.name(lang),
        }


def token_of(ctx: Context, case_id: str) -> str:
    """The verification token of a case's certificate; derived, so that only its digest is stored."""
    return domain.token(city_key(ctx.city.id, "certificate"), case_id)


def address_of(ctx: Context, case_id: str) -> str:
    """The public verification address that the QR code carries."""
    from functions.core.settings import settings

    return f"{settings().public_url}/{ctx.city.id}/verify/{token_of(ctx, case_id)}"


def certificate_of(case: Case) -> Certificate | None:
    """The certificate of a case: one call, or none when the case has none."""
    return store.get(case.certificate) if case.certificate else None


def view_certificate(ctx: Context, case_id: str) -> Certificate:
    """The holder's own certificate; the view is recorded before it is shown. Raises NotFound. Two calls."""
    certificate, chain = store.get_with_chain(ids.digest(token_of(ctx, case_id)), case_id)
    if certificate is None:
        raise NotFound
    reader = Context(ctx.city, Actor("citizen", case_id), ctx.lang, ctx.now, ctx.request_id)
    audit.record_view(chain, reader, "certificate_viewed")
    return certificate


def verify(token: str, network: str) -> Certificate | None:
    """What anyone who holds the token may know; counts against the visitor's network. Two calls.

    Raises RateLimited."""
    limits.hit(f"verify#{network}", *VERIFICATIONS)
    if len(token) != TOKEN_LENGTH:
        return None
    return store.get(ids.digest(token))


def revoke(ctx: Context, case: Case, reason: str) -> Certificate:
    """Revoke a case's certificate with its audit event. Raises Invalid without a reason, Conflict when it
    is revoked already."""
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise Invalid({"reason": N_("Enter a reason of 500 characters or fewer")})
    found = certificate_of(case)
    if found is None:
        raise NotFound
    revoked = replace(found, revoked_at=ctx.now, revoked_by=ctx.actor.id, revoked_reason=reason)
    for _ in range(TRIES):
        chain = audit.read_chain("case", case.id)
        try:
            with transaction() as tx:
                audit.append(tx, chain, "certificate_revoked", ctx, {"number": found.number})
                audit.close(tx, chain)
                store.mark_revoked(tx, revoked, ctx.now)
            return revoked
        except TransactWriteError as error:
            if _UPDATE in failed_conditions(error):
                break
            if not (failed_conditions(error) or contended(error)):
                raise
    raise Conflict(N_("Someone else changed this case while you had it open"))


def city_date(ctx: Context) -> date:
    """Today where the city is."""
    return local_date(ctx, ctx.now)


def local_date(ctx: Context, moment: datetime) -> date:
    """The date of a moment where the city is."""
    return moment.astimezone(ZoneInfo(ctx.city.zone)).date()
