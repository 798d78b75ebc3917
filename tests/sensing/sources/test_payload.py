import json

import pytest

from functions.sensing.domain import CLOCK, RANGE, Reading
from functions.sensing.senml import SenmlError
from functions.sensing.sources.payload import quantity_of, read

NOW = 1_790_000_000_000
WATER = {"level": {"unit": "m", "range": [0, 12]}, "battery": {"unit": "%EL", "range": [0, 100]}}


def readings(message, quantities=WATER):
    return read(message if isinstance(message, str) else json.dumps(message), NOW, quantities).readings


@pytest.mark.parametrize(
    "message",
    [
        {"level": 1.5},
        {"level": 1.5, "firmware": "1.2", "battery": None},
        {"t": 0, "level": 1.5},
        {"ts": NOW, "values": {"level": 1.5}},
        [{"ts": NOW, "values": {"level": 1.5, "colour": "red"}}],
        [{"n": "level", "v": 1.5}],
        [{"n": "river-1:level", "u": "cm", "v": 150}, {"n": "river-1:tilt", "v": 3}],
        [{"n": "level", "v": 1.5}, {"n": "level", "v": 1.5}],
    ],
)
def test_every_form_of_a_message_is_the_same_reading(message):
    assert readings(message) == [Reading(NOW, "level", 1.5)]


def test_a_plain_message_has_one_time_for_its_values_and_may_be_a_row_of_messages():
    found = readings(
        [{"t": -60, "values": {"level": 1}}, {"t": -30, "values": {"level": True, "battery": 90}}]
    )
    assert found == [
        Reading(NOW - 60_000, "level", 1.0),
        Reading(NOW - 30_000, "battery", 90.0),
        Reading(NOW - 30_000, "level", 1.0),
    ]


def test_what_the_sensor_cannot_measure_and_a_fast_clock_are_marked_and_kept():
    pack = [{"n": "level", "v": 12.5}, {"n": "level", "v": 1, "t": 61}, {"n": "level", "v": -1, "t": 299}]
    assert [(one.value, one.flags) for one in readings(pack)] == [
        (12.5, RANGE),
        (1, CLOCK),
        (-1, RANGE | CLOCK),
    ]


def test_two_values_of_one_moment_are_both_kept():
    assert len(readings([{"n": "level", "v": 1}, {"n": "level", "v": 2}])) == 2


def test_the_shortest_update_time_is_the_promise_of_the_device():
    pack = [{"n": "level", "v": 1, "ut": 60}, {"n": "battery", "v": 80, "ut": 86_400}, {"n": "level", "v": 2}]
    assert read(json.dumps(pack), NOW, WATER).promise == 60
    assert read('[{"n":"level","v":1,"ut":0}]', NOW, WATER).promise is None
    assert read('[{"n":"level","v":1,"ut":1e12}]', NOW, WATER).promise == 31 * 86_400


def test_names_that_the_profile_does_not_know_are_told():
    assert read('{"level": 1, "tilt": 2}', NOW, WATER).strange == ["tilt"]


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("level", "level"),
        ("urn:dev:x:level", "level"),
        ("qinghe:river-9/level", "level"),
        ("urn:dev:ow:10e2073a01080063_level", "level"),
        ("urn:dev:ow:10e2073a01080063_battery_level", None),
        ("river-1:battery_level", None),
        ("battery_level", None),
        ("max-level", None),
        ("alarm.level", None),
        ("sublevel", None),
        ("levels", None),
        ("level:", None),
    ],
)
def test_the_quantity_is_the_end_of_the_senml_name(name, quantity):
    assert quantity_of(name, WATER) == quantity


def test_another_quantity_whose_name_ends_alike_is_no_reading_of_this_one():
    found = read('{"level": 1.4, "battery_level": 12}', NOW, WATER)
    assert (found.readings, found.strange) == ([Reading(NOW, "level", 1.4)], ["battery_level"])


def test_the_longest_quantity_wins():
    assert quantity_of("x:pm2-5", {"5": {}, "pm2-5": {}}) == "pm2-5"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"tilt": 3}, "has no quantity tilt; it has level, battery"),
        ([{"n": "tilt", "v": 3}], "has no quantity tilt; it has level, battery"),
        ([{"n": "level", "u": "Cel", "v": 3}], "Cel, which cannot become m"),
        ([{"n": "level", "vs": "high"}], "level is not a number"),
        ([{"n": "level", "s": 4}], "level is not a number"),
        ({"level": "1.5"}, "level is not a number"),
        ({"level": [1]}, "level is not a number"),
        ({"n": "level", "v": 1}, "JSON array of records"),
        ({"level": None}, "the pack is empty"),
        ({"ts": NOW // 1000, "level": 1}, "not in milliseconds"),
        ({"ts": "today", "level": 1}, "ts is not a number"),
        ({"ts": NOW + 301_000, "level": 1}, "in the future"),
        ({"t": "now", "level": 1}, "t is not a number"),
        ({"ts": 10**400, "level": 1}, "in the future"),
        (3, "JSON array"),
    ],
)
def test_a_message_that_says_nothing_usable_is_refused_with_its_reason(message, words):
    with pytest.raises(SenmlError, match=words):
        readings(message)
