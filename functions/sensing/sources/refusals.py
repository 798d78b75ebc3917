"""Messages that were not stored, and why: kept for thirty days, counted, without what was in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError

from functions.core import clock, keys, usage
from functions.core.store import CityModel, contended, failed_conditions, transaction
from functions.sensing.senml import SenmlError

KEPT_DAYS = 30
AT_ONCE = 50  # a transaction takes a hundred operations
TRIES = 8


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
    pending, tries = list(refused), 0
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
