"""Use cases of sources: make one, show its secret once, renew it, revoke it, and let a message in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.core import audit, clock, ids, limits
from functions.core.context import Context
from functions.core.errors import Conflict, Invalid, NotFound
from functions.core.i18n import N_
from functions.core.keyring import city_key
from functions.core.store import contended, failed_conditions, transaction
from functions.sensing.sources import domain, store
from functions.sensing.sources.domain import Source, SourceRefused

if TYPE_CHECKING:
    from functions.identity.domain import Staff
    from functions.web.request import PageContext

NOBODY = b"\0" * 32  # compared with when there is no such source, so that both cases take the same time


def _must_be_admin(staff: Staff) -> None:
    if not staff.is_admin:
        raise NotFound


def mappings() -> dict[str, tuple[tuple[str, str], ...]]:
    """The forms of vendors that profiles declare: ``{name: ((path of rows, path of the device), ...)}``."""
    from functions.sensing import profiles

    found: dict[str, set[tuple[str, str]]] = {}
    for profile_id in profiles.profile_ids():
        for one in profiles.for_city(profile_id)["mappings"] or ():
            found.setdefault(one["source"], set()).add((one.get("rows") or "", one["device"]))
    return {name: tuple(sorted(shapes)) for name, shapes in sorted(found.items())}


def make(ctx: Context, staff: Staff, name: str, kind: str, mapping: str = "") -> str:
    """A new source; answers its id. Raises Invalid, and NotFound for anybody but an admin."""
    _must_be_admin(staff)
    known = mappings() if kind == domain.VENDOR else {}
    domain.check_wanted(name, kind, mapping, tuple(known))
    if len(store.every()) >= domain.MAX_SOURCES:
        raise Invalid({"name": N_("There are too many sources. Revoke those that nobody uses.")})
    mapping = mapping if kind == domain.VENDOR else ""
    made = Source(
        ids.new_id(ctx.now), kind, name, staff.email, clock.iso(ctx.now), mapping, known.get(mapping, ())
    )
    with transaction() as tx:
        store.add(tx, made)
        _note(tx, ctx, audit.Chain("source", made.id), "source_made", made)
    return made.id


def show_secret(ctx: Context, staff: Staff, source_id: str) -> str | None:
    """The secret, for the admin who has just made it; None the second time and for anybody else."""
    _must_be_admin(staff)
    source = store.get(source_id)
    if source is None or not store.mark_shown(source, staff.email, ctx.now - domain.SHOW_FOR):
        return None
    return domain.written(source.kind, _secret(ctx, source, source.generation))


def renew(ctx: Context, staff: Staff, source_id: str) -> None:
    """A new secret; the one before is believed for another day, so that no message is lost.

    Raises NotFound for an unknown or revoked source and for anybody but an admin, Conflict."""
    source = _live(staff, source_id)
    overlap = clock.iso(ctx.now + domain.OVERLAP)
    _change(ctx, source, "source_renewed", lambda tx: store.renew(tx, source, staff.email, ctx.now, overlap))


def revoke(ctx: Context, staff: Staff, source_id: str) -> None:
    """Nothing of it is taken from the next message on. Raises as :func:`renew`."""
    source = _live(staff, source_id)
    _change(ctx, source, "source_revoked", lambda tx: store.revoke(tx, source.id, ctx.now))


def _live(staff: Staff, source_id: str) -> Source:
    _must_be_admin(staff)
    source = store.get(source_id)
    if source is None or source.revoked_at:
        raise NotFound
    return source


def _change(ctx: Context, source: Source, action: str, write: Callable[[TransactWrite], None]) -> None:
    try:
        with transaction() as tx:
            write(tx)
            _note(tx, ctx, audit.read_chain("source", source.id), action, source)
    except TransactWriteError as error:
        if not (failed_conditions(error) or contended(error)):
            raise
        raise Conflict from error


def _note(tx: TransactWrite, ctx: Context, chain: audit.Chain, action: str, source: Source) -> None:
    audit.append(tx, chain, action, ctx, {"name": source.name, "kind": source.kind})
    audit.close(tx, chain)


def _secret(ctx: Context, source: Source, generation: int) -> bytes:
    return domain.secret(city_key(ctx.city.id, "source"), source.id, generation)


def let_in(ctx: PageContext, source_id: str) -> Source:
    """The live source of a request that carries its secret or signature, counted against its limit.

    Raises SourceRefused, RateLimited. Two calls."""
    source = store.get(source_id) if ids.is_id(source_id) else None
    secrets = tuple(_secret(ctx, source, n) for n in source.generations(ctx.now)) if source else ()
    if source and source.kind == domain.VENDOR:
        known = domain.is_signed(ctx.headers, ctx.body, secrets or (NOBODY,), ctx.now)
    else:
        known = domain.is_bearer(ctx.headers.get("authorization", ""), secrets or (NOBODY,))
    if source is None or not secrets or not known:
        limits.hit(f"source-wrong#{ctx.network}", domain.WRONG_PER_MINUTE, 60)
        raise SourceRefused
    limits.hit(f"source#{source.id}", ctx.city.limit("ingest_per_minute", domain.PER_MINUTE), 60)
    return source


def recent_days(ctx: Context, count: int) -> list[str]:
    """The last days (UTC, ISO), today included."""
    return [clock.iso(ctx.now - timedelta(days=n))[:10] for n in range(count)]
