"""An alarm as a state machine: the same in whatever parts its changes come; places; quiet hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.sensing.alarms import quiet, replaying
from functions.sensing.alarms.domain import Alarm, Episode, fold, near
from tests.sensing.alarms.rig import change

STEPS = st.lists(
    st.tuples(st.sampled_from(["raised", "escalated", "cleared"]), st.sampled_from(["high", "critical"])),
    max_size=12,
)


def row(steps: list[tuple[str, str]]) -> list[Any]:
    return [change(what=what, at=n * 1000, severity=severity) for n, (what, severity) in enumerate(steps)]


def kept(parts: list[list[Any]]) -> tuple[Alarm | None, dict[int, Episode]]:
    alarm: Alarm | None = None
    episodes: dict[int, Episode] = {}
    for part in parts:
        folded = fold("gauge-1", "flood", alarm, part)
        alarm = folded.alarm or alarm
        episodes.update({one.raised: one for one in folded.episodes})
    return alarm, episodes


@settings(max_examples=200, deadline=None)
@given(STEPS, st.integers(0, 12))
def test_changes_give_the_same_in_whatever_parts_they_come(steps: list[tuple[str, str]], cut: int) -> None:
    changes = row(steps)
    assert kept([changes]) == kept([changes[:cut], changes[cut:]])


@settings(max_examples=200, deadline=None)
@given(STEPS, STEPS, st.integers(0, 12))
def test_a_replay_ends_with_what_order_would_have_given(
    seen: list[tuple[str, str]], truth: list[tuple[str, str]], cut: int
) -> None:
    """Whatever was stored before late readings came, a replay of the truth from any moment on gives the
    episodes and the state that the truth alone gives."""
    cut = min(cut, len(truth))
    right, wrong = row(truth), row(truth[:cut] + seen[cut:])
    alarm, episodes = kept([wrong])
    wanted_alarm, wanted = kept([right])
    stored = [episodes[key] for key in sorted(episodes)]
    before, _ = kept([right[:cut]])
    standing = None
    if before and before.active:
        standing = row([("raised", before.episode.severity)])[0]._replace(at=cut * 1000)
    found = replaying.compare("gauge-1", "flood", alarm, stored, cut * 1000, right[cut:], standing)
    if found is not None:
        episodes = {key: one for key, one in episodes.items() if key not in found.moved}
        episodes.update({one.raised: one for one in found.folded.episodes})
        alarm = found.folded.alarm
    valid = {key: one for key, one in episodes.items() if not one.withdrawn}
    assert valid == wanted
    if wanted_alarm and alarm:
        assert (alarm.active, alarm.episode) == (wanted_alarm.active, wanted_alarm.episode)


HERE = {"thing": "a", "lat": 30.27, "lon": -97.74, "area": ""}


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({**HERE, "thing": "b", "lat": 30.2726}, True),
        ({**HERE, "thing": "b", "lat": 30.2728}, False),
        ({"thing": "a", "lat": None, "lon": None, "area": ""}, True),
        ({"thing": "b", "lat": None, "lon": None, "area": ""}, False),
    ],
    ids=["289 m", "311 m", "the device itself", "nowhere"],
)
def test_a_place_is_the_same_within_three_hundred_metres(other: dict[str, Any], same: bool) -> None:
    assert near(HERE, other) == near(other, HERE) == same
    assert near({**HERE, "area": "harbour"}, {**other, "area": "harbour"})


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-11-20T02:00", "2026-11-20T06:00"),
        ("2026-11-20T23:00", "2026-11-21T06:00"),
        ("2026-11-20T12:00", "2026-11-20T12:00"),
        ("2026-11-22T02:00", "2026-11-22T02:00"),
    ],
    ids=["night", "evening", "day", "a night that began on a day without quiet hours"],
)
def test_quiet_hours_end_by_the_citys_own_time(moment: str, end: str) -> None:
    hours = {"start": "22:00", "end": "06:00", "days": ["mon", "tue", "wed", "thu", "fri"]}

    def utc(text: str) -> datetime:
        return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)

    assert quiet.end_of(hours, utc(moment), "Asia/Shanghai") == utc(end)


def test_an_alarm_that_gets_worse_asks_for_somebody_again() -> None:
    alarm = fold("gauge-1", "flood", None, row([("raised", "high")])).alarm
    assert alarm
    known = replace(alarm, state="acknowledged", by="wes@oakville.example")
    worse = fold("gauge-1", "flood", known, [change(what="escalated", at=5, severity="critical")]).alarm
    assert worse and (worse.state, worse.by, worse.episode.severity) == ("raised", "", "critical")
