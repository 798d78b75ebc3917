import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.sensing.senml import ABSOLUTE_FROM, Limits, Record, SenmlError, dump, resolve

NOW = 1_790_000_000.0
NAMES = st.from_regex(r"[a-z0-9][a-z0-9:./_-]{0,12}", fullmatch=True)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
TIMES = st.one_of(st.integers(-86_400, 200), st.floats(NOW - 86_400, NOW + 200))


def reason(payload, now=NOW, limits=None):
    with pytest.raises(SenmlError) as caught:
        resolve(payload if isinstance(payload, bytes | str) else json.dumps(payload), now, limits)
    return str(caught.value)


def test_single_reading_without_a_time_is_taken_as_now():
    pack = '[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]'  # the form of RFC 8428 §5.1.1
    assert resolve(pack, NOW) == [Record("urn:dev:ow:10e2073a01080063", NOW, "Cel", 23.1)]


def test_base_fields_hold_until_replaced():
    """The form of RFC 8428 §5.1.3: a base time, a base unit, one record with its own unit."""
    pack = [
        {"bn": "urn:dev:ow:10e2073a0108006:", "bt": 1.276020076001e9, "bu": "A", "bver": 5},
        {"n": "voltage", "u": "V", "v": 120.1},
        {"n": "current", "t": -5, "v": 1.2},
        {"n": "current", "t": -4, "v": 1.3},
        {"n": "current", "v": 1.7},
        {"bn": "urn:dev:ow:other:", "n": "current", "v": 9},
    ]
    found = resolve(json.dumps(pack), 1.276020080e9)
    assert [(r.name.rsplit(":", 1)[1], r.unit, r.value) for r in found] == [
        ("current", "A", 1.2),
        ("current", "A", 1.3),
        ("voltage", "V", 120.1),
        ("current", "A", 1.7),
        ("current", "A", 9.0),
    ]
    assert [round(r.time - 1.276020076001e9, 3) for r in found] == [-5, -4, 0, 0, 0]
    assert found[-1].name == "urn:dev:ow:other:current"


def test_base_value_and_base_sum_are_added():
    pack = [
        {"bn": "m:", "bv": 20, "n": "a", "v": 1.5},
        {"n": "b"},
        {"bs": 100, "n": "c", "s": 5},
        {"n": "d", "v": -20},
    ]
    assert [(r.name, r.value, r.sum) for r in resolve(json.dumps(pack), NOW)] == [
        ("m:a", 21.5, None),
        ("m:b", 20.0, None),
        ("m:c", None, 105.0),
        ("m:d", 0.0, 100.0),
    ]


def test_text_boolean_and_data_values():
    pack = [{"n": "a", "vs": "open"}, {"n": "b", "vb": False}, {"n": "c", "vd": "aGkgCg"}]
    assert [r.value for r in resolve(json.dumps(pack), NOW)] == ["open", False, b"hi \n"]


def test_times_below_two_to_the_28_are_relative_to_receipt():
    pack = [{"n": "a", "t": -60, "v": 1}, {"n": "a", "t": 120, "v": 2}, {"n": "a", "t": NOW - 5, "v": 3}]
    assert [r.time for r in resolve(json.dumps(pack), NOW)] == [NOW - 60, NOW - 5, NOW + 120]
    edge = resolve(json.dumps([{"n": "a", "t": ABSOLUTE_FROM, "v": 1}]), ABSOLUTE_FROM + 10)
    assert edge[0].time == ABSOLUTE_FROM


def test_the_sum_of_base_time_and_time_decides_whether_it_is_relative():
    pack = [{"bt": -10, "bn": "a", "t": -5, "v": 1}]
    assert resolve(json.dumps(pack), NOW)[0].time == NOW - 15


def test_a_record_of_only_base_fields_is_a_carrier():
    assert len(resolve('[{"bn":"x:","bu":"m","bv":3},{"n":"level","v":1}]', NOW)) == 1


@pytest.mark.parametrize(
    ("pack", "words"),
    [
        ("", "not JSON"),
        ('[{"n":"a","v":1}', "not JSON: "),
        (b"\xff\xfe", "not UTF-8"),
        ("[" * 60_000, "nested too deeply"),
        ('{"n":"a","v":1}', "array of records"),
        ([], "empty"),
        ([1], "Record 1: it is not an object"),
        ([{"bn": "a", "bt": 1}], "holds no reading"),
        ([{"n": "a"}], "has no value"),
        ([{"v": 1}], "has no name"),
        ([{"n": "-a", "v": 1}], "not a SenML name"),
        ([{"n": "a b", "v": 1}], "not a SenML name"),
        ([{"n": "a\n", "v": 1}], "not a SenML name"),
        ([{"n": "a", "v": 1, "vs": "x"}], "2 values"),
        ([{"n": "a", "v": "1"}], "v is not a number"),
        ([{"n": "a", "v": True}], "v is not a number"),
        ([{"n": "a", "v": None}], "v is not a number"),
        ([{"n": 5, "v": 1}], "n is not text"),
        ([{"n": "a", "vb": 1}], "vb is not true or false"),
        ([{"n": "a", "vd": "a=="}], "base64url"),
        ([{"n": "a", "vd": "a"}], "base64url"),
        ('[{"n":"a","v":NaN}]', "NaN is not a JSON number"),
        ('[{"n":"a","v":-Infinity}]', "-Infinity is not a JSON number"),
        ('[{"n":"a","v":1e999}]', "too large"),
        ('[{"n":"a","v":1' + "0" * 400 + "}]", "too large"),
        ('[{"n":"a","v":1' + "0" * 5000 + "}]", "too long"),
        ([{"bv": 1.5e308, "n": "a", "v": 1.5e308}], "too large"),
        ('[{"n":"a","v":1,"v":2}]', "same field twice"),
        ([{"n": "a", "v": 1, "new_": 1}], "must be understood"),
        ([{"bver": 11, "n": "a", "v": 1}], "version 11"),
        ([{"bver": 10, "n": "a", "v": 1}, {"bver": 9, "n": "a", "v": 1}], "two versions"),
        ([{"n": "a", "v": 1}, {"bver": 26, "n": "a", "v": 1}], "two versions"),
        ([{"n": "a", "t": 301, "v": 1}], "in the future"),
        ([{"n": "a", "t": NOW + 1e6, "v": 1}], "in the future"),
        ([{"n": "a", "t": ABSOLUTE_FROM, "v": 1}], "days ago"),
    ],
)
def test_what_is_not_a_usable_pack_is_refused_with_a_reason(pack, words):
    assert words in reason(pack)


def test_limits_of_bytes_records_and_names():
    small = Limits(bytes=100, records=2, name=5)
    assert "at most 100" in reason("[" + " " * 100 + "]", limits=small)
    assert "at most 2" in reason([{"n": "a", "v": 1}] * 3, limits=small)
    assert "at most 5" in reason([{"n": "abcdef", "v": 1}], limits=small)


def test_other_unknown_fields_are_left_out():
    assert resolve('[{"n":"a","v":1,"colour":"red","bx":1}]', NOW) == [Record("a", NOW, None, 1.0)]


RECORDS = st.fixed_dictionaries(
    {"n": NAMES, "v": NUMBERS},
    optional={"t": TIMES, "u": st.sampled_from(["m", "Cel", ""]), "s": NUMBERS, "ut": st.integers(0, 900)},
)


@given(st.lists(RECORDS, min_size=1, max_size=8), st.floats(NOW, NOW + 1e6))
def test_a_resolved_pack_resolves_to_itself(rows, now):
    try:
        once = resolve(json.dumps(rows), now)
    except SenmlError:
        return
    assert resolve(dump(once), now) == once
    assert [r.time for r in once] == sorted(r.time for r in once)


@given(st.lists(RECORDS, min_size=1, max_size=6), NAMES, NUMBERS)
def test_base_fields_are_only_a_shorter_way_to_write(rows, prefix, bv):
    spelled = [
        {**row, "n": prefix + row["n"], "v": row["v"] + bv, "u": row.get("u", "lx"), "t": row.get("t", 0)}
        for row in rows
    ]
    short = [{"bn": prefix, "bu": "lx", "bv": bv}, *rows]
    assert resolve(json.dumps(short), NOW) == resolve(json.dumps(spelled), NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["n", "v", "bn", "bt", "bver", "vd", "s", "x_"]), inner)
    ),
    max_leaves=12,
)


@given(JSON | st.binary(max_size=40) | st.text(max_size=40))
def test_any_input_is_resolved_or_refused(value):
    payload = value if isinstance(value, bytes | str) else json.dumps(value)
    try:
        records = resolve(payload, NOW)
    except SenmlError as error:
        assert str(error)
    else:
        assert all(math.isfinite(record.time) for record in records)
