"""Which rules watch a city's devices, and what its admins decide about those of device profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pynamodb.exceptions import TransactWriteError

from functions.core import audit, clock
from functions.core.context import Context
from functions.core.errors import Conflict, Invalid, NotFound
from functions.core.i18n import N_
from functions.core.store import contended, failed_conditions, transaction
from functions.sensing.log import rulesets
from functions.sensing.registry import store as devices
from functions.sensing.registry.domain import RETIRED, REVOKED
from functions.sensing.rules import trying
from functions.tenancy import registry
from functions.tenancy import store as tenancy
from functions.tenancy.rule_decisions import MAX_DECISIONS, Decision, Decisions, condition_of, decide, name_of

SOURCE_MAX = 400
ACTIONS = {"on": "rule_switched_on", "off": "rule_switched_off"}


@dataclass(frozen=True)
class Watched:
    """A profile that the city uses: its rules as they are now, its devices (``unplaced``: those without a
    place on the map), and the city's own rules on all or one of them."""

    id: str
    profile: Mapping[str, Any]
    things: Sequence[str]
    own: Sequence[Mapping[str, Any]]
    unplaced: Sequence[str] = ()


def watched(ctx: Context) -> tuple[list[Watched], Decisions]:
    """Every profile that a device of the city has, and what was decided. Two calls."""
    decisions, _ = tenancy.read_rule_decisions()
    used = _used(ctx)
    return [_watched(ctx, name, used[name], decisions) for name in sorted(used)], decisions


def areas_of(ctx: Context) -> Mapping[str, Any]:
    """The city's areas on the map by the group that rules name."""
    found: Mapping[str, Any] = ctx.city.config["devices"].get("areas") or {}
    return found


def _used(ctx: Context) -> dict[str, dict[str, bool]]:
    """Devices by profile, and whether each has a place: those of the city's file and those registered beside
    it."""
    config = ctx.city.config["devices"]
    found = {entry["thing"]: (entry["profile"], bool(entry.get("place"))) for entry in config["things"]}
    for device in devices.list_devices():
        if device.state in (RETIRED, REVOKED):
            found.pop(device.thing, None)
        else:
            found[device.thing] = device.profile, device.place.point is not None
    used: dict[str, dict[str, bool]] = {}
    for thing, (profile, placed) in sorted(found.items()):
        used.setdefault(profile, {})[thing] = placed
    return used


def _watched(ctx: Context, profile_id: str, placed: Mapping[str, bool], decisions: Decisions) -> Watched:
    things = list(placed)
    own = [
        rule
        for rule in ctx.city.config["devices"]["rules"]
        if rule.get("profile") == profile_id or (rule.get("thing") and rule["thing"] in things)
    ]
    unplaced = [thing for thing in things if not placed[thing]]
    return Watched(profile_id, as_decided(ctx, profile_id, decisions), things, own, unplaced)


def as_decided(ctx: Context, profile_id: str, decisions: Decisions) -> Mapping[str, Any]:
    """A profile with the decisions as they are this moment. Raises NotFound for an unknown one."""
    try:
        return decide(rulesets.profile_of(ctx.city, profile_id), profile_id, decisions)
    except KeyError as error:
        raise NotFound from error


def find_rule(ctx: Context, profile_id: str, rule_id: str) -> tuple[Watched, Mapping[str, Any]]:
    """A rule of a profile that the city uses, or a rule of the city's own on it. Raises NotFound."""
    for one in watched(ctx)[0]:
        for rule in (*one.own, *one.profile.get("rules", ())):
            if (one.id, rule["id"]) == (profile_id, rule_id):
                return one, rule
    raise NotFound


def try_rule(
    ctx: Context, one: Watched, now: Mapping[str, Any], new: Mapping[str, Any], thing: str = ""
) -> trying.Trial:
    """A rule as it is and as changed, on the last readings of one of the devices that it watches, or of the
    first so many. About three calls a device."""
    from functions.sensing.rules.tryout import Measured

    things = [name for name in one.things if name == (now.get("thing") or thing or name)]
    known = devices.get_many(things[: trying.DEVICES])
    trial = trying.Trial(left_out=max(0, len(things) - trying.DEVICES))
    measured = Measured(ctx)
    for name in sorted(known):
        if measured.room <= 0:
            trial.left_out += 1
        else:
            trial.tried.append(measured.replay(known[name], one.profile, now, new))
    return trial


def when(milliseconds: int) -> datetime:
    """A reading's time."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def set_rule(ctx: Context, profile_id: str, rule_id: str, state: str, source: str) -> None:
    """Confirm a rule of a profile against the country's law or the city's own decision (``on``, with its
    source), or switch one off. The same again changes nothing.

    Raises NotFound for an unknown rule, Invalid without a source, Conflict when the city's file decides, or
    somebody else decided meanwhile."""
    decisions, number = tenancy.read_rule_decisions()
    rules = as_decided(ctx, profile_id, decisions).get("rules", ())
    rule = next((one for one in rules if one["id"] == rule_id), None)
    if rule is None or state not in ACTIONS:
        raise NotFound
    if rule.get("decided"):
        raise Conflict(N_("The city's file decides about this rule. Change it there."))
    if rule["active"] is (state == "on"):
        return
    if state == "on" and not rule.get("ships") and not 3 <= len(source) <= SOURCE_MAX:
        raise Invalid({"source": N_("Say what you compared the limit with: the law, standard or decision.")})
    made = Decision("on" if state == "on" else "off", condition_of(rule), source[:SOURCE_MAX],
                    ctx.actor.id, clock.iso(ctx.now))  # fmt: skip
    _write(ctx, {**decisions, name_of(profile_id, rule_id): made}, number, profile_id, rule_id)


def _write(ctx: Context, decisions: Decisions, number: int, profile_id: str, rule_id: str) -> None:
    if len(decisions) > MAX_DECISIONS:
        raise Invalid({"source": N_("There are too many decisions. Write them into the city's file.")})
    made = decisions[name_of(profile_id, rule_id)]
    try:
        with transaction() as tx:
            tenancy.put_rule_decisions(tx, decisions, number)
            chain = audit.read_chain("rules", profile_id)
            detail = {"rule": rule_id, "condition": dict(made.condition), "source": made.source}
            audit.append(tx, chain, ACTIONS[made.state], ctx, detail)
            audit.close(tx, chain)
    except TransactWriteError as error:
        if not (failed_conditions(error) or contended(error)):
            raise
        raise Conflict from error
    registry.forget(ctx.city.id)
