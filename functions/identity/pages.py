"""Signing in and out. The hosted login knows one callback address, which hands over to the city named in
the state."""

from __future__ import annotations

from dataclasses import replace

from functions.adapters.signin import Attempt
from functions.core import ids, limits
from functions.core.city import CITY_ID
from functions.core.context import Actor
from functions.core.errors import NotFound
from functions.core.settings import settings
from functions.identity import cookies, service
from functions.identity.domain import safe_return
from functions.identity.errors import NotStaff, SignInRefused
from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

bp = CityBlueprint(__name__)
CALLBACK = "/auth/callback"
SIGN_INS = (
    60,
    600,
)  # per network and seconds: a whole office behind one address, and no flood of audit events


def _callback() -> str:
    return settings().public_url + CALLBACK


@bp.page("/{city}/console/sign-in", access="public")
def start_sign_in(ctx: PageContext) -> Redirect:
    """Leave for the hosted login with fresh secrets."""
    attempt = Attempt(f"{ctx.city.id}.{ids.new_token()}", ids.new_token(), ids.new_token() + ids.new_token())
    cookies.write_attempt(ctx, attempt, safe_return(ctx.query.get("then", ""), ctx.city.id))
    return Redirect(service.provider().address(attempt, _callback(), ctx.lang))


@bp.page(CALLBACK, access="platform")
def come_back(ctx: PageContext) -> Redirect:
    """The one address that the sign-in service knows. Only that city's page can accept the answer."""
    from urllib.parse import urlencode

    state = ctx.query.get("state", "")
    city = state.partition(".")[0]
    if not CITY_ID.fullmatch(city):
        raise NotFound
    passed: dict[str, str] = {
        name: ctx.query[name] for name in ("state", "code", "error") if name in ctx.query
    }
    if state.split(".")[1:2] == ["me"]:  # a citizen at the national sign-in (functions/people/identity.py)
        return Redirect(f"/{city}/me/identity-done?{urlencode(passed)}")
    return Redirect(f"/{city}/console/sign-in/done?{urlencode(passed)}")


@bp.page("/{city}/console/sign-in/done", access="public")
def finish_sign_in(ctx: PageContext) -> Page | Redirect:
    """Check the answer against this browser's attempt and open the session."""
    found = cookies.take_attempt(ctx, ctx.query.get("state", ""))
    if found is None:
        return Page("console/sign_in_refused.html", status=403, reason="attempt")
    limits.hit(f"signin#{ctx.network}", *SIGN_INS)
    attempt, then = found
    try:
        if "code" not in ctx.query:
            raise SignInRefused("denied")
        person = service.provider().person(attempt, _callback(), ctx.query["code"])
    except SignInRefused as refused:
        service.record_refusal(replace(ctx, actor=Actor("staff", "unknown")), refused.reason)
        return Page("console/sign_in_refused.html", status=403, reason=refused.reason)
    try:
        cookies.write(
            ctx, service.start_session(replace(ctx, actor=Actor("staff", person.email, person.name)))
        )
    except NotStaff:
        return Page("console/not_staff.html", status=403, email=person.email)
    return Redirect(then)


@bp.page("/{city}/console/sign-out", methods=("POST",), access="staff")
def sign_out(ctx: PageContext) -> Redirect:
    """End the session here; forms that were typed for others are not left open for the next user."""
    service.end_session(ctx)
    return Redirect(f"/{ctx.city.id}/console/signed-out")


@bp.page("/{city}/console/signed-out", access="public")
def signed_out(ctx: PageContext) -> Page:
    """Say so, and offer the way out of the sign-in service, too."""
    return Page(
        "console/signed_out.html", leave=service.provider().leave_address(settings().public_url + "/")
    )
