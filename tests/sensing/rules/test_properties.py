"""Whatever comes in: rules may be fed in any parts, remember little, and never flicker."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.sensing.domain import CLOCK, DUPLICATE, RANGE, STEP, STUCK, Reading
from functions.sensing.rules import RuleSet, compile_rules, evaluate
from tests.sensing.rules.test_engine import HIGH, MINUTE, START, readings, rule_set

HOURS = {"start": "11:00", "end": "10:30", "days": ["mon", "wed"]}
RULES: list[dict[str, Any]] = [
    HIGH,
    {**HIGH, "id": "held", "hold": 300},
    {**HIGH, "id": "some", "of": [2, 4]},
    {**HIGH, "id": "some-held", "of": [2, 3], "hold": 120},
    {**HIGH, "id": "mean", "window": {"take": "mean", "seconds": 900}, "hold": 120},
    {**HIGH, "id": "least", "window": {"take": "min", "seconds": 600}},
    {**HIGH, "id": "low", "levels": [{"below": 1.0, "severity": "low"}], "clear": 1.5, "schedule": HOURS},
    {
        "id": "rise",
        "metric": "level",
        "severity": "high",
        "rate": {"direction": "rise", "by": 40.0, "percent": True, "seconds": 900},
    },
    {
        "id": "fall",
        "metric": "other",
        "severity": "high",
        "rate": {"direction": "fall", "by": 2, "seconds": 900},
    },
    {"id": "faulty", "metric": "level", "severity": "low", "faulty": 3},
]
PROFILE = {
    "id": "river",
    "quantities": {"level": {"step": 3.0, "stuck": 600}, "other": {}},
    "rules": RULES,
}
MUTED = [(START + 20 * MINUTE, START + 40 * MINUTE), (START + 90 * MINUTE, START + 95 * MINUTE)]
ALL = compile_rules(PROFILE, zone="Asia/Shanghai", muted=MUTED)

values = st.one_of(st.sampled_from([0.0, 1.0, 2.5, 3.0, 4.0, 4.0, 99.0]), st.floats(-5, 9, width=32))
gaps = st.one_of(st.integers(0, 3), st.integers(1, 90))


@st.composite
def series(draw: st.DrawFn) -> list[Reading]:
    """Readings in order, some of them at one moment, some marked at intake."""
    at, found = START, set()
    for gap, metric, value in draw(
        st.lists(st.tuples(gaps, st.sampled_from(["level", "level", "level", "other"]), values), max_size=60)
    ):
        at += gap * MINUTE
        found.add(Reading(at, metric, value, RANGE if value == 99.0 else CLOCK * (gap == 3)))
    return sorted(found)


@settings(max_examples=150, deadline=None)
@given(series(), st.lists(st.integers(0, 60), max_size=4))
def test_readings_in_parts_give_the_same_as_all_at_once(whole: list[Reading], cuts: list[int]) -> None:
    expected = evaluate(ALL, ALL.start(), whole)
    memory: dict[str, Any] = ALL.start()
    changes, marked = [], []
    edges = [0, *sorted(cuts), len(whole)]
    for begin, end in pairwise(edges):
        kept = json.dumps(memory)
        after, some, more = evaluate(ALL, memory, whole[begin:end])
        assert json.dumps(memory) == kept, "the memory given was changed"
        memory = json.loads(json.dumps(after))
        changes += some
        marked += more
    assert (memory, changes, marked) == expected


@settings(max_examples=60, deadline=None)
@given(series())
def test_a_rule_has_one_alarm_that_only_becomes_worse_until_it_clears(whole: list[Reading]) -> None:
    order = ["low", "medium", "high", "critical"]
    alarms: dict[str, str] = {}
    for change in evaluate(ALL, ALL.start(), whole)[1]:
        held = alarms.get(change.rule)
        if change.change == "raised":
            assert held is None
            alarms[change.rule] = change.severity
        elif change.change == "escalated":
            assert held is not None and order.index(change.severity) > order.index(held)
            alarms[change.rule] = change.severity
        else:
            assert alarms.pop(change.rule) == change.severity
        assert 1 <= len(change.evidence) <= 16
        assert all(seen.at <= change.at for seen in change.evidence)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(2.5, 3.0, exclude_min=True), min_size=1, max_size=40), st.booleans())
def test_values_between_the_limit_and_the_clear_value_change_nothing(gap: list[float], raised: bool) -> None:
    rules = rule_set({**HIGH, "levels": HIGH["levels"][:1]})
    start = readings(3.5 if raised else 2.0)
    memory, _, _ = evaluate(rules, rules.start(), start)
    assert evaluate(rules, memory, readings(*gap, start=START + MINUTE))[1] == []


@settings(max_examples=60, deadline=None)
@given(series())
def test_marks_follow_from_the_readings_alone(whole: list[Reading]) -> None:
    """Against the rule as it is written, looked at from the whole series."""
    _, _, marked = evaluate(ALL, ALL.start(), whole)
    for metric in ("level", "other"):
        own = [one for one in marked if one.metric == metric]
        assert [one.flags for one in own] == _marks(own, ALL, metric)
    again = evaluate(ALL, ALL.start(), marked)[2]
    assert again == marked


def _marks(own: list[Reading], rules: RuleSet, metric: str) -> list[int]:
    marks, found, first = rules.marks[metric], [], defaultdict(list)
    for one in own:
        first[one.at].append(one)
    raw: list[Reading] = []
    usable: list[Reading] = []
    for one in own:
        flags = one.flags & (RANGE | CLOCK)
        if first[one.at][0] is not one:
            found.append(flags | DUPLICATE)
            continue
        same = [one]
        for earlier in reversed(raw):
            if earlier.value != one.value:
                break
            same.append(earlier)
        if marks.stuck and len(same) >= 3 and one.at - same[-1].at >= marks.stuck:
            flags |= STUCK
        if marks.step and raw and usable:
            flags |= STEP * (
                min(abs(one.value - raw[-1].value), abs(one.value - usable[-1].value)) > marks.step
            )
        raw.append(one)
        if not flags & (RANGE | STEP | STUCK):
            usable.append(one)
        found.append(flags)
    return found


def test_ten_thousand_readings_leave_a_small_memory() -> None:
    memory: dict[str, Any] = ALL.start()
    for part in range(20):
        some = [
            Reading(START + (part * 500 + n) * 7_000, ("level", "other")[n % 2], (n * 7919 % 97) / 10)
            for n in range(500)
        ]
        memory = evaluate(ALL, memory, some)[0]
        assert len(json.dumps(memory)) < 6_000
