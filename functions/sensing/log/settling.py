"""Devices that say nothing while their rules, or they themselves, change: what the rules remember of them
must follow, or an alarm would stay raised until their next message, or never be raised again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from functions.core import clock
from functions.core.context import Context
from functions.sensing.log import judging, retention
from functions.sensing.log.appending import ShardLog
from functions.sensing.log.domain import DeviceState, Memory
from functions.sensing.log.rulesets import Rulesets
from functions.sensing.log.steps import Step
from functions.sensing.log.store import DynamoShelf
from functions.sensing.registry.domain import Device
from functions.sensing.rules import Change, RuleSet, engine

Another = Callable[[Memory, RuleSet], tuple[Memory, Sequence[Change]]]
"""A memory and the rules -> the memory that takes its place, and what that changes."""


def is_outdated_of(device: DeviceState, rules: RuleSet) -> bool:
    """Whether it has an alarm of a rule that is no more, or whose condition was another one then."""
    states = (device.memory or {}).get("r", {})
    return any(
        own.get("a") and (rule not in rules.rules or engine.is_outdated(rules.rules[rule], own))
        for rule, own in states.items()
    )


def look_again(ctx: Context, devices: Iterable[Device]) -> None:
    """Judge the alarms of changed rules by what was measured last, and forget rules that are no more (their
    alarms are ended by whoever asks). About four calls a shard, and one write a device that it changes."""
    now = clock.epoch(ctx.now) * 1000

    def changed(memory: Memory, rules: RuleSet) -> tuple[Memory, list[Change]]:
        return engine.look_again(rules, memory, now)

    _look(ctx, devices, changed)


def forget(ctx: Context, devices: Iterable[Device]) -> None:
    """Forget what is raised on devices that are out of use. Costs as :func:`look_again`."""
    _look(ctx, devices, lambda memory, _: (engine.without_alarms(memory), []))


def steps(thing: str, device: DeviceState, rules: RuleSet, change: Another) -> list[Step]:
    """What is to be written when the memory becomes another one: first the rules see what waits for them.
    Alarms of rules that are no more are ended by whoever asks, who knows why."""
    made = [
        replace(step, changes=tuple(one for one in step.changes if one.rule in rules.rules))
        for step in judging.judged(thing, device, (), rules)
    ]
    memory = made[-1].memory if made else device.memory
    if memory is None:
        return []
    after, changes = change(memory, rules)
    gone = any(rule not in rules.rules for rule in (device.memory or {}).get("r", {}))
    if after != memory or gone:
        made.append(Step(thing, (), after, tuple(changes), unjudged=True))
    return made if any(step.alone for step in made) else []


def _look(ctx: Context, devices: Iterable[Device], change: Another) -> None:
    def plan(thing: str, device: DeviceState, rules: RuleSet) -> list[Step]:
        return steps(thing, device, rules, change)

    city, shards = ctx.city, defaultdict[str, dict[str, Device]](dict)
    for device in devices:
        if device.shard:
            shards[device.shard][device.thing] = device
    for shard, own in shards.items():
        profiles = city.config["devices"]["profiles"]
        kept = {thing: retention.kept(city.config, profiles.get(one.profile)) for thing, one in own.items()}
        shelf = DynamoShelf(ctx, shard, own, kept, ZoneInfo(city.zone))
        ShardLog(shelf).look(list(own), Rulesets(city, own), plan)
