"""Readings through the rules of a device: quiet -> raised -> (escalated) -> cleared, one alarm per rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.sensing.domain import DUPLICATE, Reading
from functions.sensing.rules import baseline
from functions.sensing.rules.areas import outside
from functions.sensing.rules.domain import EVIDENCE, Change, Memory, Rule, RuleSet
from functions.sensing.rules.hours import begun
from functions.sensing.rules.marks import NONE, NOT_PLAUSIBLE, UNUSABLE, mark, usable
from functions.sensing.rules.windows import evidence, feed, judged

NO_FIX = (0.0, 0.0)  # what many receivers send while they do not know where they are
State = dict[str, Any]
"""``a``: [stage, severity, metric] of the raised alarm; ``h``: stages of the last m readings as digits, no
leading zeros; ``s``: per level since when the value has been beyond; ``e``: [at, value] of the readings that
are on the way to an alarm; ``w``: parts of the window; ``n``: readings not plausible in a row; ``d``: day on
which the hours began; ``f``: the rule's mark; ``u``, ``p``, ``k``: see baseline.py. What is not there is
empty."""


def evaluate(
    rules: RuleSet, memory: Memory, readings: Sequence[Reading]
) -> tuple[Memory, list[Change], list[Reading]]:
    """Readings in order of (time, metric, value), newer than what the memory has seen of their metric, and of
    the one that it is paired with.

    Returns the memory after them, the changes of alarms and the readings with their quality marks. The memory
    given is not changed. Raises ValueError for readings out of order."""
    if not readings:
        return memory, [], []
    last, states = dict(memory.get("q", {})), dict(memory.get("r", {}))
    changes = _forgotten(rules, states, readings[0])
    marked: list[Reading] = []
    for reading in readings:
        metric = reading.metric
        flags, last[metric] = mark(rules.marks.get(metric, NONE), last.get(metric), reading)
        if flags != reading.flags:
            reading = reading._replace(flags=flags)
        marked.append(reading)
        watching = rules.by_metric.get(metric)
        if watching and not flags & DUPLICATE:
            quiet = bool(rules.muted) and any(start <= reading.at < end for start, end in rules.muted)
            for rule in watching:
                if rule.areas:
                    change = _step_place(rules, rule, states, reading, quiet, last)
                else:
                    change = _step(rules, rule, states, reading, quiet)
                if change is not None:
                    changes.append(change)
    return {"q": last, "r": states}, changes, marked


def _forgotten(rules: RuleSet, states: dict[str, State], reading: Reading) -> list[Change]:
    """Rules that are no more: their alarms end with the next reading of the device."""
    gone = [rule_id for rule_id in states if rule_id not in rules.rules]
    ended = [(rule_id, states.pop(rule_id).get("a")) for rule_id in gone]
    return [
        Change(rule_id, alarm[2], "cleared", alarm[1], reading.at, reading, (reading,), reading.value, None)
        for rule_id, alarm in ended
        if alarm
    ]


def look_again(rules: RuleSet, memory: Memory, now: int) -> tuple[Memory, list[Change]]:
    """After the rules have changed, without waiting for a reading: what is no more is forgotten (whoever asks
    ends its alarms), and an alarm whose condition has changed is judged by the last usable reading, at the
    moment ``now``. The memory given is not changed; it is given back when nothing is to be done."""
    last, states, changes = memory.get("q", {}), dict(memory.get("r", {})), list[Change]()
    for rule_id, own in memory.get("r", {}).items():
        rule = rules.rules.get(rule_id)
        if rule is None:
            del states[rule_id]
            changes += _waits(rules, rule_id, own, last, now)
        elif is_outdated(rule, own) and (seen := last.get(rule.metric)):
            if not usable(rules.marks.get(rule.metric, NONE), seen):
                continue
            reading = Reading(seen[0], rule.metric, seen[1])
            quiet = any(start <= reading.at < end for start, end in rules.muted)
            if rule.areas:
                change = _step_place(rules, rule, states, reading, quiet, last)
            else:
                change = _step(rules, rule, states, reading, quiet)
            changes += [change._replace(at=now)] if change is not None else []
    return (memory if states == memory.get("r", {}) else {**memory, "r": states}), changes


def _waits(rules: RuleSet, rule_id: str, own: State, last: Mapping[str, Any], now: int) -> list[Change]:
    """The end of an alarm whose rule is still there, but has lost the place or the area that it looks at."""
    alarm = own.get("a")
    seen = last.get(alarm[2]) if alarm and rule_id in rules.definitions else None
    if alarm is None or seen is None:
        return []
    reading = Reading(seen[0], alarm[2], seen[1])
    return [Change(rule_id, alarm[2], "cleared", alarm[1], now, reading, (reading,), reading.value, None)]


def is_outdated(rule: Rule, state: State) -> bool:
    """Whether its alarm was raised by another condition than the rule has now. What is usual waits for its
    hours: a reading that was counted is not counted twice."""
    return bool(state.get("a")) and state.get("f") != rule.mark and rule.usual is None


def without_alarms(memory: Memory) -> Memory:
    """A memory in which nothing is raised or on the way to it."""
    states = {rule: _without(own, "a", "h", "s", "e", "n") for rule, own in memory.get("r", {}).items()}
    return {**memory, "r": states}


def _step(
    rules: RuleSet, rule: Rule, states: dict[str, State], reading: Reading, muted: bool
) -> Change | None:
    """One reading through one rule; ``states`` gets a new state, never a changed one."""
    before: State = states.get(rule.id) or {}
    if before and before.get("f") != rule.mark:
        before = _carried(before, rule)
    if muted:
        after, change = _without(before, "h", "s", "e", "n"), None
    elif rule.kind != "faulty" and reading.flags & UNUSABLE:
        return None
    else:
        after, change = _judge(rules, rule, before, reading)
    if after:
        after["f"] = rule.mark
        states[rule.id] = after
    else:
        states.pop(rule.id, None)
    return change


def _step_place(
    rules: RuleSet, rule: Rule, states: dict[str, State], reading: Reading, muted: bool, last: dict[str, Any]
) -> Change | None:
    """The second coordinate of a moment makes a point with the first: how far it is beyond is judged."""
    other = last.get(rule.pair)
    if other is None or other[0] != reading.at or not usable(rules.marks.get(rule.pair, NONE), other):
        return None
    point = (other[1], reading.value) if rule.pair_is_lat else (reading.value, other[1])
    if point == NO_FIX:
        return None
    metres = float(round(outside(rule.areas, point)))
    change = _step(rules, rule, states, reading._replace(value=-metres if rule.inward else metres), muted)
    return None if change is None else change._replace(reading=reading)


def _carried(state: State, rule: Rule) -> State:
    """Of a rule with another condition only the raised alarm counts (it may have had more levels), and what
    is usual in the same hours."""
    alarm = state.get("a")
    own = {"a": [min(alarm[0], len(rule.limits)), *alarm[1:]]} if alarm else {}
    return own | baseline.kept(rule.usual, state) if rule.usual else own


def _without(state: State, *keys: str) -> State:
    return {key: value for key, value in state.items() if key not in keys}


def _judge(rules: RuleSet, rule: Rule, before: State, reading: Reading) -> tuple[State, Change | None]:
    state = dict(before)
    if rule.hours is not None:
        day = begun(rule.hours, rules.zone, reading.at)
        if day is None:
            return _outside(rule, state, reading)
        if state.get("d", day) != day:
            state = _without(state, "h", "s", "e", "n")
        state["d"] = day
    value = _value(rules, rule, state, reading)
    if value is None:
        return state, None
    number = rule.sign * value
    stage = 0
    for limit in rule.limits:
        if number <= limit:
            break
        stage += 1
    alarm = state.get("a")
    if alarm and number <= rule.clear:
        ended = _without(state, "a", "h", "s", "e")
        return ended, _change(rule, "cleared", alarm[1], reading, (reading,), value, rule.clear)
    return _reach(rule, state, reading, value, stage)


def _outside(rule: Rule, state: State, reading: Reading) -> tuple[State, Change | None]:
    """Outside its hours a rule forgets what it was waiting for, and its alarm ends. What was least or
    greatest is seen all the same (who moved at dawn is not still at seven); a mean is that of the hours."""
    alarm, after = state.get("a"), _without(state, "a", "h", "s", "e", "n", "d")
    if rule.kind == "level" and rule.take in {"min", "max"}:
        after["w"] = feed(rule, after.get("w", []), reading)
    if not alarm:
        return after, None
    return after, _change(rule, "cleared", alarm[1], reading, (reading,), reading.value, None)


def _value(rules: RuleSet, rule: Rule, state: State, reading: Reading) -> float | None:
    """What is compared with the limits; None when there is not enough to judge."""
    if rule.kind == "faulty":
        so_far = state.pop("n", 0)
        count = min(so_far + 1, 100) if reading.flags & NOT_PLAUSIBLE else 0
        if count:
            state["n"] = count
        if count and "a" not in state:
            state["e"] = _kept([*state.get("e", []), [reading.at, reading.value, reading.flags]])
        else:
            state.pop("e", None)
        return float(count)
    if rule.usual is not None:
        return _compared(rules, rule, state, reading)
    if not rule.width:
        return reading.value
    state["w"] = feed(rule, state.get("w", []), reading)
    return judged(rule, state["w"], reading)


def _compared(rules: RuleSet, rule: Rule, state: State, reading: Reading) -> float | None:
    before = state.get("u")
    value = baseline.compared(rule, state, rules.zone, reading)
    if state.get("u") is not before and "a" not in state:
        state["e"] = _kept([*state.get("e", []), [reading.at, reading.value, reading.flags]])
    return value


def _reach(
    rule: Rule, state: State, reading: Reading, value: float, stage: int
) -> tuple[State, Change | None]:
    """The level that counts after n of m and the time to hold, and what it changes."""
    alarm = state.get("a")
    if stage or "h" in state or "s" in state:
        stage = _enough(rule, state, reading, stage)
    if stage <= (alarm[0] if alarm else 0):
        return state, None
    severity = rule.severities[stage - 1]
    seen = _seen(rule, state, reading)
    state["a"] = [stage, severity, rule.metric]
    if stage == len(rule.limits):
        state = _without(state, "h", "s", "e")
    kind = "escalated" if alarm else "raised"
    return state, _change(rule, kind, severity, reading, seen, value, rule.limits[stage - 1])


def _enough(rule: Rule, state: State, reading: Reading, stage: int) -> int:
    """The highest level that n of the last m readings are beyond, all the time to hold; 0 for none."""
    if (alarm := state.get("a")) and alarm[0] == len(rule.limits):
        return stage
    n, m = rule.of
    if m == 1 and not rule.hold:
        return stage
    if stage and not rule.width and rule.kind != "faulty":
        state["e"] = _kept([*state.get("e", []), [reading.at, reading.value, reading.flags]])
    if m > 1:
        digits = (state.pop("h", "") + str(stage))[-m:].lstrip("0")
        if digits:
            state["h"] = digits
        beyond = sorted(digits, reverse=True)
        stage = int(beyond[n - 1]) if len(beyond) >= n else 0
    if rule.hold:
        since = [*state.pop("s", ())][:stage]
        since += [reading.at] * (stage - len(since))
        if since:
            state["s"] = since
        stage = sum(reading.at - begin >= rule.hold for begin in since)
    if "h" not in state and "s" not in state:
        state.pop("e", None)
    return stage


def _kept(readings: list[list[Any]]) -> list[list[Any]]:
    """The first, and the newest of the others."""
    return readings if len(readings) <= EVIDENCE else [readings[0], *readings[1 - EVIDENCE :]]


def _seen(rule: Rule, state: State, reading: Reading) -> tuple[Reading, ...]:
    """The readings that bring an alarm about: those that were waited for, or the window's."""
    if rule.width:
        return evidence(rule, state["w"], reading)
    waiting = state.get("e", [])
    if rule.of[1] > 1 and not rule.hold:
        waiting = waiting[-sum(digit != "0" for digit in state.get("h", "")) :]
    return tuple(Reading(at, rule.metric, value, flags) for at, value, flags in waiting) or (reading,)


def _change(
    rule: Rule,
    change: Any,
    severity: str,
    reading: Reading,
    seen: tuple[Reading, ...],
    value: float,
    limit: float | None,
) -> Change:
    shown = None if limit is None or rule.kind == "faulty" else rule.sign * limit
    return Change(rule.id, rule.metric, change, severity, reading.at, reading, seen, value, shown)
