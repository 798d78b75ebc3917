"""The rules of a device as its city's configuration has them: titles, kinds, quiet hours, who is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from functions.core.context import Context
from functions.core.i18n import pick, t
from functions.sensing.registry.domain import TRIAL as TRIAL
from functions.sensing.rules import judged

Definition = Mapping[str, Any]
PLATFORM = "_platform"  # stands where a device's name does; no device can be called so
_STOPPED = {"severity": "high", "kind": "platform", "active": True, "missing": 1}
_NOTICES: tuple[dict[str, Any], ...] = (
    {
        **_STOPPED,
        "id": "stopped-urgent",
        "title": {"en": "No urgent device reports any more", "zh-Hans": "所有紧急类设备均无上报"},
    },
    {
        **_STOPPED,
        "id": "stopped-routine",
        "title": {"en": "No routine device reports any more", "zh-Hans": "所有常规类设备均无上报"},
    },
    {
        **_STOPPED,
        "id": "sos-test",
        "severity": "critical",
        "title": {"en": "The daily test of calls for help failed", "zh-Hans": "紧急呼叫每日自检未通过"},
    },
)
PLATFORM_RULES: dict[str, Definition] = {notice["id"]: notice for notice in _NOTICES}


def profile_of(ctx: Context, profile_id: str) -> Definition:
    """The city's profile with what its admins decided, else the catalogue's; {} for one that nobody knows."""
    from functions.sensing.log import rulesets

    try:
        return rulesets.profile_of(ctx.city, profile_id)
    except KeyError:
        return {}


def rules_of(ctx: Context, thing: str, profile_id: str) -> dict[str, Definition]:
    """Every active rule of a device by id; the city's own go before the profile's."""
    if thing == PLATFORM:
        return dict(PLATFORM_RULES)
    found = {rule["id"]: rule for rule in profile_of(ctx, profile_id).get("rules", ())}
    for rule in ctx.city.config["devices"]["rules"]:
        if rule.get("thing") == thing or (not rule.get("thing") and rule.get("profile") == profile_id):
            found[rule["id"]] = rule
    return {key: rule for key, rule in found.items() if rule.get("active", True)}


def rule_of(ctx: Context, thing: str, profile_id: str, rule_id: str) -> Definition:
    """One rule; {} when it is gone from the file."""
    return rules_of(ctx, thing, profile_id).get(rule_id, {})


def joined_rules(ctx: Context, thing: str, profile_id: str, rule_id: str) -> Iterator[tuple[str, Definition]]:
    """``(thing, rule)`` of every ``both`` that looks at a rule of this device: its own, and the city's on
    other devices."""
    for rule in rules_of(ctx, thing, profile_id).values():
        if rule_id in (rule.get("both") or ()):
            yield thing, rule
    for rule in ctx.city.config["devices"]["rules"]:
        other = rule.get("thing")
        if other and other != thing and rule_id in (rule.get("both") or ()):
            yield other, rule


def thing_of_part(ctx: Context, host: str, rule_id: str) -> str:
    """The device that a part of a ``both`` looks at: the thing that the city's rule names, else its own."""
    for rule in ctx.city.config["devices"]["rules"]:
        if rule["id"] == rule_id and rule.get("thing"):
            return str(rule["thing"])
    return host


def department_of(ctx: Context, device_department: str, rule: Definition) -> str:
    """The rule's department, else the owner's, else the first of the city."""
    departments = ctx.city.config.get("departments", {})
    for wanted in (rule.get("department"), device_department):
        if wanted in departments:
            return str(wanted)
    return next(iter(departments), "")


def title_of(ctx: Context, rule: Definition, rule_id: str) -> str:
    """The title in the language in use; the id of a rule that is gone."""
    return str(pick(rule["title"])) if rule.get("title") else rule_id


def basis_of(rule: Definition) -> str:
    """Where a rule's limit comes from, in the language in use where the product ships the words."""
    said = rule.get("basis")
    return t(said) if said else ""


def names_of(ctx: Context, thing: str) -> Mapping[str, str]:
    """The device's names in the city's file."""
    things = ctx.city.config["devices"]["things"]
    return next((dict(entry["names"]) for entry in things if entry["thing"] == thing), {})


def quantity_of(ctx: Context, profile_id: str, metric: str) -> Definition:
    """A quantity of a profile: names, unit, precision; {} when it has none."""
    found: Definition = profile_of(ctx, profile_id).get("quantities", {}).get(metric) or {}
    return found


def quantities_of(
    ctx: Context, profile_id: str, rule: Definition, metric: str
) -> tuple[Definition, Definition]:
    """The quantity of an alarm's readings, and that of its value and limit (per cent, metres to an area)."""
    own = quantity_of(ctx, profile_id, metric)
    return judged.shown(rule, own), judged.compared(rule, own)


def address_of(ctx: Context, department: str) -> str:
    """Where a department can be written to: its own address, else the city's."""
    own = (ctx.city.department(department) or {}).get("email")
    return str(own or ctx.city.config.get("contact", {}).get("email") or "")
