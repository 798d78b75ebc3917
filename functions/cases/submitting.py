"""Use case: an application or a report is sent, once, however often it is submitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.cases import changes, store
from functions.cases.domain import Case, Channel, Document, Kind, mask_name
from functions.cases.writing import TRIES, put_new
from functions.core import clock, ids, keys, usage
from functions.core.context import Context
from functions.core.errors import Conflict
from functions.core.keyring import city_key
from functions.core.store import contended, failed_conditions, transaction


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the applicant is shown and keeps. ``fresh`` is False for a repeated submit."""

    case_id: str
    reference: str
    code: str
    fresh: bool


@dataclass(frozen=True)
class Application:
    """A finished draft. ``id`` becomes the case's id, so submitting twice makes one case. A report becomes an
    incident with a ``title``; it may name nobody. The rest as in :class:`Case`."""

    id: str
    service: str
    definition: str
    department: str
    answers: dict[str, Any]
    documents: tuple[Document, ...]
    email: str
    name: str
    due_at: datetime | None
    kind: Kind = "application"
    title: str = ""
    channel: Channel = "online"
    by: str = ""
    person: str = ""
    applicant: str = "self"
    ground: str = ""
    for_name: str = ""
    assurance: str = "none"


def code_of(ctx: Context, case_id: str) -> str:
    """The applicant's code: derived from the city's key, so only its digest is stored."""
    return ids.derived_code(city_key(ctx.city.id, "case-code"), case_id)


def already_submitted(ctx: Context, case_id: str) -> Submitted | None:
    """What the applicant was shown when this was sent; None when it was not. One call."""
    case = store.get_case(case_id)
    return Submitted(case_id, case.reference, code_of(ctx, case_id), fresh=False) if case else None


def submit_application(
    ctx: Context, application: Application, also: Callable[[TransactWrite, Case], None] | None = None
) -> Submitted:
    """Turn a draft into a case: an application, or an incident from a report. ``also`` adds to the
    transaction (marking the draft sent). Idempotent by the draft's id.

    Raises Conflict when it could not be written after several tries; then nothing was."""
    from functions.notifications import service as notifications

    code = code_of(ctx, application.id)
    for _ in range(TRIES):
        case = _new_application(ctx, application, code)
        try:
            with transaction() as tx:
                pointer = None
                action = "submitted" if case.kind == "application" else "reported"
                change = put_new(tx, ctx, case, action, _how(case))
                tx.save(
                    store.ReferenceItem(
                        keys.reference(ids.normal(case.reference)), keys.META, case_id=case.id
                    ),
                    condition=store.ReferenceItem.pk.does_not_exist(),
                )
                usage.add_to(tx, "incidents" if case.kind == "incident" else "applications", 1, ctx.now)
                if case.email or case.person:
                    pointer = notifications.enqueue(tx, ctx, "received", case.id)
                if also:
                    also(tx, case)
        except TransactWriteError as error:
            if not (failed_conditions(error) or contended(error)):
                raise
            if done := already_submitted(ctx, application.id):
                return done
            continue
        if pointer:
            notifications.point(ctx, pointer)
        changes.tell(ctx, change)
        return Submitted(case.id, case.reference, code, fresh=True)
    raise Conflict


def _how(case: Case) -> dict[str, object]:
    """What the history says about how a case came: no answers."""
    detail: dict[str, object] = {"service": case.service, "channel": case.channel}
    return {**detail, "by": case.by} if case.by else detail


def _new_application(ctx: Context, application: Application, code: str) -> Case:
    report = application.kind == "incident"
    return Case(
        id=application.id,
        kind=application.kind,
        reference=ids.new_reference(),
        state="open" if report else "submitted",
        department=application.department,
        title=application.title or mask_name(application.name),
        submitted_at=clock.iso(ctx.now),
        version=1,
        service=application.service,
        definition=application.definition,
        lang=ctx.lang,
        due_at=clock.iso(application.due_at) if application.due_at else None,
        answers=application.answers,
        documents=application.documents,
        email=application.email,
        code_digest=ids.digest(ids.normal(code)),
        channel=application.channel,
        by=application.by,
        person=application.person,
        applicant=application.applicant,
        ground=application.ground,
        for_name=application.for_name,
        assurance=application.assurance,
    )
