"""Rules as a state machine: each kind raises, escalates and clears where it should."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.sensing.domain import RANGE, STEP, STUCK, Reading
from functions.sensing.rules import Change, RuleSet, compile_rules, evaluate

MINUTE = 60_000
START = 1_772_445_600_000  # 2026-03-02 10:00 UTC, a Monday
HIGH: dict[str, Any] = {
    "id": "high-water",
    "metric": "level",
    "levels": [{"above": 3.0, "severity": "medium"}, {"above": 4.0, "severity": "critical"}],
    "clear": 2.5,
}


def rule_set(*rules: Mapping[str, Any], muted: Any = (), **quantity: Any) -> RuleSet:
    profile = {"id": "river", "quantities": {"level": quantity}, "rules": rules}
    return compile_rules(profile, zone="UTC", muted=muted)


def readings(*values: float, every: int = MINUTE, start: int = START) -> list[Reading]:
    return [Reading(start + n * every, "level", value) for n, value in enumerate(values)]


def changes(rules: RuleSet, series: list[Reading]) -> list[Change]:
    return evaluate(rules, rules.start(), series)[1]


def said(rules: RuleSet, series: list[Reading]) -> list[tuple[str, str, int]]:
    """(change, severity, number of the minute)."""
    return [(one.change, one.severity, (one.at - START) // MINUTE) for one in changes(rules, series)]


def test_a_level_raises_escalates_in_place_and_clears() -> None:
    series = readings(1, 3, 3.1, 4.5, 3.5, 4.5, 2.6, 2.5, 3.2)
    assert said(rule_set(HIGH), series) == [
        ("raised", "medium", 2),
        ("escalated", "critical", 3),
        ("cleared", "critical", 7),
        ("raised", "medium", 8),
    ]


def test_below_looks_at_the_other_side() -> None:
    low = {**HIGH, "levels": [{"below": 1.0, "severity": "low"}], "clear": 1.5}
    found = changes(rule_set(low), readings(1, 0.9, 1.2, 1.5))
    assert [(one.change, one.value, one.limit) for one in found] == [
        ("raised", 0.9, 1.0),
        ("cleared", 1.5, 1.5),
    ]


def test_a_value_beyond_counts_only_after_the_time_to_hold() -> None:
    held = {**HIGH, "hold": 120}
    series = readings(3.1, 3.1, 2.9, 3.1, 3.1, 4.1, 4.1, 4.1)
    found = changes(rule_set(held), series)
    assert said(rule_set(held), series) == [("raised", "medium", 5), ("escalated", "critical", 7)]
    assert [seen.value for seen in found[0].evidence] == [3.1, 3.1, 4.1]


def test_n_of_the_last_m_readings_are_needed() -> None:
    some = {**HIGH, "of": [3, 5]}
    series = readings(3.1, 2.9, 3.2, 2.9, 2.9, 3.3, 3.4, 3.5)
    found = changes(rule_set(some), series)
    assert said(rule_set(some), series) == [("raised", "medium", 6)]
    assert [seen.value for seen in found[0].evidence] == [3.2, 3.3, 3.4]


def test_the_mean_of_a_window_is_judged_once_there_is_enough_of_it() -> None:
    mean = {**HIGH, "window": {"take": "mean", "seconds": 720}}
    series = readings(*[9.0] * 3, *[2.0] * 30)
    found = changes(rule_set(mean), series)
    assert said(rule_set(mean), series) == [("raised", "critical", 8), ("cleared", "critical", 14)]
    assert len(found[0].evidence) == 9
    assert round(found[0].value, 3) == round((27 + 12) / 9, 3)


def test_the_greatest_value_of_a_window_tells_that_nothing_happened() -> None:
    idle = {**HIGH, "levels": [{"below": 1.0, "severity": "low"}], "clear": 1.0}
    idle["window"] = {"take": "max", "seconds": 720}
    assert said(rule_set(idle), readings(5, *[0.0] * 12, 2)) == [
        ("raised", "low", 12),
        ("cleared", "low", 13),
    ]


def test_a_rise_is_judged_in_its_unit_or_in_per_cent() -> None:
    rise = {"id": "rise", "metric": "level", "severity": "high"}
    unit = {**rise, "rate": {"direction": "rise", "by": 1.0, "seconds": 600}}
    percent = {**rise, "rate": {"direction": "rise", "by": 50.0, "percent": True, "seconds": 600}}
    slow, fast = readings(1, 1.5, 2.0, every=5 * MINUTE), readings(2, 2.5, 3.2, 3.2)
    assert said(rule_set(unit), slow) == []
    assert said(rule_set(unit), fast) == [("raised", "high", 2)]
    found = changes(rule_set(percent), fast)
    assert [(one.change, round(one.value)) for one in found] == [("raised", 60)]
    assert [seen.value for seen in found[0].evidence] == [2, 3.2]


def test_a_fall_ends_when_the_change_is_half_of_what_raised_it() -> None:
    fall = {"id": "fall", "metric": "level", "severity": "high"}
    rules = rule_set({**fall, "rate": {"direction": "fall", "by": 1.0, "seconds": 600}})
    assert said(rules, readings(3, 1.5, 2.4, 2.5)) == [("raised", "high", 1), ("cleared", "high", 3)]


def test_a_rule_looks_only_in_its_hours_and_over_midnight() -> None:
    night = {**HIGH, "schedule": {"start": "22:00", "end": "06:00", "days": ["mon"]}}
    series = readings(*[5.0] * 30, every=60 * MINUTE)  # Monday 10:00 to Tuesday 15:00
    assert said(rule_set(night), series) == [("raised", "critical", 720), ("cleared", "critical", 1200)]


def test_readings_of_a_muted_time_are_not_judged_but_marked() -> None:
    muted = [(START + MINUTE, START + 3 * MINUTE)]
    rules = rule_set(HIGH, muted=muted, step=1.0)
    _, found, marked = evaluate(rules, rules.start(), readings(1, 5, 5, 5))
    assert [(one.change, one.at) for one in found] == [("raised", START + 3 * MINUTE)]
    assert [one.flags for one in marked] == [0, STEP, 0, 0]


def test_readings_that_are_not_plausible_in_a_row_are_an_alarm_of_their_own() -> None:
    rules = rule_set({"id": "faulty", "metric": "level", "faulty": 2, "severity": "low"}, HIGH)
    series = [one._replace(flags=RANGE) if one.value > 50 else one for one in readings(1, 99, 1, 99, 99, 1)]
    found = changes(rules, series)
    assert said(rules, series) == [("raised", "low", 4), ("cleared", "low", 5)]
    assert [seen.value for seen in found[0].evidence] == [99, 99]


def test_a_value_that_never_changes_is_stuck_and_no_longer_counts() -> None:
    rules = rule_set(HIGH, stuck=180)
    _, _, marked = evaluate(rules, rules.start(), readings(2, 2, 2, 2, 2, 2.1))
    assert [one.flags for one in marked] == [0, 0, 0, STUCK, STUCK, 0]


def test_a_rule_with_new_limits_keeps_its_alarm() -> None:
    memory, _, _ = evaluate(rule_set(HIGH), {}, readings(5))
    lower = rule_set({**HIGH, "levels": [{"above": 2.0, "severity": "low"}], "clear": 1.0})
    memory, found, _ = evaluate(lower, memory, readings(3, 0.5, start=START + MINUTE))
    assert [(one.change, one.severity) for one in found] == [("cleared", "critical")]


def test_the_alarm_of_a_rule_that_is_gone_ends_with_the_next_reading() -> None:
    memory, _, _ = evaluate(rule_set(HIGH), {}, readings(5))
    _, found, _ = evaluate(rule_set(), memory, readings(5, 5, start=START + MINUTE))
    assert [(one.rule, one.change, one.severity) for one in found] == [("high-water", "cleared", "critical")]


def test_the_citys_rules_join_those_of_the_profile_and_inactive_ones_wait() -> None:
    profile = {"id": "river", "quantities": {"level": {}}, "rules": [{**HIGH, "active": False}]}
    own = [
        {**HIGH, "id": "mine", "thing": "river-1"},
        {**HIGH, "id": "other", "thing": "river-2"},
        {**HIGH, "id": "all", "profile": "river"},
    ]
    assert [*compile_rules(profile, own, zone="UTC", thing="river-1").rules] == ["mine", "all"]
    every = compile_rules(profile, own, zone="UTC", thing="river-1", every=True)
    assert [*every.rules] == ["high-water", "mine", "all"]
