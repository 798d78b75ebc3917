"""Devices and their alarm rules in the console."""

from __future__ import annotations

from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect, Text

bp = CityBlueprint(__name__)


@bp.page("/{city}/console/devices", access="staff")
def list_devices(ctx: PageContext) -> Page | Text:
    """The list of devices, or a part of it, or the same as a file."""
    from functions.sensing.registry import console_views

    return console_views.show_list(ctx)


@bp.page("/{city}/console/devices/{page}", access="staff")
def show_devices_page(ctx: PageContext, page: str) -> Page:
    """A form that adds devices, or lets somebody add them."""
    from functions.sensing.registry import adding_views

    return adding_views.show(ctx, page)


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


@bp.page("/{city}/console/rules", access="staff")
def show_rules(ctx: PageContext) -> Page:
    """Every alarm rule in plain words, or one of them."""
    from functions.sensing.rules import views

    return views.show(ctx)


@bp.page("/{city}/console/rules", methods=("POST",), access="staff")
def change_rule(ctx: PageContext) -> Page | Redirect:
    """Confirm a profile's rule, or switch one off."""
    from functions.sensing.rules import views

    return views.change(ctx)


@bp.page("/{city}/console/rules/try", access="staff")
def try_rule(ctx: PageContext) -> Page:
    """What a rule with other numbers would have done."""
    from functions.sensing.rules import views

    return views.attempt(ctx)
