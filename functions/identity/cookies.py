"""The cookies of a sign-in: the attempt on its way to the hosted login, the session, and when it was last
used.

The session cookie itself never changes while it lives, since the tokens of open forms hang on it; the time
of the last request is a cookie of its own, bound to the session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from functions.adapters.signin import Attempt
from functions.core import clock, ids
from functions.identity.domain import ABSOLUTE, IDLE, SIGN_IN_LIFE, Session
from functions.web import cookies

if TYPE_CHECKING:
    from functions.web.request import PageContext

ATTEMPT, SEEN = "signin", "staff-seen"
ATTEMPT_LIFE, STAFF_LIFE, SEEN_LIFE = (int(life.total_seconds()) for life in (SIGN_IN_LIFE, ABSOLUTE, IDLE))


def write_attempt(ctx: PageContext, attempt: Attempt, then: str) -> None:
    """Keep the secrets of an attempt, and the page wanted, in the browser for ten minutes."""
    data = {"state": attempt.state, "nonce": attempt.nonce, "verifier": attempt.verifier, "then": then}
    cookies.set_signed(ctx, ATTEMPT, data, ATTEMPT_LIFE)


def take_attempt(ctx: PageContext, state: str) -> tuple[Attempt, str] | None:
    """The attempt of this browser and the page wanted, if ``state`` is its own; used up by this."""
    data = cookies.read_signed(ctx, ATTEMPT, ATTEMPT_LIFE)
    if data is None or not ids.same(data["state"], state):
        return None
    cookies.clear(ctx, ATTEMPT)
    return Attempt(data["state"], data["nonce"], data["verifier"]), data["then"]


def write(ctx: PageContext, session: Session) -> None:
    """Sign the browser in."""
    data = {"email": session.email, "started": clock.epoch(session.started), "id": ids.new_token()}
    cookies.set_signed(ctx, cookies.STAFF, data, STAFF_LIFE)
    write_seen(ctx, session)


def write_seen(ctx: PageContext, session: Session) -> None:
    """Note that the session was used now."""
    data = {"seen": clock.epoch(session.seen), "of": ids.digest(cookies.raw(ctx, cookies.STAFF))}
    cookies.set_signed(ctx, SEEN, data, SEEN_LIFE)


def read(ctx: PageContext) -> Session | None:
    """The session of this browser at this city, live or not; None when there is none or its parts do not
    belong together."""
    data, used = (
        cookies.read_signed(ctx, cookies.STAFF, STAFF_LIFE),
        cookies.read_signed(ctx, SEEN, SEEN_LIFE),
    )
    if data is None or used is None or not ids.same(used["of"], ids.digest(cookies.raw(ctx, cookies.STAFF))):
        return None
    started, seen = (datetime.fromtimestamp(seconds, UTC) for seconds in (data["started"], used["seen"]))
    return Session(ctx.city.id, data["email"], started, seen)


def clear(ctx: PageContext) -> None:
    """Sign the browser out."""
    cookies.clear(ctx, cookies.STAFF)
    cookies.clear(ctx, SEEN)
