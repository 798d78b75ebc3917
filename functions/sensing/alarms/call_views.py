"""Calls for help: the devices, who is called, what became of calls; and the page on which a contact answers.

Every one of these pages says that this is neither an emergency service nor a medical device."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from functions.core import audit
from functions.core.context import Actor
from functions.core.errors import Forbidden, Invalid, NotFound
from functions.core.i18n import N_, pick
from functions.sensing.alarms import deciding, definitions, sos, sos_test
from functions.sensing.alarms.alarm_views import iso, windows_of
from functions.sensing.alarms.list_views import member
from functions.sensing.registry import service as registry_service
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import RETIRED, Device
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

CONTACTS = 5
STATES = {
    sos.CALLING: (N_("Being called"), "red"),
    sos.ANSWERED: (N_("Somebody sees to it"), "green"),
    sos.UNANSWERED: (N_("Nobody answered"), "red"),
}
TYPED = ("name", "email", "phone", "lang")


def list_devices(ctx: PageContext) -> Page:
    """Devices of my departments that call, those that call now first, and the last daily tests. Four
    calls."""
    staff = member(ctx)
    found = [
        device
        for device in registry.list_devices()
        if device.state != RETIRED
        and _is_emergency(ctx, device)
        and (staff.works_in(definitions.department_of(ctx, device.department, {})) or staff.is_admin)
    ]
    now = sos.called_just_now(ctx.now) if found else set()
    return Page(
        "alarms/calls.html",
        section="alarms",
        devices=[
            {"thing": one.thing, "name": _name(ctx, one), "now": one.thing in now}
            for one in sorted(found, key=lambda one: (one.thing not in now, _name(ctx, one)))
        ],
        tests=sos_test.results(),
        back=f"/{ctx.city.id}/console/alarms",
        is_admin=staff.is_admin,
    )


def _is_emergency(ctx: PageContext, device: Device) -> bool:
    return bool(definitions.profile_of(ctx, device.profile).get("emergency"))


def _name(ctx: PageContext, device: Device) -> str:
    names = definitions.names_of(ctx, device.thing)
    return str(pick(names)) if names else device.title or device.thing


def show(ctx: PageContext, thing: str, errors: dict[str, str] | None = None) -> Page:
    """Contacts and calls of one device; the view is recorded. Raises NotFound."""
    device = _device(ctx, thing)
    typed = _typed(ctx) if errors else [dict(one) for one in device.contacts]
    if not errors:
        audit.record("device", thing, "contacts_viewed", ctx)
    calls = [] if errors else sos.calls_of(thing)
    return Page(
        "alarms/contacts.html",
        status=422 if errors else 200,
        section="alarms",
        thing=thing,
        name=_name(ctx, device),
        contacts=[*typed, *({} for _ in range(CONTACTS - len(typed)))][:CONTACTS],
        calls=[_call(one) for one in calls],
        muted=windows_of(ctx, device.muted),
        minutes=int(sos.ANSWER_WITHIN.total_seconds() // 60),
        may=member(ctx).may_decide("incident"),
        texts=ctx.city.limit("sms_per_day", 0) > 0,
        saved=ctx.query.get("saved") == "1",
        back=f"/{ctx.city.id}/console/calls",
        errors=errors or {},
    )


def _device(ctx: PageContext, thing: str) -> Device:
    device = registry.find(thing) if len(thing) <= 48 else None
    if device is None or not _is_emergency(ctx, device):
        raise NotFound
    deciding.check_sees(member(ctx), definitions.department_of(ctx, device.department, {}))
    return device


def _call(call: sos.Call) -> dict[str, Any]:
    return {
        "raised": iso(call.raised),
        "state": STATES[call.state],
        "by": call.by,
        "at": call.at,
        "log": call.log,
        "rule": call.rule,
    }


def _typed(ctx: PageContext) -> list[dict[str, str]]:
    return [
        {name: ctx.value(f"{name}-{n}")[:120] for name in TYPED} for n in range(1, CONTACTS + 1)
    ]  # fmt: skip


def change(ctx: PageContext, thing: str) -> Page | Redirect:
    """Keep who is called, in the order of the form."""
    device = _device(ctx, thing)
    deciding.check_may(member(ctx))
    try:
        contacts = _checked(ctx)
    except Invalid as problem:
        return show(ctx, thing, problem.fields)
    detail = {"contacts": len(contacts)}
    registry_service.save(ctx, replace(device, contacts=contacts), device, "contacts-changed", detail)
    return Redirect(f"/{ctx.city.id}/console/calls/{thing}?saved=1")


def _checked(ctx: PageContext) -> tuple[dict[str, str], ...]:
    """What was typed, without empty lines. Raises Invalid."""
    from functions.people.phones import normal_phone

    found, errors = [], dict[str, str]()
    for n, one in enumerate(_typed(ctx), 1):
        if not any(one[name] for name in ("name", "email", "phone")):
            continue
        if not one["name"]:
            errors[f"name-{n}"] = N_("Enter the contact's name")
        if one["email"] and ("@" not in one["email"][1:-1] or " " in one["email"]):
            errors[f"email-{n}"] = N_("Enter an email address like name@example.com")
        if one["phone"]:
            number = normal_phone(ctx.city, one["phone"])
            if number is None:
                errors[f"phone-{n}"] = N_("Enter a mobile phone number of this country")
            one["phone"] = number or one["phone"]
        if not one["email"] and not one["phone"]:
            errors[f"email-{n}"] = N_("Enter an email address or a phone number")
        one["lang"] = one["lang"] if one["lang"] in ctx.city.languages else ctx.city.languages[0]
        found.append({name: text for name, text in one.items() if text})
    if errors:
        raise Invalid(errors)
    return tuple(found)


def open_call(ctx: PageContext, code: str) -> Page:
    """For whoever holds the address of a message: it names one call and one contact. Two calls, with the
    record of the view. Raises NotFound."""
    link = sos.open_code(ctx, code)
    device, call = link.device, link.call
    viewer = replace(ctx, actor=Actor("citizen", f"contact:{link.number}"))
    audit.record_view(link.chain, viewer, "call_viewed", {"rule": call.rule, "raised": call.raised})
    return Page(
        "alarms/answer.html",
        who=device.title or _name(ctx, device),
        place=device.place.address or device.place.area,
        began=call.begun,
        answered=call.state == sos.ANSWERED,
        by=call.by,
        thanks=ctx.query.get("thanks") == "1",
        title=definitions.title_of(
            ctx, definitions.rule_of(ctx, device.thing, device.profile, call.rule), call.rule
        ),
    )


def answer_call(ctx: PageContext, code: str) -> Page | Redirect:
    """The contact says that they see to it. Raises NotFound."""
    link = sos.open_code(ctx, code)
    name = _contact_name(ctx, link)
    ctx.actor = Actor("citizen", f"contact:{link.number}", name)
    deciding.acknowledge_as_contact(ctx, link.device.thing, link.call.rule, link.call.raised, name)
    return Redirect(f"/{ctx.city.id}/sos/{code}?thanks=1")


def _contact_name(ctx: PageContext, link: sos.Link) -> str:
    from functions.sensing.alarms.sos_messages import contact_of

    contact = contact_of(ctx, link.device, link.number)
    if contact is None:
        raise Forbidden
    return contact.get("name") or contact.get("email", "")
