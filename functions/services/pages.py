"""Public pages of the catalogue: the list of services, and a service's start page with its start button."""

from __future__ import annotations

from functions.core import limits
from functions.core.errors import Conflict, NotFound
from functions.core.i18n import N_
from functions.services.domain import Service
from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

bp = CityBlueprint(__name__)
STARTS_PER_HOUR = 300  # a network may be a whole mobile carrier


def _service(ctx: PageContext, service_id: str) -> Service:
    raw = ctx.city.service(service_id)
    if raw is None:
        raise NotFound
    return Service(raw, service_id)


@bp.page("/{city}/services", access="public")
def services(ctx: PageContext) -> Page:
    """Every service of the city."""
    found = [Service(raw, key) for key, raw in ctx.city.config.get("services", {}).items()]
    return Page("services/list.html", services=found, section="services", back=f"/{ctx.city.id}")


@bp.page("/{city}/services/{service}", access="public")
def service(ctx: PageContext, service: str) -> Page:
    """What you need, what it costs, how long it takes, and the button that starts."""
    found = _service(ctx, service)
    return Page(
        "services/start.html",
        service=found,
        raw=found.raw,
        department=ctx.city.department(found.department),
        contact=ctx.city.config.get("contact", {}),
        section="services",
        back=f"/{ctx.city.id}/services",
    )


@bp.page("/{city}/services/{service}", methods=("POST",), access="public")
def start(ctx: PageContext, service: str) -> Redirect:
    """Begin a draft in this browser."""
    from functions.cases import drafts, visitors

    found = _service(ctx, service)
    if not found.is_open:
        raise Conflict(N_("This service is closed at the moment"))
    limits.hit(f"start#{ctx.network}", STARTS_PER_HOUR, 3600)
    draft_id = drafts.start_draft(ctx, found.id, found.raw["privacy"]["retention"]["draft_days"])
    visitors.remember_draft(ctx, draft_id)
    return Redirect(f"/{ctx.city.id}/apply/{draft_id}/{found.pages[0].id}")
