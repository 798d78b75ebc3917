"""The installer's page, for whoever has a link: no account, and it works without network."""

from __future__ import annotations

from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Json, Page, Redirect, Text

bp = CityBlueprint(__name__)


@bp.page("/{city}/install/{token}", access="public")
def show_install(ctx: PageContext, token: str) -> Page | Json | Text:
    """The page, or as JSON what it needs again; `worker.js` is the script that keeps it for later."""
    from functions.sensing.registry import installer_views

    return installer_views.show(ctx, token)


@bp.page("/{city}/install/{token}", methods=("POST",), access="public")
def take_install(ctx: PageContext, token: str) -> Page | Json | Redirect:
    """What was done with one device."""
    from functions.sensing.registry import installer_views

    return installer_views.take(ctx, token)
