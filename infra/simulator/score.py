"""How right the rules are: the labelled simulator through the normalisation of ingest and the rules' engine,
and silence as the alarms' rounds see it. Pure; nothing is stored.

An alarm is right when it comes while its rule's label holds, once for a label; one more of the same label, or
one outside, is false. A label that had to bring an alarm and did not is missed."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.sensing.alarms.silence import Heard
from functions.sensing.alarms.silence import judge as who_is_silent
from functions.sensing.domain import Reading
from functions.sensing.rules import compile_rules, evaluate
from functions.sensing.sources.payload import read
from infra.simulator.device import Message, SimDevice, gaps, pack
from infra.simulator.labels import Label
from infra.simulator.samples import stage
from infra.simulator.shapes import DAY
from infra.simulator.transport import FASTEST, SLOWEST, troubled
from infra.simulator.weather import Weather

START = 1_790_000_000.0
ZONE, OFFSET = "Asia/Shanghai", 8 * 3600
ROUND = 300.0  # seconds between two looks at who is silent (functions/sensing/alarms/tick.py)
SURE, UNSURE = 1.05, 0.95  # of the threshold of silence: beyond it must, between the two it may raise


@dataclass
class Score:
    """Counts of one profile. ``wrong``: (rule, moment, what) of each fault, to look at."""

    right: int = 0
    false: int = 0
    met: int = 0
    missed: int = 0
    readings: int = 0
    days: float = 0.0
    rules: set[str] = field(default_factory=set)
    wrong: list[tuple[str, str, float, str]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of the alarms that are right."""
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def misses(self) -> float:
        """Share of the labels that brought no alarm."""
        return self.missed / (self.met + self.missed) if self.met + self.missed else 0.0

    def add(self, other: Score) -> None:
        """Count another stretch of the same profile."""
        self.right, self.false = self.right + other.right, self.false + other.false
        self.met, self.missed = self.met + other.met, self.missed + other.missed
        self.readings, self.days = self.readings + other.readings, self.days + other.days
        self.rules |= other.rules
        self.wrong += other.wrong


def score(profile: Mapping[str, Any], seed: str, days: float) -> Score:
    """One device of a profile for so many days, with all its rules, also those that a city has to confirm."""
    thing, end = f"{profile['id']}-1", START + days * DAY
    device = SimDevice(thing, profile, profile["rules"], seed, Weather(seed), OFFSET)
    labels = device.begin(START, end)
    messages, _ = troubled(thing, device.messages(START, end), seed, 2 * DAY, device.interval)
    readings = received(device, messages)
    rules = compile_rules(profile, zone=ZONE, thing=thing, every=True, **stage(profile))
    _, changes, _ = evaluate(rules, rules.start(), readings)
    silent_ones = {rule["id"] for rule in profile["rules"] if rule.get("silent")}
    raised = [
        (change.rule, change.at / 1000)
        for change in changes
        if change.change == "raised" and change.rule not in silent_ones
    ]
    labels = [label for label in labels if label.name not in silent_ones]
    for rule in profile["rules"]:
        if rule.get("missing"):
            alarms, found = silent(rule, profile, messages, thing, end)
            raised, labels = raised + alarms, labels + found
        elif rule.get("both"):
            raised += together(rule["id"], rule["both"], changes)
    return judge(seed, raised, labels, len(readings), days)


def received(device: SimDevice, messages: Sequence[Message]) -> list[Reading]:
    """What ingest makes of the messages, each a SenML pack. A series is a set: order does not matter."""
    found: set[Reading] = set()
    for message in messages:
        text = json.dumps(pack(device, [message]))
        found.update(read(text, round(message.received * 1000), device.profile["quantities"]).readings)
    return sorted(found)


def silent(
    rule: Mapping[str, Any], profile: Mapping[str, Any], messages: Sequence[Message], thing: str, end: float
) -> tuple[list[tuple[str, float]], list[Label]]:
    """Alarms of the product's own rounds, and the labels, from the stretches between receipts."""
    limit = rule["missing"] * profile["heartbeat"]
    labels = []
    for begin, again in gaps(messages, START, end):
        if again - begin > limit * UNSURE:
            sure = again - begin > limit * SURE + ROUND
            labels.append(Label(thing, "rule", rule["id"], begin, again + ROUND, must=sure))
    return list(_rounds(rule, profile, messages, thing, end)), labels


def _rounds(
    rule: Mapping[str, Any], profile: Mapping[str, Any], messages: Sequence[Message], thing: str, end: float
) -> Iterator[tuple[str, float]]:
    received = sorted(message.received for message in messages)
    interval, lane = round(profile["heartbeat"] * 1000), str(profile.get("lane", "routine"))
    now, alarmed = (START // ROUND + 1) * ROUND, None
    while now <= end:
        place = bisect_right(received, now)
        last = round(received[place - 1] * 1000) if place else None
        one = Heard(thing, rule["id"], lane, last, interval, float(rule["missing"]), alarmed)
        verdict = who_is_silent(round(now * 1000), [one])
        if verdict.back:
            alarmed = None
        if verdict.silent:
            alarmed = round(now * 1000)
            yield rule["id"], now
        now += ROUND


def together(rule: str, parts: Sequence[str], changes: Sequence[Any]) -> list[tuple[str, float]]:
    """When two other rules begin to be raised at the same time."""
    active: set[str] = set()
    alarms = []
    for change in sorted(changes, key=lambda change: change.at):
        before = len(active)
        if change.rule in parts:
            (active.discard if change.change == "cleared" else active.add)(change.rule)
        if before < len(parts) == len(active):
            alarms.append((rule, change.at / 1000))
    return alarms


def judge(
    seed: str, raised: Sequence[tuple[str, float]], labels: Sequence[Label], readings: int, days: float
) -> Score:
    """Alarms against labels."""
    made = Score(readings=readings, days=days)
    by_rule: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        if label.kind == "rule":
            by_rule[label.name].append(label)
    used: set[Label] = set()
    for rule, at in sorted(raised, key=lambda alarm: alarm[1]):
        fits = [label for label in by_rule[rule] if label.start + SLOWEST <= at <= label.end + FASTEST]
        fits.sort(key=lambda one: (not one.start <= at <= one.end, not one.must))
        fresh = next((label for label in fits if label not in used or not label.must), None)
        if fresh:
            used.add(fresh)
            made.right += 1
        else:
            made.false += 1
            made.wrong.append((seed, rule, at, "again" if fits else "false"))
    _count_labels(made, seed, by_rule, used)
    return made


def _count_labels(
    made: Score, seed: str, by_rule: Mapping[str, Sequence[Label]], used: Collection[Label]
) -> None:
    for label in (label for found in by_rule.values() for label in found if label.must):
        made.rules.add(label.name)
        if label in used:
            made.met += 1
        else:
            made.missed += 1
            made.wrong.append((seed, label.name, label.start, "missed"))
