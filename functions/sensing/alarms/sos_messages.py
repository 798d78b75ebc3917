"""What a contact of an emergency device is sent: who calls, from where, and the address that says "I see to
it".
"""

from __future__ import annotations

from typing import Any

from functions.adapters.mail import Mail
from functions.adapters.sms import Sms
from functions.core import i18n, ids, limits, log
from functions.core.context import Context
from functions.core.errors import RateLimited
from functions.core.settings import settings
from functions.sensing.alarms import definitions, sos
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import Device

SMS_PER_DAY = 200
DAY_S = 86_400


def compose(ctx: Context, event: str, subject: str) -> Mail | Sms | None:
    """For ``<thing>|<rule>|<raised>|<contact's number, or a digest of a member of staff>``; None when
    somebody has answered meanwhile, or the contact is gone."""
    thing, rule, raised, number = subject.split("|")
    device, call = registry.find(thing), sos.find(thing, rule, int(raised))
    if device is None or call is None or call.state == sos.ANSWERED:
        return None
    contact = contact_of(ctx, device, number)
    if contact is None:
        return None
    languages = ctx.city.languages
    with i18n.use_language(contact["lang"] if contact.get("lang") in languages else languages[0]):
        told = _words(ctx, device, call, sos.code_of(ctx, thing, rule, int(raised), number))
        if event == "sos-sms":
            return _text(ctx, contact["phone"], told)
        return _mail(ctx, contact["email"], {**told, "name": contact.get("name", "")})


def contact_of(ctx: Context, device: Device, number: str) -> dict[str, str] | None:
    """The device's contact with this number; the member of staff, or the department, with this digest."""
    from functions.identity import store as staff

    if number.isdigit() and len(number) < 4:
        place = int(number)
        return device.contacts[place] if place < len(device.contacts) else None
    member = next((one for one in staff.every() if ids.digest(one.email)[:16] == number), None)
    if member:
        return {"email": member.email, "name": member.name}
    own = [definitions.address_of(ctx, one) for one in ctx.city.config["departments"]]
    address = next((one for one in own if ids.digest(one)[:16] == number), "")
    return {"email": address} if address else None


def _words(ctx: Context, device: Device, call: sos.Call, code: str) -> dict[str, Any]:
    from functions.web import formats

    return {
        "who": device.title or device.thing,
        "place": device.place.address or device.place.area,
        "when": formats.moment(call.begun, ctx.city.zone),
        "address": f"{settings().public_url}/{ctx.city.id}/sos/{code}",
        "minutes": int(sos.ANSWER_WITHIN.total_seconds() // 60),
        "city_name": ctx.city.name(i18n.language()),
    }


def _mail(ctx: Context, to: str, told: dict[str, Any]) -> Mail:
    from functions.notifications.domain import split_message
    from functions.web.rendering import environment

    head, body = split_message(environment().get_template("messages/sos-mail.txt").render(told))
    reply_to = str(ctx.city.config.get("contact", {}).get("email", ""))
    return Mail(to, head, body, told["city_name"], reply_to)


def _text(ctx: Context, to: str, told: dict[str, Any]) -> Sms | None:
    """Not counted among the city's other text messages: those may be used up when somebody calls."""
    from functions.web.rendering import environment

    try:
        limits.hit("sos-sms", ctx.city.limit("sos_sms_per_day", SMS_PER_DAY), DAY_S)
    except RateLimited:
        log.info("no text messages for calls left", city=ctx.city.id)
        return None
    return Sms(to, " ".join(environment().get_template("messages/sos-sms.txt").render(told).split()))
