"""Byte maps and mappings of the profiles that ship, on messages that others have published or that the
mapping's basis describes."""

import pytest

from functions.sensing import profiles, senml
from functions.sensing.sources import decoders, payload, vendor


def decoded(profile_id, port, text):
    profile, data = profiles.load(profile_id), bytes.fromhex(text)
    return decoders.decode(decoders.choose(profile["decoders"], port, len(data)), data)


@pytest.mark.parametrize(
    ("profile_id", "port", "data", "expected"),
    [
        # examples of the device repositories that the maps name
        ("river-level", 1, "0207d900039088808100640000 0c60", {"level": 4.232}),
        ("river-level", 85, "017564 03772300", {"battery": 100, "level": 0.35}),
        (
            "weather-station",
            1,
            "02035a0003800a800080008000 8009812b8014810880b4a57c820c81098002 7fe8805680088004 0bf5",
            {
                "rain": 0,
                "wind-speed": 0.09,
                "wind-direction": 29.9,
                "temperature": 26.4,
                "pressure": 959.6,
                "humidity": 52.4,
            },
        ),
        (
            "soil-station",
            2,
            "ce2900f107a5099b6e2890",
            {"soil-moisture": 19.57, "soil-temperature": 24.59, "conductivity": 28200},
        ),
        ("parking-bay", 1, "01", {"occupied": 1}),
        ("parking-bay", 2, "01ff", {"occupied": 1}),
        ("noise-meter", 85, "017564 055b053f02da016a02", {"leq": 47.4, "lmax": 61.8}),
        ("sos-button", 85, "017510 ff2e01", {"battery": 16, "sos": 1}),
        # made after the maps' descriptions
        ("home-motion", 10, "8bb801000000000000 00", {"door": 1}),
        (
            "soil-station",
            85,
            "036709ff 046850 057f0a00",
            {"soil-temperature": -24.7, "soil-moisture": 40, "conductivity": 10},
        ),
        ("pipe-pressure", 85, "037b2c01", {"pressure": 0.3}),
    ],
)
def test_payloads_of_known_models_are_read(profile_id, port, data, expected):
    assert decoded(profile_id, port, data) == expected


def test_an_unknown_block_ends_the_reading_and_a_number_without_a_meaning_is_none():
    assert decoded("sos-button", 85, "017510 ff2e09") == {"battery": 16}
    assert decoded("sos-button", 85, "017510 ffff01 ff2e01") == {"battery": 16}


@pytest.mark.parametrize(
    ("profile_id", "source", "row", "expected"),
    [
        (
            "manhole-cover",
            "onenet",
            {"msg": {"type": 1, "dev_id": 7, "ds_id": "3200_0_5500", "at": 1772416800000, "value": True}},
            {"open": 1},
        ),
        (
            "river-level",
            "onenet",
            {"msg": {"type": 1, "dev_id": 7, "ds_id": "3330_0_5700", "at": 1772416800000, "value": 180}},
            {"depth": 18},
        ),
        (
            "electricity-meter",
            "operator-json",
            {
                "meterNo": "1",
                "time": "2026-03-02T10:00:00+08:00",
                "data": {"positiveActiveEnergy": 18250.4, "activePower": 21500, "voltageA": 231},
            },
            {"energy": 18250.4, "power": 21.5, "voltage": 231},
        ),
        (
            "waste-bin",
            "operator-json",
            {"id": "b", "measuredAt": 1772416800, "fillLevel": 0.62, "temperature": 21, "batteryLevel": 0.9},
            {"fill": 62, "temperature": 21, "battery": 90},
        ),
        (
            "parking-lot",
            "operator-json",
            {
                "parkId": "p",
                "reportTime": 1772416800000,
                "freeSpaces": 12,
                "totalSpaces": 300,
                "freePercent": 4,
            },
            {"free": 12, "total": 300, "free-share": 4},
        ),
    ],
)
def test_messages_of_clouds_become_quantities(profile_id, source, row, expected):
    profile = profiles.load(profile_id)
    mapping = next(one for one in profile["mappings"] if one["source"] == source)
    rows = vendor.records(row, mapping, "Asia/Shanghai")
    received = 1772416860_000
    records = senml.resolve_rows(rows, received / 1000, senml.Limits())
    found = payload.select(records, received, profile["quantities"], [])
    assert {one.metric: one.value for one in found.readings} == expected
    assert {one.at for one in found.readings} == {1772416800_000}
