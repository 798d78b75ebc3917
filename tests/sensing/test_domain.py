import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.sensing.domain import ACTIVE, Reading, Rule, quantity_of, readings_of, step, walk
from functions.sensing.senml import Record, SenmlError
from functions.sensing.units import convert, shown

LEVEL = {"level": {"unit": "m", "range": [0, 12]}, "battery": {"unit": "%EL", "range": [0, 100]}}
HIGH = Rule("high", "level", "above", 4.0, 3.5, readings=2)
LOW = Rule("low", "battery", "below", 20, 30)


def changes(rule, values):
    memory, found = 0, []
    for value in values:
        memory, change = step(rule, memory, value)
        found.append(change)
    return found


def test_an_alarm_needs_its_number_of_readings_in_a_row():
    assert changes(HIGH, [4.1, 3.9, 4.1, 4.2, 5]) == [None, None, None, "raised", None]


def test_an_alarm_ends_only_at_its_clear_level():
    assert changes(HIGH, [4.1, 4.2, 3.9, 3.6, 4.5, 3.5, 4.1]) == [
        None,
        "raised",
        None,
        None,
        None,
        "cleared",
        None,
    ]


def test_a_rule_that_watches_from_below_is_its_mirror():
    assert changes(LOW, [21, 19, 25, 30, 31]) == [None, "raised", None, "cleared", None]


@given(st.lists(st.floats(-10, 10), max_size=60), st.integers(1, 4))
def test_raised_and_cleared_take_turns(values, readings):
    rule = Rule("r", "level", "above", 2.0, 1.0, readings=readings)
    found = [change for change in changes(rule, values) if change]
    assert found == (["raised", "cleared"] * len(values))[: len(found)]


def test_walk_stops_at_the_first_change_and_remembers_every_rule():
    row = [Reading(1, "level", 4.1), Reading(2, "battery", 10), Reading(3, "level", 9)]
    memory, transition = walk([HIGH, LOW], {}, row)
    assert memory == {"high": 1, "low": ACTIVE}
    assert (transition.rule.id, transition.change, transition.reading.at) == ("low", "raised", 2)


def test_a_rule_comes_from_the_configuration_and_watches_a_thing_or_a_profile():
    one = Rule.from_config(
        {"id": "a", "metric": "level", "levels": [{"above": 4}], "clear": 3, "thing": "river-1"}
    )
    all_ = Rule.from_config(
        {"id": "b", "metric": "level", "levels": [{"below": 4}], "clear": 5, "profile": "river", "of": [3, 3]}
    )
    assert (one.kind, one.level, one.readings, all_.kind, all_.readings) == ("above", 4.0, 1, "below", 3)
    assert one.watches("river-1", "x") and not one.watches("river-2", "river-level")
    assert all_.watches("river-2", "river") and not all_.watches("river-2", "air")


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("level", "level"),
        ("urn:dev:x:level", "level"),
        ("qinghe:river-9/level", "level"),
        ("x_level", "level"),
        ("sublevel", None),
        ("levels", None),
        ("level:", None),
    ],
)
def test_the_quantity_is_the_end_of_the_senml_name(name, quantity):
    assert quantity_of(name, LEVEL) == quantity


def test_the_longest_quantity_wins():
    assert quantity_of("x:pm2-5", {"5": {}, "pm2-5": {}}) == "pm2-5"


def test_readings_are_converted_to_the_profile_and_unknown_names_are_told():
    records = [
        Record("a:level", 10.0, "mm", 4200.0),
        Record("a:tilt", 10.0, "deg", 3.0),
        Record("a:battery", 9.5, None, 80.0),
    ]
    assert readings_of(records, LEVEL) == (
        [Reading(9500, "battery", 80.0), Reading(10_000, "level", 4.2)],
        ["a:tilt"],
    )


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (Record("tilt", 1.0, "deg", 3.0), "no quantity"),
        (Record("level", 1.0, "Cel", 3.0), "Cel, which cannot become m"),
        (Record("level", 1.0, "m", 13.0), "outside the range"),
        (Record("level", 1.0, "m", "high"), "not a number"),
        (Record("level", 1.0, "m", None, sum=4.0), "not a number"),
    ],
)
def test_what_does_not_fit_the_profile_is_refused(record, words):
    with pytest.raises(SenmlError, match=words):
        readings_of([record], LEVEL)


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "expected"),
    [
        (1013.2, "hPa", "Pa", 101320.0),
        (101320, "Pa", "hPa", 1013.2),
        (55.0, "km", "m", 55000.0),
        (0.4, "/", "/100", 40.0),
        (10, "dBm", "dBW", -20.0),
        (5, None, "m", 5),
        (5, "m", "Cel", None),
        (5, "x", None, 5),
        (35, "ug/m3", "ug/m3", 35),
    ],
)
def test_units_of_the_same_quantity_convert(value, unit, wanted, expected):
    assert convert(value, unit, wanted) == expected


def test_units_are_written_for_people():
    assert (shown("Cel"), shown("m"), shown(None)) == ("°C", "m", "")
