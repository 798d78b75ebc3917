"""Use cases on cases. Every change is one transaction: the case, its audit event, the outbox row, exact
usage. Another person's view meanwhile is retried; another person's decision is a Conflict and nothing is
written."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.cases import changes, store
from functions.cases.domain import (
    ACTIONS,
    Case,
    Channel,
    Decision,
    Document,
    Kind,
    check_decision,
    mask_name,
)
from functions.core import audit, clock, ids, keys, limits, usage
from functions.core.context import Actor, Context
from functions.core.errors import Conflict, NotFound, RateLimited
from functions.core.i18n import N_
from functions.core.keyring import city_key
from functions.core.store import contended, failed_conditions, transaction

if TYPE_CHECKING:
    from functions.identity.domain import Staff

TRIES = 5
COMMITTED = 20  # seconds by which a caller's transaction is written, or never
CODE_TRIES = 5
CODE_WINDOW_S = 3600
NETWORK_TRIES = 30


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
                change = _put_new(tx, ctx, case, action, _how(case))
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


def _put_new(
    tx: TransactWrite, ctx: Context, case: Case, action: str, detail: dict[str, object]
) -> str | None:
    """Answers what `changes.tell` takes after the commit."""
    tx.save(store.item_of(case), condition=store.CaseItem.pk.does_not_exist())
    chain = audit.Chain("case", case.id)
    audit.append(tx, chain, action, ctx, detail)
    audit.close(tx, chain)
    return changes.note(tx, ctx, case, action)


def _change(
    ctx: Context,
    case_id: str,
    version: int | None,
    step: Callable[[TransactWrite, store.CaseFile], tuple[Case, str, dict[str, object], str | None] | None],
) -> Case:
    """Read, let ``step`` make the next case, write it with its event on the condition that the version
    still holds."""
    from functions.notifications import service as notifications

    for _ in range(TRIES):
        found = store.get_file(case_id)
        if found is None:
            raise NotFound
        if version is not None and found.case.version != version:
            raise Conflict(N_("Someone else changed this case while you had it open"))
        pointer = None
        tx = transaction()
        outcome = step(tx, found)
        if outcome is None:
            return found.case
        case, action, detail, mail = outcome
        case = replace(case, version=found.case.version + 1)
        try:
            with tx:
                tx.save(store.item_of(case), condition=store.CaseItem.version == found.case.version)
                audit.append(tx, found.chain, action, ctx, detail)
                audit.close(tx, found.chain)
                change = changes.note(tx, ctx, case, action)
                if mail and (case.email or case.person):
                    pointer = notifications.enqueue(tx, ctx, mail, case.id)
        except TransactWriteError as error:
            if not (failed_conditions(error) or contended(error)):
                raise
            continue
        if pointer:
            notifications.point(ctx, pointer)
        changes.tell(ctx, change)
        return case
    raise Conflict


def decide(ctx: Context, staff: Staff, case_id: str, decision: Decision) -> Case:
    """Carry out a clerk's decision. Raises NotFound for a case of another department, Conflict when the
    case changed since the clerk opened it, Invalid for a decision that lacks something."""

    def step(tx: TransactWrite, found: store.CaseFile) -> tuple[Case, str, dict[str, object], str | None]:
        case = found.case
        _must_see(staff, case)
        action = check_decision(case, decision)
        case = replace(
            case,
            state=action.target,
            reason=decision.reason.strip(),
            missing=decision.missing,
            decided_at=clock.iso(ctx.now),
            decided_by=staff.email,
        )
        detail: dict[str, object] = {"from": found.case.state, "to": action.target}
        if action.name == "approve":
            from functions.certificates import service as certificates

            case = replace(case, certificate=certificates.issue(tx, ctx, case))
            usage.add_to(tx, "certificates", 1, ctx.now)
        if action.name == "send_back":
            detail["missing"] = [item.field for item in decision.missing]
        return case, action.name, detail, action.mail

    return _change(ctx, case_id, decision.version, step)


def resubmit(
    ctx: Context,
    case_id: str,
    answers: dict[str, Any],
    documents: tuple[Document, ...],
    asked: Collection[str] = (),
    also: Callable[[TransactWrite], None] | None = None,
) -> Case:
    """The applicant hands in what was missing: ``answers`` replace those of the same fields, ``documents``
    of the same field; a question that was ``asked`` and has no answer any more loses its old one. ``also``
    adds to the transaction. Sending it twice changes nothing the second time."""

    def step(
        tx: TransactWrite, found: store.CaseFile
    ) -> tuple[Case, str, dict[str, object], str | None] | None:
        case = found.case
        action = ACTIONS["resubmit"]
        if case.state == action.target:
            replaced = _replaced(found, documents)
            if replaced and also:
                also(tx)
            return replaced
        if case.state not in action.sources:
            raise Conflict(N_("This application is already closed"))
        fields = {document.field for document in documents}
        left = {name: value for name, value in case.answers.items() if name not in asked}
        kept = tuple(document for document in case.documents if document.field not in fields)
        changed = replace(
            case,
            state=action.target,
            answers={**left, **answers},
            documents=kept + documents,
            missing=(),
        )
        if also:
            also(tx)
        return changed, action.name, {"fields": sorted({*answers, *fields})}, action.mail

    return _change(ctx, case_id, None, step)


def _replaced(
    found: store.CaseFile, documents: tuple[Document, ...]
) -> tuple[Case, str, dict[str, object], str | None] | None:
    """New files in place of those that were found harmful or cannot be opened, while the case is with the
    city; None when there are none."""
    case = found.case
    known = {one.id for one in case.documents}
    new = tuple(one for one in documents if one.id not in known)
    fields = {one.field for one in new}
    kept = tuple(one for one in case.documents if not (one.field in fields and found.is_refused(one.id)))
    if not new or len(kept) == len(case.documents):
        return None
    return replace(case, documents=kept + new), "file_replaced", {"fields": sorted(fields)}, None


def _must_see(staff: Staff, case: Case) -> None:
    if case.department not in staff.departments:
        raise NotFound


def view_case(ctx: Context, staff: Staff, case_id: str) -> store.CaseFile:
    """A case for a clerk of its department; the view is in the audit chain before the answer. Two calls."""
    found = store.get_file(case_id)
    if found is None:
        raise NotFound
    _must_see(staff, found.case)
    audit.record_view(found.chain, ctx)
    return found


def find_for_applicant(ctx: Context, reference: str, code: str, network: str) -> str:
    """The id of the case that a reference and a code open. The answer is the same for an unknown reference
    and a wrong code; after five wrong codes the reference is locked for an hour, after thirty the network
    is.

    Raises NotFound, or RateLimited when locked (architecture section 8)."""
    normal = ids.normal(reference)[:32]
    limits.check(f"code#{normal}", CODE_TRIES, CODE_WINDOW_S)
    limits.check(f"code-network#{network}", NETWORK_TRIES, CODE_WINDOW_S)
    case_id = store.find_reference(normal) if normal else None
    case = store.get_case(case_id) if case_id else None
    expected = case.code_digest if case else ids.digest("nothing")
    if case and expected and ids.same(ids.digest(ids.normal(code)), expected):
        return case.id
    limits.hit(f"code-network#{network}", NETWORK_TRIES, CODE_WINDOW_S)
    try:
        limits.hit(f"code#{normal}", CODE_TRIES, CODE_WINDOW_S)
    except RateLimited:
        audit.record("sign-in", "status", "locked", ctx, {"reference": ids.digest(normal)[:12]})
        raise
    raise NotFound(N_("We cannot find an application with this reference and code"))


def case_for_applicant(ctx: Context, case_id: str) -> store.CaseFile:
    """The applicant's or reporter's own case with what is known of its files, for a session that
    ``find_for_applicant`` or a submit opened. Audited; two calls."""
    found = store.get_file(case_id)
    if found is None or not (found.case.kind == "application" or found.case.is_report):
        raise NotFound
    reader = replace_actor(ctx, Actor("citizen", case_id))
    audit.record_view(found.chain, reader)
    return found


def note_refused_file(ctx: Context, case_id: str, file_id: str, state: str) -> None:
    """A file of a case was found harmful or cannot be opened: in the case's history, and the applicant is
    told. Nothing happens as long as the form has not been sent: its page says so."""
    from functions.notifications import service as notifications

    for _ in range(TRIES):
        found = store.get_file(case_id)
        if found is None or file_id not in {document.id for document in found.case.documents}:
            return
        try:
            with transaction() as tx:
                audit.append(tx, found.chain, "file_refused", ctx, {"file": file_id, "state": state})
                audit.close(tx, found.chain)
                pointer = notifications.enqueue(tx, ctx, "file-refused", case_id)
        except TransactWriteError as error:
            if not (failed_conditions(error) or contended(error)):
                raise
            continue
        notifications.point(ctx, pointer)
        return
    raise Conflict


def case_for_message(case_id: str) -> Case | None:
    """A case for the worker that writes to its applicant; no view of a person."""
    return store.get_case(case_id)


def replace_actor(ctx: Context, actor: Actor) -> Context:
    """A plain context with another actor."""
    return Context(ctx.city, actor, ctx.lang, ctx.now, ctx.request_id)


@dataclass(frozen=True)
class Alarm:
    """What raised an incident. ``evidence`` holds the readings that did, for the console."""

    id: str
    thing: str
    rule: str
    title: str
    department: str
    severity: str
    evidence: dict[str, Any]


def open_incident(tx: TransactWrite, ctx: Context, alarm: Alarm) -> Case:
    """Add a new incident to the caller's transaction. ``alarm.id`` becomes the case's id: opening twice
    fails."""
    case = Case(
        id=alarm.id,
        kind="incident",
        reference=ids.new_reference(),
        state="open",
        department=alarm.department,
        title=alarm.title,
        submitted_at=clock.iso(ctx.now),
        version=1,
        thing=alarm.thing,
        rule=alarm.rule,
        severity=alarm.severity,
        evidence=alarm.evidence,
    )
    change = _put_new(tx, ctx, case, "opened", {"thing": alarm.thing, "rule": alarm.rule})
    changes.tell(ctx, change, COMMITTED)
    usage.add_to(tx, "incidents", 1, ctx.now)
    return case


def change_case(
    ctx: Context,
    case_id: str,
    step: Callable[[TransactWrite, store.CaseFile], tuple[Case, str, dict[str, object], str | None] | None],
) -> Case:
    """As ``step`` says, on whatever version is there; its None changes nothing. Raises NotFound, Conflict."""
    return _change(ctx, case_id, None, step)


def file_for_applicant(ctx: Context, case_id: str) -> store.CaseFile:
    """As :func:`case_for_applicant`, for somebody on whose page the case stands: with its latest events,
    to show who looked at it. Audited; two calls."""
    found = store.get_file(case_id)
    if found is None or not (found.case.kind == "application" or found.case.is_report):
        raise NotFound
    audit.record_view(found.chain, ctx)
    return found


def find_for_staff(staff: Staff, reference: str) -> Case:
    """A case of the staff member's departments by its reference, for somebody who stands at the counter.
    Raises NotFound for any other. Two calls; nothing of it is shown by this."""
    normal = ids.normal(reference)[:32]
    case_id = store.find_reference(normal) if normal else None
    case = store.get_case(case_id) if case_id else None
    if case is None or not staff.works_in(case.department):
        raise NotFound(N_("We cannot find a case with this reference"))
    return case


def raise_assurance(ctx: Context, case_id: str, level: str, document: str) -> Case:
    """A clerk has seen the applicant and a document, of which only the kind is kept."""

    def step(
        tx: TransactWrite, found: store.CaseFile
    ) -> tuple[Case, str, dict[str, object], str | None] | None:
        case = replace(found.case, assurance=level)
        return case, "assurance_raised", {"to": level, "document": document}, None

    return _change(ctx, case_id, None, step)
