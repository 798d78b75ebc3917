"""moto's DynamoDB answers the same, sooner. For each part of a transaction it copies the whole table, in case
another part fails; and it finds a partition by comparing the keys of everything in the table. Both grow with
what a test has stored, and together they took longer than all that was tested."""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any, cast
from unittest.mock import patch

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

TEXT = "S"  # the type of all our keys
INDEX_NAME = 6  # its place among what a query is asked, after the partition
_equal, _less = DynamoType.__eq__, DynamoType.__lt__
_cast = vars(DynamoType)["cast_value"].fget
_update, _query = DynamoDBBackend.update_item, Table.query


def _with(table: Table, items: dict[DynamoType, Any]) -> Table:
    """The same table with these items only."""
    found: Any = object.__new__(type(table))
    found.__dict__.update(table.__dict__, items=defaultdict(dict, items))
    return cast(Table, found)


def _snapshot(self: Table, memo: dict[int, Any]) -> Table:
    """No item is changed in place (:func:`_update_item`), so none needs a copy."""
    return _with(self, {key: dict(rows) for key, rows in self.items.items()})


def _update_item(self: DynamoDBBackend, table_name: str, key: Any, *asked: Any, **named: Any) -> Any:
    """An update works on a copy that takes the item's place: a snapshot keeps the item as it was."""
    table = self.get_table(table_name)
    rows = table.items.get(DynamoType(key[table.hash_key_attr]), {})
    place = DynamoType(key[table.range_key_attr])
    if place in rows:
        rows[place] = copy.deepcopy(rows[place])
    return _update(self, table_name, key, *asked, **named)


def _query_partition(self: Table, hash_key: Any, *asked: Any, **named: Any) -> Any:
    """A query that names no index needs one partition of the table."""
    index_name = asked[INDEX_NAME]
    part = self if index_name else _with(self, {hash_key: self.items.get(hash_key, {})})
    return _query(part, hash_key, *asked, **named)


def _same(self: DynamoType, other: DynamoType) -> bool:
    return self.value == other.value if self.type == TEXT == other.type else _equal(self, other)


def _before(self: DynamoType, other: DynamoType) -> bool:
    return self.value < other.value if self.type == TEXT == other.type else _less(self, other)


def _plain(self: DynamoType) -> Any:
    return self.value if self.type == TEXT else _cast(self)


def quicken() -> None:
    """For the rest of the process."""
    patch.object(Table, "__deepcopy__", _snapshot, create=True).start()
    patch.multiple(Table, query=_query_partition).start()
    patch.multiple(DynamoDBBackend, update_item=_update_item).start()
    patch.multiple(DynamoType, __eq__=_same, __lt__=_before, cast_value=property(_plain)).start()
