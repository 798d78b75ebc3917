"""Alarms in the console: the list, one alarm, what a device is told, calls for help; and the page on which a
contact answers a call. The work is imported with the first such request."""

from __future__ import annotations

from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

bp = CityBlueprint(__name__)


@bp.page("/{city}/console/alarms", access="staff")
def list_alarms(ctx: PageContext) -> Page:
    """The alarms of one of my departments, the worst first. Four calls."""
    from functions.sensing.alarms import list_views

    return list_views.show(ctx)


@bp.page("/{city}/console/alarms", methods=("POST",), access="staff")
def choose_mail(ctx: PageContext) -> Page | Redirect:
    """Which alarms I get mail about."""
    from functions.sensing.alarms import list_views

    return list_views.choose(ctx)


@bp.page("/{city}/console/alarms/{alarm}", access="staff")
def show_alarm(ctx: PageContext, alarm: str) -> Page:
    """One alarm with its readings and its past. Four calls."""
    from functions.sensing.alarms import alarm_views

    return alarm_views.show(ctx, alarm)


@bp.page("/{city}/console/alarms/{alarm}", methods=("POST",), access="staff")
def change_alarm(ctx: PageContext, alarm: str) -> Page | Redirect:
    """Acknowledge it; mute its device."""
    from functions.sensing.alarms import alarm_views

    return alarm_views.change(ctx, alarm)


@bp.page("/{city}/console/commands/{thing}", access="staff")
def show_commands(ctx: PageContext, thing: str) -> Page:
    """What a device may be told and was told. Three calls."""
    from functions.sensing.alarms import command_views

    return command_views.show(ctx, thing)


@bp.page("/{city}/console/commands/{thing}", methods=("POST",), access="staff")
def change_commands(ctx: PageContext, thing: str) -> Page | Redirect:
    """Approve, ask, confirm, drop."""
    from functions.sensing.alarms import command_views

    return command_views.change(ctx, thing)


@bp.page("/{city}/console/calls", access="staff")
def list_calls(ctx: PageContext) -> Page:
    """The devices by which people call for help, and whether the way of a call works."""
    from functions.sensing.alarms import call_views

    return call_views.list_devices(ctx)


@bp.page("/{city}/console/calls/{thing}", access="staff")
def show_calls(ctx: PageContext, thing: str) -> Page:
    """The contacts of such a device and its calls. The view is recorded."""
    from functions.sensing.alarms import call_views

    return call_views.show(ctx, thing)


@bp.page("/{city}/console/calls/{thing}", methods=("POST",), access="staff")
def change_contacts(ctx: PageContext, thing: str) -> Page | Redirect:
    """Write down who is called, in which order."""
    from functions.sensing.alarms import call_views

    return call_views.change(ctx, thing)


@bp.page("/{city}/sos/{code}", access="public")
def show_call(ctx: PageContext, code: str) -> Page:
    """What a contact opens: who calls, and the button that says "I see to it"."""
    from functions.sensing.alarms import call_views

    return call_views.open_call(ctx, code)


@bp.page("/{city}/sos/{code}", methods=("POST",), access="public")
def answer_call(ctx: PageContext, code: str) -> Page | Redirect:
    """The contact sees to it."""
    from functions.sensing.alarms import call_views

    return call_views.answer_call(ctx, code)
