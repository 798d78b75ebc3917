"""Webhooks in the city's table, WEBHOOKS/<id>; what is still to be told to each: DELIVERY#<id>/<change>."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from functions.api.webhook_domain import ACTIVE, KEEP_DELIVERY, Delivery, Webhook
from functions.core import clock, keys
from functions.core.store import CityModel

LEASE = timedelta(seconds=30)  # longer than a call may take
REFUSED = "ConditionalCheckFailedException"


class WebhookItem(CityModel):
    """One webhook. Its secret is derived, not stored."""

    url = UnicodeAttribute()
    note = UnicodeAttribute(default="")
    key = UnicodeAttribute()
    departments = JSONAttribute()
    made_at = UnicodeAttribute()
    state = UnicodeAttribute(default=ACTIVE)
    quiet_until = UnicodeAttribute(null=True)
    why = UnicodeAttribute(null=True)


class DeliveryItem(CityModel):
    """One change for one webhook. ``lease_until`` (seconds since 1970) while a worker is at it."""

    attempts = NumberAttribute(default=0)
    next_at = UnicodeAttribute()
    lease_until = NumberAttribute(null=True)


def _webhook(item: WebhookItem) -> Webhook:
    return Webhook(
        item.sk, item.url, item.note or "", item.key, tuple(item.departments), item.made_at, item.state,
        item.quiet_until or "", item.why or "",
    )  # fmt: skip


def add(tx: TransactWrite, webhook: Webhook) -> None:
    """A new one in the caller's transaction."""
    item = WebhookItem(
        keys.WEBHOOKS, webhook.id, url=webhook.url, note=webhook.note, key=webhook.key,
        departments=list(webhook.departments), made_at=webhook.made_at, state=webhook.state,
    )  # fmt: skip
    tx.save(item, condition=WebhookItem.pk.does_not_exist())


def get(webhook_id: str) -> Webhook | None:
    """One webhook. One call."""
    try:
        return _webhook(WebhookItem.get(keys.WEBHOOKS, webhook_id, consistent_read=True))
    except WebhookItem.DoesNotExist:
        return None


def every() -> list[Webhook]:
    """All of the city, oldest first. One call."""
    return [_webhook(item) for item in WebhookItem.query(keys.WEBHOOKS, consistent_read=True)]


def remove(tx: TransactWrite, webhook_id: str) -> None:
    """In the caller's transaction; what it was still to be told ends by itself."""
    tx.delete(WebhookItem(keys.WEBHOOKS, webhook_id), condition=WebhookItem.pk.exists())


def stop(tx: TransactWrite, webhook_id: str, state: str, why: str) -> None:
    """Nothing is sent any more. In the caller's transaction; it fails for one that is stopped already."""
    actions: list[Action] = [WebhookItem.state.set(state), WebhookItem.why.set(why)]
    tx.update(WebhookItem(keys.WEBHOOKS, webhook_id), actions=actions, condition=WebhookItem.state == ACTIVE)


def note_failure(webhook_id: str, quiet_until: datetime, why: str) -> None:
    """Its receiver did not answer: others of its messages wait, too."""
    _update(webhook_id, [WebhookItem.quiet_until.set(clock.iso(quiet_until)), WebhookItem.why.set(why)])


def note_success(webhook_id: str) -> None:
    """Its receiver is back."""
    _update(webhook_id, [WebhookItem.quiet_until.remove(), WebhookItem.why.remove()])


def _update(webhook_id: str, actions: list[Action]) -> None:
    try:
        WebhookItem(keys.WEBHOOKS, webhook_id).update(actions=actions, condition=WebhookItem.pk.exists())
    except UpdateError as error:
        if error.cause_response_code != REFUSED:
            raise


def add_delivery(webhook_id: str, change_id: str, now: datetime) -> None:
    """Nothing happens when it is there already."""
    item = DeliveryItem(
        keys.delivery(webhook_id), change_id, next_at=clock.iso(now), ttl=clock.epoch(now + KEEP_DELIVERY)
    )
    try:
        item.save(condition=DeliveryItem.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != REFUSED:
            raise


def claim(webhook_id: str, change_id: str, now: datetime) -> Delivery | None:
    """The delivery, leased to this worker; None when it is done, or another worker's at the moment."""
    item = DeliveryItem(keys.delivery(webhook_id), change_id)
    free = DeliveryItem.lease_until.does_not_exist() | (DeliveryItem.lease_until <= clock.epoch(now))
    try:
        item.update(
            actions=[DeliveryItem.lease_until.set(clock.epoch(now + LEASE))],
            condition=DeliveryItem.pk.exists() & free,
        )
    except UpdateError as error:
        if error.cause_response_code == REFUSED:
            return None
        raise
    return Delivery(webhook_id, change_id, int(item.attempts), item.next_at)


def put_back(delivery: Delivery, attempts: int, next_at: datetime) -> None:
    """To be tried at that time."""
    DeliveryItem(keys.delivery(delivery.webhook), delivery.change).update(
        actions=[
            DeliveryItem.attempts.set(attempts),
            DeliveryItem.next_at.set(clock.iso(next_at)),
            DeliveryItem.lease_until.remove(),
        ]
    )


def finish(delivery: Delivery) -> None:
    """Told, or given up."""
    DeliveryItem(keys.delivery(delivery.webhook), delivery.change).delete()


def overdue(webhook_id: str, before: datetime) -> Iterator[str]:
    """Changes that should have been told before that moment."""
    found = DeliveryItem.query(
        keys.delivery(webhook_id), filter_condition=DeliveryItem.next_at < clock.iso(before)
    )
    return (str(item.sk) for item in found)
