"""A Blueprint whose routes say who may use them, and the one path every request takes: city, language, scope,
actor, CSRF, view, answer, log line. Ordinary exceptions become pages or JSON here, not in the views."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, cast
from urllib.parse import quote

from chalice.app import Blueprint, Chalice, Request, Response

from functions.core import i18n, log, scope, usage
from functions.core.context import Actor
from functions.core.errors import Forbidden, TownkitError
from functions.core.i18n import N_
from functions.web import choices, responses
from functions.web.request import PageContext, make_context, platform_context

Access = Literal["public", "citizen", "staff", "platform", "api"]
View = Callable[..., Any]
FORM = "application/x-www-form-urlencoded"
KINDS = [FORM, "application/json"]
ANY_KIND = ["*/*"]  # the programming interface says itself, in its own words, what it does not take


@dataclass(frozen=True, slots=True)
class Route:
    """A declared route; tests walk over ``ROUTES`` to prove that each has a rule and an isolation case."""

    path: str
    method: str
    access: Access
    view: View


ROUTES: list[Route] = []


class CityBlueprint(Blueprint):
    """``page`` registers a view. Access: ``public`` anyone; ``citizen`` the holder of a draft or a status
    session, checked in the view; ``staff`` a signed-in member of the city's staff; ``api`` a program: no
    cookie is read, functions/api/dispatch.py checks its key; ``platform`` no city."""

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name)
        self._pages: list[tuple[str, tuple[str, ...], Access, View]] = []

    def page(
        self, path: str, methods: tuple[str, ...] = ("GET",), *, access: Access
    ) -> Callable[[View], View]:
        """Declare a route. The view gets the context and the path's parameters and returns a Page, Redirect,
        Json or Text (functions/web/responses.py)."""

        def declare(view: View) -> View:
            ROUTES.extend(Route(path, method, access, view) for method in methods)
            self._pages.append((path, methods, access, view))
            return view

        return declare

    def register(self, app: Chalice, options: dict[str, Any]) -> None:
        """Give an app the declared routes. Not through Chalice's own list of what a Blueprint declares: that
        forgets a route's methods when it is read, and a second app in the process would get another route."""
        super().register(app, options)
        for path, methods, access, view in self._pages:
            name = f"{view.__module__}.{view.__name__}".replace("functions.", "").replace(".", "_")
            kinds = ANY_KIND if access == "api" else KINDS
            route = app.route(path, methods=list(methods), content_types=kinds, name=name)
            route(_handler(app, access, view))


def _handler(app: Chalice, access: Access, view: View) -> Callable[..., Response]:
    @wraps(view)
    def handle(**params: str) -> Response:
        return answer(cast(Request, app.current_request), access, view, params)

    return handle


def answer(request: Request, access: Access, view: View, params: dict[str, str]) -> Response:
    """Serve one request and write its log line."""
    started = time.perf_counter()
    with usage.measured() as spent:
        response, ctx = _respond(request, access, view, params)
    log.info(
        "request",
        city=ctx.city.id if ctx and ctx.city else None,
        route=request.context.get("resourcePath"),
        method=request.method,
        status=response.status_code,
        ms=round((time.perf_counter() - started) * 1000, 1),
        calls=spent.calls,
        rcu=spent.rcu,
        wcu=spent.wcu,
        request_id=request.context.get("requestId"),
    )
    return response


def _respond(
    request: Request, access: Access, view: View, params: dict[str, str]
) -> tuple[Response, PageContext | None]:
    ctx: PageContext | None = None
    program = access == "api"
    try:
        if access == "platform":
            ctx = platform_context(request)
            with i18n.use_language(ctx.lang):
                return _inside(ctx, view, params), ctx
        ctx = make_context(request, params.pop("city", ""), program=program)
        with i18n.use_language(ctx.lang), scope.tenant_scope(ctx.city):
            return _in_city(ctx, access, view, params), ctx
    except TownkitError as error:
        return responses.from_error(error, ctx or platform_context(request, program=program)), ctx
    except Exception:
        log.failure("unhandled", route=request.context.get("resourcePath"))
        return responses.from_error(TownkitError(), ctx or platform_context(request, program=program)), ctx


def _in_city(ctx: PageContext, access: Access, view: View, params: dict[str, str]) -> Response:
    usage.count("api_calls" if ctx.program else "pages")
    try:
        if access == "staff" and not _signed_in(ctx):
            if ctx.method != "GET":
                raise Forbidden(N_("You were signed out. Go back, copy what you typed, and sign in again."))
            return responses.redirect(ctx, f"/{ctx.city.id}/console/sign-in?then={quote(ctx.path, safe='')}")
        return _inside(ctx, view, params)
    finally:
        usage.count_units()
        usage.flush_if_due()


def _inside(ctx: PageContext, view: View, params: dict[str, str]) -> Response:
    try:
        if not ctx.program:
            if choices.asked(ctx):
                return responses.redirect(ctx, choices.switch(ctx))
            ctx.check_csrf()
        return responses.from_result(view(ctx, **params), ctx)
    except TownkitError as error:
        return responses.from_error(error, ctx)


def _signed_in(ctx: PageContext) -> bool:
    from functions.identity.service import staff_from_cookie

    staff = staff_from_cookie(ctx)
    if staff is None:
        return False
    ctx.staff = staff
    ctx.actor = Actor("staff", staff.email, staff.name)
    return True
