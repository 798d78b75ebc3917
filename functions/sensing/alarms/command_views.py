"""What a device may be told, and what became of what it was told."""

from __future__ import annotations

from typing import Any

from functions.core.errors import Conflict, Forbidden, Invalid, NotFound
from functions.core.i18n import N_, pick, t
from functions.sensing.alarms import approving, commands, deciding, definitions
from functions.sensing.alarms.list_views import member
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import Device
from functions.sensing.units import shown
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

STATES = {
    commands.WAITING: (N_("Waits for somebody to confirm"), "yellow"),
    commands.CONFIRMED: (N_("On its way"), "blue"),
    commands.SENT: (N_("Sent, no answer yet"), "blue"),
    commands.DONE: (N_("Done"), "green"),
    commands.REFUSED: (N_("The device refused"), "red"),
    commands.LATE: (N_("No answer in time; taken back"), "red"),
    commands.DROPPED: (N_("Not given"), "grey"),
}
BY = {"two": N_("The rule, approved by two people"), commands.ANSWER: N_("Who answered the call")}
NAMES_A_NUMBER = "number"


def show(ctx: PageContext, thing: str, errors: dict[str, str] | None = None, conflict: str = "") -> Page:
    """Raises NotFound for a device of another department, and for one that takes no commands and has no rule
    that gives any."""
    device, profile = _device(ctx, thing)
    staff = member(ctx)
    names = definitions.names_of(ctx, thing)
    told = commands.told(thing) if profile.get("commands") else []
    return Page(
        "alarms/commands.html",
        status=409 if conflict else 422 if errors else 200,
        section="alarms",
        thing=thing,
        name=pick(names) if names else device.title or thing,
        approved=commands.may_be_told(device),
        takes=bool(profile.get("commands")),
        choices=_choices(profile),
        told=[_told(ctx, device, profile, one) for one in told],
        rules=[_rule(ctx, device, profile, rule) for rule in _giving(ctx, device)],
        may=staff.may_decide("incident"),
        is_admin=staff.is_admin,
        me=staff.email,
        errors=errors or {},
        conflict=conflict,
        back=f"/{ctx.city.id}/console/alarms",
    )


def _device(ctx: PageContext, thing: str) -> tuple[Device, definitions.Definition]:
    device = registry.find(thing) if len(thing) <= 48 else None
    if device is None:
        raise NotFound
    deciding.check_sees(member(ctx), definitions.department_of(ctx, device.department, {}))
    profile = definitions.profile_of(ctx, device.profile)
    if not profile.get("commands") and not _giving(ctx, device):
        raise NotFound
    return device, profile


def _giving(ctx: PageContext, device: Device) -> list[definitions.Definition]:
    """The device's rules that give a command, to itself or to another device."""
    rules = definitions.rules_of(ctx, device.thing, device.profile).values()
    return [rule for rule in rules if rule.get("command")]


def _choices(profile: definitions.Definition) -> list[dict[str, Any]]:
    """Every word of every command as one choice, ``name=value``; a number is typed in."""
    found = []
    for name, command in (profile.get("commands") or {}).items():
        danger = pick(command["danger"]) if command.get("danger") else ""
        for value, words in (command.get("values") or {}).items():
            text = _said(pick(command["names"]), pick(words))
            found.append({"value": f"{name}={value}", "text": text, "danger": danger})
        if not command.get("values"):
            low, high = command.get("range") or (0, 1)
            span = f"{low:g}–{high:g} {shown(command.get('unit'))}".strip()
            text = t("%(command)s (%(span)s)", command=pick(command["names"]), span=span)
            found.append({"value": f"{name}=", "text": text, "danger": danger, "number": True})
    return found


def _told(
    ctx: PageContext, device: Device, profile: definitions.Definition, one: commands.Told
) -> dict[str, Any]:
    return {
        "id": one.id,
        "what": words_of(profile, one.name, one.value),
        "state": STATES[one.state],
        "waits": one.state == commands.WAITING,
        "asked_at": one.asked_at,
        "by": t(BY[one.by]) if one.by in BY else one.by,
        "why": _rule_words(ctx, device, one.why),
        "ended_at": one.ended_at,
        "danger": pick((profile.get("commands") or {}).get(one.name, {}).get("danger") or {"en": ""}),
    }


def _rule_words(ctx: PageContext, device: Device, rule_id: str) -> str:
    """The title of the rule that asked: the device's own, else the city's on another device."""
    if not rule_id:
        return ""
    rule = definitions.rule_of(ctx, device.thing, device.profile, rule_id)
    city = ctx.city.config["devices"]["rules"]
    other = rule or next((one for one in city if one["id"] == rule_id), {})
    return definitions.title_of(ctx, other, rule_id)


def words_of(profile: definitions.Definition, name: str, value: Any) -> str:
    """A command in the reader's language."""
    command = (profile.get("commands") or {}).get(name) or {}
    said = (command.get("values") or {}).get(str(value))
    return _said(pick(command["names"]) if command else name, pick(said) if said else value)


def _said(command: str, value: Any) -> str:
    return t("%(command)s: %(value)s", command=command, value=value)


def _rule(
    ctx: PageContext, device: Device, profile: definitions.Definition, rule: definitions.Definition
) -> dict[str, Any]:
    command, of = rule["command"], rule["command"].get("of") or ""
    kinds = {entry["thing"]: entry["profile"] for entry in ctx.city.config["devices"]["things"]}
    told = definitions.profile_of(ctx, kinds.get(of, "")) if of else profile
    return {
        "id": rule["id"],
        "title": definitions.title_of(ctx, rule, rule["id"]),
        "of": of,
        "what": words_of(told, command["name"], command["value"]),
        "people": approving.approvals(ctx, device, rule),
    }


def change(ctx: PageContext, thing: str) -> Page | Redirect:
    """Carry out what was chosen, or say why not."""
    device, profile = _device(ctx, thing)
    try:
        _do(ctx, device, profile, ctx.value("do"))
    except Invalid as problem:
        return show(ctx, thing, problem.fields)
    except Conflict as problem:
        return show(ctx, thing, conflict=t(problem.message))
    return Redirect(f"/{ctx.city.id}/console/commands/{thing}")


def _do(ctx: PageContext, device: Device, profile: definitions.Definition, action: str) -> None:
    staff = member(ctx)
    if action in ("approve", "withdraw"):
        if not staff.is_admin:
            raise Forbidden(N_("Only an administrator decides whether a device may be told anything"))
        approving.approve_device(ctx, device, action == "approve")
        return
    deciding.check_may(staff)
    if action == "ask":
        name, value = _asked(ctx, profile)
        commands.ask(ctx, device, name, value)
    elif action == "confirm":
        commands.confirm(ctx, device, ctx.value("id")[:120])
    elif action == "drop":
        commands.drop(ctx, device, ctx.value("id")[:120])
    elif action in ("approve-rule", "withdraw-rule"):
        rule = definitions.rule_of(ctx, device.thing, device.profile, ctx.value("rule"))
        if not rule.get("command"):
            raise NotFound
        (approving.approve_rule if action == "approve-rule" else approving.withdraw_rule)(ctx, device, rule)
    else:
        raise Invalid({"command": N_("Choose what the device is to do")})


def _asked(ctx: PageContext, profile: definitions.Definition) -> tuple[str, Any]:
    name, _, value = ctx.value("command").partition("=")
    command = (profile.get("commands") or {}).get(name)
    if command is None or command.get("values"):
        return name, value
    try:
        return name, float(ctx.value(NAMES_A_NUMBER))
    except ValueError:
        raise Invalid({NAMES_A_NUMBER: N_("Enter a number")}) from None
