"""The examples of RFC 8428, section 5.1, typed by hand with what each resolves to (section 4.6), and the
rules of section 4 that no example shows."""

import json

import pytest

from functions.sensing.senml import ABSOLUTE_FROM, Limits, SenmlError, dump, resolve

NOW = 1_500_000_000.0
OLD = Limits(past=1e10)
DEVICE = "urn:dev:ow:10e2073a01080063"


def resolved(pack):
    rows = []
    for one in resolve(json.dumps(pack), NOW, OLD):
        rows.append((one.name, one.unit, one.value, one.time))
    return rows


def test_5_1_1_single_datapoint():
    assert resolved([{"n": DEVICE, "u": "Cel", "v": 23.1}]) == [(DEVICE, "Cel", 23.1, NOW)]


def test_5_1_2_multiple_datapoints_share_the_base_name():
    pack = [{"bn": DEVICE + ":", "n": "voltage", "u": "V", "v": 120.1}, {"n": "current", "u": "A", "v": 1.2}]
    assert resolved(pack) == [(DEVICE + ":voltage", "V", 120.1, NOW), (DEVICE + ":current", "A", 1.2, NOW)]


def test_5_1_2_base_time_base_unit_and_an_older_version():
    at, name = 1276020076.001, "urn:dev:ow:10e2073a0108006:"
    pack = [{"bn": name, "bt": at, "bu": "A", "bver": 5, "n": "voltage", "u": "V", "v": 120.1}]
    pack += [
        {"n": "current", "t": t, "v": v} for t, v in zip(range(-5, 0), (1.2, 1.3, 1.4, 1.5, 1.6), strict=True)
    ]
    pack += [{"n": "current", "v": 1.7}]
    assert resolved(pack) == [
        *(
            (name + "current", "A", v, at + t)
            for t, v in zip(range(-5, 0), (1.2, 1.3, 1.4, 1.5, 1.6), strict=True)
        ),
        (name + "voltage", "V", 120.1, at),
        (name + "current", "A", 1.7, at),
    ]


def test_5_1_3_multiple_measurements_of_one_sensor():
    at = 1320067464.0
    pack = [{"bn": DEVICE, "bt": at, "bu": "%RH", "v": 21.2}]
    later = [(10, 21.3), (20, 21.4), (30, 21.4), (40, 21.5), (50, 21.5), (60, 21.5), (70, 21.6), (80, 21.7)]
    later += [(90, 21.5), (91, 21.5), (92, 21.5)]
    pack += [{"t": t, "v": v} for t, v in later]
    assert resolved(pack) == [(DEVICE, "%RH", v, at + t) for t, v in [(0, 21.2), *later]]


def test_5_1_3_and_5_1_4_a_moving_sensor_resolved():
    at = 1320067464.0
    pack = [
        {"bn": DEVICE, "bt": at, "bu": "%RH", "v": 20},
        {"u": "lon", "v": 24.30621},
        {"u": "lat", "v": 60.07965},
    ]
    pack += [{"t": 60, "v": 20.3}, {"u": "lon", "t": 60, "v": 24.30622}, {"u": "lat", "t": 60, "v": 60.07965}]
    pack += [
        {"t": 120, "v": 20.7},
        {"u": "lon", "t": 120, "v": 24.30623},
        {"u": "lat", "t": 120, "v": 60.07966},
    ]
    pack += [{"u": "%EL", "t": 150, "v": 98}]
    pack += [
        {"t": 180, "v": 21.2},
        {"u": "lon", "t": 180, "v": 24.30628},
        {"u": "lat", "t": 180, "v": 60.07967},
    ]
    fixes = [(0, 20, 24.30621, 60.07965), (60, 20.3, 24.30622, 60.07965), (120, 20.7, 24.30623, 60.07966)]
    wanted = [
        (DEVICE, unit, value, at + after)
        for after, *values in [*fixes, (180, 21.2, 24.30628, 60.07967)]
        for unit, value in zip(("%RH", "lon", "lat"), values, strict=True)
    ]
    assert resolved(pack) == [*wanted[:9], (DEVICE, "%EL", 98, at + 150), *wanted[9:]]
    printed = json.loads(dump(resolve(json.dumps(pack), NOW, OLD)))
    assert printed[3] == {"n": DEVICE, "u": "%RH", "t": at + 60, "v": 20.3}
    assert not {label for row in printed for label in row if label.startswith("b")}


def test_5_1_5_multiple_data_types():
    pack = [{"bn": DEVICE + ":", "n": "temp", "u": "Cel", "v": 23.1}, {"n": "label", "vs": "Machine Room"}]
    pack += [{"n": "open", "vb": False}, {"n": "nfc-reader", "vd": "aGkgCg"}]
    assert [(name.rsplit(":", 1)[1], value) for name, _, value, _ in resolved(pack)] == [
        ("temp", 23.1), ("label", "Machine Room"), ("open", False), ("nfc-reader", b"hi \n"),
    ]  # fmt: skip


def test_5_1_6_a_collection_of_resources():
    at = 1320078429.0
    pack = [{"bn": "2001:db8::2/", "bt": at, "n": "temperature", "u": "Cel", "v": 27.2}]
    pack += [{"n": "humidity", "u": "%RH", "v": 80}]
    assert resolved(pack) == [
        ("2001:db8::2/temperature", "Cel", 27.2, at), ("2001:db8::2/humidity", "%RH", 80, at),
    ]  # fmt: skip


def test_a_record_of_base_fields_alone_is_a_carrier_as_for_actuators_in_5_1_7():
    pack = [{"bn": DEVICE + ":"}, {"n": "temp", "u": "Cel", "v": 23.1}, {"n": "heat", "u": "/", "v": 1}]
    pack += [{"n": "fan", "u": "/", "v": 0}]
    assert [one[:3] for one in resolved(pack)] == [
        (DEVICE + ":temp", "Cel", 23.1), (DEVICE + ":heat", "/", 1), (DEVICE + ":fan", "/", 0),
    ]  # fmt: skip


def test_absolute_times_in_full_and_short_form():
    full = [
        {"n": DEVICE, "u": "Cel", "t": 1276020076, "v": 23.5},
        {"n": DEVICE, "u": "Cel", "t": 1276020091, "v": 23.6},
    ]
    short = [{"bn": DEVICE, "u": "Cel", "t": 1276020076, "v": 23.5}, {"u": "Cel", "t": 1276020091, "v": 23.6}]
    assert (
        resolved(full)
        == resolved(short)
        == [(DEVICE, "Cel", 23.5, 1276020076), (DEVICE, "Cel", 23.6, 1276020091)]
    )


def test_names_without_a_base_and_an_unknown_label_beside_them():
    at = 1320078429.0
    pack = [{"bt": at, "bu": "/", "n": "2001:db8::3", "v": 1, "l": "[]"}, {"n": "2001:db8::4", "v": 1}]
    assert resolved(pack) == [("2001:db8::3", "/", 1, at), ("2001:db8::4", "/", 1, at)]


def test_4_5_3_the_first_absolute_moment_and_the_last_relative_one():
    assert resolved([{"n": "a", "t": ABSOLUTE_FROM, "v": 1}])[0][3] == 268_435_456
    with pytest.raises(SenmlError, match="in the future"):
        resolved([{"n": "a", "t": ABSOLUTE_FROM - 1, "v": 1}])
    assert resolved([{"n": "a", "bt": -ABSOLUTE_FROM, "t": ABSOLUTE_FROM - 60, "v": 1}])[0][3] == NOW - 60


def test_4_2_a_field_that_must_be_understood_stops_the_pack_and_others_do_not():
    assert resolved([{"n": "a", "v": 1, "colour": "x"}])[0][2] == 1
    with pytest.raises(SenmlError, match="must be understood"):
        resolved([{"n": "a", "v": 1}, {"n": "b", "v": 1, "unit_": "m"}])
