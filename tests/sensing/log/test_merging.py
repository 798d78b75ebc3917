"""What is read while late readings wait is what closing makes of them, at a bounded price."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.sensing.domain import Reading
from functions.sensing.log import closing, merging
from functions.sensing.log.appending import ShardLog
from functions.sensing.log.days import by_day, day_of
from functions.sensing.log.domain import DAY_MS
from functions.sensing.log.merging import ClosedDays, made_anew
from functions.sensing.log.planning import Incoming
from tests.sensing.log.shelf import FakeShelf
from tests.sensing.log.test_order import RULES, T0, rules_of, stored_series

HOUR_MS = 3_600_000
BEGIN = date(2026, 11, 20)


def message(number, readings):
    return Incoming(f"m{number}", T0 + 1_000 * DAY_MS, tuple(sorted(readings)))


def read(shelf, log, first, last):
    """The series of some days, as read.py puts it together."""
    fresh = by_day(waiting(shelf), RULES.zone)
    fresh = {day: own for day, own in fresh.items() if day <= last}
    found = {day.date: day.readings for day in shelf.days_since("a", first) if day.date <= last}
    closed = ClosedDays(
        lambda day: shelf.memory_before("a", day),
        lambda day: (one for one in shelf.days_since("a", day) if one.date <= last),
    )
    found |= {day: one.readings for day, one in made_anew(RULES, closed, fresh, first).items()}
    return [reading for day in sorted(found) if first <= day <= last for reading in found[day]]


def waiting(shelf):
    found = []
    for seq, entry in shelf.read_entries(shelf.closed):
        found += [one.reading for one in entry.arrivals.get("a", ())] if seq > shelf.closed else []
    return found


VALUES = {"level": [1.0, 1.0, 1.0, 2.0, 4.0], "battery": [50.0, 51.0], "rain": [0.0]}


@st.composite
def readings(draw, days):
    metric = draw(st.sampled_from(["level", "level", "battery", "rain"]))
    at = T0 + draw(st.integers(0, days * 24 - 1)) * HOUR_MS
    return Reading(at, metric, draw(st.sampled_from(VALUES[metric])))


@settings(deadline=None, max_examples=200)
@given(st.lists(readings(20), min_size=8, max_size=40), st.lists(readings(20), min_size=1, max_size=4))
def test_a_read_before_closing_is_the_read_after_it(stored, late):
    shelf = FakeShelf(RULES)
    log = ShardLog(shelf)
    log.store({"a": [message(1, stored)]}, rules_of)
    closing.close(shelf, rules_of)
    log.store({"a": [message(2, late)]}, rules_of)
    ranges = [(BEGIN + timedelta(days=first), BEGIN + timedelta(days=20)) for first in range(0, 20, 3)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "JUMP_AFTER", 1)
        before = [read(shelf, log, *days) for days in ranges]
    after = stored_series(shelf, "a")
    assert before == [
        [r for r in after if first <= day_of(r.at, RULES.zone) <= last] for first, last in ranges
    ]


@pytest.mark.parametrize("metric", ["level", "battery"])
def test_a_reading_of_two_years_ago_costs_a_few_days_and_not_two_years(metric):
    """Also when the same metric never comes again: then nothing but the days asked for depends on it."""
    shelf = FakeShelf(RULES)
    log = ShardLog(shelf)
    hours = [Reading(T0 + n * 6 * HOUR_MS, "level", 1 + n % 3 / 10) for n in range(700 * 4)]
    log.store({"a": [message(1, hours)]}, rules_of)
    closing.close(shelf, rules_of)
    log.store({"a": [message(2, [Reading(T0 + 3 * DAY_MS + 1, metric, 1.05)])]}, rules_of)
    log.store({"a": [message(3, [Reading(T0 + 700 * DAY_MS, "level", 1.0)])]}, rules_of)
    shelf.yielded = []
    last = day_of(T0 + 700 * DAY_MS, RULES.zone)
    found = read(shelf, log, last - timedelta(days=7), last)
    assert len(shelf.yielded) < 4 * (8 + 8 + 3 * 9)
    assert found == [
        r for r in stored_series(shelf, "a") if day_of(r.at, RULES.zone) >= last - timedelta(days=7)
    ]
