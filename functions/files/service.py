"""Use cases: a form to hand in a file, taking it when the browser comes back, giving it out when it may be
given out, removing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.adapters import queue as tasks
from functions.adapters.files import Files, S3Files, UploadForm
from functions.adapters.queue import Queue
from functions.core import audit, ids, limits, usage
from functions.core.context import Context
from functions.core.errors import Conflict, NotFound, RateLimited
from functions.core.i18n import N_
from functions.core.scope import tenant_scope
from functions.core.settings import settings
from functions.core.store import contended, failed_conditions, transaction
from functions.files import store
from functions.files.domain import (
    CHECKING,
    CLEAN,
    MB,
    NOT_CHECKED,
    StoredFile,
    UploadedFile,
    city_prefix,
    display_name,
    key_prefix,
    name_in,
    owner_and_file,
    owner_in,
    refusal,
)

KIND = "file"
FORM_LIFE = timedelta(minutes=30)
LINK_SECONDS = 300
LINK_LIFE = timedelta(seconds=LINK_SECONDS)
LEFT_OVER_AFTER = timedelta(days=1)
# A file a little over the limit comes to us and gets a kind answer; the storage refuses larger ones.
GRACE = 2
# Per draft, case or wallet: a person who tries again and again gets through, a script does not.
UPLOADS = (60, 3600)
TRIES = 5
_FILE, _COUNT = 0, 1  # positions in the transaction: what is put comes before what is updated


class NotGivenOut(Conflict):
    """A file that is still being checked, was found harmful, or has not been checked without the reader
    knowing it."""

    message = N_("This file cannot be opened")


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken: `missing`, `size`, `heic`, `type` or `name`."""

    reason: str


def storage() -> Files:
    """The stage's bucket. The address names it in its path, unless the origin does already (virtual host
    style)."""
    bucket, origin = settings().files_bucket, settings().files_url
    return S3Files(bucket, origin if f"//{bucket}." in origin else f"{origin}/{bucket}")


def upload_form(
    ctx: Context, owner_id: str, document: Mapping[str, Any], back: str, files: Files | None = None
) -> UploadForm:
    """A form for one file; the browser returns to `back` (an absolute address) with `file=<new id>`."""
    file_id = ids.new_id(ctx.now)
    return _form(
        ctx, owner_id, file_id, document, f"{back}{'&' if '?' in back else '?'}file={file_id}", files
    )


def script_form(
    ctx: Context, owner_id: str, document: Mapping[str, Any], files: Files | None = None
) -> dict[str, Any]:
    """The same for a script, which stays on its page: `{file, url, fields}`. It calls the address that
    `upload_form` returns to by itself."""
    file_id = ids.new_id(ctx.now)
    form = _form(ctx, owner_id, file_id, document, "", files)
    return {"file": file_id, "url": form.url, "fields": form.fields}


def _form(
    ctx: Context, owner_id: str, file_id: str, document: Mapping[str, Any], back: str, files: Files | None
) -> UploadForm:
    limit = int(document["max_mb"]) * MB * GRACE
    with tenant_scope(ctx.city, min_life=int(FORM_LIFE.total_seconds()) + 60):
        return (files or storage()).upload_form(
            key_prefix(ctx.city.id, owner_id, file_id), limit, back, ctx.now + FORM_LIFE
        )


def take_upload(
    ctx: Context,
    owner_id: str,
    document: Mapping[str, Any],
    file_id: str,
    files: Files | None = None,
    queue: Queue | None = None,
    also: Callable[[TransactWrite, UploadedFile], None] | None = None,
) -> UploadedFile | Refused:
    """Look at what came: it must lie under this owner's prefix, be small enough and be what it may be and
    what its name says. Then it waits for its check. ``also`` adds one update to the transaction that keeps
    it. Taking it twice changes nothing. One call.

    What is refused is removed from the storage. Raises RateLimited, and Conflict when ``also`` cannot be."""
    from functions.files.sniffing import kind_of

    bucket = files or storage()
    prefix = key_prefix(ctx.city.id, owner_id, file_id)
    found = bucket.look(prefix) if file_id.isalnum() else None
    if found is None:
        return Refused("missing")
    name, kind = name_in(found.key, prefix), kind_of(found.head)
    reason = refusal(found.size, kind, name or "", document["accept"], document["max_mb"])
    if reason or kind is None or name is None:
        bucket.remove(found.key)
        limits.hit(f"uploads#{owner_id}", *UPLOADS)
        return Refused(reason or "type")
    taken = UploadedFile(
        file_id, document["id"], display_name(name), found.size, kind, found.key, found.version
    )
    try:
        fresh = _keep(ctx, owner_id, taken, also)
    except RateLimited:
        bucket.remove(found.key)
        raise
    if fresh:
        usage.count("bytes_in", found.size)
        point(ctx, owner_id, file_id, queue)
    return taken


def _keep(
    ctx: Context,
    owner_id: str,
    taken: UploadedFile,
    also: Callable[[TransactWrite, UploadedFile], None] | None,
) -> bool:
    """Keep a file, count it, and what else the caller wants: all or nothing. False when it was there."""
    new = StoredFile(taken.id, taken.name, taken.key, taken.size, taken.type, version=taken.version)
    for _ in range(TRIES):
        try:
            with transaction() as tx:
                store.add_in(tx, owner_id, new, ctx.now)
                limits.hit_in(tx, f"uploads#{owner_id}", *UPLOADS)
                if also:
                    also(tx, taken)
            return True
        except TransactWriteError as error:
            failed = failed_conditions(error)
            if _FILE in failed:
                return False
            if _COUNT in failed:
                raise RateLimited(UPLOADS[1]) from error
            if not failed and not contended(error):
                raise
            if failed:
                break
    raise Conflict


def point(ctx: Context, owner_id: str, file_id: str, queue: Queue | None = None, kind: str = KIND) -> None:
    """Ask the worker to look at a file. When the queue cannot be reached, the nightly sweep asks."""
    tasks.point(ctx.city.id, kind, f"{owner_id}/{file_id}", queue=queue)


def files_of(owner_id: str) -> dict[str, StoredFile]:
    """What is known of each file of a draft, a case or a wallet, by its id; one call."""
    return store.of_owner(owner_id)


def link(ctx: Context, file: StoredFile, knowing: bool, files: Files | None = None) -> str:
    """A link of five minutes for a file that was found clean, or that nobody checked when the reader knows
    it (`knowing`). Raises NotGivenOut for any other."""
    if file.state == CLEAN or (file.state == NOT_CHECKED and knowing):
        return download_url(ctx, file.key, file.name, files, file.version)
    raise NotGivenOut


def download_url(ctx: Context, key: str, name: str, files: Files | None = None, version: str = "") -> str:
    """A link of five minutes that gives a stored file as an attachment called `name`, from the storage's
    origin. For what a person handed in use :func:`link`."""
    if not key.startswith(f"cities/{ctx.city.id}/"):
        raise NotFound
    with tenant_scope(ctx.city, min_life=LINK_SECONDS + 60):
        return (files or storage()).download_link(key, name, LINK_SECONDS, version)


def remove_upload(key: str, files: Files | None = None) -> None:
    """Delete a file that a person took back, and what is known of it."""
    (files or storage()).remove(key)
    store.remove(*owner_and_file(key))


def remove_leftovers(ctx: Context, is_kept: Callable[[str], bool], files: Files | None = None) -> int:
    """Delete files older than a day whose owner `is_kept` no longer; answers how many. The owner is the id
    of a draft or a case. What lies in a wallet or belongs to a device stays as long as it is known there."""
    bucket, prefix = files or storage(), city_prefix(ctx.city.id)
    kept: dict[str, bool] = {}
    removed = 0
    for key in list(bucket.keys_before(prefix, ctx.now - LEFT_OVER_AFTER)):
        owner = owner_in(key, prefix)
        if owner.startswith(("person.", "device.")):
            kept[owner] = store.get(*owner_and_file(key)) is not None
        elif owner not in kept:
            kept[owner] = is_kept(owner)
        if not kept[owner]:
            remove_upload(key, bucket)
            removed += 1
    return removed


def record_check(ctx: Context, chain: audit.Chain, file: StoredFile, staff: str, seen: str) -> None:
    """Raise the trust in a file of a case to B, with the event in the case's chain as it was just read.
    Raises Conflict when somebody else wrote there meanwhile."""
    try:
        with transaction() as tx:
            store.mark_checked(tx, chain.subject, file.id, staff, seen, ctx.now)
            audit.append(tx, chain, "file_checked", ctx, {"file": file.id, "seen": seen.partition(":")[0]})
            audit.close(tx, chain)
    except TransactWriteError as error:
        if failed_conditions(error) or contended(error):
            raise Conflict(N_("Someone else changed this case while you had it open")) from error
        raise


def unchecked(file_id: str, name: str, key: str, size: int) -> StoredFile:
    """What stands for a file that was handed in before files were checked."""
    return StoredFile(file_id, name, key, size, "", NOT_CHECKED)


def waits(file: StoredFile | None) -> bool:
    """Whether a page should say that the check is not over."""
    return file is not None and file.state == CHECKING
