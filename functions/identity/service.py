"""Use cases of sign-in and membership. The sign-in service behind it is chosen here, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from functions.core import audit, ids
from functions.core.context import Context
from functions.core.errors import Forbidden
from functions.core.i18n import N_
from functions.core.settings import settings
from functions.identity import store
from functions.identity.domain import Session, Staff
from functions.identity.errors import NotStaff

if TYPE_CHECKING:
    from functions.adapters.signin import SignIn
    from functions.web.request import PageContext


@lru_cache(maxsize=1)
def provider() -> SignIn:
    """The installation's sign-in service. Tests replace it with a fake."""
    from functions.adapters.signin import CognitoSignIn

    return CognitoSignIn(settings())


def staff_from_cookie(ctx: PageContext) -> Staff | None:
    """Who is signed in at this city, by the city's own records of this moment: one DynamoDB call. None
    without a live session, with a session of another city, or when the record is gone."""
    from functions.identity import cookies

    session = cookies.read(ctx)
    if session is None or session.state(ctx.city.id, ctx.now) != "live":
        return None
    staff = store.get(session.email)
    if staff is None:
        cookies.clear(ctx)
        return None
    if session.needs_refresh(ctx.now):
        cookies.write_seen(ctx, replace(session, seen=ctx.now))
    return staff


def start_session(ctx: Context) -> Session:
    """Open a session for the context's actor, for whom the sign-in service vouches, and record it. Raises
    NotStaff (recorded, too) when the city has no such member."""
    staff = store.get(ctx.actor.id)
    if staff is None:
        record_refusal(ctx, "not_staff")
        raise NotStaff
    audit.record(*_chain(staff.email), "signed_in", ctx)
    return Session(ctx.city.id, staff.email, ctx.now, ctx.now)


def record_refusal(ctx: Context, reason: str) -> None:
    """A sign-in that failed after the hosted login, with a short code as its reason."""
    audit.record(*_chain(ctx.actor.id), "sign_in_refused", ctx, {"reason": reason})


def end_session(ctx: PageContext) -> None:
    """Sign the person out here, and forget what was begun for others in this browser: desks are shared. The
    sign-in service's own session is ended by its own page."""
    from functions.cases import visitors
    from functions.identity import cookies

    if ctx.staff is None:
        raise Forbidden(N_("You are not signed in"))
    audit.record(*_chain(ctx.staff.email), "signed_out", ctx)
    cookies.clear(ctx)
    visitors.forget_everything(ctx)


def replace_staff(records: Iterable[Mapping[str, Any]]) -> None:
    """Make the city's records of its staff exactly these (``email``, ``name``, ``roles``,
    ``departments``)."""
    store.replace(records)


def _chain(email: str) -> tuple[str, str]:
    """Sign-ins are chained per person; the chain's name does not tell the address."""
    return "signin", ids.digest(email)[:32]
