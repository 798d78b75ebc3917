"""The one definition of a city's table: the provisioner creates it, tests create it in moto, upgrades
compare with it."""

from __future__ import annotations

from typing import Any

from functions.core.store import LISTED

SCHEMA = 1
TTL_ATTRIBUTE = "ttl"


def definition(table_name: str) -> dict[str, Any]:
    """The arguments of ``CreateTable``: on demand, ``pk``/``sk``, one sparse index ``list`` that carries
    what a list shows."""
    return {
        "TableName": table_name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "list_key", "list_sort")
        ],
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "list",
                "KeySchema": [
                    {"AttributeName": "list_key", "KeyType": "HASH"},
                    {"AttributeName": "list_sort", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": LISTED},
            }
        ],
    }
