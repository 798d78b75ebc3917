"""Changes of the register: each is one transaction with a line of the device's history and an audit event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pynamodb.exceptions import TransactWriteError

from functions.core import audit, clock
from functions.core.context import Context
from functions.core.errors import Conflict, Invalid, NotFound
from functions.core.i18n import N_
from functions.core.store import contended, failed_conditions, transaction
from functions.sensing.registry import store
from functions.sensing.registry.domain import (
    ACTIVE,
    PLANNED,
    RETIRED,
    REVOKED,
    SYSTEMS,
    Device,
    Event,
    Place,
    place_json,
    place_of,
)

TAKEN = N_("Someone else changed this device first, or its DevEUI belongs to another device")
NO_DEVICE = N_("There is no such device")
FULL = N_("The city's plan allows no more devices")
RESERVED = N_("The daily test of calls for help has this device id. Choose another one.")
TRIES = 4


def get(thing: str) -> Device:
    """One device; raises NotFound."""
    device = store.find(thing)
    if device is None:
        raise NotFound(NO_DEVICE)
    return device


def declared(ctx: Context) -> dict[str, Device]:
    """The devices that the city's file names, as it names them: kind and place. They are planned until
    somebody registers them."""
    return {
        entry["thing"]: Device(entry["thing"], entry["profile"], place=place_of(entry.get("place")))
        for entry in ctx.city.config["devices"]["things"]
    }


def lane(ctx: Context, profile_id: str) -> str:
    """ "urgent" or "routine", as the profile says."""
    from functions.sensing.service import profile

    return str(profile(ctx, profile_id).get("lane") or "routine")


def save(
    ctx: Context, device: Device, before: Device | None, action: str, detail: Mapping[str, Any] | None = None
) -> Device:
    """Store a device as new (``before`` None) or changed. A device that may speak and has no shard gets one.
    A move is noted with the place before and after. Raises Conflict, and Invalid for a new device whose id is
    kept for the system."""
    if before is None and device.thing in SYSTEMS and ctx.actor.kind != "system":
        raise Invalid({"thing": RESERVED}, RESERVED)
    if device.state == ACTIVE and not device.shard:
        device = replace(device, shard=store.take_shard(lane(ctx, device.profile))[0])
    noted: dict[str, Any] = dict(detail or {})
    if before and before.place != device.place:
        noted |= {"place_before": place_json(before.place), "place": place_json(device.place)}
    event = Event(clock.iso(ctx.now), action, f"{ctx.actor.kind}:{ctx.actor.id}", noted)
    chain = audit.read_chain("device", device.thing)
    told = {name: value for name, value in noted.items() if not name.startswith("place")}
    try:
        with transaction() as tx:
            store.put(tx, device, before)
            store.add_history(tx, device.thing, event)
            audit.append(tx, chain, action, ctx, {"profile": device.profile, "state": device.state, **told})
            audit.close(tx, chain)
    except TransactWriteError as error:
        if failed_conditions(error) or contended(error):
            raise Conflict(TAKEN) from error
        raise
    return replace(device, version=(before.version if before else 0) + 1)


def change(
    ctx: Context,
    thing: str,
    action: str,
    alter: Callable[[Device], Device],
    detail: Mapping[str, Any] | None = None,
) -> Device:
    """Read, alter and store one device; tries again when somebody else was faster. ``alter`` may raise what
    it likes and answers the same device when there is nothing to do. Raises NotFound, Conflict."""
    for last in (*[False] * (TRIES - 1), True):
        before = get(thing)
        after = alter(before)
        if after == before:
            return before
        try:
            return save(ctx, after, before, action, detail)
        except Conflict:
            if last:
                raise
    raise AssertionError("the last try returns or raises")


def check_room(ctx: Context, more: int = 1) -> None:
    """Raises Invalid when the plan does not allow so many more devices."""
    there = sum(one.state in (PLANNED, ACTIVE) for one in store.list_devices())
    if there + more > ctx.city.limit("devices", 500):
        raise Invalid({"thing": FULL}, FULL)


def move(ctx: Context, thing: str, place: Place) -> Device:
    """The device is somewhere else from now on; earlier readings keep the place of their time."""
    return change(ctx, thing, "device-moved", lambda device: replace(device, place=place))


def retire(ctx: Context, thing: str, replaced_by: str = "") -> Device:
    """Out of use for ever: it is not believed any more, its readings and its history stay. Its DevEUI may be
    used again. Its certificates are revoked by whoever calls this
    (functions/sensing/registry/certificates.py)."""

    def alter(device: Device) -> Device:
        return replace(
            device, state=RETIRED, certificate="", next_certificate="", next_since="", replaced_by=replaced_by
        )

    return change(ctx, thing, "device-retired", alter, {"replaced_by": replaced_by} if replaced_by else None)


def replace_device(ctx: Context, thing: str, fresh: Device) -> Device:
    """A new device in the place of an old one: it takes place, department and name over where it says nothing
    of its own, and the two point at each other. The old one is retired by the caller. Raises NotFound,
    Conflict, Invalid."""
    before = get(thing)
    if before.state == RETIRED:
        raise Conflict(N_("This device is out of use already"))
    check_room(ctx, 0 if before.state in (PLANNED, ACTIVE) else 1)
    device = replace(
        fresh,
        title=fresh.title or before.title,
        place=fresh.place or before.place,
        department=fresh.department or before.department,
        contacts=before.contacts,
        since=clock.iso(ctx.now),
        replaces=before.thing,
    )
    return save(ctx, device, None, "device-planned", {"replaces": before.thing})


def stop_believing(ctx: Context, thing: str) -> Device:
    """The device's messages are refused from now on."""

    def alter(device: Device) -> Device:
        if device.state in (RETIRED, REVOKED):
            return device
        return replace(device, state=REVOKED, certificate="", next_certificate="", next_since="")

    return change(ctx, thing, "device-revoked", alter)
