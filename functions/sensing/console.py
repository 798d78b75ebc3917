"""Sensors in the console: which devices there are and when they were last heard, and what was refused and
why.
"""

from __future__ import annotations

from functions.sensing.pages import page_number
from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page

bp = CityBlueprint(__name__)
SHOWN = 50
REFUSED_DAYS = 7
REFUSED_COUNTED = 500
REFUSED_SHOWN = 50


@bp.page("/{city}/console/sensors", access="staff")
def show_devices(ctx: PageContext) -> Page:
    """Devices and refused messages of the last days. Three calls; there is nothing personal in it."""
    from functions.sensing import service, views

    number = page_number(ctx)
    stations, total = service.list_stations(ctx, (number - 1) * SHOWN, SHOWN, every=True)
    refused = service.refused_since(ctx, REFUSED_DAYS, REFUSED_COUNTED)
    here = f"/{ctx.city.id}/console/sensors"
    return Page(
        "sensors/console.html",
        section="sensors",
        devices=[views.console_device(ctx, station) for station in stations],
        refused=[views.refusal(entry) for entry in refused[:REFUSED_SHOWN]],
        refused_count=sum(entry.count for entry in refused),
        refused_more=len(refused) == REFUSED_COUNTED,
        days=REFUSED_DAYS,
        first=here if number > 1 else None,
        next=f"{here}?page={number + 1}" if number * SHOWN < total else None,
    )
