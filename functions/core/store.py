"""pynamodb models that follow the open scope: the table's name and the credentials are the scope's, at
every call."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pynamodb._schema import ModelSchema
from pynamodb.attributes import Attribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection.base import Connection, MetaTable
from pynamodb.connection.table import TableConnection
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from functions.core.aws import scoped_client
from functions.core.errors import Unavailable
from functions.core.scope import current_scope

LISTED = [
    "v",
    "kind",
    "reference",
    "service",
    "state",
    "group",
    "submitted_at",
    "due_at",
    "title",
    "hash",
    "chain",
    "seq",
]
_lock = threading.Lock()
_connections: dict[str, TableConnection] = {}
_shared: Connection | None = None


class _FollowsScope(type):
    """Metaclass of ``Meta``: pynamodb asks for ``Meta.table_name`` at many places, each gets the scope's
    table."""

    @property
    def table_name(cls) -> str:
        return current_scope().table


class ScopedMeta(metaclass=_FollowsScope):
    """Base of every model's ``Meta``."""

    max_retry_attempts: ClassVar[int] = 4


def _connection() -> Connection:
    global _shared
    if _shared is None:
        connection = Connection()
        connection._client = scoped_client("dynamodb")
        _shared = connection
    return _shared


def _table_connection(table: str, schema: ModelSchema) -> TableConnection:
    with _lock:
        if table not in _connections:
            link = TableConnection(table)
            link.connection = _connection()
            indexes = [
                {"IndexName": index["index_name"], "KeySchema": index["key_schema"]}
                for index in schema["global_secondary_indexes"]
            ]
            link.connection.add_meta_table(
                MetaTable(
                    {
                        "TableName": table,
                        "KeySchema": schema["key_schema"],
                        "AttributeDefinitions": schema["attribute_definitions"],
                        "GlobalSecondaryIndexes": indexes,
                        "LocalSecondaryIndexes": [],
                    }
                )
            )
            _connections[table] = link
        return _connections[table]


class ListIndex(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """The one sparse index: desks, devices, the day's audit events."""

    class Meta(ScopedMeta):
        index_name = "list"
        projection = IncludeProjection(LISTED)

    list_key = UnicodeAttribute(hash_key=True)
    list_sort = UnicodeAttribute(range_key=True)


class TextMap(Attribute[dict[str, str]]):
    """Texts by name, as a plain dictionary: ten times as quick to read as pynamodb's own map when it is long.
    ``Item.texts[name]`` is the place of one of them, for updates and conditions."""

    attr_type = "M"

    def __getitem__(self, name: Any) -> Path:
        return Path([*self.attr_path, str(name)])

    def serialize(self, value: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """As DynamoDB wants it."""
        return {name: {"S": text} for name, text in value.items()}

    def deserialize(self, value: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """The inverse."""
        return {name: text["S"] for name, text in value.items()}


class CityModel(Model):
    """Base of every item in a city's table. ``v`` is the item's schema version, for ``townkit upgrade``."""

    class Meta(ScopedMeta):
        """The scope's."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    v = NumberAttribute(default=1)
    list_key = UnicodeAttribute(null=True)
    list_sort = UnicodeAttribute(null=True)
    ttl = NumberAttribute(null=True)
    listed = ListIndex()

    def change(self, actions: Sequence[Action], condition: Condition | None = None) -> None:
        """Like ``update``, but nothing of the item comes back: what would be read again costs time with the
        item's size. Raises UpdateError."""
        self._get_connection().update_item(self.pk, self.sk, actions=list(actions), condition=condition)

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return _table_connection(current_scope().table, cls._get_schema())


class PlatformModel(Model):
    """Base of the registry's items; reachable in ``platform_scope`` only, since that scope names the
    table."""

    class Meta(ScopedMeta):
        """The scope's."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    v = NumberAttribute(default=1)

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return _table_connection(current_scope().table, cls._get_schema())


def read_together(places: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Any]:
    """Items of several kinds, at most a hundred, as they are at this moment: one call. ``(pk, sk)`` -> what a
    model's ``from_raw_data`` takes; what is not there is left out. Raises Unavailable when the table is
    throttled."""
    wanted: Any = [{"pk": pk, "sk": sk} for pk, sk in places]
    answer = CityModel._get_connection().batch_get_item(wanted, consistent_read=True)
    if answer.get("UnprocessedKeys"):
        raise Unavailable
    (rows,) = answer["Responses"].values()
    return {(row["pk"]["S"], row["sk"]["S"]): row for row in rows}


def transaction(token: str | None = None) -> TransactWrite:
    """All or nothing, on the scope's table, up to 100 operations. ``token`` (36 characters at most) makes
    a repeat of the same transaction within ten minutes harmless."""
    return TransactWrite(connection=_connection(), client_request_token=token)


def failed_conditions(error: TransactWriteError) -> list[int]:
    """Positions of the operations whose condition did not hold, in pynamodb's order (checks, deletes,
    puts, updates)."""
    reasons = error.cancellation_reasons or []
    return [n for n, reason in enumerate(reasons) if reason and reason.code == "ConditionalCheckFailed"]


def contended(error: TransactWriteError) -> bool:
    """Another transaction touched the same items at the same moment: trying again is right."""
    return any(reason and reason.code == "TransactionConflict" for reason in error.cancellation_reasons or [])


def reset() -> None:
    """For tests: forget connections."""
    global _shared
    with _lock:
        _connections.clear()
        _shared = None
