"""Outbox rows in the city's table: OUTBOX/<id>. They name a case and an event; what the message says is
read when it is sent, so a row holds nothing personal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError, UpdateError
from pynamodb.transactions import TransactWrite

from functions.core import clock, ids, keys, usage
from functions.core.store import CityModel, failed_conditions, transaction
from functions.notifications.domain import KEEP_PENDING, KEEP_SENT, LEASE, Letter

PENDING, SENT = "pending", "sent"


class OutboxItem(CityModel):
    """One message to be sent. `lease_until` (seconds since 1970) is set while a worker is at it."""

    event = UnicodeAttribute()
    case_id = UnicodeAttribute()
    status = UnicodeAttribute(default=PENDING)
    created_at = UnicodeAttribute()
    sent_at = UnicodeAttribute(null=True)
    attempts = NumberAttribute(default=0)
    lease_until = NumberAttribute(null=True)


class LetterItem(CityModel):
    """What the applicant of a case was told, word for word; kept as long as the case."""

    event = UnicodeAttribute()
    lang = UnicodeAttribute()
    subject = UnicodeAttribute()
    text = UnicodeAttribute()
    sent_at = UnicodeAttribute()


def _item_of(letter: Letter, row: OutboxItem, now: datetime) -> LetterItem:
    return LetterItem(
        keys.letters(letter.case_id), row.sk, event=row.event, lang=letter.lang, subject=letter.subject,
        text=letter.text, sent_at=clock.iso(now),
    )  # fmt: skip


def letters_of(case_id: str) -> list[LetterItem]:
    """A case's letters, latest first: one call."""
    return list(LetterItem.query(keys.letters(case_id), scan_index_forward=False, limit=100))


def add(tx: TransactWrite, event: str, case_id: str, now: datetime, row_id: str = "") -> str:
    """A pending row in the caller's transaction; answers its id."""
    row_id = row_id or ids.new_id(now)
    tx.save(
        OutboxItem(
            keys.OUTBOX, row_id, event=event, case_id=case_id, created_at=clock.iso(now),
            ttl=clock.epoch(now + KEEP_PENDING),
        ),
        condition=OutboxItem.pk.does_not_exist(),
    )  # fmt: skip
    return row_id


def claim(row_id: str, now: datetime) -> OutboxItem | None:
    """The row, leased to this worker; None when it is gone, sent, or another worker's at the moment."""
    item = OutboxItem(keys.OUTBOX, row_id)
    free = OutboxItem.lease_until.does_not_exist() | (OutboxItem.lease_until <= clock.epoch(now))
    try:
        item.update(
            actions=[OutboxItem.attempts.add(1), OutboxItem.lease_until.set(clock.epoch(now + LEASE))],
            condition=(OutboxItem.status == PENDING) & free,
        )
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return None
        raise
    return item


def release(row_id: str) -> None:
    """Give a leased row back, so that the next try need not wait."""
    OutboxItem(keys.OUTBOX, row_id).update(actions=[OutboxItem.lease_until.remove()])


def mark_sent(row: OutboxItem, now: datetime, meter: str | None, letter: Letter | None) -> None:
    """Sent, counted on ``meter`` and its letter kept, exactly once: a repeat changes nothing."""
    try:
        with transaction() as tx:
            tx.update(
                OutboxItem(keys.OUTBOX, row.sk),
                actions=[
                    OutboxItem.status.set(SENT),
                    OutboxItem.sent_at.set(clock.iso(now)),
                    OutboxItem.ttl.set(clock.epoch(now + KEEP_SENT)),
                    OutboxItem.lease_until.remove(),
                ],
                condition=OutboxItem.status == PENDING,
            )
            if meter:
                usage.add_to(tx, meter, 1, now)
            if letter:
                tx.save(_item_of(letter, row, now))
    except TransactWriteError as error:
        if not failed_conditions(error):
            raise


def sent_at(row_id: str) -> str:
    """When a row's message was handed over (ISO); "" for one that was not, or that is not there."""
    try:
        return str(OutboxItem.get(keys.OUTBOX, row_id, consistent_read=True).sent_at or "")
    except OutboxItem.DoesNotExist:
        return ""


def pending() -> Iterator[OutboxItem]:
    """Every row that is still to be sent, oldest first."""
    return iter(OutboxItem.query(keys.OUTBOX, filter_condition=OutboxItem.status == PENDING))
