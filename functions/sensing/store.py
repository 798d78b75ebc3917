"""A city's devices, alarms and refused messages in its table. Models never leave this file.

One device is ``DEVICE#<thing>``: META (what it is, its certificate; in the index), OPEN (latest readings;
under 1 KB and in no index), R#<start> (closed packs, which end by themselves).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pynamodb.attributes import BinaryAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from functions.core import keys, usage
from functions.core.store import CityModel, contended, failed_conditions, transaction
from functions.sensing import packing
from functions.sensing.domain import Reading, Transition
from functions.sensing.intake import TRIES, Pack, Stale
from functions.sensing.packing import Open, Step

ACTIVE, REVOKED = "active", "revoked"
DAY_MS = 86_400_000
REFUSALS_AT_ONCE = 50  # a transaction takes a hundred operations
_CONDITION = "ConditionalCheckFailedException"


class MetaItem(CityModel):
    """A device. ``kind`` is its profile, ``title`` its name when the city's file does not name it."""

    kind = UnicodeAttribute()
    title = UnicodeAttribute(default="")
    state = UnicodeAttribute()
    certificate = UnicodeAttribute(default="")
    submitted_at = UnicodeAttribute()


class OpenItem(CityModel):
    """Short names: the item is written for every message. ``c`` is the certificate's id, ``s`` whether it may
    speak.
    """

    n = NumberAttribute()
    p = UnicodeAttribute()
    s = UnicodeAttribute()
    c = BinaryAttribute(legacy_encoding=False, null=True)
    f = NumberAttribute(default=0)
    m = UnicodeAttribute(default="")
    r = BinaryAttribute(legacy_encoding=False, null=True)
    u = BinaryAttribute(legacy_encoding=False, null=True)
    a = UnicodeAttribute(null=True)


class PackItem(CityModel):
    """A closed pack; ``src`` is the version of the open item that it was closed from."""

    n = NumberAttribute(default=1)
    src = NumberAttribute(default=0)
    m = UnicodeAttribute()
    r = BinaryAttribute(legacy_encoding=False)


class AlarmItem(CityModel):
    """The state of a rule on a device; ``case`` is the incident that it opened last."""

    state = UnicodeAttribute()
    case = UnicodeAttribute()
    since = NumberAttribute()


class RefusedItem(CityModel):
    """A message that was not stored, and why. It holds no payload."""

    thing = UnicodeAttribute()
    reason = JSONAttribute()
    times = NumberAttribute(default=1)


@dataclass(frozen=True)
class Known:
    """A device as its open item tells: profile, whether it may speak, its certificate, and the latest
    readings.
    """

    thing: str
    profile: str
    state: str
    certificate: str
    item: OpenItem

    @property
    def days(self) -> dict[int, tuple[int, int]]:
        """``{day since 1970: (messages, readings)}``, also when the readings are damaged."""
        return packing.decode_days(self.item.u or b"")

    @property
    def seen(self) -> int | None:
        """Unix milliseconds of the newest reading; None without one, and when the readings are damaged."""
        try:
            return max((reading.at for reading in self.open.readings), default=None)
        except ValueError:
            return None

    @cached_property
    def open(self) -> Open:
        """Unpacked when it is needed, so that one damaged item does not stop the others. Raises
        ValueError.
        """
        item = self.item
        return Open(
            version=int(item.n),
            floor=int(item.f or 0),
            readings=_readings(item),
            days=self.days,
            memory=_memory(item.a or ""),
        )


@dataclass(frozen=True)
class Device:
    """A line of the index: what is registered."""

    thing: str
    profile: str
    title: str
    state: str
    since: str


@dataclass(frozen=True)
class Refusal:
    """A refused message: when (ISO), of which thing, why (message id, placeholders, record), how many at
    once.
    """

    at: str
    thing: str
    reason: dict[str, Any]
    count: int = 1


def known(things: Iterable[str]) -> dict[str, Known]:
    """The open items of the things that exist: one call per hundred."""
    names = [(keys.device(thing), keys.OPEN) for thing in dict.fromkeys(things)]
    return {k.thing: k for item in OpenItem.batch_get(names) for k in [_known(item)]}


def _known(item: OpenItem) -> Known:
    return Known(item.pk.partition("#")[2], item.p, item.s, (item.c or b"").hex(), item)


def _readings(item: OpenItem | PackItem) -> tuple[Reading, ...]:
    return tuple(packing.decode(item.r, item.m.split(","))) if item.r else ()


def _memory(text: str) -> dict[str, int]:
    return {rule: int(count) for entry in text.split() for rule, _, count in [entry.rpartition("=")]}


def _open_item(device: Known, open_: Open) -> OpenItem:
    metrics = packing.metrics_of(open_.readings)
    return OpenItem(
        keys.device(device.thing),
        keys.OPEN,
        n=open_.version,
        p=device.profile,
        s=device.state,
        c=bytes.fromhex(device.certificate) or None,
        f=open_.floor,
        m=",".join(metrics),
        r=packing.encode(open_.readings, metrics) or None,
        u=packing.encode_days(open_.days) or None,
        a=" ".join(f"{rule}={count}" for rule, count in sorted(open_.memory.items())) or None,
    )


def _pack_item(
    thing: str, start: int, version: int, source: int, readings: Sequence[Reading], keep_days: int
) -> PackItem:
    metrics = packing.metrics_of(readings)
    return PackItem(
        keys.device(thing),
        keys.pack(start),
        n=version,
        src=source,
        m=",".join(metrics),
        r=packing.encode(readings, metrics),
        ttl=(readings[-1].at + keep_days * DAY_MS) // 1000,
    )


Raise = Callable[[TransactWrite, Transition], str]
"""Adds the incident of a raised alarm to the transaction; answers the incident's id."""
Clear = Callable[[str, Transition], None]
"""Notes on an incident that its alarm has ended."""


class DynamoShelf:
    """One device's items, with their conditions (functions/sensing/intake.py has the port)."""

    def __init__(self, device: Known, keep_days: int, on_raise: Raise, on_clear: Clear) -> None:
        self.device, self.keep_days = device, keep_days
        self.on_raise, self.on_clear = on_raise, on_clear

    def open(self) -> Open:
        """Raises Stale when the device is gone."""
        try:
            item = OpenItem.get(keys.device(self.device.thing), keys.OPEN, consistent_read=True)
        except OpenItem.DoesNotExist:
            raise Stale from None
        self.device = _known(item)
        return self.device.open

    def pack_before(self, at: int) -> Pack:
        """One query; the pack at 0 when the one that held the moment has ended."""
        found = PackItem.query(
            keys.device(self.device.thing),
            PackItem.sk.between(keys.pack(0), keys.pack(at - 1)),
            scan_index_forward=False,
            limit=1,
            consistent_read=True,
        )
        for item in found:
            return Pack(int(item.sk.partition("#")[2]), int(item.n), _readings(item))
        return Pack(0)

    def write(self, before: Open, step: Step) -> None:
        """One write unit as a rule; a second one when a pack is closed; a transaction when an alarm
        changes.
        """
        if step.closed:
            self._close(before, *step.closed)
        if step.transition is None:
            self._put(before, step.open)
        elif step.transition.change == "raised":
            self._raise(before, step, step.transition)
        else:
            self._clear(before, step, step.transition)

    def write_late(
        self, before: Open, after: Open, pack: Pack, packs: list[tuple[int, tuple[Reading, ...]]]
    ) -> None:
        """Packs and counters in one transaction."""
        thing = self.device.thing
        with _stale_if_refused(), transaction() as tx:
            tx.save(_open_item(self.device, after), condition=OpenItem.n == before.version)
            for start, readings in packs:
                old = start == pack.start and pack.version
                tx.save(
                    _pack_item(thing, start, pack.version + 1, before.version, readings, self.keep_days),
                    condition=PackItem.n == pack.version if old else PackItem.pk.does_not_exist(),
                )

    def _put(self, before: Open, after: Open) -> None:
        try:
            _open_item(self.device, after).save(condition=OpenItem.n == before.version)
        except PutError as error:
            if error.cause_response_code != _CONDITION:
                raise
            raise Stale from error

    def _close(self, before: Open, start: int, readings: Sequence[Reading]) -> None:
        """The same version always closes the same pack: finding it there is as good as writing it."""
        item = _pack_item(self.device.thing, start, 1, before.version, readings, self.keep_days)
        try:
            item.save(condition=PackItem.pk.does_not_exist() | (PackItem.src < before.version))
        except PutError as error:
            if error.cause_response_code != _CONDITION:
                raise
            if int(PackItem.get(item.pk, item.sk, consistent_read=True).src) != before.version:
                raise Stale from error

    def _raise(self, before: Open, step: Step, transition: Transition) -> None:
        alarm = keys.alarm(self.device.thing, transition.rule.id)
        try:
            with _stale_if_refused(), transaction() as tx:
                case = self.on_raise(tx, transition)
                tx.save(_open_item(self.device, step.open), condition=OpenItem.n == before.version)
                tx.save(
                    AlarmItem(alarm, keys.META, state="raised", case=case, since=transition.reading.at),
                    condition=AlarmItem.pk.does_not_exist() | (AlarmItem.state == "cleared"),
                )
        except Stale:
            # The rule was away and is back while its alarm still runs: one incident is enough.
            if self.open().version != before.version or not _is_raised(alarm):
                raise
            self._put(before, step.open)

    def _clear(self, before: Open, step: Step, transition: Transition) -> None:
        alarm = keys.alarm(self.device.thing, transition.rule.id)
        try:
            item = AlarmItem.get(alarm, keys.META, consistent_read=True)
        except AlarmItem.DoesNotExist:
            return self._put(before, step.open)
        self.on_clear(item.case, transition)
        with _stale_if_refused(), transaction() as tx:
            tx.save(_open_item(self.device, step.open), condition=OpenItem.n == before.version)
            tx.save(AlarmItem(alarm, keys.META, state="cleared", case=item.case, since=transition.reading.at))
        return None


class _stale_if_refused:
    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, TransactWriteError) and (failed_conditions(error) or contended(error)):
            raise Stale from error


def _is_raised(alarm: str) -> bool:
    try:
        return bool(AlarmItem.get(alarm, keys.META, consistent_read=True).state == "raised")
    except AlarmItem.DoesNotExist:
        return False


def devices() -> list[Device]:
    """What is registered, by name: one call up to a megabyte of index."""
    return [
        Device(item.list_sort or "", item.kind, item.title or "", item.state, item.submitted_at)
        for item in MetaItem.listed.query(keys.DEVICES)
    ]


def get_device(thing: str) -> Device | None:
    """One device."""
    try:
        item = MetaItem.get(keys.device(thing), keys.META, consistent_read=True)
    except MetaItem.DoesNotExist:
        return None
    return Device(thing, item.kind, item.title or "", item.state, item.submitted_at)


def put_device(tx: TransactWrite, device: Device, certificate: str) -> None:
    """Register a device with a new certificate, or mark it revoked; its readings stay."""
    meta = MetaItem(
        keys.device(device.thing),
        keys.META,
        kind=device.profile,
        title=device.title,
        state=device.state,
        submitted_at=device.since,
        certificate=certificate,
        list_key=keys.DEVICES,
        list_sort=device.thing,
    )
    tx.save(meta)
    actions: list[Action] = [
        OpenItem.s.set(device.state),
        OpenItem.p.set(device.profile),
        OpenItem.v.set(1),
        OpenItem.n.add(1),
    ]
    actions += [OpenItem.c.set(bytes.fromhex(certificate))] if certificate else []
    tx.update(OpenItem(keys.device(device.thing), keys.OPEN), actions=actions)


def put_refusals(refused: Iterable[tuple[str, Refusal]], ttl: int) -> None:
    """Keep and count refusals under an id of their message: a repeat of the message counts once. Raises Stale
    when too many others write the same counter.
    """
    pending, tries = list(refused), 0
    while pending:
        part = pending[:REFUSALS_AT_ONCE]
        try:
            with transaction() as tx:
                for message_id, refusal in part:
                    tx.save(
                        _refused_item(message_id, refusal, ttl), condition=RefusedItem.pk.does_not_exist()
                    )
                usage.add_to(tx, "refused", len(part))
            pending = pending[REFUSALS_AT_ONCE:]
        except TransactWriteError as error:
            kept = set(failed_conditions(error))
            tries += not kept
            if not kept and not contended(error):
                raise
            if tries >= TRIES:
                raise Stale from error
            pending = [entry for n, entry in enumerate(part) if n not in kept] + pending[REFUSALS_AT_ONCE:]


def _refused_item(message_id: str, refusal: Refusal, ttl: int) -> RefusedItem:
    return RefusedItem(
        keys.REFUSED,
        f"{refusal.at}#{message_id}",
        thing=refusal.thing,
        reason=refusal.reason,
        times=refusal.count,
        ttl=ttl,
    )


def refusals(since: str, limit: int) -> list[Refusal]:
    """Refused messages since a moment (ISO), the newest first: one call."""
    found = RefusedItem.query(keys.REFUSED, RefusedItem.sk >= since, scan_index_forward=False, limit=limit)
    return [Refusal(item.sk.partition("#")[0], item.thing, item.reason, int(item.times)) for item in found]
