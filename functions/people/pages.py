"""A person's own routes. There are three for all their pages, since the gateway has room for few; what a page
does is imported with the first such request."""

from __future__ import annotations

from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

bp = CityBlueprint(__name__)


@bp.page("/{city}/me", access="citizen")
def my_page(ctx: PageContext) -> Page | Redirect:
    """Applications, documents, and the way to everything else; asks to sign in first."""
    from functions.people import my_views

    return my_views.my_page(ctx)


@bp.page("/{city}/me/{page}", access="citizen")
def show(ctx: PageContext, page: str) -> Page | Redirect:
    """One of the pages in functions/people/routes.py."""
    from functions.people import routes

    return routes.show(ctx, page)


@bp.page("/{city}/me/{page}", methods=("POST",), access="citizen")
def change(ctx: PageContext, page: str) -> Page | Redirect:
    """What the forms of these pages do."""
    from functions.people import routes

    return routes.change(ctx, page)
