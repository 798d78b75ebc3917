import base64

import pytest

from functions.sensing.senml import SenmlError
from functions.sensing.sources import decoders
from functions.sensing.sources.hear import uplink_rows
from functions.sensing.sources.lorawan import Ignored, Uplink, read_chirpstack, read_tts
from tests.sensing.sources.conftest import PROBE

AT = 1_790_000_000_123
EUI = "70b3d57ed0000001"


def tts(**uplink):
    """The form of a webhook of The Things Stack v3; zero and empty fields are left out there too."""
    return {
        "end_device_ids": {
            "device_id": "probe",
            "dev_eui": EUI.upper(),
            "application_ids": {"application_id": "a"},
        },
        "received_at": "2026-09-21T14:13:20.200Z",
        "uplink_message": {
            "session_key_id": "AXA50tHU",
            "f_port": 2,
            "f_cnt": 7,
            "frm_payload": base64.b64encode(bytes([0x00, 0xE7, 0x80])).decode(),
            "rx_metadata": [{"rssi": -107, "snr": 4.2}, {"rssi": -92}, {"snr": 1}],
            "received_at": "2026-09-21T14:13:20.123456789Z",
            **uplink,
        },
    }


def chirpstack(**fields):
    """The form of ChirpStack v4's up event."""
    return {
        "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
        "time": "2026-09-21T22:13:20.123+08:00",
        "deviceInfo": {"devEui": EUI, "deviceName": "probe"},
        "fCnt": 7,
        "fPort": 2,
        "data": base64.b64encode(bytes([0x00, 0xE7, 0x80])).decode(),
        "rxInfo": [{"gatewayId": "x", "rssi": -92}],
        **fields,
    }


def test_both_networks_say_the_same():
    found = read_tts(tts()), read_chirpstack(chirpstack(), "up")
    assert [(one.eui, one.at, one.port, one.data, one.health) for one in found] == [
        (EUI, AT, 2, b"\x00\xe7\x80", {"signal": (-92.0, "dBm")})
    ] * 2
    assert found[0].key == f"{EUI}#AXA50tHU#7#{AT}"
    assert found[1].key == f"{EUI}#3ac7e3c4-4401-4b8d-9386-a5c902f9202d#{AT}"


def test_fields_that_are_left_out_are_zero_or_empty():
    bare = {"end_device_ids": {"dev_eui": EUI}, "uplink_message": {"received_at": "2026-09-21T14:13:20.123Z"}}
    assert read_tts(bare) == Uplink(EUI, f"{EUI}##0#{AT}", AT)
    bare = {"deviceInfo": {"devEui": EUI}, "time": "2026-09-21T14:13:20.123Z"}
    assert read_chirpstack(bare, "up") == Uplink(EUI, f"{EUI}##{AT}", AT)


def test_joins_and_simulated_messages_carry_no_reading():
    assert read_tts({"end_device_ids": {}, "join_accept": {}}) == Ignored("this event carries no reading")
    assert read_tts({**tts(), "simulated": True}) == Ignored("a simulated message is not stored")
    assert isinstance(read_chirpstack({"deviceInfo": {"devEui": EUI}}, "join"), Ignored)


def test_what_a_network_knows_of_the_battery_is_health():
    status = {"deviceInfo": {"devEui": EUI}, "time": "2026-09-21T14:13:20.123Z", "batteryLevel": 87.4}
    assert read_chirpstack(status, "status").health == {"battery": (87.4, "%EL")}
    assert isinstance(read_chirpstack({**status, "externalPowerSource": True}, "status"), Ignored)
    fresh = tts(last_battery_percentage={"f_cnt": 7, "value": 55})
    assert read_tts(fresh).health["battery"] == (55.0, "%EL")
    assert "battery" not in read_tts(tts(last_battery_percentage={"f_cnt": 3, "value": 55})).health


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ([], "not a message of the network server"),
        ({"uplink_message": {}}, "not a message of the network server"),
        ({**tts(), "end_device_ids": {"dev_eui": "../../etc"}}, "no DevEUI"),
        (tts(received_at="soon"), "not a time"),
        (tts(received_at="2026-09-21T14:13:20"), "not a time"),
        (tts(frm_payload="?"), "not base64"),
        (tts(frm_payload="A" * 500), "not base64"),
        (tts(f_port="2"), "not a number"),
    ],
)
def test_what_no_network_sends_is_refused(message, words):
    with pytest.raises(SenmlError, match=words):
        read_tts(message)


def rows(**changes):
    return uplink_rows(Uplink(EUI, "k", AT, **{"port": 2, **changes}), PROBE)


def test_bytes_become_quantities_by_the_map_of_the_profile():
    t = AT / 1000
    assert rows(data=b"\x00\xe7\x80", health={"battery": (50.0, "%EL")}) == [
        {"n": "temperature", "v": 23.1, "t": t},
        {"n": "open", "v": 1.0, "t": t},
        {"n": "battery", "v": 50.0, "u": "%EL", "t": t},
    ]
    assert [row["n"] for row in rows(data=b"\x80\x00\x00")] == ["open"]  # the number for "no reading"


def test_what_the_network_decoded_counts_where_the_profile_has_no_map():
    found = rows(port=9, data=b"\x01", decoded={"temperature": 21.5, "model": "x", "battery": 80})
    assert [(row["n"], row["v"]) for row in found] == [("temperature", 21.5), ("battery", 80)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data": b"\x01"}, "has 1 bytes; temperature lies behind its end"),
        ({"port": 9, "data": b"\x01"}, "no byte map for 1 bytes"),
        ({"port": 9, "decoded": {"colour": 3}}, "no quantity colour"),
        ({"port": 9, "decoded": {"temperature": "warm"}}, "temperature is not a number"),
    ],
)
def test_what_gives_no_reading_is_refused(changes, words):
    with pytest.raises(SenmlError, match=words):
        rows(**changes)


@pytest.mark.parametrize(
    ("field", "data", "value"),
    [
        ({"type": "u8"}, b"\xff", 255.0),
        ({"type": "i8"}, b"\xff", -1.0),
        ({"type": "u16"}, b"\x01\x02", 258.0),
        ({"type": "u16", "order": "little"}, b"\x01\x02", 513.0),
        ({"type": "i24"}, b"\xff\xff\xfe", -2.0),
        ({"type": "u32", "scale": 0.001}, b"\x00\x00\x10\x00", 4.096),
        ({"type": "f32"}, b"\x3f\xc0\x00\x00", 1.5),
        ({"type": "f32", "order": "little"}, b"\x00\x00\xc0\x7f", None),  # not a number
        ({"type": "i16", "scale": 0.1, "offset": -40}, b"\x01\xf4", 10.0),
        ({"type": "u8", "bits": [4, 3]}, b"\x50", 5.0),
        ({"type": "u16", "missing": 65535}, b"\xff\xff", None),
    ],
)
def test_every_type_of_the_byte_map(field, data, value):
    found = decoders.decode({"fields": [{"metric": "x", "byte": 0, **field}]}, data)
    assert found == ({} if value is None else {"x": value})


def test_a_map_for_the_port_and_the_length_goes_before_one_for_any():
    anything, port, both = {"fields": []}, {"port": 2, "fields": []}, {"port": 2, "length": 3, "fields": []}
    assert decoders.choose([anything, port, both], 2, 3) is both
    assert decoders.choose([anything, port, both], 2, 4) is port
    assert decoders.choose([anything, port, both], 1, 3) is anything
    assert decoders.choose([port], 1, 3) is None
