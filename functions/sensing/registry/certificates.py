"""Certificates of devices: the first one, the next one while the old is still believed, and their end.

The city's record decides who is believed, at once; AWS IoT follows, and a task brings it in line when a call
to it was lost. Private keys pass through and are kept nowhere."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from functions.adapters import queue as tasks
from functions.adapters.queue import Queue
from functions.core import clock
from functions.core.context import Context
from functions.core.errors import Conflict
from functions.core.i18n import N_
from functions.core.settings import settings
from functions.sensing import provisioning
from functions.sensing.registry import service, store
from functions.sensing.registry.domain import ACTIVE, PLANNED, RETIRED, REVOKED, ROTATION_DAYS, Device
from functions.sensing.sources import topics
from functions.tenancy import control

KIND = "device-certificates"
HAS_ONE = N_("This device has a certificate already. Revoke it, or ask for the next one.")
HAS_NONE = N_("This device has no certificate yet")
NOT_ASKED = N_("The city has not asked this device to fetch its next certificate")
OUT_OF_USE = N_("This device is out of use. Give the new one an id of its own.")


def issue(ctx: Context, thing: str, renew: bool = False) -> dict[str, Any]:
    """The first certificate of a planned device, or a new one at once (``renew``, or after it was revoked):
    the provisioner's answer with ``certificate`` and ``private_key`` in PEM. Raises NotFound, Conflict,
    Invalid."""
    before = service.get(thing)
    if before.state == RETIRED:
        raise Conflict(OUT_OF_USE)
    if before.certificates and not renew:
        raise Conflict(HAS_ONE)
    if before.state == REVOKED:
        service.check_room(ctx)
    made = control.ask("device-add", ctx.city.id, thing=thing)
    device = replace(
        before,
        state=ACTIVE,
        certificate=str(made["certificate_id"]),
        next_certificate="",
        next_since="",
    )
    service.save(ctx, device, before, "device-certificate", {"certificate": device.certificate[:16]})
    return made


def rotate(ctx: Context, thing: str) -> dict[str, Any]:
    """The next certificate: both are believed until the new one is first used, or for seven days. Asked again
    before that, an unused next one ends. Raises NotFound, Conflict when there is none to follow."""
    before = service.get(thing)
    if before.state != ACTIVE or not before.certificate:
        raise Conflict(HAS_NONE)
    made = control.ask("device-add", ctx.city.id, thing=thing, keep=[before.certificate])
    following = str(made["certificate_id"])
    device = replace(before, next_certificate=following, next_since=clock.iso(ctx.now))
    service.save(ctx, device, before, "device-next-certificate", {"certificate": following[:16]})
    return made


def ask_to_fetch(ctx: Context, thing: str) -> None:
    """The device is told on its own topic to fetch its next certificate itself; an unused next one ends.
    Raises NotFound, Conflict when there is none to follow."""
    before = service.get(thing)
    if before.state != ACTIVE or not before.certificate:
        raise Conflict(HAS_NONE)
    device = replace(before, next_certificate="", next_since=clock.iso(ctx.now))
    service.save(ctx, device, before, "device-next-asked", {})
    point(ctx, thing)


def take_next(ctx: Context, thing: str, present: str, following: str) -> Device:
    """The device fetched a certificate with its present one, because it was asked to. It may try again until
    the new one is used. Raises Conflict for everything else."""
    before = store.find(thing)
    if before is None or before.state != ACTIVE or before.certificate != present or not before.next_since:
        raise Conflict(NOT_ASKED)
    device = replace(before, next_certificate=following, next_since=clock.iso(ctx.now))
    saved = service.save(ctx, device, before, "device-next-certificate", {"certificate": following[:16]})
    point(ctx, thing)
    return saved


def note_use(ctx: Context, device: Device, certificate: str, queue: Queue | None = None) -> Device:
    """For the worker, when a message came with a certificate that is believed: the first use of the next one
    ends the old one. One comparison when there is nothing to do."""
    if not device.next_certificate or certificate != device.next_certificate:
        return device
    return _promote(ctx, device.thing, certificate, "used", queue)


def _promote(ctx: Context, thing: str, following: str, why: str, queue: Queue | None) -> Device:
    def alter(device: Device) -> Device:
        if device.next_certificate != following:
            return device
        return replace(device, certificate=following, next_certificate="", next_since="")

    device = service.change(ctx, thing, "device-certificate-ended", alter, {"why": why})
    point(ctx, thing, queue)
    return device


def point(ctx: Context, thing: str, queue: Queue | None = None) -> None:
    """Ask the tasks worker to end the certificates that are not believed any more; the night asks again."""
    tasks.point(ctx.city.id, KIND, thing, queue=queue)


def align_task(ctx: Context, thing: str) -> None:
    """AWS IoT keeps exactly the certificates that the record believes, and the device's topic says whether it
    is to fetch its next one. Doing it twice changes nothing."""
    device = store.find(thing)
    if device and device.state != PLANNED:
        control.ask("device-revoke", ctx.city.id, thing=thing, keep=list(device.certificates))
        _tell(ctx, device)


def _tell(ctx: Context, device: Device) -> None:
    """A retained message, so that a device hears it whenever it next subscribes; an empty one takes it away
    (AWS IoT Core developer guide, "MQTT retained messages")."""
    from functions.core.aws import own_client

    text = ""
    if device.next_since and not device.next_certificate:
        create, provision = provisioning.certificate_topics()
        parameters = {"SerialNumber": device.thing}
        text = json.dumps(
            {
                "certificate": "next",
                "asked": device.next_since,
                "create": create,
                "provision": provision,
                "parameters": parameters,
            }
        )
    topic = topics.certificate(ctx.city.id, device.thing)
    own_client("iot-data").publish(topic=topic, qos=1, retain=True, payload=text.encode())


def night_task(ctx: Context, _: str = "", queue: Queue | None = None) -> None:
    """Once a night: what has rotated for seven days ends. Reads the records of the active devices."""
    ended = clock.iso(ctx.now - timedelta(days=ROTATION_DAYS))
    active = [one.thing for one in store.list_devices() if one.state == ACTIVE]
    for device in store.get_many(active).values():
        if device.next_certificate and device.next_since <= ended:
            _promote(ctx, device.thing, device.next_certificate, "seven days", queue)


def revoke(ctx: Context, thing: str) -> list[str]:
    """Believed no more, at once; then the certificates are revoked. Answers which."""
    service.stop_believing(ctx, thing)
    return list(control.ask("device-revoke", ctx.city.id, thing=thing)["revoked"])


def retire(ctx: Context, thing: str, replaced_by: str = "") -> None:
    """Out of use for ever, with the end of its certificates."""
    service.retire(ctx, thing, replaced_by)
    control.ask("device-revoke", ctx.city.id, thing=thing)


def bundle(ctx: Context, made: dict[str, Any], topic: str) -> str:
    """Key and certificate in one PEM file with words above, which every reader of PEM leaves out (RFC 7468
    section 2). MQTT clients take the same file for certificate and key."""
    words = "\n".join(
        (
            str(made["client_id"]),
            "Keep this file secret: whoever has it speaks as this device. It is kept nowhere else.",
            f"Broker: {settings().mqtt_host}:{settings().mqtt_port}",
            f"Client id: {made['client_id']}",
            f"Topic: {topic}",
            "Root certificate: https://www.amazontrust.com/repository/AmazonRootCA1.pem",
        )
    )
    return f"{words}\n\n{made['private_key'].strip()}\n{made['certificate'].strip()}\n"
