"""Everything that reads what strangers send, over one input: any bytes are resolved, or refused with a
SenmlError whose words can be stored and shown. The tests use it with the inputs that were found."""

from __future__ import annotations

import json
import math
from typing import Any

from functions.sensing import senml
from functions.sensing.senml import Limits, SenmlError, dump, resolve
from functions.sensing.sources import decoders, lorawan, payload, vendor
from functions.sensing.sources.hear import uplink_rows

NOW = 1_790_000_000.0
PROFILE: dict[str, Any] = {
    "quantities": {
        "t": {"unit": "Cel", "range": [-40, 85]},
        "level": {"unit": "m", "range": [0, 12]},
        "battery": {"unit": "%EL", "role": "battery"},
    },
    "decoders": [
        {
            "port": 2,
            "fields": [
                {"metric": "t", "byte": 0, "type": "i16", "scale": 0.1, "missing": -32768},
                {"metric": "level", "byte": 2, "type": "f32", "order": "little"},
            ],
        },
        {
            "port": 85,
            "blocks": {"0175": 1, "0367": 2},
            "fields": [
                {"metric": "battery", "block": "0175", "byte": 0, "type": "u8"},
                {"metric": "t", "block": "0367", "byte": 0, "type": "i16", "order": "little"},
            ],
        },
        {"fields": [{"metric": "battery", "byte": 1, "type": "u8", "bits": [1, 7]}]},
    ],
}
MAPPING: dict[str, Any] = {
    "device": "d.id",
    "time": "d.at",
    "time_format": "iso",
    "fields": [
        {"metric": "t", "path": "d.v[0].t", "unit": "K"},
        {"metric": "level", "path": "d.l", "when": {"d.k": "1"}, "values": {"high": 9.5, "true": 1}},
    ],
}


NAMES = [
    *("n", "v", "vs", "vb", "vd", "s", "ut", "bn", "bt", "bu", "bv", "bs", "bver", "t", "ts", "u", "x_"),
    *("values", "level", "battery", "end_device_ids", "dev_eui", "uplink_message", "received_at"),
    *("frm_payload", "f_port", "f_cnt", "decoded_payload", "rx_metadata", "rssi", "last_battery_percentage"),
    *("value", "simulated", "deviceInfo", "devEui", "time", "fPort", "data", "object", "rxInfo"),
    *("batteryLevel", "deduplicationId", "d", "id", "at", "l", "k", "rows"),
]
TEXTS = [
    *("70b3d57ed0000001", "2026-09-21T14:13:20Z", "2026-09-21T14:13:20", "0001-01-01T00:00:00+14:00"),
    *("AOcAAMA/", "nan", "inf", "1e999", "-0", "level", "t", "a:level", "m", "K", "Cel", "%EL", "high", "1"),
]
NUMBERS = (
    0,
    1,
    -1,
    60,
    2**28,
    1_790_000_000,
    1_790_000_000_000,
    1e308,
    -1e308,
    1e-320,
    10**400,
    0.1,
    26,
    None,
    True,
    "\ud800",
)


def built(data: bytes) -> bytes:
    """A JSON document of known names and awkward values, one byte a choice: bytes that change a little give
    documents that change a little, and all of them are JSON."""
    feed = iter(data)

    def value(depth: int) -> Any:
        choice = next(feed, 0)
        kind, rest = choice % 8, choice // 8
        if kind < 2 and depth:
            return [value(depth - 1) for _ in range(rest % 4)]
        if kind < 5 and depth:
            return {NAMES[next(feed, 0) % len(NAMES)]: value(depth - 1) for _ in range(rest % 7)}
        if kind == 5:
            return TEXTS[rest % len(TEXTS)]
        return NUMBERS[rest % len(NUMBERS)]

    return json.dumps(value(5)).encode()


def check(data: bytes) -> None:
    """Every reader over one input, as it is and built from it; an exception is a finding."""
    _check(data)
    _check(built(data))


def _check(data: bytes) -> None:
    for reader in (_senml, _plain, _tts, _chirpstack, _vendor):
        try:
            reader(data)
        except SenmlError as error:
            words = json.dumps([str(error), error.params], allow_nan=False, ensure_ascii=False)
            assert str(error) and len(words.encode()) < 2000
    for port in (1, 2, 85):
        chosen = decoders.choose(PROFILE["decoders"], port, len(data))
        try:
            found = decoders.decode(chosen, data[:300]) if chosen else {}
        except SenmlError:
            continue
        assert all(math.isfinite(value) for value in found.values())


def _senml(data: bytes) -> None:
    records = resolve(data, NOW)
    assert [record.time for record in records] == sorted(record.time for record in records)
    assert resolve(dump(records), NOW, Limits(bytes=10**7, text=10**5)) == records


def _plain(data: bytes) -> None:
    found = payload.read(data, int(NOW * 1000), PROFILE["quantities"])
    assert found.readings == sorted(set(found.readings))
    assert all(math.isfinite(reading.value) for reading in found.readings)


def _tts(data: bytes) -> None:
    _network(lorawan.read_tts(senml.parse(data, Limits())))


def _chirpstack(data: bytes) -> None:
    for event in ("up", "status", "join"):
        _network(lorawan.read_chirpstack(senml.parse(data, Limits()), event))


def _network(heard: lorawan.Uplink | lorawan.Ignored) -> None:
    if isinstance(heard, lorawan.Uplink):
        _usable(uplink_rows(heard, PROFILE))


def _vendor(data: bytes) -> None:
    document = senml.parse(data, Limits())
    for row in (
        vendor.rows_of(document, "rows") if isinstance(document, dict) and "rows" in document else [document]
    ):
        vendor.device_of(row, MAPPING["device"])
        _usable(vendor.records(row, MAPPING, "America/Chicago"))


def _usable(rows: list[dict[str, Any]]) -> None:
    senml.resolve_rows(json.loads(json.dumps(rows, allow_nan=False)), NOW, Limits())
