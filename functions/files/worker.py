"""The check of a file that was handed in: looked at for harmful software, then a photo is prepared. Runs in
the tasks worker; a repeat of a message changes nothing."""

from __future__ import annotations

from datetime import timedelta

from functions.adapters.files import FileGone, Files
from functions.adapters.queue import Queue
from functions.adapters.scanner import Scanner, scanner_for
from functions.core import log
from functions.core.context import Context
from functions.files import service, store
from functions.files.domain import (
    CLEAN,
    INFECTED,
    NOT_CHECKED,
    UNUSABLE,
    StoredFile,
    city_prefix,
    owner_and_file,
)
from functions.files.images import UnusableImage, prepare

ASK_AGAIN_AFTER = timedelta(hours=1)


def check_file(ctx: Context, subject: str, files: Files | None = None, scanner: Scanner | None = None) -> str:
    """Look at one file, `<owner>/<file>`; answers its state now, empty when there is nothing to do. A
    scanner that is not ready says so later, by a message of its own."""
    owner_id, _, file_id = subject.partition("/")
    file = store.get(owner_id, file_id) if file_id else None
    if file is None or not service.waits(file):
        return ""
    bucket = files or service.storage()
    if file.held:
        from functions.wallet.worker import make_copy

        return make_copy(ctx, owner_id, file, bucket)
    try:
        verdict = (scanner or scanner_for(bucket)).verdict(file.key, file.version)
        if verdict == "waiting":
            return file.state
        state, written = (INFECTED, ()) if verdict == "infected" else _prepared(bucket, file, verdict)
    except FileGone:
        store.remove(owner_id, file_id)
        return ""
    if store.settle(owner_id, file_id, state, *written) and state in (INFECTED, UNUSABLE):
        _tell(ctx, owner_id, file_id, state)
    return state


def _prepared(bucket: Files, file: StoredFile, verdict: str) -> tuple[str, tuple[int, str] | tuple[()]]:
    """(the state, size and version of what was written in the file's place)."""
    state = CLEAN if verdict == "clean" else NOT_CHECKED
    if file.type not in ("jpeg", "png"):
        return state, ()
    try:
        data = prepare(b"".join(bucket.chunks(file.key, file.version)), file.type)
    except UnusableImage as reason:
        log.info("image not usable", file=file.id, reason=str(reason))
        return UNUSABLE, ()
    return state, (len(data), bucket.write(file.key, data))


def _tell(ctx: Context, owner_id: str, file_id: str, state: str) -> None:
    from functions.cases import service as cases

    if not owner_id.startswith(("person.", "device.")):
        cases.note_refused_file(ctx, owner_id, file_id, state)


def sweep_task(ctx: Context, _: str = "", queue: Queue | None = None) -> None:
    """The nightly message to a city: ask again for every file whose check began and did not end."""
    for owner_id, file_id in store.waiting_before(ctx.now - ASK_AGAIN_AFTER):
        service.point(ctx, owner_id, file_id, queue)


def message_of(key: str) -> dict[str, str] | None:
    """The message that a scanner's word about an object stands for: the city and the file are in its key,
    the verdict is read in that city's scope. None for an object that is no upload."""
    parts = key.split("/")
    if len(parts) < 6 or not key.startswith(city_prefix(parts[1])):
        return None
    return {"city": parts[1], "kind": service.KIND, "id": "/".join(owner_and_file(key))}
