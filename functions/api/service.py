"""Use cases of keys: make, list, show once, revoke, and let a request in."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from pynamodb.exceptions import TransactWriteError

from functions.api import store
from functions.api.domain import (
    MAX_KEYS,
    PER_CITY,
    PER_KEY,
    SHOW_FOR,
    Key,
    Wanted,
    check_wanted,
    read,
    write,
)
from functions.api.errors import KeyRefused, ScopeMissing
from functions.core import audit, clock, ids, limits
from functions.core.context import Context
from functions.core.errors import Conflict, Invalid, NotFound
from functions.core.i18n import N_
from functions.core.keyring import city_key
from functions.core.store import contended, failed_conditions, transaction

if TYPE_CHECKING:
    from functions.identity.domain import Staff


def secret_of(ctx: Context, key_id: str) -> str:
    """A key's secret (256 bits): derived from the city's own key, so that it can be shown once after the
    redirect without being stored; only its digest is."""
    mac = hmac.new(city_key(ctx.city.id, "api-key"), key_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def _must_be_admin(staff: Staff) -> None:
    if not staff.is_admin:
        raise NotFound


def list_keys(staff: Staff) -> list[Key]:
    """The city's keys for an admin, newest first. Raises NotFound for anybody else. One call."""
    _must_be_admin(staff)
    return store.every()


def make_key(ctx: Context, staff: Staff, wanted: Wanted) -> str:
    """A new key; answers its id. Raises Invalid, and NotFound for anybody but an admin."""
    _must_be_admin(staff)
    check_wanted(wanted, tuple(ctx.city.config["departments"]))
    if len(store.every()) >= MAX_KEYS:
        raise Invalid({"name": N_("There are too many keys. Revoke those that nobody uses.")})
    key_id = ids.new_id(ctx.now)
    key = Key(
        key_id, wanted.name, wanted.scopes, wanted.departments, staff.email, clock.iso(ctx.now),
        clock.iso(ctx.now + timedelta(days=wanted.days)), digest=ids.digest(secret_of(ctx, key_id)),
    )  # fmt: skip
    with transaction() as tx:
        store.add(tx, key)
        chain = audit.Chain("api-key", key_id)
        detail = {"name": key.name, "scopes": list(key.scopes), "departments": list(key.departments)}
        audit.append(tx, chain, "key_made", ctx, {**detail, "expires": key.expires_at})
        audit.close(tx, chain)
    return key_id


def show_key(ctx: Context, staff: Staff, key_id: str) -> str | None:
    """The whole key, for the admin who has just made it; None the second time and for anybody else."""
    _must_be_admin(staff)
    if not store.mark_shown(key_id, staff.email, ctx.now - SHOW_FOR, ctx.now):
        return None
    return write(ctx.city.id, key_id, secret_of(ctx, key_id))


def revoke_key(ctx: Context, staff: Staff, key_id: str) -> None:
    """It opens nothing from the next request on. A second click changes nothing.

    Raises NotFound for an unknown key and for anybody but an admin."""
    _must_be_admin(staff)
    key = store.get(key_id)
    if key is None:
        raise NotFound
    if key.revoked_at:
        return
    try:
        with transaction() as tx:
            store.revoke(tx, key_id, ctx.now)
            chain = audit.read_chain("api-key", key_id)
            audit.append(tx, chain, "key_revoked", ctx, {"name": key.name})
            audit.close(tx, chain)
    except TransactWriteError as error:
        if not (failed_conditions(error) or contended(error)):
            raise
        raise Conflict from error


def let_in(ctx: Context, header: str, scope: str) -> Key:
    """The live key of an ``Authorization`` header, counted against its limit and the city's.

    Raises KeyRefused, ScopeMissing, RateLimited. Three calls, and one more on a day's first use."""
    found = read(header, ctx.city.id)
    key = store.get(found[0]) if found else None
    digest = key.digest if key else ids.digest("nothing")
    if not found or not ids.same(ids.digest(found[1]), digest) or key is None or key.state(ctx.now) != "live":
        raise KeyRefused
    limits.hit(f"api#{key.id}", ctx.city.limit("api_per_minute", PER_KEY), 60)
    limits.hit("api-city", ctx.city.limit("api_city_per_minute", PER_CITY), 60)
    if scope not in key.scopes:
        raise ScopeMissing(scope=scope)
    today = ctx.now.astimezone(UTC).date().isoformat()
    if key.last_used != today:
        store.mark_used(key.id, today)
    return key
