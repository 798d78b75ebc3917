"""Keys in the city's table, API-KEYS/<id>, and what a program asked to be done once."""

from __future__ import annotations

from datetime import datetime, timedelta

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from functions.api.domain import KEEP_ENDED, Key
from functions.core import clock, keys
from functions.core.store import CityModel

KEEP_REQUEST = timedelta(days=30)


class KeyItem(CityModel):
    """One key. ``shown_at`` is set when its maker has seen it: that happens once."""

    name = UnicodeAttribute()
    scopes = JSONAttribute()
    departments = JSONAttribute()
    made_by = UnicodeAttribute()
    made_at = UnicodeAttribute()
    expires_at = UnicodeAttribute()
    revoked_at = UnicodeAttribute(null=True)
    last_used = UnicodeAttribute(null=True)
    shown_at = UnicodeAttribute(null=True)
    digest = UnicodeAttribute()


class RequestItem(CityModel):
    """What was asked under an Idempotency-Key: the digest of its body."""

    body = UnicodeAttribute()


def _key(item: KeyItem) -> Key:
    return Key(
        item.sk, item.name, tuple(item.scopes), tuple(item.departments), item.made_by, item.made_at,
        item.expires_at, item.revoked_at or "", item.last_used or "", item.digest,
    )  # fmt: skip


def add(tx: TransactWrite, key: Key) -> None:
    """A new key in the caller's transaction; the table forgets it some time after it has expired."""
    item = KeyItem(
        keys.API_KEYS, key.id, name=key.name, scopes=list(key.scopes), departments=list(key.departments),
        made_by=key.made_by, made_at=key.made_at, expires_at=key.expires_at, digest=key.digest,
        ttl=clock.epoch(clock.parse(key.expires_at) + KEEP_ENDED),
    )  # fmt: skip
    tx.save(item, condition=KeyItem.pk.does_not_exist())


def get(key_id: str) -> Key | None:
    """One key, consistent, so that a revocation works at the next request. One call."""
    try:
        return _key(KeyItem.get(keys.API_KEYS, key_id, consistent_read=True))
    except KeyItem.DoesNotExist:
        return None


def every() -> list[Key]:
    """All keys that are kept, newest first. One call."""
    found = KeyItem.query(keys.API_KEYS, consistent_read=True, scan_index_forward=False)
    return [_key(item) for item in found]


def revoke(tx: TransactWrite, key_id: str, now: datetime) -> None:
    """Mark a key in the caller's transaction; it fails for a key that is gone or revoked already."""
    tx.update(
        KeyItem(keys.API_KEYS, key_id),
        actions=[KeyItem.revoked_at.set(clock.iso(now))],
        condition=KeyItem.pk.exists() & KeyItem.revoked_at.does_not_exist(),
    )


def mark_used(key_id: str, day: str) -> None:
    """Remember the day of the last use."""
    KeyItem(keys.API_KEYS, key_id).update(actions=[KeyItem.last_used.set(day)], condition=KeyItem.pk.exists())


def mark_shown(key_id: str, made_by: str, since: datetime, now: datetime) -> bool:
    """True once, for the person who made the key, and only if that was after ``since``."""
    try:
        KeyItem(keys.API_KEYS, key_id).update(
            actions=[KeyItem.shown_at.set(clock.iso(now))],
            condition=(KeyItem.made_by == made_by)
            & (KeyItem.made_at >= clock.iso(since))
            & KeyItem.shown_at.does_not_exist()
            & KeyItem.revoked_at.does_not_exist(),
        )
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise
    return True


def body_of_request(key_id: str, request: str) -> str | None:
    """The digest of the body that came with this Idempotency-Key before; None for a new one. One call."""
    try:
        return str(RequestItem.get(keys.api_request(key_id, request), keys.META, consistent_read=True).body)
    except RequestItem.DoesNotExist:
        return None


def keep_request(tx: TransactWrite, key_id: str, request: str, body: str, now: datetime) -> None:
    """Remember it in the transaction of what was done."""
    ends = clock.epoch(now + KEEP_REQUEST)
    tx.save(RequestItem(keys.api_request(key_id, request), keys.META, body=body, ttl=ends))
