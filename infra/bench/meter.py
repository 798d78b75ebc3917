"""Counts the DynamoDB calls of a block and sizes each by the published rules, whatever the store behind
says: it looks at the items before and after each write, with a client of its own. Works on moto and on the
local cloud alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient

from functions.core.store import LISTED
from infra.bench.capacity import Item, canonical, index_units, item_bytes, read_units, write_units

INDEX_KEYS = ("list_key", "list_sort")
TABLE_KEYS = ("pk", "sk")
Target = tuple[str, Item]


@dataclass
class Spent:
    """``calls`` are the names of the operations, in order; units as on demand capacity counts them."""

    calls: list[str] = field(default_factory=list)
    rru: float = 0.0
    wru: float = 0.0


class Meter:
    """Wraps botocore's one entrance for calls. ``plain`` is a client that reads every table and is not
    counted."""

    def __init__(self, plain: Any) -> None:
        self.plain, self.spent = plain, Spent()

    @contextmanager
    def measure(self) -> Iterator[Spent]:
        """Count what the block does."""
        self.spent, original = Spent(), BaseClient._make_api_call

        def call(client: Any, operation: str, params: dict[str, Any]) -> Any:
            if client is self.plain or client.meta.service_model.service_name != "dynamodb":
                return original(client, operation, params)
            return self._counted(operation, params, lambda: original(client, operation, params))

        with patch.object(BaseClient, "_make_api_call", call):
            yield self.spent

    def _counted(self, operation: str, params: dict[str, Any], run: Callable[[], Any]) -> Any:
        self.spent.calls.append(operation)
        writes = list(_writes(operation, params))
        before = self._items(key for key, _ in writes)
        try:
            answer = run()
        finally:
            self._add_writes(writes, before)  # a condition that does not hold is charged, too
        self.spent.rru += self._read(operation, params, answer)
        return answer

    def _add_writes(self, writes: list[tuple[Target, int]], before: dict[str, Item | None]) -> None:
        after = self._items(key for key, _ in writes)
        for (table, key), times in writes:
            name = table + canonical(key)
            old, new = before[name], after[name]
            self.spent.wru += times * write_units(old, new)
            self.spent.wru += index_units(old, new, INDEX_KEYS, [*TABLE_KEYS, *LISTED])

    def _items(self, targets: Iterable[Target]) -> dict[str, Item | None]:
        return {
            table + canonical(key): self.plain.get_item(TableName=table, Key=key, ConsistentRead=True).get(
                "Item"
            )
            for table, key in targets
        }

    def _read(self, operation: str, params: dict[str, Any], answer: dict[str, Any]) -> float:
        if operation == "GetItem":
            found = [answer.get("Item")]
            if "ProjectionExpression" in params:
                found = list(self._items([(params["TableName"], params["Key"])]).values())
            return _each(found, bool(params.get("ConsistentRead")))
        if operation == "BatchGetItem":
            return sum(
                self._batch(table, asked, answer["Responses"].get(table, []))
                for table, asked in params["RequestItems"].items()
            )
        if operation in {"Query", "Scan"}:
            return self._queried(operation, params, answer)
        return 0.0

    def _batch(self, table: str, asked: dict[str, Any], answered: list[Item]) -> float:
        """The answer has what was there; what was not costs as much as a small item."""
        found: list[Item | None] = [*answered, *[None] * (len(asked["Keys"]) - len(answered))]
        if "ProjectionExpression" in asked:
            found = list(self._items((table, key) for key in asked["Keys"]).values())
        return _each(found, bool(asked.get("ConsistentRead")))

    def _queried(self, operation: str, params: dict[str, Any], answer: dict[str, Any]) -> float:
        """What was looked at counts, not what a filter let through."""
        left_out = {"FilterExpression", "ProjectionExpression", "Select", "ReturnConsumedCapacity"}
        if left_out & params.keys() - {"ReturnConsumedCapacity"} or params.get("IndexName"):
            asked = {k: v for k, v in params.items() if k not in left_out}
            answer = self.plain._make_api_call(operation, asked)
        size = sum(item_bytes(item) for item in answer["Items"])
        return read_units(size, consistent=bool(params.get("ConsistentRead")))


def _each(items: Iterable[Item | None], consistent: bool) -> float:
    return sum(read_units(item_bytes(item) if item else 0, consistent=consistent) for item in items)


def _writes(operation: str, params: dict[str, Any]) -> Iterator[tuple[Target, int]]:
    """(what is written, how often it is charged)."""
    if operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        yield (params["TableName"], _key(params)), 1
    elif operation == "BatchWriteItem":
        for table, entries in params["RequestItems"].items():
            for entry in entries:
                ((_, request),) = entry.items()
                yield (table, _key(request)), 1
    elif operation == "TransactWriteItems":
        for entry in params["TransactItems"]:
            ((_, request),) = entry.items()
            yield (request["TableName"], _key(request)), 2


def _key(request: dict[str, Any]) -> Item:
    if "Key" in request:
        key: Item = request["Key"]
        return key
    return {name: request["Item"][name] for name in TABLE_KEYS}
