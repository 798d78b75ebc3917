"""What the forms of the device pages do. An answer that carries a private key is a file, once; every other
one leads on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from functions.core import clock
from functions.core.errors import Conflict, Invalid, NotFound
from functions.sensing.registry import (
    adding_views,
    certificates,
    claims,
    device_views,
    fields,
    installers,
    lists,
    service,
    store,
)
from functions.sensing.registry import console_views as views
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect, Text

PEM = "application/x-pem-file"
Answer = Page | Redirect | Text


def add(ctx: PageContext, page: str) -> Answer:
    """The posted form of a page below the list. Only admins."""
    views.admin(ctx)
    if page not in PAGE_ACTIONS:
        raise NotFound
    return PAGE_ACTIONS[page](ctx)


def change(ctx: PageContext, thing: str) -> Answer:
    """A posted form of a device's page. Only admins."""
    views.admin(ctx)
    action = DEVICE_ACTIONS.get(ctx.value("action"))
    if action is None or store.find(thing) is None:
        raise NotFound
    return action(ctx, thing)


def _typed(ctx: PageContext) -> dict[str, str]:
    return {name: ctx.value(name) for name in fields.FIELDS}


def add_one(ctx: PageContext) -> Answer:
    """A device from the form; also the one that replaces another (`replaces`)."""
    typed = _typed(ctx)
    device, errors = fields.read(typed, fields.choices(ctx))
    if errors:
        return adding_views.show_add(ctx, errors, typed)
    try:
        service.check_room(ctx)
        if store.find(device.thing):
            raise Invalid({"thing": lists.THERE})
        service.save(ctx, replace(device, since=clock.iso(ctx.now)), None, "device-planned")
    except (Invalid, Conflict) as problem:
        found = problem.fields if isinstance(problem, Invalid) else {"serial": problem.message}
        return adding_views.show_add(ctx, found or {"thing": problem.message}, typed)
    return Redirect(views.device_address(ctx, device.thing))


def import_list(ctx: PageContext) -> Answer:
    """A list: checked first, then taken as a whole."""
    text = (ctx.form.get("list") or [""])[0]
    try:
        if ctx.value("action") != "import":
            return adding_views.show_import(ctx, text, lists.check_list(ctx, text))
        lines = lists.import_list(ctx, text)
    except Invalid as problem:
        from functions.core.i18n import t

        shown = {"list": t(problem.message, **problem.params)}
        return adding_views.show_import(ctx, text, None, shown)
    except Conflict as problem:
        return adding_views.show_import(ctx, text, None, {"list": problem.message})
    if any(line.problems for line in lines):
        return adding_views.show_import(ctx, text, lines)
    return adding_views.show_import(ctx, "", lines, added=True)


def links(ctx: PageContext) -> Answer:
    """A new link for an installer, or the end of one."""
    if ctx.value("id"):
        installers.end(ctx, ctx.value("id"))
        return Redirect(f"{views.home(ctx)}/links")
    things = [word for word in ctx.value("things").replace(",", " ").split() if word]
    try:
        token = installers.make(
            ctx, ctx.value("name"), _days(ctx), ctx.value("department"), ctx.value("area"), things
        )
    except Invalid as problem:
        return adding_views.show_links(ctx, errors=problem.fields)
    return adding_views.show_links(ctx, token)


def _days(ctx: PageContext) -> int:
    return _number(ctx.value("days"))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def claim(ctx: PageContext) -> Answer:
    """A new claim certificate as a file, or the end of one."""
    if ctx.value("id"):
        claims.end(ctx, ctx.value("id"))
        return Redirect(f"{views.home(ctx)}/claims")
    allowed = fields.choices(ctx)
    profile, department = ctx.value("profile"), ctx.value("department")
    if (profile and profile not in allowed.profiles) or (
        department and department not in allowed.departments
    ):
        return adding_views.show_claims(ctx, {"profile": fields.NO_PROFILE})
    try:
        made = claims.make(
            ctx, ctx.value("name"), _days(ctx), profile, _number(ctx.value("quota")), department
        )
    except Invalid as problem:
        return adding_views.show_claims(ctx, problem.fields)
    return _file(f"{ctx.city.id}-claim.pem", claims.bundle(ctx, made))


def _file(name: str, body: str) -> Text:
    return Text(body, PEM, headers={"Content-Disposition": f"attachment; filename={name}"})


def _certificate(ctx: PageContext, thing: str) -> Answer:
    return _given_out(ctx, thing, certificates.issue)


def _rotate(ctx: PageContext, thing: str) -> Answer:
    return _given_out(ctx, thing, certificates.rotate)


def _ask_to_fetch(ctx: PageContext, thing: str) -> Answer:
    try:
        certificates.ask_to_fetch(ctx, thing)
    except Conflict as problem:
        return device_views.show_device(ctx, thing, {"action": problem.message})
    return _back(ctx, thing)


def _given_out(ctx: PageContext, thing: str, make: Callable[[PageContext, str], dict[str, Any]]) -> Answer:
    from functions.sensing.sources import topics

    try:
        made = make(ctx, thing)
    except Conflict as problem:
        return device_views.show_device(ctx, thing, {"action": problem.message})
    topic = topics.publish(ctx.city.id, thing, service.lane(ctx, service.get(thing).profile))
    return _file(f"{ctx.city.id}-{thing}.pem", certificates.bundle(ctx, made, topic))


def _edit(ctx: PageContext, thing: str) -> Answer:
    """Details and place. A new place is a move: earlier readings keep the old one."""
    before = service.get(thing)
    wanted, errors = fields.read(_typed(ctx), fields.choices(ctx), before)
    if errors:
        return device_views.show_device(ctx, thing, errors)
    moved = wanted.place != before.place
    try:
        service.change(
            ctx, thing, "device-moved" if moved else "device-changed", lambda now: fields.onto(now, wanted)
        )
    except Conflict as problem:
        return device_views.show_device(ctx, thing, {"serial": problem.message})
    return _back(ctx, thing)


def _revoke(ctx: PageContext, thing: str) -> Answer:
    certificates.revoke(ctx, thing)
    return _back(ctx, thing)


def _retire(ctx: PageContext, thing: str) -> Answer:
    certificates.retire(ctx, thing)
    return _back(ctx, thing)


def _replace(ctx: PageContext, thing: str) -> Answer:
    """A new device takes the place; the old one is out of use, and each keeps its own readings."""
    old = service.get(thing)
    fresh, errors = fields.read(
        {
            "thing": ctx.value("new"),
            "profile": old.profile,
            "serial": ctx.value("new_serial"),
            "eui": ctx.value("new_eui"),
        },
        fields.choices(ctx),
    )
    if errors:
        named = {"thing": "new", "serial": "new_serial", "eui": "new_eui"}
        return device_views.show_device(
            ctx, thing, {named.get(name, "new"): text for name, text in errors.items()}
        )
    if store.find(fresh.thing):
        return device_views.show_device(ctx, thing, {"new": lists.THERE})
    try:
        service.replace_device(ctx, thing, fresh)
    except (Conflict, Invalid) as problem:
        return device_views.show_device(ctx, thing, {"new": problem.message})
    certificates.retire(ctx, thing, fresh.thing)
    return Redirect(views.device_address(ctx, fresh.thing))


def _back(ctx: PageContext, thing: str) -> Redirect:
    return Redirect(views.device_address(ctx, thing))


PAGE_ACTIONS: dict[str, Callable[[PageContext], Answer]] = {
    "add": add_one,
    "import": import_list,
    "links": links,
    "claims": claim,
}
DEVICE_ACTIONS: dict[str, Callable[[PageContext, str], Answer]] = {
    "certificate": _certificate,
    "next-certificate": _rotate,
    "fetch-next": _ask_to_fetch,
    "edit": _edit,
    "revoke": _revoke,
    "retire": _retire,
    "replace": _replace,
}
