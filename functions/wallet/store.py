"""Documents in a city's table: WALLET#<person>/HELD#<id>; their files lie beside them as FILE items."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from functions.core import keys
from functions.core.store import CityModel
from functions.files.domain import StoredFile
from functions.files.store import FileItem, stored_of
from functions.wallet.domain import Held, remind_on

_FIELDS = tuple(name for name in Held.__dataclass_fields__ if name != "id")


class HeldItem(CityModel):
    """A Held; `id` is in the sort key. The list of those that end has it when its holder wants to be told."""

    kind = UnicodeAttribute()
    grade = UnicodeAttribute()
    source = UnicodeAttribute()
    created_at = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    number_hash = UnicodeAttribute(null=True)
    last4 = UnicodeAttribute(null=True)
    issuer = UnicodeAttribute(null=True)
    issued = UnicodeAttribute(null=True)
    expires = UnicodeAttribute(null=True)
    file = UnicodeAttribute(null=True)
    certificate = UnicodeAttribute(null=True)
    case_id = UnicodeAttribute(null=True)
    checked_by = UnicodeAttribute(null=True)
    checked_at = UnicodeAttribute(null=True)
    seen = UnicodeAttribute(null=True)
    remind = BooleanAttribute(default=False)


def held_of(item: HeldItem) -> Held:
    """The document of a stored item."""
    values = {name: getattr(item, name) for name in _FIELDS}
    present: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    return Held(id=item.sk.removeprefix(keys.HELD_PREFIX), **present)


def _item(person_id: str, held: Held) -> HeldItem:
    values = {name: value for name, value in asdict(held).items() if name != "id" and value != ""}
    item = HeldItem(keys.wallet(person_id), keys.held(held.id), **values)
    if held.remind and held.expires:
        item.list_key, item.list_sort = keys.EXPIRING, f"{remind_on(held.expires)}#{person_id}#{held.id}"
    return item


def put(tx: TransactWrite, person_id: str, held: Held, *, new: bool) -> None:
    """Add a document, or write it anew, in the caller's transaction."""
    condition = HeldItem.pk.does_not_exist() if new else HeldItem.pk.exists()
    tx.save(_item(person_id, held), condition=condition)


def all_of(person_id: str) -> tuple[list[Held], dict[str, StoredFile]]:
    """(documents, latest first, and what is known of their files by id): one call."""
    answer = HeldItem._get_connection().query(keys.wallet(person_id), consistent_read=True)
    rows = answer["Items"]
    held = [
        held_of(HeldItem.from_raw_data(row)) for row in rows if row["sk"]["S"].startswith(keys.HELD_PREFIX)
    ]
    files = [
        stored_of(FileItem.from_raw_data(row)) for row in rows if row["sk"]["S"].startswith(keys.FILE_PREFIX)
    ]
    held.sort(key=lambda one: one.created_at, reverse=True)
    return held, {file.id: file for file in files}


def get(person_id: str, held_id: str) -> Held | None:
    """One document: one call."""
    try:
        return held_of(HeldItem.get(keys.wallet(person_id), keys.held(held_id), consistent_read=True))
    except HeldItem.DoesNotExist:
        return None


def remove(tx: TransactWrite, person_id: str, held_id: str) -> None:
    """Forget a document, in the caller's transaction."""
    tx.delete(HeldItem(keys.wallet(person_id), keys.held(held_id)), condition=HeldItem.pk.exists())


def delete(person_id: str, held_id: str) -> None:
    """Forget a document of a wallet that is being erased. One call."""
    HeldItem(keys.wallet(person_id), keys.held(held_id)).delete()


def due(day: str) -> list[tuple[str, str]]:
    """(person, document) of every reminder that is due on a day."""
    found = HeldItem.listed.query(keys.EXPIRING, HeldItem.list_sort < f"{day}~")
    return [(item.pk.removeprefix(keys.wallet("")), item.sk.removeprefix(keys.HELD_PREFIX)) for item in found]


def reminded(tx: TransactWrite, person_id: str, held_id: str) -> None:
    """Take a document off the list, in the transaction that writes the reminder."""
    tx.update(
        HeldItem(keys.wallet(person_id), keys.held(held_id)),
        actions=[HeldItem.list_key.remove(), HeldItem.list_sort.remove()],
        condition=HeldItem.list_key.exists(),
    )


def trust(person_id: str, held_id: str, grade: str, source: str, by: str, at: str, seen: str) -> bool:
    """Raise the trust in a document; False when it is gone. One call."""
    actions: list[Any] = [
        HeldItem.grade.set(grade),
        HeldItem.source.set(source),
        HeldItem.checked_by.set(by),
        HeldItem.checked_at.set(at),
        HeldItem.seen.set(seen),
    ]
    try:
        HeldItem(keys.wallet(person_id), keys.held(held_id)).update(
            actions=actions, condition=HeldItem.pk.exists() & (HeldItem.grade != "A")
        )
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise
    return True
