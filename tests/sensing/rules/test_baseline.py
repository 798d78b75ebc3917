"""What is usual: the same hours of four weeks and the same month of last year, against the words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.sensing.domain import Reading
from functions.sensing.rules import RuleSet, compile_rules, evaluate
from functions.sensing.rules.engine import look_again

MIDNIGHT = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp() * 1000)
HOUR, DAY = 3_600_000, 86_400_000
NIGHT = {"direction": "rise", "by": 30.0, "hours": {"start": "02:00", "end": "04:00"}, "least": 5}


def rules_of(usual: dict[str, Any]) -> RuleSet:
    rule = {"id": "more", "metric": "flow", "severity": "low", "usual": usual}
    return compile_rules({"id": "pipe", "quantities": {"flow": {}}, "rules": [rule]}, zone="UTC")


def nights(*levels: float | None, minutes: Sequence[int] = (0, 30, 60, 90, 119)) -> list[Reading]:
    """A reading of each night at some minutes after two, and one at noon that says nothing about nights."""
    found = []
    for day, level in enumerate(levels):
        if level is not None:
            found += [Reading(MIDNIGHT + day * DAY + 2 * HOUR + m * 60_000, "flow", level) for m in minutes]
        found.append(Reading(MIDNIGHT + day * DAY + 12 * HOUR, "flow", 500.0))
    return found


def said(usual: dict[str, Any], series: list[Reading]) -> list[tuple[str, int, float]]:
    """(change, number of the day, per cent)."""
    rules = rules_of(usual)
    found = evaluate(rules, rules.start(), series)[1]
    return [(one.change, (one.at - MIDNIGHT) // DAY, round(one.value, 1)) for one in found]


def test_a_night_of_a_third_more_raises_and_the_next_usual_one_ends_it() -> None:
    series = nights(*[10.0] * 6, 14.0, 12.0, 10.0)
    assert said(NIGHT, series) == [("raised", 6, 40.0), ("cleared", 8, 0.0)]
    rules = rules_of(NIGHT)
    raised = evaluate(rules, rules.start(), series)[1][0]
    assert datetime.fromtimestamp(raised.at / 1000, UTC).strftime("%H:%M") == "03:30"
    assert [one.value for one in raised.evidence] == [14.0] * 4 and raised.limit == 30.0


def test_it_learns_first_and_forgets_after_four_weeks() -> None:
    assert said(NIGHT, nights(*[10.0] * 4, 14.0)) == []
    assert said(NIGHT, nights(*[10.0] * 5, 14.0)) == [("raised", 5, 40.0)]
    assert said(NIGHT, nights(*[10.0] * 5, *[None] * 23, 14.0)) == [("raised", 28, 40.0)]
    assert said(NIGHT, nights(*[10.0] * 5, *[None] * 24, 14.0)) == []


def test_half_a_night_is_neither_judged_nor_learnt() -> None:
    early = nights(14.0, minutes=(0, 30, 60))
    late = nights(14.0, minutes=(40, 60, 90))
    for half in (early, late):
        moved = [one._replace(at=one.at + 6 * DAY) for one in half]
        assert said(NIGHT, [*nights(*[10.0] * 6), *moved]) == []
    assert said(NIGHT, [*nights(*[10.0] * 4), *[one._replace(at=one.at + 4 * DAY) for one in early],
                        *[one._replace(at=one.at + 5 * DAY) for one in nights(14.0)]]) == []  # fmt: skip


def test_the_least_of_the_night_does_not_see_one_great_value_and_less_can_be_told() -> None:
    series = nights(*[10.0] * 6, 10.0)
    series[-3] = series[-3]._replace(value=900.0)
    assert said({**NIGHT, "take": "min"}, series) == []
    assert said(NIGHT, series)[0][0] == "raised"
    assert said({**NIGHT, "direction": "fall"}, nights(*[10.0] * 6, 6.0)) == [("raised", 6, 40.0)]


def test_of_nothing_there_is_no_per_cent_and_nothing_again_is_as_usual() -> None:
    assert said(NIGHT, nights(*[0.0] * 6, 14.0)) == []
    assert said(NIGHT, nights(*[10.0] * 6, 14.0, *[0.0] * 9)) == [("raised", 6, 40.0), ("cleared", 7, -100.0)]


def test_a_month_is_compared_with_the_same_one_a_year_before() -> None:
    year = {"direction": "rise", "by": 20.0, "against": "year"}
    months = [Reading(int(datetime(2025 + n // 12, n % 12 + 1, 3, tzinfo=UTC).timestamp() * 1000), "flow",
                      100.0 + n % 12 * 50) for n in range(30)]  # fmt: skip
    assert said(year, months) == []
    months[16] = months[16]._replace(value=months[16].value * 1.3)
    assert [(change, value) for change, _, value in said(year, months)] == [
        ("raised", 30.0),
        ("cleared", 0.0),
    ]
    assert said(year, [one for n, one in enumerate(months) if n != 4]) == []


def test_another_limit_keeps_what_was_learnt_other_hours_do_not() -> None:
    rules = rules_of(NIGHT)
    memory, _, _ = evaluate(rules, rules.start(), nights(*[10.0] * 6))
    after = [one._replace(at=one.at + 6 * DAY) for one in nights(11.5)]
    assert [one.change for one in evaluate(rules_of({**NIGHT, "by": 10.0}), memory, after)[1]] == ["raised"]
    hours = {"start": "01:00", "end": "04:00"}
    assert evaluate(rules_of({**NIGHT, "by": 10.0, "hours": hours}), memory, after)[1] == []


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.floats(1, 100)), min_size=1, max_size=45),
    st.sampled_from(["min", "mean"]),
    st.lists(st.integers(0, 280), max_size=4),
)
def test_it_is_what_the_words_say_in_whatever_parts_the_readings_come(
    levels: list[float | None], take: str, cuts: list[int]
) -> None:
    usual = {**NIGHT, "take": take}
    rules, series = rules_of(usual), nights(*levels)
    memory, found = rules.start(), []
    for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(series)], strict=True):
        memory, changes, _ = evaluate(rules, memory, series[begin:end])
        memory = json.loads(json.dumps(memory))
        found += changes
        assert len(json.dumps(memory)) < 1500
    assert [(one.change, (one.at - MIDNIGHT) // DAY) for one in found] == list(_slowly(levels))


def _slowly(levels: Sequence[float | None]) -> Any:
    raised = False
    for day, level in enumerate(levels):
        before = [one for one in levels[max(0, day - 28) : day] if one is not None]
        if level is None or len(before) < 5:
            continue
        base = median(float(f"{one:.7g}") for one in before)
        change = (level - base) / base * 100
        if min(abs(change - 30), abs(change - 15)) < 1e-3:
            return
        if raised and change <= 15:
            raised = False
            yield "cleared", day
        elif not raised and change > 30:
            raised = True
            yield "raised", day


def test_summer_time_moves_the_hours_with_the_city() -> None:
    rule = {"id": "more", "metric": "flow", "severity": "low", "usual": {**NIGHT, "least": 3}}
    rules = compile_rules({"id": "p", "quantities": {"flow": {}}, "rules": [rule]}, zone="America/Chicago")
    first = datetime(2026, 3, 5, tzinfo=UTC)
    series = [
        Reading(int((first + timedelta(minutes=15 * n)).timestamp() * 1000), "flow", 10.0)
        for n in range(96 * 6)
    ]
    memory, changes, _ = evaluate(rules, rules.start(), series)
    assert changes == [] and len(memory["r"]["more"]["p"]) == 6  # five nights; of one an hour was left out


def test_a_look_again_after_another_limit_counts_no_reading_twice() -> None:
    rules, stricter = rules_of(NIGHT), rules_of({**NIGHT, "by": 60.0})
    memory, changes, _ = evaluate(rules, rules.start(), nights(*[10.0] * 6, 14.0))
    assert changes and look_again(stricter, memory, MIDNIGHT + 9 * DAY) == (memory, [])
