"""Devices in the console, and which messages were refused and why."""

from __future__ import annotations

from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect, Text

bp = CityBlueprint(__name__)
REFUSED_DAYS = 7
REFUSED_COUNTED = 500
REFUSED_SHOWN = 50


@bp.page("/{city}/console/sensors", access="staff")
def show_refused(ctx: PageContext) -> Page:
    """Refused messages of the last days. Two calls; there is nothing personal in it."""
    from functions.sensing import service, views

    refused = service.refused_since(ctx, REFUSED_DAYS, REFUSED_COUNTED)
    return Page(
        "sensors/console.html",
        section="sensors",
        refused=[views.refusal(entry) for entry in refused[:REFUSED_SHOWN]],
        refused_count=sum(entry.count for entry in refused),
        refused_more=len(refused) == REFUSED_COUNTED,
        days=REFUSED_DAYS,
    )


@bp.page("/{city}/console/devices", access="staff")
def list_devices(ctx: PageContext) -> Page | Text:
    """The list of devices, or a part of it, or the same as a file."""
    from functions.sensing.registry import console_views

    return console_views.show_list(ctx)


@bp.page("/{city}/console/devices/{page}", access="staff")
def show_devices_page(ctx: PageContext, page: str) -> Page:
    """A form that adds devices, or lets somebody add them."""
    from functions.sensing.registry import console_views

    return console_views.show(ctx, page)


@bp.page("/{city}/console/devices/{page}", methods=("POST",), access="staff")
def add_devices(ctx: PageContext, page: str) -> Page | Redirect | Text:
    """What these forms do."""
    from functions.sensing.registry import console_actions

    return console_actions.add(ctx, page)


@bp.page("/{city}/console/device/{thing}", access="staff")
def show_device(ctx: PageContext, thing: str) -> Page | Redirect:
    """One device; with `photo` in the address its photo."""
    from functions.sensing.registry import device_views

    return device_views.show(ctx, thing)


@bp.page("/{city}/console/device/{thing}", methods=("POST",), access="staff")
def change_device(ctx: PageContext, thing: str) -> Page | Redirect | Text:
    """A new certificate, other details, another place, another device, the end."""
    from functions.sensing.registry import console_actions

    return console_actions.change(ctx, thing)
