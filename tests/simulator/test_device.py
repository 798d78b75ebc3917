"""The simulator's devices: repeatable, as their profile says, with labels that are true."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.sensing import profiles
from functions.sensing.rules import compile_rules, evaluate
from functions.sensing.sources.payload import read
from infra.simulator.demands import next_hours
from infra.simulator.device import SimDevice, gaps, pack
from infra.simulator.samples import stage
from infra.simulator.score import OFFSET, ZONE, received
from infra.simulator.shapes import DAY
from infra.simulator.transport import KINDS, troubled
from infra.simulator.weather import HEAVY, Weather

START = 1_790_000_000.0
WEEK = 7 * DAY


def device(profile_id="river-level", seed="seed", **options):
    profile = profiles.load(profile_id)
    return SimDevice("river-1", profile, profile["rules"], seed, **options)


@pytest.mark.parametrize("profile_id", profiles.profile_ids())
def test_every_ordinary_reading_is_taken_without_a_mark(profile_id):
    one = device(profile_id, every=None)
    one.begin(START, START + DAY)
    for message in list(one.messages(START, START + DAY))[:40]:
        found = read(
            json.dumps(pack(one, [message])), round(message.received * 1000), one.profile["quantities"]
        )
        assert (found.strange, {reading.flags for reading in found.readings}) == ([], {0})
        assert len(found.readings) == len(one.profile["quantities"])


def series(seed, faults=True):
    one = device(seed=seed)
    labels = one.begin(START, START + WEEK, faults)
    messages, troubles = troubled("river-1", one.messages(START, START + WEEK), seed, DAY, one.interval)
    return [(m, one.values(m.moment)) for m in messages], labels, troubles


def test_the_same_seed_gives_the_same_week_and_another_one_another():
    first, again, other = series("a"), series("a"), series("b")
    assert first == again
    assert first != other


def test_a_day_can_be_begun_in_the_middle():
    one, two = device(every=None), device(every=None)
    every = list(one.messages(START, START + DAY))
    rest = list(two.messages(START + DAY / 2, START + DAY))
    assert rest == [message for message in every if message.moment >= START + DAY / 2]
    assert [one.values(m.moment) for m in rest] == [two.values(m.moment) for m in rest]


def test_whatever_goes_wrong_on_the_way_changes_no_measurement():
    one = device()
    one.begin(START, START + WEEK)
    sent = list(one.messages(START, START + WEEK))
    arrived, labels = troubled("river-1", sent, "seed", DAY / 4, one.interval)
    assert {message.moment for message in arrived} == {message.moment for message in sent}
    assert {label.name for label in labels} == set(KINDS)
    assert [m.received for m in arrived] == sorted(m.received for m in arrived)
    assert all(m.received >= m.moment and m.at <= m.received + 60 for m in arrived)
    assert max(Counter(message.moment for message in arrived).values()) == 2


def test_a_silence_is_as_long_as_its_label():
    one = device()
    labels = one.begin(START, START + 30 * DAY)
    messages = list(one.messages(START, START + 30 * DAY))
    quiet = [label for label in labels if label.name == "silence"]
    longest = sorted(end - start for start, end in gaps(messages, START, START + 30 * DAY))[-len(quiet) :]
    for label, gap in zip(sorted(quiet, key=lambda one: one.end - one.start), longest, strict=True):
        assert label.end - label.start <= gap <= label.end - label.start + 2.5 * one.interval


def test_ordinary_days_without_events_tell_nobody_anything_in_any_profile():
    for profile_id in profiles.profile_ids():
        profile = profiles.load(profile_id)
        one = SimDevice("x", profile, profile["rules"], "calm", offset=OFFSET, every=None)
        one.begin(START, START + 3 * DAY)
        rules = compile_rules(profile, zone=ZONE, every=True, **stage(profile))
        messages = list(one.messages(START, START + 3 * DAY))
        changes = evaluate(rules, rules.start(), received(one, messages[:: max(1, len(messages) // 600)]))[1]
        told = {rule["id"] for rule in profile["rules"] if not rule.get("silent")}
        assert [(profile_id, one.rule, one.value) for one in changes if one.rule in told] == []


def test_rain_falls_on_the_whole_city_and_storms_are_rarer():
    weather = Weather("seed")
    storms = list(weather.storms(START, START + 120 * DAY))
    days = [weather.rain_of(int(START // DAY) + n) for n in range(120)]
    assert 5 < len(storms) < sum(1 for rain in days if rain) < 90
    assert all(0 <= weather.falling(START + hour * 3600) <= HEAVY for hour in range(500))
    one, two = (device(seed="seed", weather=weather) for _ in range(2))
    assert one.values(storms[0].start + 3600) == two.values(storms[0].start + 3600)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0, 14 * DAY), st.sampled_from(["00:00", "06:30", "22:00"]), st.sampled_from(["06:00", "23:45"])
)
def test_the_hours_of_a_rule_are_found_in_the_citys_own_time(after, start, end):
    found = next_hours({"start": start, "end": end, "days": ["mon", "sat"]}, START + after, 8 * 3600, 600)
    assert found is not None
    begin, over = found
    assert START + after <= begin < over <= begin + DAY
    assert ((over + 8 * 3600) % DAY) / 60 == int(end[:2]) * 60 + int(end[3:])


@pytest.mark.parametrize("seed", ["a", "townkit"])
def test_a_demonstration_begins_with_an_alarm_of_the_citys_own_rules_in_any_weather(seed):
    own = {
        "id": "high-water", "metric": "level", "levels": [{"above": 3.5, "severity": "high"}],
        "clear": 3.2, "of": [3, 3], "department": "works",
    }  # fmt: skip
    profile = profiles.load("river-level")
    rules = [*(rule for rule in profile["rules"] if rule["active"]), own]
    gauge = SimDevice("gauge", profile, rules, seed, interval=10, every=1800)
    first = gauge.begin(START, START + DAY, soon=15)[0]
    assert (first.name, first.start) == ("high-water", START + 15)
