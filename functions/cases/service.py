"""Use cases: what becomes of a case that was sent. The clerk's decision, what the applicant hands in then, a
file that nobody can use, a proof at the counter."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.cases import store
from functions.cases.domain import ACTIONS, Case, Decision, Document, check_decision
from functions.cases.reading import must_see
from functions.cases.writing import TRIES, Outcome, change_case
from functions.core import audit, clock, usage
from functions.core.context import Context
from functions.core.errors import Conflict
from functions.core.i18n import N_
from functions.core.store import contended, failed_conditions, transaction

if TYPE_CHECKING:
    from functions.identity.domain import Staff


def decide(ctx: Context, staff: Staff, case_id: str, decision: Decision) -> Case:
    """Carry out a clerk's decision. Raises NotFound for a case of another department, Conflict when the
    case changed since the clerk opened it, Invalid for a decision that lacks something."""

    def step(tx: TransactWrite, found: store.CaseFile) -> Outcome:
        case = found.case
        must_see(staff, case)
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

    return change_case(ctx, case_id, step, decision.version)


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

    def step(tx: TransactWrite, found: store.CaseFile) -> Outcome | None:
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

    return change_case(ctx, case_id, step)


def _replaced(found: store.CaseFile, documents: tuple[Document, ...]) -> Outcome | None:
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


def raise_assurance(ctx: Context, case_id: str, level: str, document: str) -> Case:
    """A clerk has seen the applicant and a document, of which only the kind is kept."""

    def step(tx: TransactWrite, found: store.CaseFile) -> Outcome | None:
        case = replace(found.case, assurance=level)
        return case, "assurance_raised", {"to": level, "document": document}, None

    return change_case(ctx, case_id, step)
