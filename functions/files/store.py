"""Files in the city's table: FILE items beside the case (or future case) that they were handed in with, so
that the query for a case brings them along, or in their holder's wallet."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.transactions import TransactWrite

from functions.core import clock, keys
from functions.core.store import CityModel
from functions.files.domain import CHECKING, StoredFile

_FIELDS = tuple(StoredFile.__dataclass_fields__)
_EXISTS = "ConditionalCheckFailedException"


class FileItem(CityModel):
    """A StoredFile; `id` is in the sort key. The list of those that wait has it while it is being checked."""

    name = UnicodeAttribute()
    key = UnicodeAttribute()
    size = NumberAttribute()
    type = UnicodeAttribute()
    state = UnicodeAttribute()
    grade = UnicodeAttribute(default="C")
    checked_by = UnicodeAttribute(null=True)
    checked_at = UnicodeAttribute(null=True)
    seen = UnicodeAttribute(null=True)
    held = UnicodeAttribute(null=True)
    version = UnicodeAttribute(null=True)


def stored_of(item: FileItem) -> StoredFile:
    """The file of a stored item."""
    values: dict[str, Any] = {name: getattr(item, name) for name in _FIELDS if name != "id"}
    values["size"] = int(values["size"])
    present = {name: value for name, value in values.items() if value is not None}
    return StoredFile(id=keys.file_id(item.sk), **present)


def add(owner_id: str, file: StoredFile, now: datetime) -> bool:
    """Keep a new file, waiting to be checked; False when it is there already. One call."""
    try:
        _new(owner_id, file, now).save(condition=FileItem.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code == _EXISTS:
            return False
        raise
    return True


def add_in(tx: TransactWrite, owner_id: str, file: StoredFile, now: datetime) -> None:
    """The same in the caller's transaction, which fails at this operation when the file is there already."""
    tx.save(_new(owner_id, file, now), condition=FileItem.pk.does_not_exist())


def _new(owner_id: str, file: StoredFile, now: datetime) -> FileItem:
    values = {name: value for name, value in asdict(file).items() if name != "id" and value != ""}
    item = FileItem(keys.files(owner_id), keys.file(file.id), **values)
    if file.state == CHECKING:
        item.list_key, item.list_sort = keys.WAITING_FILES, f"{clock.iso(now)}#{owner_id}#{file.id}"
    return item


def get(owner_id: str, file_id: str) -> StoredFile | None:
    """One file; one call."""
    try:
        return stored_of(FileItem.get(keys.files(owner_id), keys.file(file_id), consistent_read=True))
    except FileItem.DoesNotExist:
        return None


def of_owner(owner_id: str) -> dict[str, StoredFile]:
    """All files of a draft or a case, by id; one call."""
    found = FileItem.query(
        keys.files(owner_id), FileItem.sk.startswith(keys.FILE_PREFIX), consistent_read=True
    )
    return {file.id: file for file in map(stored_of, found)}


def settle(owner_id: str, file_id: str, state: str, size: int | None = None, version: str = "") -> bool:
    """End the check with a verdict, with size and version of what was written in its place; False when the
    file is gone or was settled before. One call."""
    actions: list[Any] = [FileItem.state.set(state), FileItem.list_key.remove(), FileItem.list_sort.remove()]
    if size is not None:
        actions += [FileItem.size.set(size), *([FileItem.version.set(version)] if version else [])]
    try:
        FileItem(keys.files(owner_id), keys.file(file_id)).update(
            actions=actions, condition=FileItem.state == CHECKING
        )
    except UpdateError as error:
        if error.cause_response_code == _EXISTS:
            return False
        raise
    return True


def mark_checked(
    tx: TransactWrite, owner_id: str, file_id: str, staff: str, seen: str, now: datetime
) -> None:
    """Add to the transaction that a clerk has checked the document: trust B."""
    tx.update(
        FileItem(keys.files(owner_id), keys.file(file_id)),
        actions=[
            FileItem.grade.set("B"),
            FileItem.checked_by.set(staff),
            FileItem.checked_at.set(clock.iso(now)),
            FileItem.seen.set(seen),
        ],
        condition=FileItem.pk.exists(),
    )


def remove(owner_id: str, file_id: str) -> None:
    """Forget a file; nothing happens when it is not there. One call."""
    FileItem(keys.files(owner_id), keys.file(file_id)).delete()


def waiting_before(moment: datetime) -> list[tuple[str, str]]:
    """(owner, file id) of what has waited for its check since before the moment."""
    found = FileItem.listed.query(keys.WAITING_FILES, FileItem.list_sort < clock.iso(moment))
    return [(keys.owner_of_files(item.pk), keys.file_id(item.sk)) for item in found]
