"""Public routes of the catalogue: find a service, read its guide, ask whether it is for you, begin. What they
do is imported with the first such request."""

from __future__ import annotations

from functions.services.offered import service_of
from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Json, Page, Redirect, Text

bp = CityBlueprint(__name__)
DATA, LINKED_DATA = ".json", ".jsonld"


@bp.page("/{city}/services", access="public")
def services(ctx: PageContext) -> Page:
    """Every service of the city, or those that somebody looks for."""
    from functions.services import finder_views

    return finder_views.find_page(ctx)


@bp.page("/{city}/services.json", access="public")
def services_data(ctx: PageContext) -> Json | Text:
    """The catalogue as open data."""
    from functions.services import open_data

    return open_data.catalogue(ctx)


@bp.page("/{city}/services/{service}", access="public")
def service(ctx: PageContext, service: str) -> Page | Json | Text:
    """The guide of a service; with `.json` its open data, with `.jsonld` the same for search engines."""
    from functions.services import guide_views, open_data

    if service.endswith(DATA):
        return open_data.one(ctx, service_of(ctx, service.removesuffix(DATA)))
    if service.endswith(LINKED_DATA):
        return open_data.linked(ctx, service_of(ctx, service.removesuffix(LINKED_DATA)))
    return guide_views.guide(ctx, service_of(ctx, service))


@bp.page("/{city}/services/{service}", methods=("POST",), access="public")
def start(ctx: PageContext, service: str) -> Redirect:
    """Begin a draft in this browser, with what the check before it was told."""
    from functions.services import beginning

    return beginning.start(ctx, service_of(ctx, service))


@bp.page("/{city}/services/{service}/{step}", access="public")
def before(ctx: PageContext, service: str, step: str) -> Page | Redirect:
    """`check`: can I apply? `need`: what do I need?"""
    from functions.services import eligibility_views

    return eligibility_views.page(ctx, service_of(ctx, service), step)


@bp.page("/{city}/services/{service}/{step}", methods=("POST",), access="public")
def answer_before(ctx: PageContext, service: str, step: str) -> Redirect:
    """One answer, kept in this browser only."""
    from functions.services import eligibility_views

    return eligibility_views.answer(ctx, service_of(ctx, service), step)
