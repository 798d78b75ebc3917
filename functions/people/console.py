"""The counter's routes; what they do is in counter.py."""

from __future__ import annotations

from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

bp = CityBlueprint(__name__)


@bp.page("/{city}/console/counter", access="staff")
def show_counter(ctx: PageContext) -> Page:
    """Begin an application for somebody, go on with one, record that somebody was seen."""
    from functions.people import counter_views

    return counter_views.show(ctx)


@bp.page("/{city}/console/counter", methods=("POST",), access="staff")
def use_counter(ctx: PageContext) -> Page | Redirect:
    """Do one of these."""
    from functions.people import counter_views

    return counter_views.use(ctx)
