"""How a case is written: in one transaction with its audit event, the row that says what changed, the outbox
row and exact usage. Another person's view meanwhile is retried; another person's decision is a Conflict and
nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.cases import changes, store
from functions.cases.domain import Case
from functions.core import audit
from functions.core.context import Context
from functions.core.errors import Conflict, NotFound
from functions.core.i18n import N_
from functions.core.store import contended, failed_conditions, transaction

TRIES = 5
# What a step makes of a case: the next one, the action, its detail, its message to the applicant.
Outcome = tuple[Case, str, dict[str, object], str | None]
Step = Callable[[TransactWrite, store.CaseFile], Outcome | None]


def put_new(
    tx: TransactWrite, ctx: Context, case: Case, action: str, detail: dict[str, object]
) -> str | None:
    """Answers what `changes.tell` takes after the commit."""
    tx.save(store.item_of(case), condition=store.CaseItem.pk.does_not_exist())
    chain = audit.Chain("case", case.id)
    audit.append(tx, chain, action, ctx, detail)
    audit.close(tx, chain)
    return changes.note(tx, ctx, case, action)


def change_case(ctx: Context, case_id: str, step: Step, version: int | None = None) -> Case:
    """Read, let ``step`` make the next case, write it with its event on the condition that the version still
    holds. Raises NotFound; Conflict when the case is not at ``version``, or never at rest."""
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
