"""A try of silence and of two rules together says what the rounds and the two alarms would have said."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.sensing.alarms.silence import Heard, judge
from functions.sensing.domain import Reading
from functions.sensing.rules.trying import ROUND_MS, Episode, silences, together

MINUTE = 60_000
END = 400 * MINUTE
stretches = st.tuples(st.integers(0, 400), st.integers(1, 90)).map(
    lambda one: (one[0] * MINUTE, (one[0] + one[1]) * MINUTE)
)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.integers(0, 390), min_size=1, max_size=12),
    st.lists(stretches, max_size=2),
    st.integers(1, 40),
)
def test_silence_is_found_as_the_rounds_of_every_fifth_minute_find_it(
    minutes: list[int], muted: list[tuple[int, int]], times: int
) -> None:
    readings = [Reading(minute * MINUTE + 1, "level", 1.0) for minute in minutes]
    found, alarmed = [], None
    for now in range(0, END, ROUND_MS):
        received = max((one.at for one in readings if one.at <= now), default=None)
        quiet = any(start <= now < over for start, over in muted)
        heard = Heard("a", "silence", "urgent", received, MINUTE, times, alarmed, quiet)
        verdict = judge(now, [heard])
        if verdict.silent:
            alarmed = now
        elif verdict.back:
            found.append(alarmed)
            alarmed = None
    found += [alarmed] if alarmed is not None else []
    episodes = silences(readings, times * MINUTE, muted, END, "low")
    assert [one.since for one in episodes] == found
    assert [one.since for one in episodes if one.until is None] == ([alarmed] if alarmed is not None else [])


def row(*pairs: tuple[int, int | None]) -> list[Episode]:
    return [Episode(since, until, "low", 1.0) for since, until in pairs]


def test_two_rules_are_together_while_both_are_raised() -> None:
    first, second = row((0, 10), (20, 40), (50, None)), row((5, 25), (40, 45), (47, None))
    assert [(one.since, one.until) for one in together(first, second, "high")] == [
        (5, 10), (20, 25), (50, None)
    ]  # fmt: skip
    assert together([], second, "high") == []
