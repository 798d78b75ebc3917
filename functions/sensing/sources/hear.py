"""What a request of a source says: SenML rows by device, and what is refused, with the reason.

The device is the one that the register knows by the number in the message; a city is never read from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.core.context import Context
from functions.core.i18n import N_
from functions.sensing import senml
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import ACTIVE, PLANNED, Device, normal_code
from functions.sensing.senml import Limits, SenmlError
from functions.sensing.sources import decoders, domain, lorawan, payload, vendor
from functions.sensing.sources.domain import Source
from functions.sensing.sources.lorawan import Ignored, Uplink

LIMITS = Limits(bytes=domain.MAX_BYTES)
Profile = Mapping[str, Any]
Rows = list[dict[str, Any]]


@dataclass
class Heard:
    """``key`` makes the request unique; ``refused`` parts with their number in it and what the sender calls
    the device; ``planned``: things that speak for the first time; ``word``: why there is nothing to take."""

    key: str
    rows: dict[str, Rows] = field(default_factory=lambda: defaultdict(list))
    urgent: set[str] = field(default_factory=set)
    planned: set[str] = field(default_factory=set)
    refused: list[tuple[int, str, SenmlError]] = field(default_factory=list)
    word: str = ""


def hear(ctx: Context, source: Source, body: bytes, event: str, key: str) -> Heard:
    """A request's body; ``event`` is ChirpStack's, ``key`` what makes a request unique that does not say it
    itself."""
    try:
        document = senml.parse(body, LIMITS)
        if source.kind == domain.VENDOR:
            return _hear_vendor(ctx, source, document, key)
        if source.kind == domain.TTS:
            return _hear_uplink(ctx, lorawan.read_tts(document))
        return _hear_uplink(ctx, lorawan.read_chirpstack(document, event))
    except SenmlError as error:
        return Heard(key, refused=[(1, "", error)])


def _hear_uplink(ctx: Context, uplink: Uplink | Ignored) -> Heard:
    if isinstance(uplink, Ignored):
        return Heard("", word=uplink.word)
    heard = Heard(uplink.key)
    device = registry.find_label(uplink.eui)
    try:
        device, profile = _known(ctx, device, uplink.eui)
        _add(ctx, heard, device, profile, uplink_rows(uplink, profile))
    except SenmlError as error:
        heard.refused.append((1, uplink.eui, error))
    return heard


def uplink_rows(uplink: Uplink, profile: Profile) -> Rows:
    """SenML rows of an uplink: by the byte map of the profile for its port, else what the network decoded;
    and the device's health. Raises SenmlError."""
    quantities = profile["quantities"]
    decoder = decoders.choose(profile.get("decoders") or (), uplink.port, len(uplink.data))
    values = decoders.decode(decoder, uplink.data) if decoder and uplink.data else uplink.decoded
    found, strange = payload.plain_rows(values, quantities)
    found += _health(uplink, quantities, {row["n"] for row in found})
    if not found and strange:
        payload.refuse_names(strange, quantities)
    if not found:
        raise SenmlError(
            N_("port %(port)s has no byte map for %(size)s bytes, and the network decoded nothing"),
            port=uplink.port,
            size=len(uplink.data),
        )
    return [{**row, "t": uplink.at / 1000} for row in found]


def _health(uplink: Uplink, quantities: Mapping[str, Any], there: set[str]) -> Rows:
    roles = {entry["role"]: metric for metric, entry in quantities.items() if entry.get("role")}
    return [
        {"n": roles[role], "v": value, "u": unit}
        for role, (value, unit) in uplink.health.items()
        if role in roles and roles[role] not in there
    ]


def _hear_vendor(ctx: Context, source: Source, document: Any, key: str) -> Heard:
    heard = Heard(key)
    path, device_path = _shape(source, document)
    named: list[tuple[int, str, Any]] = []
    for number, row in enumerate(vendor.rows_of(document, path or None), 1):
        try:
            named.append((number, vendor.device_of(row, device_path), row))
        except SenmlError as error:
            heard.refused.append((number, "", error))
    devices = _find({name for _, name, _ in named})
    for number, name, row in named:
        try:
            device, profile = _known(ctx, devices.get(name), name)
            _add(ctx, heard, device, profile, _vendor_rows(ctx, source, row, profile))
        except SenmlError as error:
            heard.refused.append((number, name, error))
    return heard


def _shape(source: Source, document: Any) -> tuple[str, str]:
    """Where the rows and their device lie: the first shape of the mapping that the document has."""
    for path, device_path in source.shapes:
        row = vendor.at_path(document, f"{path}[0]") if path else document
        if row is not None and vendor.at_path(row, device_path) is not None:
            return path, device_path
    return source.shapes[0]


def _vendor_rows(ctx: Context, source: Source, row: Any, profile: Profile) -> Rows:
    for mapping in profile.get("mappings") or ():
        if mapping["source"] == source.mapping:
            return vendor.records(row, mapping, ctx.city.zone)
    raise SenmlError(N_("the profile of the device has no mapping %(name)s"), name=source.mapping)


def _find(names: set[str]) -> dict[str, Device]:
    """By what is printed on them (DevEUI, serial number), else by the things' own names."""
    codes = {name: normal_code(name) for name in names}
    labelled = registry.find_labels({code for code in codes.values() if code})
    found = {name: labelled[code] for name, code in codes.items() if code in labelled}
    return registry.get_many(names - found.keys()) | found


def _known(ctx: Context, device: Device | None, name: str) -> tuple[Device, Profile]:
    from functions.sensing.service import profile

    if device is None or device.state not in (ACTIVE, PLANNED):
        raise SenmlError(N_("no device of this city that may send has the number %(number)s"), number=name)
    return device, profile(ctx, device.profile)


def _add(ctx: Context, heard: Heard, device: Device, profile: Profile, rows: Rows) -> None:
    """Rows that the readings function will take: it is asked now, so that the sender hears why not."""
    now = ctx.now.timestamp()
    payload.select(senml.resolve_rows(rows, now, LIMITS), int(now * 1000), profile["quantities"])
    heard.rows[device.thing] += rows
    if device.state == PLANNED:
        heard.planned.add(device.thing)
    if profile.get("lane") == "urgent":
        heard.urgent.add(device.thing)
