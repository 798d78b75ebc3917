"""A person's routes: the form of an application, and how far it is. What they do is imported with the
first such request, so that it costs no other page's cold start."""

from __future__ import annotations

from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

bp = CityBlueprint(__name__)


@bp.page("/{city}/apply/{draft}/{page}", access="citizen")
def question(ctx: PageContext, draft: str, page: str) -> Page | Redirect:
    """One page of the form."""
    from functions.cases import form_steps

    return form_steps.question(ctx, draft, page)


@bp.page("/{city}/apply/{draft}/{page}", methods=("POST",), access="citizen")
def answer(ctx: PageContext, draft: str, page: str) -> Redirect:
    """Check and keep a page's answers, then go on, or back to the page with what is wrong."""
    from functions.cases import form_steps

    return form_steps.answer(ctx, draft, page)


@bp.page("/{city}/apply/{draft}/{page}/uploaded", access="citizen")
def uploaded(ctx: PageContext, draft: str, page: str) -> Redirect:
    """Where the storage sends the browser after an upload."""
    from functions.cases import form_steps

    return form_steps.uploaded(ctx, draft, page)


@bp.page("/{city}/apply/{draft}/{page}/remove", methods=("POST",), access="citizen")
def remove(ctx: PageContext, draft: str, page: str) -> Redirect:
    """Take the file of a page back."""
    from functions.cases import form_steps

    return form_steps.remove(ctx, draft, page)


@bp.page("/{city}/apply/{draft}/check", access="citizen")
def check(ctx: PageContext, draft: str) -> Page | Redirect:
    """All answers in one list before they are sent."""
    from functions.cases import form_steps

    return form_steps.check(ctx, draft)


@bp.page("/{city}/apply/{draft}/check", methods=("POST",), access="citizen")
def send(ctx: PageContext, draft: str) -> Redirect:
    """Send the application. A second click leads to the same confirmation."""
    from functions.cases import form_steps

    return form_steps.send(ctx, draft)


@bp.page("/{city}/apply/{draft}/done", access="citizen")
def done(ctx: PageContext, draft: str) -> Page | Redirect:
    """The confirmation."""
    from functions.cases import form_steps

    return form_steps.done(ctx, draft)


@bp.page("/{city}/status", access="public")
def lookup(ctx: PageContext) -> Page:
    """The form that asks for reference and code."""
    from functions.cases import status_views

    return status_views.lookup(ctx)


@bp.page("/{city}/status", methods=("POST",), access="public")
def look_up(ctx: PageContext) -> Redirect:
    """Open the application that a reference and a code belong to."""
    from functions.cases import status_views

    return status_views.look_up(ctx)


@bp.page("/{city}/status/application", access="citizen")
def application(ctx: PageContext) -> Page | Redirect:
    """State, what happens next, what is missing, the certificate."""
    from functions.cases import status_views

    return status_views.application(ctx)


@bp.page("/{city}/status/application", methods=("POST",), access="citizen")
def complete(ctx: PageContext) -> Redirect:
    """Begin handing in what a clerk asked for."""
    from functions.cases import status_views

    return status_views.complete(ctx)
