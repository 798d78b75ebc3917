"""Messages that were not stored, and why: kept for thirty days, counted, without what was in them.

A device that sends nothing but nonsense costs little: behind ONE_BY_ONE an hour, its refusals are summed in
memory and written as one row for each reason and hour. Names that no device has are counted for each source
together (and for MQTT together), since whoever sends makes up as many as they like. What a process has not
written when it ends, fewer than WRITE_AT, is lost."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError

from functions.core import clock, keys, log, usage
from functions.core.i18n import N_
from functions.core.scope import current_city
from functions.core.store import CityModel, contended, failed_conditions, transaction
from functions.sensing.senml import SenmlError

KEPT_DAYS = 30
AT_ONCE = 50  # a transaction takes a hundred operations
TRIES = 8
ONE_BY_ONE = 60  # refusals of a device in an hour, and of all unknown names of a source
WRITE_AT = 60  # of a city's sums
WRITE_AFTER_S = 60.0
REMEMBERED = 20_000  # devices and hours, and messages
MANY = N_("no device of this city that may send has these numbers or names")
UNKNOWN = (
    N_("no device is registered under this name"),
    N_("no device of this city that may send has the number %(number)s"),
)
_hours: OrderedDict[tuple[str, str, str], int] = OrderedDict()  # city, thing or "#<source>", hour
_seen: OrderedDict[tuple[str, str], bool] = OrderedDict()  # city, message id: whether it was summed
_sums: dict[str, dict[str, Refusal]] = {}  # city, sort key
_since: dict[str, float] = {}


class RefusedItem(CityModel):
    """A message that was not stored, and why. It holds no payload."""

    thing = UnicodeAttribute()
    source = UnicodeAttribute(null=True)
    reason = JSONAttribute()
    times = NumberAttribute(default=1)


@dataclass(frozen=True)
class Refusal:
    """A refused message: when (ISO), of which thing (or what the sender calls it), why (message id,
    placeholders, record), how many at once, through which source ("" for the device itself)."""

    at: str
    thing: str
    reason: dict[str, Any]
    count: int = 1
    source: str = ""


def of(received: int, thing: str, error: SenmlError, source: str = "") -> Refusal:
    """What is kept of a message that was received at ``received`` (Unix milliseconds)."""
    reason = {"message": error.message, "params": error.params, "record": error.record}
    return Refusal(clock.iso(datetime.fromtimestamp(received / 1000, UTC)), thing[:64], reason, source=source)


def keep(refused: Iterable[tuple[str, Refusal]]) -> None:
    """Keep and count refusals under an id of their message: a repeat of the message counts once. Raises
    TransactWriteError when too many others write the same counter."""
    _write([entry for entry in refused if not _summed(*entry)])
    _write_sums()


def _write(pending: list[tuple[str, Refusal]]) -> None:
    tries = 0
    while pending:
        part = pending[:AT_ONCE]
        try:
            with transaction() as tx:
                for message_id, refusal in part:
                    tx.save(_item(message_id, refusal), condition=RefusedItem.pk.does_not_exist())
                usage.add_to(tx, "refused", len(part))
            pending = pending[AT_ONCE:]
        except TransactWriteError as error:
            kept = set(failed_conditions(error))
            tries += not kept
            if (not kept and not contended(error)) or tries >= TRIES:
                raise
            pending = [entry for n, entry in enumerate(part) if n not in kept] + pending[AT_ONCE:]


def _summed(message_id: str, refusal: Refusal) -> bool:
    """Whether a refusal is one of so many that it was only added to its row's sum."""
    city, hour = current_city().id, f"{refusal.at[:13]}:00:00Z"
    if (city, message_id) in _seen:  # the queue hands it over again
        return _seen[city, message_id]
    unknown = refusal.reason["message"] in UNKNOWN
    key = (city, f"#{refusal.source}" if unknown else refusal.thing, hour)
    count = _hours[key] = _hours.pop(key, 0) + 1
    _seen[city, message_id] = count > ONE_BY_ONE
    if len(_hours) > REMEMBERED:
        _hours.popitem(last=False)
    if len(_seen) > REMEMBERED:
        _seen.popitem(last=False)
    if count <= ONE_BY_ONE:
        return False
    if unknown:
        refusal = replace(refusal, thing="", reason={"message": MANY, "params": {}, "record": 0})
    group = f"{refusal.thing}#{refusal.source}#{refusal.reason['message']}"
    row = f"{hour}#{hashlib.sha256(group.encode()).hexdigest()[:16]}"
    sums = _sums.setdefault(city, {})
    before = sums[row].count if row in sums else 0
    sums[row] = replace(refusal, at=hour, count=before + refusal.count)
    _since.setdefault(city, time.monotonic())
    return True


def _write_sums() -> None:
    """When there are enough of them, or for long enough: a write for each would cost as much again."""
    city = current_city().id
    sums = _sums.get(city, {})
    while sums and (
        sum(one.count for one in sums.values()) >= WRITE_AT or time.monotonic() - _since[city] > WRITE_AFTER_S
    ):
        part = list(sums.items())[:AT_ONCE]
        try:
            with transaction() as tx:
                for row, one in part:
                    tx.update(RefusedItem(keys.REFUSED, row), actions=_added(one))
                usage.add_to(tx, "refused", sum(one.count for _, one in part))
        except TransactWriteError:  # they stay for the next time; the messages need not come again for it
            return log.failure("sums of refusals not written", city=city)
        for row, _ in part:
            del sums[row]
    if not sums:
        _since.pop(city, None)
    return None


def _added(refusal: Refusal) -> list[Any]:
    ends = clock.epoch(clock.parse(refusal.at)) + KEPT_DAYS * 86_400
    actions = [
        RefusedItem.thing.set(refusal.thing),
        RefusedItem.reason.set(refusal.reason),
        RefusedItem.times.add(refusal.count),
        RefusedItem.ttl.set(ends),
        RefusedItem.v.set(1),
    ]
    return [*actions, RefusedItem.source.set(refusal.source)] if refusal.source else actions


def reset() -> None:
    """For tests: forget what is in memory."""
    _hours.clear()
    _seen.clear()
    _sums.clear()
    _since.clear()


def _item(message_id: str, refusal: Refusal) -> RefusedItem:
    return RefusedItem(
        keys.REFUSED,
        f"{refusal.at}#{message_id}",
        thing=refusal.thing,
        source=refusal.source or None,
        reason=refusal.reason,
        times=refusal.count,
        ttl=clock.epoch(clock.parse(refusal.at)) + KEPT_DAYS * 86_400,
    )


def since(moment: str, limit: int) -> list[Refusal]:
    """Refused messages since a moment (ISO), the newest first: one call."""
    found = RefusedItem.query(keys.REFUSED, RefusedItem.sk >= moment, scan_index_forward=False, limit=limit)
    return [
        Refusal(item.sk.partition("#")[0], item.thing, item.reason, int(item.times), item.source or "")
        for item in found
    ]
