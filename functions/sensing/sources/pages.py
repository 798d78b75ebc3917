"""Where sources send, and their pages in the console. The work is imported with the first such request."""

from __future__ import annotations

from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Json, Page, Redirect

bp = CityBlueprint(__name__)


@bp.page("/{city}/ingest/{rest+}", methods=("POST",), access="api")
def take_message(ctx: PageContext) -> Json:
    """What a LoRaWAN network or a vendor's cloud sends; its secret or signature is checked in gate.py."""
    from functions.sensing.sources import gate

    return gate.answer(ctx)


@bp.page("/{city}/console/sources", access="staff")
def show_sources(ctx: PageContext) -> Page:
    """The sources of the city with what they sent, for admins."""
    from functions.sensing.sources import views

    return views.show(ctx)


@bp.page("/{city}/console/sources", methods=("POST",), access="staff")
def change_sources(ctx: PageContext) -> Page | Redirect:
    """Make a source, renew its secret, revoke it."""
    from functions.sensing.sources import views

    return views.change(ctx)


@bp.page("/{city}/console/refusals", access="staff")
def show_refusals(ctx: PageContext) -> Page:
    """What was not stored, why, and how that is mended."""
    from functions.sensing.sources import refusal_views

    return refusal_views.show(ctx)
