"""What the two LoRaWAN network servers tell: The Things Stack v3 (webhook) and ChirpStack v4 (HTTP
integration, JSON). Zero, false and empty fields are left out by both. Pure."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from functions.core.i18n import N_
from functions.sensing.senml import SenmlError

_EUI = re.compile(r"[0-9a-f]{16}")
MAX_DATA = 400  # a LoRaWAN frame carries at most 242 bytes (LoRaWAN regional parameters); base64 of them
Health = dict[str, tuple[float, str]]


@dataclass(frozen=True)
class Uplink:
    """A message of a device: its DevEUI (16 hex digits), what makes it unique (with the time: a device that
    was reset may count from the beginning), when the network received it
    (Unix milliseconds), the bytes with their port, what the network decoded, and ``health`` by role
    (``battery``, ``signal``): value and unit."""

    eui: str
    key: str
    at: int
    port: int = 0
    data: bytes = b""
    decoded: Mapping[str, Any] = field(default_factory=dict)
    health: Health = field(default_factory=dict)


@dataclass(frozen=True)
class Ignored:
    """An event that carries no reading, and the word for it."""

    word: str


SIMULATED = N_("a simulated message is not stored")
NO_READING = N_("this event carries no reading")


def read_tts(document: Any) -> Uplink | Ignored:
    """A webhook of The Things Stack v3. Raises SenmlError for what is not one."""
    message = _part(document)
    uplink = message.get("uplink_message")
    if not isinstance(uplink, dict):
        return Ignored(NO_READING)
    if message.get("simulated") is True:
        return Ignored(SIMULATED)
    eui = _eui(_part(message.get("end_device_ids")).get("dev_eui"))
    at = _moment(uplink.get("received_at") or message.get("received_at"), "received_at")
    health = _signal(uplink.get("rx_metadata"))
    last = uplink.get("last_battery_percentage")
    if isinstance(last, dict) and last.get("f_cnt", 0) == uplink.get("f_cnt", 0):
        health |= _battery(last.get("value", 0))
    return Uplink(
        eui=eui,
        key=f"{eui}#{uplink.get('session_key_id', '')}#{uplink.get('f_cnt', 0)}"[:180] + f"#{at}",
        at=at,
        port=_port(uplink.get("f_port", 0)),
        data=_bytes(uplink.get("frm_payload", ""), "frm_payload"),
        decoded=_object(uplink.get("decoded_payload")),
        health=health,
    )


def read_chirpstack(document: Any, event: str) -> Uplink | Ignored:
    """An event of ChirpStack v4. Raises SenmlError for what is not one."""
    message = _part(document)
    if event not in ("up", "status"):
        return Ignored(NO_READING)
    eui = _eui(_part(message.get("deviceInfo")).get("devEui"))
    at = _moment(message.get("time"), "time")
    key = f"{eui}#{message.get('deduplicationId', '')}"[:180] + f"#{at}"
    if event == "status":
        if message.get("externalPowerSource") is True or message.get("batteryLevelUnavailable") is True:
            return Ignored(NO_READING)
        return Uplink(eui, key, at, health=_battery(message.get("batteryLevel", 0)))
    return Uplink(
        eui,
        key,
        at,
        _port(message.get("fPort", 0)),
        _bytes(message.get("data", ""), "data"),
        _object(message.get("object")),
        _signal(message.get("rxInfo")),
    )


def _part(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SenmlError(N_("this is not a message of the network server that this source was made for"))
    return value


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _eui(value: Any) -> str:
    eui = value.lower() if isinstance(value, str) else ""
    if not _EUI.fullmatch(eui):
        raise SenmlError(N_("the message names no DevEUI"))
    return eui


def _moment(value: Any, name: str) -> int:
    """RFC 3339, to the millisecond."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return round(moment.timestamp() * 1000)
    except (TypeError, ValueError, OverflowError) as error:
        raise SenmlError(N_("%(field)s is not a time"), field=name) from error


def _port(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 255:
        raise SenmlError(N_("%(field)s is not a number"), field="f_port")
    return value


def _bytes(value: Any, name: str) -> bytes:
    try:
        if isinstance(value, str) and len(value) <= MAX_DATA:
            return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        pass  # refused below, in one place
    raise SenmlError(N_("%(field)s is not base64"), field=name)


def _signal(receptions: Any) -> Health:
    """The best reception of all gateways."""
    levels = [
        float(one["rssi"])
        for one in (receptions if isinstance(receptions, list) else ())
        if isinstance(one, dict) and _is_number(one.get("rssi"))
    ]
    return {"signal": (max(levels), "dBm")} if levels else {}


def _battery(level: Any) -> Health:
    return {"battery": (float(level), "%EL")} if _is_number(level) and 0 <= level <= 100 else {}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
