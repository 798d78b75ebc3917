"""The double of the database is quick (tests/quick_dynamodb.py) and still does what DynamoDB does."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.world import World

TABLE = "townkit-test-city-oakville"


def row(pk: str, sk: str, n: int) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}, "n": {"N": str(n)}}


@pytest.fixture
def rows(world: World) -> Any:
    """Three rows of one partition between two others."""
    for one in (row("A", "1", 1), *(row("B", str(n), n) for n in (2, 1, 3)), row("C", "1", 1)):
        world.dynamodb.put_item(TableName=TABLE, Item=one)
    return world.dynamodb


def found(rows: Any, **asked: Any) -> list[int]:
    """The partition B, as numbers."""
    answer = rows.query(
        TableName=TABLE,
        KeyConditionExpression="pk = :b",
        ExpressionAttributeValues={":b": {"S": "B"}},
        **asked,
    )
    return [int(item["n"]["N"]) for item in answer["Items"]]


def update(sk: str) -> dict[str, Any]:
    key = {"pk": {"S": "B"}, "sk": {"S": sk}}
    return {"TableName": TABLE, "Key": key, "UpdateExpression": "SET n = n + :n",
            "ExpressionAttributeValues": {":n": {"N": "10"}}}  # fmt: skip


def test_a_transaction_that_fails_leaves_what_its_parts_have_changed(rows: Any) -> None:
    gone = {"TableName": TABLE, "Key": {"pk": {"S": "B"}, "sk": {"S": "3"}}}
    refused = {
        "TableName": TABLE,
        "Item": row("C", "1", 9),
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    parts = [
        {"Update": update("1")},
        {"Delete": gone},
        {"Put": {"TableName": TABLE, "Item": row("B", "4", 4)}},
    ]
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        rows.transact_write_items(TransactItems=[*parts, {"Put": refused}])
    assert found(rows) == [1, 2, 3]
    rows.transact_write_items(TransactItems=parts)
    assert found(rows) == [11, 2, 4]


def test_a_partition_is_read_in_order_either_way_and_in_parts(rows: Any) -> None:
    assert found(rows) == [1, 2, 3] and found(rows, ScanIndexForward=False) == [3, 2, 1]
    start = {"pk": {"S": "B"}, "sk": {"S": "1"}}
    assert found(rows, Limit=2) == [1, 2] and found(rows, ExclusiveStartKey=start) == [2, 3]
