"""Keys of programs, for the city's admins: make, show once, revoke; and webhooks that programs registered."""

from __future__ import annotations

from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

bp = CityBlueprint(__name__)


@bp.page("/{city}/console/api", access="staff")
def show_keys(ctx: PageContext) -> Page:
    """All keys and webhooks of the city, and the form for a new key."""
    from functions.api import console_views

    return console_views.show(ctx)


@bp.page("/{city}/console/api", methods=("POST",), access="staff")
def change_keys(ctx: PageContext) -> Page | Redirect:
    """Make a key, revoke one, remove a webhook."""
    from functions.api import console_views

    return console_views.change(ctx)
