"""What the console shows of devices: the list, and what its pages share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from functions.core import audit, clock
from functions.core.context import Context
from functions.core.errors import NotFound
from functions.core.i18n import pick, t
from functions.identity.domain import Staff
from functions.sensing import service as sensing
from functions.sensing.alarms import definitions
from functions.sensing.registry import listing, lists, seen, service, store
from functions.sensing.registry.domain import Device
from functions.web import formats
from functions.web.request import PageContext
from functions.web.responses import Page, Text

SHOWN = 50
CSV = "text/csv; charset=utf-8"


def home(ctx: Context) -> str:
    """The address of the list."""
    return f"/{ctx.city.id}/console/devices"


def device_address(ctx: Context, thing: str) -> str:
    """The address of a device's page."""
    return f"/{ctx.city.id}/console/device/{thing}"


def admin(ctx: PageContext) -> Staff:
    """Who may change devices. Raises NotFound for everybody else."""
    if ctx.staff is None or not ctx.staff.is_admin:
        raise NotFound
    return ctx.staff


def is_personal(profile: Mapping[str, Any]) -> bool:
    """Whether a device of the kind says something about a person: where somebody lives who may need help."""
    return bool(profile.get("emergency")) or profile.get("retention") == "personal"


def may_see(ctx: PageContext, device: Device) -> bool:
    """Devices about people are for the department that looks after them, and for admins."""
    if ctx.staff is None or ctx.staff.is_admin:
        return ctx.staff is not None
    department = definitions.department_of(ctx, device.department, {})
    return ctx.staff.works_in(department) or not is_personal(sensing.profile(ctx, device.profile))


def show_list(ctx: PageContext) -> Page | Text:
    """The devices that are asked for, or the same as a file (`format=csv`). Three calls; to look for silent
    ones reads the latest readings of all."""
    wanted = listing.Filter.of(ctx.query)
    today = formats_today(ctx)
    every = store.list_devices()
    known = {device.thing for device in every}
    registered = [device for device in every if may_see(ctx, device)]
    named = [device for thing, device in service.declared(ctx).items() if thing not in known]
    devices = [device for device in registered if wanted.takes(device, today)]
    waiting = [device for device in named if not wanted.query()]
    heard: Mapping[str, seen.Heard] | None = None
    if wanted.only == "silent":
        heard = seen.heard(devices)
        devices = listing.silent_ones(devices, heard, lambda one: sensing.profile(ctx, one), ctx.now)
    if ctx.query.get("format") == "csv":
        return _as_file(ctx, devices)
    start = (_page(ctx) - 1) * SHOWN
    part = devices[start : start + SHOWN]
    heard = seen.heard(part) if heard is None else heard
    asked = wanted.query()
    return Page(
        "devices/list.html",
        section="devices",
        home=home(ctx),
        rows=[row(ctx, device, heard.get(device.thing), today) for device in part],
        total=len(devices),
        waiting=[
            {
                "thing": device.thing,
                "name": pick(names_of(ctx, device)),
                "href": f"{home(ctx)}/add?thing={device.thing}",
            }
            for device in waiting
        ],
        wanted=wanted,
        profiles=profile_names(ctx, (device.profile for device in registered)),
        departments=departments(ctx),
        states={state: t(text) for state, text in listing.STATES.items()},
        only={name: t(text) for name, text in listing.ONLY.items()},
        file=f"{home(ctx)}?{urlencode(asked | {'format': 'csv'})}",
        first=f"{home(ctx)}?{urlencode(asked)}" if start else None,
        next=f"{home(ctx)}?{urlencode(asked | {'page': str(_page(ctx) + 1)})}"
        if start + SHOWN < len(devices)
        else None,
    )


def _page(ctx: PageContext) -> int:
    from functions.sensing.pages import page_number

    return page_number(ctx)


def formats_today(ctx: Context) -> str:
    """The city's day (ISO)."""
    from zoneinfo import ZoneInfo

    return ctx.now.astimezone(ZoneInfo(ctx.city.zone)).date().isoformat()


def _as_file(ctx: PageContext, devices: list[Device]) -> Text:
    whole = store.get_many(device.thing for device in devices)
    kinds = {device.profile for device in devices}
    personal = {kind for kind in kinds if is_personal(sensing.profile(ctx, kind))}
    if about := sum(device.profile in personal for device in devices):
        audit.record("devices", ctx.city.id, "devices_exported", ctx, {"about_people": about})
    heard = seen.heard(devices)
    more = {
        device.thing: {
            "state": device.state,
            "last_message": _iso(heard.get(device.thing)),
            "life_ends": device.life_ends,
            "replaces": device.replaces,
        }
        for device in whole.values()
    }
    body = "\ufeff" + lists.write_list((whole[one.thing] for one in devices if one.thing in whole), more)
    name = f"attachment; filename={ctx.city.id}-devices.csv"
    return Text(body, CSV, headers={"Content-Disposition": name})


def _iso(heard: seen.Heard | None) -> str:
    from functions.sensing.views import when

    return clock.iso(when(heard.at)) if heard and heard.at else ""


def names_of(ctx: Context, device: Device) -> Any:
    """Its own name, else the names in the city's file, else its id."""
    if device.title:
        return device.title
    named = {entry["thing"]: entry["names"] for entry in ctx.city.config["devices"]["things"]}
    return named.get(device.thing, device.thing)


def departments(ctx: Context) -> dict[str, str]:
    """Id -> name, in the reader's language."""
    found = ctx.city.config.get("departments", {})
    return {name: str(pick(one["names"])) for name, one in found.items()}


def profile_names(ctx: Context, ids: Iterable[str]) -> dict[str, str]:
    """Id -> name of these kinds, by name."""
    named = {name: str(pick(sensing.profile(ctx, name)["names"])) for name in set(ids)}
    return dict(sorted(named.items(), key=lambda pair: pair[1]))


def row(ctx: Context, device: Device, heard: seen.Heard | None, today: str) -> dict[str, Any]:
    """A device as a line: who, what, where, state, what somebody should look after."""
    profile = sensing.profile(ctx, device.profile)
    due = [t(listing.ONLY[what]) for what in ("life", "calibration") if listing.is_due(device, what, today)]
    if listing.is_silent(device, heard, listing.interval(profile), ctx.now):
        due.insert(0, t(listing.SILENT))
    return {
        "thing": device.thing,
        "href": device_address(ctx, device.thing),
        "name": pick(names_of(ctx, device)),
        "kind": str(pick(profile["names"])),
        "department": departments(ctx).get(device.department, device.department),
        "area": device.place.area,
        "state": t(listing.STATES[device.state]),
        "colour": listing.COLOURS[device.state],
        "seen": _when(ctx, heard),
        "due": due,
    }


def _when(ctx: Context, heard: seen.Heard | None) -> str:
    from functions.sensing.views import when

    return formats.moment(when(heard.at), ctx.city.zone) if heard and heard.at else t("Never")
