"""Working days against the plainest counting there is."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.tenancy.calendar import (
    WEEKDAYS,
    add_working_days,
    hours_of,
    is_working_day,
    working_days_between,
)

WORK = [["08:30", "12:00"], ["13:30", "17:30"]]
CHINA = {
    "week": {**dict.fromkeys(WEEKDAYS[:5], WORK), "sat": [], "sun": []},
    "holidays": [
        {"date": day} for day in ("2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07")
    ],
    "extra_days": [
        {"date": "2026-10-10", "hours": []},
        {"date": "2026-09-20", "hours": [["09:00", "12:00"]]},
    ],
}

days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@st.composite
def calendars(draw):
    week = {name: draw(st.sampled_from([[], WORK])) for name in WEEKDAYS}
    week["wed"] = WORK
    off = draw(st.lists(days, max_size=20, unique=True))
    worked = draw(st.lists(days, max_size=5, unique=True))
    return {
        "week": week,
        "holidays": [{"date": day.isoformat()} for day in off],
        "extra_days": [{"date": day.isoformat(), "hours": []} for day in worked],
    }


def test_the_golden_week_and_its_make_up_day_count_as_announced():
    assert add_working_days(CHINA, date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert add_working_days(CHINA, date(2026, 9, 30), 3) == date(2026, 10, 10)  # a Saturday that is worked
    assert add_working_days(CHINA, date(2026, 9, 30), 4) == date(2026, 10, 12)


def test_an_extra_day_has_its_own_hours_or_the_usual_ones():
    assert hours_of(CHINA, date(2026, 9, 20)) == [["09:00", "12:00"]]
    assert hours_of(CHINA, date(2026, 10, 10)) == WORK
    assert hours_of(CHINA, date(2026, 10, 1)) == []


def test_zero_working_days_is_the_first_working_day_from_there():
    assert add_working_days(CHINA, date(2026, 10, 1), 0) == date(2026, 10, 8)
    assert add_working_days(CHINA, date(2026, 10, 8), 0) == date(2026, 10, 8)


def test_counting_backwards_or_in_an_empty_calendar_is_an_error():
    with pytest.raises(ValueError, match="backwards"):
        add_working_days(CHINA, date(2026, 1, 1), -1)
    with pytest.raises(ValueError, match="no working day"):
        add_working_days({"week": {}}, date(2026, 1, 1), 1)


@settings(deadline=None)
@given(calendars(), days, st.integers(1, 40))
def test_the_result_is_a_working_day_with_exactly_that_many_working_days_up_to_it(calendar, start, count):
    end = add_working_days(calendar, start, count)
    assert is_working_day(calendar, end)
    assert working_days_between(calendar, start, end) == count
    assert working_days_between(calendar, start, end - timedelta(days=1)) == count - 1


@settings(deadline=None)
@given(calendars(), days, st.integers(0, 20), st.integers(0, 20))
def test_adding_in_two_parts_is_adding_the_sum(calendar, start, first, second):
    if first:  # zero moves to the next working day, which is not the same as not moving
        halfway = add_working_days(calendar, start, first)
        assert add_working_days(calendar, halfway, second) == add_working_days(
            calendar, start, first + second
        )


@settings(deadline=None)
@given(calendars(), days, days)
def test_a_later_start_never_ends_earlier(calendar, one, other):
    early, late = sorted((one, other))
    assert add_working_days(calendar, early, 5) <= add_working_days(calendar, late, 5)
