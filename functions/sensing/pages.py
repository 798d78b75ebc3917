"""The city's public sensor page: the latest values, as they came in a moment ago."""

from __future__ import annotations

from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page

bp = CityBlueprint(__name__)
SHOWN = 20


@bp.page("/{city}/sensors", access="public")
def show_sensors(ctx: PageContext) -> Page:
    """Every device with value, time, unit, status, a small chart and its numbers. Two calls."""
    from functions.sensing import service, views  # a cold start for another page does not pay for them

    number = page_number(ctx)
    stations, total = service.list_stations(ctx, (number - 1) * SHOWN, SHOWN)
    here = f"/{ctx.city.id}/sensors"
    return Page(
        "sensors/list.html",
        stations=[views.public_station(ctx, station) for station in stations],
        first=here if number > 1 else None,
        next=f"{here}?page={number + 1}" if number * SHOWN < total else None,
        now=ctx.now,
    )


def page_number(ctx: PageContext) -> int:
    """The page asked for, from 1; anything else than a small number is the first."""
    asked = ctx.query.get("page", "1")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked[:6]) < 10_000 else 1
