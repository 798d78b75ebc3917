"""The register in the city's table: ``DEVICE#<thing>``/``META`` is a device, ``HIST#...`` a line of its
history; ``LABEL#...`` finds a device by its DevEUI or serial number; ``SHARDS`` counts how many devices each
lane has had. The model never leaves this file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from functions.core import keys
from functions.core.store import CityModel
from functions.sensing.registry.domain import Device, Event, Place, place_json, place_of, shard_of


class DeviceItem(CityModel):
    """``certificate`` and ``next`` are ids of certificates; ``more`` is what no list shows. The index carries
    a fixed set of names (functions/core/store.py), so what a list shows uses those of them that fit: ``life``
    is "installed/years", ``area`` is "area" or "area<tab>lat/lon"."""

    kind = UnicodeAttribute()
    title = UnicodeAttribute(default="")
    state = UnicodeAttribute()
    submitted_at = UnicodeAttribute()
    department = UnicodeAttribute(attr_name="group", default="")
    shard = UnicodeAttribute(attr_name="service", default="")
    calibration_due = UnicodeAttribute(attr_name="due_at", null=True)
    life = UnicodeAttribute(attr_name="hash", null=True)
    area = UnicodeAttribute(attr_name="chain", null=True)
    codes = UnicodeAttribute(attr_name="reference", null=True)
    version = NumberAttribute(attr_name="seq", default=0)
    certificate = UnicodeAttribute(default="")
    next = UnicodeAttribute(null=True)
    more = JSONAttribute(null=True)


class HistoryItem(CityModel):
    """A line of a device's history."""

    action = UnicodeAttribute()
    actor = UnicodeAttribute()
    detail = JSONAttribute(null=True)


class AnyItem(DeviceItem):
    """A device or a line of its history, as one query brings both."""

    action = UnicodeAttribute(null=True)
    actor = UnicodeAttribute(null=True)
    detail = JSONAttribute(null=True)


class LabelItem(CityModel):
    """A DevEUI or a serial number belongs to one device of the city."""

    thing = UnicodeAttribute()


class CountItem(CityModel):
    """How many devices of a lane have got a shard."""

    n = NumberAttribute(default=0)


PLAIN = ("next_since", "photo", "replaces", "replaced_by", "commands")


def get_many(things: Iterable[str]) -> dict[str, Device]:
    """The devices that exist, by thing: one call per hundred."""
    names = [(keys.device(thing), keys.META) for thing in dict.fromkeys(things)]
    return {found.thing: found for item in DeviceItem.batch_get(names) for found in [_device(item)]}


def find(thing: str) -> Device | None:
    """One device as it is at this moment."""
    try:
        return _device(DeviceItem.get(keys.device(thing), keys.META, consistent_read=True))
    except DoesNotExist:
        return None


def of_raw(raw: Any) -> Device:
    """A device that was read together with something else (functions/core/store.py)."""
    return _device(DeviceItem.from_raw_data(raw))


def find_label(code: str) -> Device | None:
    """The device with this DevEUI or serial number, in its normal form: two calls."""
    try:
        return find(LabelItem.get(keys.device_label(code), keys.META).thing)
    except DoesNotExist:
        return None


def find_labels(codes: Iterable[str]) -> dict[str, Device]:
    """The devices with these DevEUIs or serial numbers (in their normal form), by code: two calls per
    hundred."""
    names = [(keys.device_label(code), keys.META) for code in dict.fromkeys(codes)]
    things = {item.pk.partition("#")[2]: item.thing for item in LabelItem.batch_get(names)}
    devices = get_many(things.values())
    return {code: devices[thing] for code, thing in things.items() if thing in devices}


def list_devices() -> list[Device]:
    """Every device by name of the thing, with what the index carries: profile, title, state, since, shard,
    department, calibration due, EUI, area and point of the place - no certificates and no ``more``. One call
    a megabyte, about four thousand devices."""
    return [_listed(item) for item in DeviceItem.listed.query(keys.DEVICES)]


def take_shard(lane: str, count: int = 1) -> list[str]:
    """Shards for so many new devices of a lane. What is taken and then not used leaves a gap: a shard never
    has more than 200 devices, and may have fewer."""
    item = CountItem(keys.SHARDS, "u" if lane == "urgent" else "r")
    item.update(actions=[CountItem.n.add(count), CountItem.v.set(1)])
    last = int(item.n)
    return [shard_of(lane, number) for number in range(last - count + 1, last + 1)]


def put(tx: TransactWrite, device: Device, before: Device | None = None) -> None:
    """Store a new device, or change ``before`` as it was read: the transaction fails when somebody else was
    faster, or when the DevEUI or the serial number belongs to another device."""
    unchanged: Condition = DeviceItem.pk.does_not_exist()
    if before:
        counted = bool(before.version)  # a record of an earlier release has no count yet
        unchanged = DeviceItem.version == before.version if counted else DeviceItem.version.does_not_exist()
    tx.save(_item(device, (before.version if before else 0) + 1), condition=unchanged)
    here, there = set(device.labels), set(before.labels if before else ())
    for code in sorted(here - there):
        free = LabelItem.pk.does_not_exist() | (LabelItem.thing == device.thing)
        tx.save(LabelItem(keys.device_label(code), keys.META, thing=device.thing), condition=free)
    for code in sorted(there - here):
        tx.delete(LabelItem(keys.device_label(code), keys.META))


def add_history(tx: TransactWrite, thing: str, event: Event) -> None:
    """A line of a device's history: one operation."""
    item = HistoryItem(keys.device(thing), keys.history(event.at), action=event.action, actor=event.actor)
    item.detail = event.detail or None
    tx.save(item)


def history(thing: str, limit: int = 100) -> list[Event]:
    """The history, the newest line first: one call."""
    found = HistoryItem.query(
        keys.device(thing),
        HistoryItem.sk.startswith(keys.HISTORY_PREFIX),
        scan_index_forward=False,
        limit=limit,
    )
    return [_event(item) for item in found]


def with_history(thing: str, limit: int = 50) -> tuple[Device | None, list[Event]]:
    """A device and its newest lines: one call."""
    found = list(
        AnyItem.query(
            keys.device(thing),
            AnyItem.sk.between(keys.HISTORY_PREFIX, keys.META),
            scan_index_forward=False,
            limit=limit + 1,
            consistent_read=True,
        )
    )
    lines = [_event(item) for item in found if item.sk != keys.META]
    return next((_device(item) for item in found if item.sk == keys.META), None), lines


def _event(item: HistoryItem | AnyItem) -> Event:
    return Event(
        item.sk.removeprefix(keys.HISTORY_PREFIX),
        item.action or "",
        item.actor or "",
        dict(item.detail or {}),
    )


def _item(device: Device, version: int) -> DeviceItem:
    more: dict[str, Any] = {name: value for name in PLAIN if (value := getattr(device, name))}
    more |= {"place": place_json(device.place)} if device.place else {}
    more |= {"muted": [list(one) for one in device.muted]} if device.muted else {}
    more |= {"contacts": list(device.contacts)} if device.contacts else {}
    return DeviceItem(
        keys.device(device.thing),
        keys.META,
        kind=device.profile,
        title=device.title,
        state=device.state,
        submitted_at=device.since,
        department=device.department,
        shard=device.shard,
        calibration_due=device.calibration_due or None,
        life=f"{device.installed}/{device.design_life_years or ''}",
        area=_where(device.place) or None,
        codes=f"{device.eui}/{device.serial}",
        version=version,
        certificate=device.certificate,
        next=device.next_certificate or None,
        more=more or None,
        list_key=keys.DEVICES,
        list_sort=device.thing,
    )


def _device(item: DeviceItem) -> Device:
    more: Mapping[str, Any] = item.more or {}
    return Device(
        **_columns(item),
        thing=item.pk.partition("#")[2],
        certificate=item.certificate or "",
        next_certificate=item.next or "",
        place=place_of(more.get("place")),
        muted=tuple((int(start), int(end)) for start, end in more.get("muted", ())),
        contacts=tuple(more.get("contacts", ())),
        **{name: more[name] for name in PLAIN if name in more},
    )


def _where(place: Place) -> str:
    return f"{place.area}\t{place.lat}/{place.lon}" if place.point else place.area


def _listed(item: DeviceItem) -> Device:
    area, _, point = (item.area or "").partition("\t")
    lat, _, lon = point.partition("/")
    place = Place(float(lat), float(lon), area=area) if point else Place(area=area)
    return Device(**_columns(item), thing=item.list_sort or "", place=place)


def _columns(item: DeviceItem) -> dict[str, Any]:
    installed, _, years = (item.life or "").partition("/")
    eui, _, serial = (item.codes or "").partition("/")
    return {
        "installed": installed,
        "design_life_years": int(years) if years else None,
        "profile": item.kind,
        "title": item.title or "",
        "state": item.state,
        "since": item.submitted_at,
        "department": item.department or "",
        "shard": item.shard or "",
        "calibration_due": item.calibration_due or "",
        "eui": eui,
        "serial": serial,
        "version": int(item.version or 0),
    }
