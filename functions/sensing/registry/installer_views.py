"""The installer's page and what its script asks for. Without a script the page is a form that does one device
after the other; with it the work is kept on the telephone until there is a network."""

from __future__ import annotations

from typing import Any

from functions.core import clock, limits
from functions.core.errors import Conflict, Invalid, NotFound
from functions.core.i18n import fill, pick, t
from functions.sensing import service as sensing
from functions.sensing.registry import installers, photos, seen, store
from functions.sensing.registry.console_views import departments, names_of
from functions.sensing.registry.device_views import place_words
from functions.sensing.registry.domain import THING, Device
from functions.sensing.registry.installer_worker import WORKER
from functions.sensing.registry.installers import Link, Work
from functions.web import formats
from functions.web.assets import asset
from functions.web.request import PageContext
from functions.web.responses import Json, Page, Redirect, Text

SCRIPT = "text/javascript; charset=utf-8"
TYPED = ("code", "lat", "lon", "address", "area", "title", "department")


def show(ctx: PageContext, token: str) -> Page | Json | Text:
    """The page of a link. Two calls."""
    if token == "worker.js":
        return Text(WORKER % {"page": f"/{ctx.city.id}/install/"}, SCRIPT)
    link = installers.open_link(ctx, token)
    ctx.actor = installers.actor(link)
    if "check" in ctx.query:
        return Json(_state(ctx, _one(link, ctx.query["check"])))
    if "photo" in ctx.query:
        limits.hit(f"installer-photo#{link.id[:16]}", installers.PHOTOS_PER_HOUR, 3600)
        return Json(photos.upload_form(ctx, _one(link, ctx.query["photo"]).thing))
    if "data" in ctx.query:
        return Json({"csrf": ctx.csrf, "devices": _devices(ctx, link)})
    return _page(ctx, link, token)


def _one(link: Link, thing: str) -> Device:
    """A device that the link covers. Raises NotFound."""
    device = store.find(thing) if THING.fullmatch(thing) else None
    if device is None or not link.covers(device):
        raise NotFound
    return device


def _devices(ctx: PageContext, link: Link) -> list[dict[str, str]]:
    return [
        {
            "thing": device.thing,
            "name": str(pick(names_of(ctx, device))),
            "kind": str(pick(sensing.profile(ctx, device.profile)["names"])),
            "codes": " ".join(device.labels),
            "installed": device.installed,
        }
        for device in installers.devices_of(link)
    ]


def _page(
    ctx: PageContext, link: Link, token: str, typed: dict[str, str] | None = None, errors: Any = None
) -> Page:
    done = ctx.query.get("done", "")
    device = store.find(done) if THING.fullmatch(done) else None
    shown = device if device and link.covers(device) else None
    return Page(
        "devices/install.html",
        status=422 if errors else 200,
        link=link,
        here=f"/{ctx.city.id}/install/{token}",
        worker=f"/{ctx.city.id}/install/worker.js",
        until=formats.moment(clock.parse(link.until), ctx.city.zone),
        devices=_devices(ctx, link),
        departments={} if link.department else departments(ctx),
        done=_state(ctx, shown) | {"place": place_words(shown.place)} if shown else None,
        typed=typed or dict.fromkeys(TYPED, ""),
        errors=dict(errors or {}),
        kept=[asset(name) for name in ("install.js", "install.css", "app.js", "app.css")],
    )


def _state(ctx: PageContext, device: Device) -> dict[str, Any]:
    """Whether a message has come since the device was installed, or why not."""
    from functions.sensing.views import when

    heard = seen.heard([device]).get(device.thing)
    fresh = heard is not None and heard.at is not None and _since(ctx, heard.at, device.installed)
    answer: dict[str, Any] = {
        "thing": device.thing,
        "name": str(pick(names_of(ctx, device))),
        "photo": bool(device.photo),
        "seen": fresh,
    }
    if fresh and heard and heard.at:
        said = t("A message came: %(at)s", at=formats.moment(when(heard.at), ctx.city.zone))
        return answer | {"said": said}
    message, params = seen.why_silent(ctx, device)
    return answer | {"said": fill(t(message), params)}


def _since(ctx: PageContext, at: int, installed: str) -> bool:
    """Whether a message came on the day of the installation or after."""
    from zoneinfo import ZoneInfo

    from functions.sensing.views import when

    return not installed or when(at).astimezone(ZoneInfo(ctx.city.zone)).date().isoformat() >= installed


def take(ctx: PageContext, token: str) -> Page | Json | Redirect:
    """What was done with one device: a form's answer, or the script's (`Accept: application/json`)."""
    link = installers.open_link(ctx, token)
    ctx.actor = installers.actor(link)
    program = ctx.headers.get("accept", "").startswith("application/json")
    if ctx.value("photo"):
        return Json(
            {"photo": photos.keep(ctx, _one(link, ctx.value("thing")).thing, ctx.value("photo")).photo}
        )
    typed = {name: ctx.value(name) for name in TYPED}
    try:
        device = installers.install(ctx, link, Work(**typed, done=ctx.value("done")))
    except (Invalid, Conflict) as problem:
        if program:
            raise
        fields = problem.fields if isinstance(problem, Invalid) else {"code": problem.message}
        return _page(ctx, link, token, typed, fields)
    if program:
        return Json(_state(ctx, device))
    return Redirect(f"/{ctx.city.id}/install/{token}?done={device.thing}")
