"""Use cases: a form to hand in a file, taking it when the browser comes back, giving it out, removing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from functions.adapters.files import Files, S3Files, UploadForm
from functions.core import ids, usage
from functions.core.context import Context
from functions.core.scope import tenant_scope
from functions.core.settings import settings
from functions.files.domain import (
    MB,
    UploadedFile,
    city_prefix,
    display_name,
    key_prefix,
    name_in,
    owner_in,
    refusal,
    type_of,
)

FORM_LIFE = timedelta(minutes=30)
LINK_SECONDS = 300
LEFT_OVER_AFTER = timedelta(days=1)
# A file a little over the limit comes to us and gets a kind answer; the storage refuses larger ones.
GRACE = 2


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken: `missing`, `size` or `type`."""

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
    address = f"{back}{'&' if '?' in back else '?'}file={file_id}"
    limit = document["max_mb"] * MB * GRACE
    with tenant_scope(ctx.city, min_life=int(FORM_LIFE.total_seconds()) + 60):
        return (files or storage()).upload_form(
            key_prefix(ctx.city.id, owner_id, file_id), limit, address, ctx.now + FORM_LIFE
        )


def take_upload(
    ctx: Context, owner_id: str, document: Mapping[str, Any], file_id: str, files: Files | None = None
) -> UploadedFile | Refused:
    """Look at what came: it must lie under this owner's prefix, be small enough and be what it may be.

    What is refused is removed from the storage."""
    store = files or storage()
    prefix = key_prefix(ctx.city.id, owner_id, file_id)
    found = store.look(prefix) if file_id.isalnum() else None
    if found is None:
        return Refused("missing")
    name = name_in(found.key, prefix)
    kind = type_of(found.head)
    reason = refusal(found.size, kind, document["accept"], document["max_mb"])
    if reason or kind is None or name is None:
        store.remove(found.key)
        return Refused(reason or "type")
    usage.count("bytes_in", found.size)
    return UploadedFile(file_id, document["id"], display_name(name), found.size, kind, found.key)


def download_url(ctx: Context, key: str, name: str, files: Files | None = None) -> str:
    """A link of five minutes that gives a stored file as an attachment called `name`, from the storage's
    origin."""
    with tenant_scope(ctx.city, min_life=LINK_SECONDS + 60):
        return (files or storage()).download_link(key, name, LINK_SECONDS)


def remove_upload(key: str, files: Files | None = None) -> None:
    """Delete a file that a person took back."""
    (files or storage()).remove(key)


def remove_leftovers(ctx: Context, is_kept: Callable[[str], bool], files: Files | None = None) -> int:
    """Delete files older than a day whose owner `is_kept` no longer; answers how many. The owner is the id
    of a draft or a case."""
    store, prefix = files or storage(), city_prefix(ctx.city.id)
    kept: dict[str, bool] = {}
    removed = 0
    for key in list(store.keys_before(prefix, ctx.now - LEFT_OVER_AFTER)):
        owner = owner_in(key, prefix)
        if owner not in kept:
            kept[owner] = is_kept(owner)
        if not kept[owner]:
            store.remove(key)
            removed += 1
    return removed
