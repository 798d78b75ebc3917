"""Devices that fetch their certificate themselves (AWS IoT fleet provisioning by claim).

A city's claim certificate is built into devices at the factory or by the supplier. What it is good for is the
city's plan: devices on the register that have no certificate yet, or, with a kind and a quota, so many new
ones. AWS IoT asks the hook below before it gives a certificate out; the hook answers city, name, group and
policy, so that nothing of what the device says about itself counts but its serial number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError

from functions.core import clock, ids, keys, log
from functions.core.aws import own_client
from functions.core.context import Actor, Context
from functions.core.errors import Conflict, Invalid, NotFound, TownkitError
from functions.core.i18n import N_
from functions.core.scope import tenant_scope
from functions.core.settings import settings
from functions.sensing import provisioning
from functions.sensing.registry import certificates, grants, seen, service, store
from functions.sensing.registry.domain import ACTIVE, PLANNED, SYSTEMS, THING, Device, normal_code
from functions.sensing.registry.grants import Grant, GrantItem
from functions.tenancy import control

MOST_LIVE = 20
MOST_QUOTA = 1000
LONGEST_DAYS = 366
SERIAL_LENGTH = 64
UNKNOWN = N_("This serial number is not on the city's list")
SPENT = N_("As many devices as were planned have claimed a certificate")
TAKEN = N_("This device is in use already: messages of it have come")
ENDED = N_("This claim certificate has ended")


class ClaimItem(GrantItem):
    """A claim certificate. ``kind`` is the profile of devices that are not on the list yet ("" takes
    none)."""

    kind = UnicodeAttribute(default="")
    quota = NumberAttribute(default=0)
    used = NumberAttribute(default=0)
    refused = NumberAttribute(default=0)
    last_refused = UnicodeAttribute(null=True)


@dataclass(frozen=True, kw_only=True)
class Claim(Grant):
    """A claim certificate as the console shows it; ``id`` is the certificate's."""

    profile: str
    quota: int
    used: int
    refused: int
    last_refused: str


class Refused(TownkitError):
    """The device does not get a certificate."""

    code, status = "refused", 403


def make(
    ctx: Context, name: str, days: int, profile: str = "", quota: int = 0, department: str = ""
) -> dict[str, Any]:
    """A new claim certificate; its key is answered once. Raises Invalid."""
    errors = {}
    if not 1 <= len(name) <= 80:
        errors["name"] = N_("Enter what the certificate is for")
    if not 1 <= days <= LONGEST_DAYS:
        errors["days"] = N_("Choose a number of days up to 366")
    if profile and not 1 <= quota <= MOST_QUOTA:
        errors["quota"] = N_("Enter how many devices may be added, at most 1000")
    if grants.live(every(), ctx.now) >= MOST_LIVE:
        errors["name"] = N_("There are 20 claim certificates in use. End one first.")
    if errors:
        raise Invalid(errors)
    made = control.ask("claim-add", ctx.city.id)
    item = ClaimItem(
        keys.CLAIMS,
        str(made["certificate_id"]),
        name=name,
        kind=profile,
        department=department,
        quota=quota if profile else 0,
        until=clock.iso(ctx.now + timedelta(days=days)),
        made_at=clock.iso(ctx.now),
        made_by=ctx.actor.id,
    )
    _write(ctx, item, "claim-made")
    return made


def bundle(ctx: Context, made: dict[str, Any]) -> str:
    """Key and certificate in one PEM file, with what the device needs to know in words above."""
    create, provision = provisioning.certificate_topics()
    words = "\n".join(
        (
            f"Claim certificate of {ctx.city.id}: devices made with it fetch a certificate of their own.",
            "Keep this file secret: whoever has it can ask for the certificates that the city has planned.",
            f"Broker: {settings().mqtt_host}:{settings().mqtt_port}",
            f"Client id: claim:{ctx.city.id}:<serial number>",
            f"First publish {{}} to: {create}",
            f"Then: {provision} with",
            '{"certificateOwnershipToken": "...", "parameters": {"SerialNumber": "..."}}',
            "Answers come on the same topics with /accepted or /rejected.",
            "Root certificate: https://www.amazontrust.com/repository/AmazonRootCA1.pem",
        )
    )
    return f"{words}\n\n{made['private_key'].strip()}\n{made['certificate'].strip()}\n"


def end(ctx: Context, claim_id: str) -> None:
    """The certificate is refused from now on, and revoked. Devices keep theirs. Raises NotFound."""
    item = grants.get(ClaimItem, keys.CLAIMS, claim_id)
    if item.state == grants.LIVE:
        item.state = grants.ENDED
        _write(ctx, item, "claim-ended")
    control.ask("claim-revoke", ctx.city.id, certificate=claim_id)


def _write(ctx: Context, item: ClaimItem, action: str) -> None:
    grants.write(ctx, item, "claims", action, {"certificate": item.sk[:16], "quota": int(item.quota)})


def every() -> list[Claim]:
    """All claim certificates, the newest first: one call."""
    return grants.newest_first(_claim(item) for item in ClaimItem.query(keys.CLAIMS))


def _claim(item: ClaimItem) -> Claim:
    return Claim(
        **grants.shared(item),
        profile=item.kind or "",
        quota=int(item.quota),
        used=int(item.used),
        refused=int(item.refused),
        last_refused=item.last_refused or "",
    )


def handle_hook(event: dict[str, Any]) -> dict[str, Any]:
    """AWS IoT's question before it provisions: ``{claimCertificateId, certificateId, parameters}`` to
    ``{allowProvisioning, parameterOverrides}``. It waits five seconds for the answer."""
    from functions.sensing.sources import topics
    from functions.tenancy.registry import find_city

    claim_id, certificate = str(event.get("claimCertificateId", "")), str(event.get("certificateId", ""))
    given = event.get("parameters") or {}
    code = str(given.get("SerialNumber", "") if isinstance(given, dict) else "")[:SERIAL_LENGTH]
    prefix, city_id = _speaker_of(claim_id)
    city = find_city(city_id)
    if city is None or city.state != "live":
        log.info("claim without a city", certificate=claim_id[:16])
        return {"allowProvisioning": False}
    ctx = Context(
        city, Actor("device", f"claim:{claim_id[:16]}"), city.languages[0], clock.now(), ids.new_id()
    )
    with tenant_scope(city, "claims"):
        try:
            if prefix == provisioning.city_prefix():  # a device that renews its own
                device = certificates.take_next(ctx, code, claim_id, certificate)
            else:
                device = take(ctx, claim_id, certificate, code)
        except (Refused, Invalid, Conflict, NotFound) as error:
            log.info("claim refused", city=city.id, reason=str(error))
            _count_refusal(ctx, claim_id, code, error.message)
            return {"allowProvisioning": False}
    names = provisioning.names(city.id)
    overrides = {
        "ThingName": provisioning.thing_name(city.id, device.thing),
        "GroupName": names["group"],
        "PolicyName": names["policy"],
        "City": city.id,
        "Thing": device.thing,
        "Topic": topics.publish(city.id, device.thing, service.lane(ctx, device.profile)),
    }
    return {"allowProvisioning": True, "parameterOverrides": overrides}


def _speaker_of(claim_id: str) -> tuple[str, str]:
    """``(prefix, city)`` of the policy of a city's claims, or of its devices, that hangs on the certificate;
    empty for any other. One prefix only is taken away: a city may be called as the other one begins."""
    if not claim_id.isalnum():
        return "", ""
    partition, _, region, account = settings().city_table_arn_prefix.split(":")[1:5]
    target = f"arn:{partition}:iot:{region}:{account}:cert/{claim_id}"
    prefixes = (provisioning.claim_prefix(), provisioning.city_prefix())
    attached = [
        one["policyName"] for one in own_client("iot").list_attached_policies(target=target)["policies"]
    ]
    found = [one for one in prefixes if len(attached) == 1 and attached[0].startswith(one)]
    return (found[0], attached[0].removeprefix(found[0])) if found else ("", "")


def take(ctx: Context, claim_id: str, certificate: str, code: str) -> Device:
    """The device with this serial number (or DevEUI, or id) gets the certificate, when the plan has room for
    it. A device that was never heard may ask again: its first try may have been cut off. Raises Refused,
    Invalid, Conflict."""
    try:
        claim = _claim(grants.get(ClaimItem, keys.CLAIMS, claim_id))
    except NotFound as error:
        raise Refused(ENDED) from error
    if not claim.is_live(ctx.now):
        raise Refused(ENDED)
    before = _find(code)
    if before is None:
        return _add(ctx, claim, certificate, code)
    if before.state == ACTIVE and before.thing in seen.heard([before]):  # through a network or a vendor, too
        raise Refused(TAKEN)
    if before.state not in (PLANNED, ACTIVE):
        raise Refused(UNKNOWN)
    device = replace(before, state=ACTIVE, certificate=certificate, next_certificate="", next_since="")
    saved = service.save(ctx, device, before, "device-claimed", {"certificate": certificate[:16]})
    if before.certificates:
        certificates.point(ctx, device.thing)
    return saved


def _find(code: str) -> Device | None:
    found = store.find_label(normal_code(code)) if normal_code(code) else None
    return found or (store.find(code) if THING.fullmatch(code) else None)


def _add(ctx: Context, claim: Claim, certificate: str, code: str) -> Device:
    """A device that is not on the list, within the quota of the claim: its id is its kind and its number."""
    thing = f"{claim.profile}-{normal_code(code)}"[:48]
    if not claim.profile or not normal_code(code):
        raise Refused(UNKNOWN)
    if not THING.fullmatch(thing) or thing in SYSTEMS or store.find(thing):
        raise Refused(TAKEN)
    service.check_room(ctx)
    item = ClaimItem(keys.CLAIMS, claim.id)
    room = (ClaimItem.used < claim.quota) & (ClaimItem.state == grants.LIVE)
    try:
        item.change([ClaimItem.used.add(1)], condition=room)
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        raise Refused(SPENT) from error
    device = Device(
        thing,
        claim.profile,
        state=ACTIVE,
        since=clock.iso(ctx.now),
        certificate=certificate,
        department=claim.department,
        serial=code,
    )
    return service.save(ctx, device, None, "device-claimed", {"certificate": certificate[:16]})


def _count_refusal(ctx: Context, claim_id: str, code: str, reason: str) -> None:
    """So that the city sees which serial number was refused last, and why."""
    shown = "".join(char for char in code if char.isprintable())[:SERIAL_LENGTH]
    item = ClaimItem(keys.CLAIMS, claim_id)
    last = f"{clock.iso(ctx.now)}|{shown}|{reason}"
    try:
        item.change(
            [ClaimItem.refused.add(1), ClaimItem.last_refused.set(last)], condition=ClaimItem.pk.exists()
        )
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
