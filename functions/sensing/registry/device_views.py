"""What the console shows of one device: state, latest values, place, certificate, history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.core import audit, clock
from functions.core.context import Context
from functions.core.errors import NotFound
from functions.core.i18n import N_, fill, pick, t
from functions.sensing import service as sensing
from functions.sensing.registry import console_views as views
from functions.sensing.registry import fields, listing, photos, seen, store
from functions.sensing.registry.domain import ACTIVE, RETIRED, Device, Event, Place, place_of
from functions.sensing.units import shown as unit
from functions.web import formats
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

# What happened -> how a history says it.
EVENTS = {
    "device-planned": N_("Put on the list"),
    "device-added": N_("Registered"),
    "device-certificate": N_("Got a certificate"),
    "device-next-certificate": N_("Got its next certificate"),
    "device-next-asked": N_("Asked to fetch its next certificate"),
    "device-certificate-ended": N_("The old certificate ended"),
    "device-claimed": N_("Claimed its certificate"),
    "device-heard": N_("Heard for the first time, through a source"),
    "device-changed": N_("Details changed"),
    "device-installed": N_("Installed"),
    "device-moved": N_("Moved"),
    "device-photo": N_("Photo taken"),
    "device-revoked": N_("Certificate revoked"),
    "device-retired": N_("Out of use"),
    "device-muted": N_("Muted for some time"),
    "device-unmuted": N_("Muting and planned maintenance ended"),
    "device-log": N_("First message stored"),
    "contacts-changed": N_("Contacts changed"),
}


ACTORS = {"operator": N_("Operator of the installation"), "device": N_("The device")}
NEW = ("new", "new_serial", "new_eui")


def show(ctx: PageContext, thing: str) -> Page | Redirect:
    """The page of a device, or the way to its photo."""
    if "photo" not in ctx.query:
        return show_device(ctx, thing)
    device = store.find(thing)
    if device is None or not views.may_see(ctx, device):
        raise NotFound
    return Redirect(photos.link(ctx, device))


def show_device(ctx: PageContext, thing: str, errors: Mapping[str, str] | None = None) -> Page:
    """One device with its state, latest values, place, certificate and history. Four calls, and two to record
    the view of one about a person."""
    device, events = store.with_history(thing)
    if device is None or not views.may_see(ctx, device):
        raise NotFound
    profile = sensing.profile(ctx, device.profile)
    if views.is_personal(profile):
        audit.record("device", thing, "device_viewed", ctx)
    heard = seen.heard([device]).get(thing)
    silent = listing.is_silent(device, heard, listing.interval(profile), ctx.now)
    why = seen.why_silent(ctx, device) if silent or heard is None else None
    return Page(
        "devices/device.html",
        status=422 if errors else 200,
        section="devices",
        home=views.home(ctx),
        back=views.home(ctx),
        calls=bool(profile.get("emergency")),
        takes=bool(profile.get("commands")),
        here=views.device_address(ctx, thing),
        device=device,
        row=views.row(ctx, device, heard, views.formats_today(ctx)),
        why=fill(t(why[0]), why[1]) if why else "",
        values=_values(profile, heard),
        facts=_facts(ctx, device),
        events=[_event(ctx, event) for event in events],
        may=bool(ctx.staff and ctx.staff.is_admin),
        typed={name: ctx.value(name) for name in fields.FIELDS} if errors else fields.shown(device),
        departments=views.departments(ctx),
        errors=dict(errors or {}),
        open=_open_form(ctx, errors or {}),
        fresh={name: ctx.value(name) if errors else "" for name in NEW},
        retired=device.state == RETIRED,
        speaks=device.state == ACTIVE and bool(device.certificate),
    )


def _open_form(ctx: PageContext, errors: Mapping[str, str]) -> str:
    """Which form is shown: the one that was asked for, or the one in which something is wrong."""
    if set(errors) & set(NEW):
        return "replace"
    if set(errors) - {"action"}:
        return "edit"
    return ctx.query.get("form", "")


def _values(profile: Mapping[str, Any], heard: seen.Heard | None) -> list[tuple[str, str]]:
    found = heard.values if heard else {}
    return [
        (
            str(pick(entry["names"])),
            f"{formats.number(found[metric], int(entry.get('precision', 1)))} {unit(entry.get('unit'))}",
        )
        for metric, entry in profile["quantities"].items()
        if metric in found
    ]


def _facts(ctx: Context, device: Device) -> list[tuple[str, str]]:
    """What is known, as pairs of words; what is empty is left out."""
    certificate = device.certificate[:16]
    if device.next_certificate:
        certificate = t(
            "%(one)s; the next one is %(two)s, since %(day)s",
            one=certificate,
            two=device.next_certificate[:16],
            day=formats.day(clock.parse(device.next_since), ctx.city.zone),
        )
    elif device.next_since:
        certificate = t(
            "%(one)s; asked on %(day)s to fetch the next one, and has not yet",
            one=certificate,
            day=formats.day(clock.parse(device.next_since), ctx.city.zone),
        )
    pairs = [
        (t("Place"), place_words(device.place)),
        (t("Installed on"), formats.day(device.installed) if device.installed else ""),
        (t("Design life ends on"), formats.day(device.life_ends) if device.life_ends else ""),
        (t("Calibration due on"), formats.day(device.calibration_due) if device.calibration_due else ""),
        (t("Certificate"), certificate),
        (t("DevEUI (LoRaWAN)"), device.eui),
        (t("Serial number"), device.serial),
        (t("Replaces"), device.replaces),
        (t("Replaced by"), device.replaced_by),
    ]
    return [(name, value) for name, value in pairs if value]


def place_words(place: Place) -> str:
    """Address, area and point in one line."""
    point = f"{place.lat:.6f}, {place.lon:.6f}" if place.lat is not None and place.lon is not None else ""
    return " · ".join(word for word in (place.address, place.area, point) if word)


def _event(ctx: Context, event: Event) -> dict[str, str]:
    detail = []
    if "place_before" in event.detail:
        before, after = (place_words(place_of(event.detail.get(name))) for name in ("place_before", "place"))
        detail.append(t("from %(before)s to %(after)s", before=before or "-", after=after or "-"))
    detail += [
        str(event.detail[name]) for name in ("certificate", "replaces", "replaced_by") if name in event.detail
    ]
    kind, _, who = event.actor.partition(":")
    return {
        "at": formats.moment(clock.parse(event.at), ctx.city.zone),
        "what": t(EVENTS.get(event.action, event.action)),
        "who": who
        if kind in ("staff", "citizen")
        else t(ACTORS[kind])
        if kind in ACTORS
        else t("The system"),
        "detail": "; ".join(detail),
    }
