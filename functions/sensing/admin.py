"""Devices for the command line and the console: add (a certificate comes back once), list, revoke. Run by the
admin function; AWS IoT itself is asked through the provisioner. Every step can be repeated after a crash.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from functions.core import clock, ids
from functions.core.context import Actor, Context
from functions.core.errors import Conflict, Invalid
from functions.core.i18n import N_
from functions.core.scope import tenant_scope
from functions.core.settings import settings
from functions.sensing import profiles, provisioning, service
from functions.sensing.log import read
from functions.sensing.registry import certificates
from functions.sensing.registry import service as register
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import ACTIVE, RETIRED, REVOKED, Device, Place
from functions.sensing.sources import topics
from functions.tenancy import control


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """``{action: device-add|device-list|device-revoke|device-fetch-next|device-simulation|device-import|
    device-claim, city, thing?, profile?, renew?, list?, check?, actor?}`` to a JSON answer.

    Raises NotFound, Conflict, Invalid, Unavailable."""
    from functions.tenancy.registry import city_for_admin

    city = city_for_admin(str(event["city"]))
    actor = Actor("operator", str(event.get("actor") or "command-line"))
    ctx = Context(city, actor, city.languages[0], clock.now(), ids.new_id())
    with tenant_scope(city, "devices"):
        return ACTIONS[str(event["action"])](ctx, event)


def add_device(ctx: Context, event: dict[str, Any]) -> dict[str, Any]:
    """A new device, or with ``renew`` a new certificate for one; the private key is answered once and kept
    nowhere.
    """
    thing, profile = str(event.get("thing", "")), str(event.get("profile", ""))
    provisioning.thing_name(ctx.city.id, thing)
    before = _check(ctx, thing, profile, bool(event.get("renew")))
    made = control.ask("device-add", ctx.city.id, thing=thing)
    device = replace(
        before or _fresh(ctx, thing, profile),
        title=str(event.get("name") or "") or (before.title if before else ""),
        state=ACTIVE,
        certificate=str(made["certificate_id"]),
        next_certificate="",
        next_since="",
    )
    register.save(ctx, device, before, "device-added", {"certificate": device.certificate[:16]})
    return {
        **made,
        "thing": thing,
        "profile": profile,
        "topic": topics.publish(ctx.city.id, thing, register.lane(ctx, profile)),
        "host": settings().mqtt_host,
        "port": settings().mqtt_port,
        "quantities": {
            metric: {"unit": entry["unit"], "range": entry.get("range")}
            for metric, entry in service.profile(ctx, profile)["quantities"].items()
        },
    }


def _fresh(ctx: Context, thing: str, profile: str) -> Device:
    """With the place that the city's file gives it."""
    named = register.declared(ctx).get(thing)
    return Device(thing, profile, since=clock.iso(ctx.now), place=named.place if named else Place())


def list_devices(ctx: Context, event: dict[str, Any]) -> dict[str, Any]:
    """Every device with profile, state and the time of its latest reading."""
    registered = registry.list_devices()
    known = read.latest(registered)
    rows = []
    for device in registered:
        at = known.get(device.thing)
        rows.append(
            {
                "thing": device.thing,
                "profile": device.profile,
                "state": device.state,
                "since": device.since,
                "seen": max((one.at for one in at.latest.values()), default=None) if at else None,
            }
        )
    return {"devices": rows}


def describe_simulation(ctx: Context, event: dict[str, Any]) -> dict[str, Any]:
    """What `townkit simulate` has to imitate: the devices of the city's file with their profile, place and
    state, the city's own rules and areas, and where devices of each lane publish (``{thing}`` stands for the
    device).
    """
    states = {device.thing: device.state for device in registry.list_devices()}
    config = ctx.city.config["devices"]
    return {
        "things": [
            {
                "thing": one["thing"],
                "profile": one["profile"],
                "place": one.get("place"),
                "state": states.get(one["thing"], "none"),
            }
            for one in config["things"]
        ],
        "areas": config.get("areas") or {},
        "states": states,
        "rules": list(config["rules"]),
        "topics": {lane: topics.publish(ctx.city.id, "{thing}", lane) for lane in ("routine", "urgent")},
        "host": settings().mqtt_host,
        "port": settings().mqtt_port,
        "zone": str(ctx.city.zone),
    }


def revoke_device(ctx: Context, event: dict[str, Any]) -> dict[str, Any]:
    """The city stops believing the device at once; then its certificate is revoked. The readings stay."""
    thing = str(event.get("thing", ""))
    return {"thing": thing, "state": REVOKED, "revoked": certificates.revoke(ctx, thing)}


def ask_to_fetch(ctx: Context, event: dict[str, Any]) -> dict[str, Any]:
    """The device is told to fetch its next certificate itself. Raises NotFound, Conflict for one without a
    certificate."""
    thing = str(event.get("thing", ""))
    certificates.ask_to_fetch(ctx, thing)
    return {"thing": thing}


def import_devices(ctx: Context, event: dict[str, Any]) -> dict[str, Any]:
    """A list of devices, at most 300 lines; with ``check`` nothing is written. ``{lines: [{number, thing,
    problems, known}], added}``. Raises Invalid for what is no list."""
    from functions.sensing.registry import lists

    take = lists.check_list if event.get("check") else lists.import_list
    lines = take(ctx, str(event.get("list", "")))
    wrong = any(line.problems for line in lines)
    return {
        "lines": [
            {
                "number": line.number,
                "thing": line.device.thing,
                "profile": line.device.profile,
                "needs_certificate": not line.device.eui,
                "problems": dict(line.problems),
                "known": line.known,
            }
            for line in lines
        ],
        "added": 0 if wrong or event.get("check") else sum(not line.known for line in lines),
    }


def make_claim(ctx: Context, event: dict[str, Any]) -> dict[str, Any]:
    """A claim certificate, as one PEM text that is answered once. Raises Invalid."""
    from functions.sensing.registry import claims

    made = claims.make(
        ctx,
        str(event.get("name", "")),
        int(event.get("days", 0)),
        str(event.get("profile") or ""),
        int(event.get("quota") or 0),
    )
    return {**made, "bundle": claims.bundle(ctx, made)}


ACTIONS: dict[str, Callable[[Context, dict[str, Any]], dict[str, Any]]] = {
    "device-add": add_device,
    "device-list": list_devices,
    "device-revoke": revoke_device,
    "device-fetch-next": ask_to_fetch,
    "device-simulation": describe_simulation,
    "device-import": import_devices,
    "device-claim": make_claim,
}


def _check(ctx: Context, thing: str, profile: str, renew: bool) -> Device | None:
    if profile not in profiles.profile_ids():
        raise Invalid({"profile": profile}, N_("There is no such device profile"))
    found = registry.find(thing)
    if found and found.state == ACTIVE and not renew:
        raise Conflict(N_("This device has a certificate already. Revoke it, or ask for a new one."))
    if found and found.state == RETIRED:
        raise Conflict(N_("This device is out of use. Give the new one an id of its own."))
    if found is None or found.state == REVOKED:
        register.check_room(ctx)
    return found
