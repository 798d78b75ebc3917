"""Events of what was seen and changed, chained by hash per subject. A change is appended in its own
transaction, a view is recorded before the answer. Daily roots over all events: functions/audit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.core import clock, keys
from functions.core.context import Context
from functions.core.errors import Conflict
from functions.core.store import CityModel, contended, failed_conditions, transaction

GENESIS = "0" * 64
TRIES = 6


class EventItem(CityModel):
    """One event. ``detail`` holds ids, states and counts - no answers of a person."""

    chain = UnicodeAttribute()
    seq = NumberAttribute()
    at = UnicodeAttribute()
    actor_kind = UnicodeAttribute()
    actor_id = UnicodeAttribute()
    action = UnicodeAttribute()
    detail = JSONAttribute(null=True)
    prev = UnicodeAttribute()
    hash = UnicodeAttribute()


class HeadItem(CityModel):
    """The end of a chain: without it a missing last event would go unnoticed until the day's root."""

    seq = NumberAttribute()
    hash = UnicodeAttribute()


@dataclass
class Chain:
    """A chain and its end as read; ``append`` moves the end along, so several events fit one transaction."""

    kind: str
    subject: str
    seq: int = 0
    hash: str = GENESIS
    read_seq: int = field(default=-1)

    def __post_init__(self) -> None:
        if self.read_seq < 0:
            self.read_seq = self.seq

    @property
    def pk(self) -> str:
        """The partition that holds the chain."""
        return keys.chain(self.kind, self.subject)


def event_hash(body: Mapping[str, object]) -> str:
    """SHA-256 (hex) of an event's body in canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def body_of(item: EventItem) -> dict[str, object]:
    """What the hash covers, from a stored event."""
    return {
        "chain": item.chain,
        "seq": int(item.seq),
        "at": item.at,
        "actor": f"{item.actor_kind}:{item.actor_id}",
        "action": item.action,
        "detail": item.detail,
        "prev": item.prev,
    }


def read_chain(kind: str, subject: str) -> Chain:
    """The chain with its present end: one call."""
    pk = keys.chain(kind, subject)
    try:
        head = HeadItem.get(pk, keys.HEAD, consistent_read=True)
    except HeadItem.DoesNotExist:
        return Chain(kind, subject)
    return Chain(kind, subject, int(head.seq), head.hash)


def chain_of(kind: str, subject: str, head: Any) -> Chain:
    """A chain whose end (``HEAD`` in its partition, or None) was read together with something else."""
    if head is None:
        return Chain(kind, subject)
    item = HeadItem.from_raw_data(head)
    return Chain(kind, subject, int(item.seq), item.hash)


def append(
    tx: TransactWrite, chain: Chain, action: str, ctx: Context, detail: Mapping[str, object] | None = None
) -> None:
    """Add an event to the transaction. Call :func:`close` once after the last append."""
    chain.seq += 1
    event = EventItem(
        chain.pk,
        keys.event(chain.seq),
        chain=chain.pk,
        seq=chain.seq,
        at=clock.iso(ctx.now),
        actor_kind=ctx.actor.kind,
        actor_id=ctx.actor.id,
        action=action,
        detail=dict(detail) if detail else None,
        prev=chain.hash,
    )
    chain.hash = event.hash = event_hash(body_of(event))
    event.list_key = keys.day_list(ctx.now.date())
    event.list_sort = f"{event.at}#{chain.pk}#{chain.seq:08d}"
    tx.save(event, condition=EventItem.pk.does_not_exist())


def close(tx: TransactWrite, chain: Chain) -> None:
    """Move the chain's end, on the condition that it still is where it was read."""
    condition = HeadItem.seq == chain.read_seq if chain.read_seq else HeadItem.pk.does_not_exist()
    tx.save(HeadItem(chain.pk, keys.HEAD, seq=chain.seq, hash=chain.hash), condition=condition)


def record(
    kind: str, subject: str, action: str, ctx: Context, detail: Mapping[str, object] | None = None,
    chain: Chain | None = None,
) -> None:  # fmt: skip
    """One event in a transaction of its own: views, sign-ins. Takes a chain just read to save a call;
    tries again when somebody else wrote to it meanwhile. Raises Conflict after six tries: what was not
    recorded is not shown."""
    for _ in range(TRIES):
        link = chain or read_chain(kind, subject)
        try:
            with transaction() as tx:
                append(tx, link, action, ctx, detail)
                close(tx, link)
            return
        except TransactWriteError as error:
            if not (failed_conditions(error) or contended(error)):
                raise
            chain = None
    raise Conflict


def record_view(
    chain: Chain, ctx: Context, what: str = "viewed", detail: Mapping[str, object] | None = None
) -> None:
    """A view, before the answer."""
    record(chain.kind, chain.subject, what, ctx, detail, chain)
