"""A city's readings, alarms and refused messages in its table. Models never leave this file.

Beside its record (functions/sensing/registry) a device has OPEN (latest readings; under 1 KB and in no index)
and R#<start> (closed packs, which end by themselves).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pynamodb.attributes import BinaryAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError

from functions.core import keys, usage
from functions.core.store import CityModel, contended, failed_conditions, transaction
from functions.sensing import codec
from functions.sensing.domain import Reading
from functions.sensing.intake import TRIES, Stale
from functions.sensing.packing import Open

DAY_MS = 86_400_000
REFUSALS_AT_ONCE = 50  # a transaction takes a hundred operations
_CONDITION = "ConditionalCheckFailedException"


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
        return codec.decode_days(self.item.u or b"")

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
            readings=readings_in(item),
            days=self.days,
            memory=_memory(item.a or ""),
        )


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
    return {k.thing: k for item in OpenItem.batch_get(names) for k in [known_of(item)]}


def known_of(item: OpenItem) -> Known:
    """A device as its item tells."""
    return Known(item.pk.partition("#")[2], item.p, item.s, (item.c or b"").hex(), item)


def readings_in(item: OpenItem | PackItem) -> tuple[Reading, ...]:
    """Unpacked; raises ValueError when they are damaged."""
    return tuple(codec.decode(item.r, item.m.split(","))) if item.r else ()


def _memory(text: str) -> dict[str, int]:
    return {rule: int(count) for entry in text.split() for rule, _, count in [entry.rpartition("=")]}


def open_item(device: Known, open_: Open) -> OpenItem:
    """What is written for the device's new state."""
    metrics = codec.metrics_of(open_.readings)
    return OpenItem(
        keys.device(device.thing),
        keys.OPEN,
        n=open_.version,
        p=device.profile,
        s=device.state,
        c=bytes.fromhex(device.certificate) or None,
        f=open_.floor,
        m=",".join(metrics),
        r=codec.encode(open_.readings, metrics) or None,
        u=codec.encode_days(open_.days) or None,
        a=" ".join(f"{rule}={count}" for rule, count in sorted(open_.memory.items())) or None,
    )


def pack_item(
    thing: str, start: int, version: int, source: int, readings: Sequence[Reading], keep_days: int
) -> PackItem:
    """A closed pack; it ends ``keep_days`` after its last reading."""
    metrics = codec.metrics_of(readings)
    return PackItem(
        keys.device(thing),
        keys.pack(start),
        n=version,
        src=source,
        m=",".join(metrics),
        r=codec.encode(readings, metrics),
        ttl=(readings[-1].at + keep_days * DAY_MS) // 1000,
    )


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
