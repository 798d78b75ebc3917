"""Use cases: who may read a case. Every view of a person's data is in its audit chain before the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.cases import store
from functions.cases.domain import Case
from functions.core import audit, ids, limits
from functions.core.context import Actor, Context
from functions.core.errors import NotFound, RateLimited
from functions.core.i18n import N_

if TYPE_CHECKING:
    from functions.identity.domain import Staff

CODE_TRIES = 5
CODE_WINDOW_S = 3600
NETWORK_TRIES = 30


def must_see(staff: Staff, case: Case) -> None:
    if case.department not in staff.departments:
        raise NotFound


def view_case(ctx: Context, staff: Staff, case_id: str) -> store.CaseFile:
    """A case for a clerk of its department; the view is in the audit chain before the answer. Two calls."""
    found = store.get_file(case_id)
    if found is None:
        raise NotFound
    must_see(staff, found.case)
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


def case_for_message(case_id: str) -> Case | None:
    """A case for the worker that writes to its applicant; no view of a person."""
    return store.get_case(case_id)


def replace_actor(ctx: Context, actor: Actor) -> Context:
    """A plain context with another actor."""
    return Context(ctx.city, actor, ctx.lang, ctx.now, ctx.request_id)
