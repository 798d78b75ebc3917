"""Who approved what: an administrator that a device may be told anything, two people that a rule gives its
command without asking."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError

from functions.core import audit, ids, keys
from functions.core.context import Context
from functions.core.errors import Conflict, Forbidden, Invalid
from functions.core.i18n import N_
from functions.core.store import CityModel
from functions.sensing.alarms import definitions
from functions.sensing.alarms.writing import again
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import Device
from functions.sensing.rules.build import condition_of


class ApprovalItem(CityModel):
    """Who approved that a rule may give its command without asking: two different people. ``command`` marks
    what they approved: the command and when it is given."""

    command = UnicodeAttribute()
    people = JSONAttribute()


def _mark(ctx: Context, device: Device, rule: Mapping[str, Any]) -> str:
    """What is approved: the command, the rule's condition, and for a rule that looks at two others theirs."""
    command = rule["command"]
    own = definitions.rules_of(ctx, device.thing, device.profile)
    citys = {one["id"]: one for one in ctx.city.config["devices"]["rules"]}
    parts = [own.get(part) or citys.get(part) or {} for part in rule.get("both") or ()]
    when = [
        [one.get("missing"), one.get("both"), one.get("thing"), condition_of(one)] for one in (rule, *parts)
    ]
    given = f"{command.get('of') or ''}/{command['name']}={command['value']}"
    return f"{given}@{ids.digest(json.dumps(when, sort_keys=True))}"


def approvals(ctx: Context, device: Device, rule: Mapping[str, Any]) -> list[str]:
    """Who approved that the rule gives this very command on this very condition without asking: once either
    is changed, nobody has."""
    try:
        item = ApprovalItem.get(keys.commands(device.thing), f"RULE#{rule['id']}", consistent_read=True)
    except ApprovalItem.DoesNotExist:
        return []
    return list(item.people) if item.command == _mark(ctx, device, rule) else []


def approve_rule(ctx: Context, device: Device, rule: Mapping[str, Any]) -> list[str]:
    """One more person approves; who has by now. Approving twice is still one person. Raises Conflict."""
    people = approvals(ctx, device, rule)
    if ctx.actor.id in people:
        return people
    before, people = people, [*people, ctx.actor.id]
    item = ApprovalItem(
        keys.commands(device.thing), f"RULE#{rule['id']}", command=_mark(ctx, device, rule), people=people
    )
    unchanged = (ApprovalItem.people == before) & (ApprovalItem.command == item.command)
    try:  # a withdrawal at this very moment must not be undone
        item.save(
            condition=unchanged
            if before
            else ApprovalItem.pk.does_not_exist() | (ApprovalItem.command != item.command)
        )
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        raise Conflict(N_("Somebody else has decided about this command")) from error
    audit.record(
        "device", device.thing, "rule_command_approved", ctx, {"rule": rule["id"], "count": len(people)}
    )
    return people


def withdraw_rule(ctx: Context, device: Device, rule: Mapping[str, Any]) -> None:
    """Anyone of them may end it; a person confirms again from now on."""
    ApprovalItem(keys.commands(device.thing), f"RULE#{rule['id']}").delete()
    audit.record("device", device.thing, "rule_command_withdrawn", ctx, {"rule": rule["id"]})


def approve_device(ctx: Context, device: Device, approved: bool) -> None:
    """An administrator says whether the device may be told anything. Raises Forbidden, Invalid."""
    if ctx.actor.kind != "staff":
        raise Forbidden
    if approved and not definitions.profile_of(ctx, device.profile).get("commands"):
        raise Invalid({"command": N_("This kind of device takes no commands")})
    again(lambda tx: registry.put(tx, replace(device, commands=approved), device))
    action = "commands_approved" if approved else "commands_withdrawn"
    audit.record("device", device.thing, action, ctx)
