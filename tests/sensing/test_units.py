import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.sensing import profiles
from functions.sensing.units import UNITS, convert, known, shown, ucum

NUMBERS = st.floats(-1e6, 1e6).map(lambda number: round(number, 6))
PAIRS = [(a, b) for a in UNITS for b in UNITS if a != b and UNITS[a].base == UNITS[b].base]


@given(st.sampled_from(PAIRS), NUMBERS)
def test_there_and_back_is_the_same_value(pair, value):
    one, other = pair
    there = convert(value, one, other)
    back = convert(there, other, one)
    # twelve digits of the greater of the two: an offset (K, degF, dBm) takes digits from a small number
    slack = max(
        abs(value), abs(UNITS[one].offset) / UNITS[one].scale, abs(UNITS[other].offset) / UNITS[one].scale
    )
    assert math.isclose(back, value, rel_tol=1e-9, abs_tol=1e-9 * max(slack, 1e-6))


@given(st.sampled_from(PAIRS), NUMBERS, NUMBERS)
def test_a_conversion_keeps_the_order(pair, one, other):
    low, high = sorted((one, other))
    assert convert(low, *pair) <= convert(high, *pair)


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "expected"),
    [
        (212, "degF", "Cel", 100),
        (273.15, "K", "Cel", 0),
        (1.5, "mg/m3", "ug/m3", 1500),
        (0.3, "MPa", "hPa", 3000),
        (1, "kWh", "J", 3_600_000),
        (36, "m3/h", "l/s", 10),
        (55, "/100", "%RH", 55),
        (30.5, "deg", "lat", 30.5),
        (7.2, "ug/l", "mg/L", 0.0072),
        (4, "NTU", "mg/L", None),
        (4, "furlong", "m", None),
    ],
)
def test_what_sensors_of_a_town_use_converts(value, unit, wanted, expected):
    assert convert(value, unit, wanted) == expected


def test_every_base_is_in_the_table_and_is_its_own():
    for name, unit in UNITS.items():
        assert UNITS[unit.base].base == unit.base, name
        assert unit.ucum


def test_profiles_use_known_units_and_show_them():
    units = {
        quantity["unit"] for one in profiles.load_all().values() for quantity in one["quantities"].values()
    }
    assert all(known(unit) for unit in units)
    assert (shown("ug/m3"), shown("count"), ucum("Cel")) == ("µg/m³", "", "Cel")
