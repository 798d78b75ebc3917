"""The control plane: the only code with rights to create and change tables, device policies, things and
certificates. It reads and writes no data of any city. Every action may be repeated."""

from __future__ import annotations

from typing import Any

from functions.core.aws import own_client
from functions.core.city import CITY_ID
from functions.core.errors import Invalid
from functions.core.settings import settings
from functions.sensing import provisioning
from functions.tenancy import city_table


def handle_provisioner(event: dict[str, Any]) -> dict[str, Any]:
    """``{action, city}``: ``city-table``, ``city-devices``, ``city-describe``, or a device action of
    functions/sensing/provisioning.py. Raises Invalid for an unknown action or an id that is no city id."""
    city_id = str(event.get("city", ""))
    if not CITY_ID.fullmatch(city_id):
        raise Invalid({"city": "this is not a city id"})
    action = str(event.get("action", ""))
    if action == "city-table":
        return ensure_table(city_id)
    if action == "city-devices":
        provisioning.ensure_city(city_id)
        return {"ready": True, "changed": []}
    if action == "city-describe":
        return describe(city_id)
    return provisioning.handle(event)


def ensure_table(city_id: str) -> dict[str, Any]:
    """The city's table as functions/tenancy/city_table.py defines it, with point-in-time recovery and time
    to live.

    Answers ``{"ready": bool, "changed": [...]}``; while it is not ready, ask again in a moment."""
    client, name = own_client("dynamodb"), _name(city_id)
    definition = city_table.definition(name)
    found = _table(client, name)
    if found is None:
        _create(client, definition)
        return {"ready": False, "changed": ["table"]}
    if found["TableStatus"] != "ACTIVE":
        return {"ready": False, "changed": []}
    missing = _missing_index(found, definition)
    if missing:
        _add_index(client, name, definition, missing)
        return {"ready": False, "changed": [f"index {missing['IndexName']}"]}
    changed = _time_to_live(client, name)
    ready, recovery = _recovery(client, name)
    return {"ready": ready, "changed": changed + recovery}


def _name(city_id: str) -> str:
    return settings().city_table_prefix + city_id


def _table(client: Any, name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = client.describe_table(TableName=name)["Table"]
    except client.exceptions.ResourceNotFoundException:
        return None
    return found


def _create(client: Any, definition: dict[str, Any]) -> None:
    try:
        client.create_table(**definition)
    except client.exceptions.ResourceInUseException:
        return  # another apply was faster


def _missing_index(found: dict[str, Any], definition: dict[str, Any]) -> dict[str, Any] | None:
    """The first index that the table lacks. Raises Invalid for one that is there but different: it cannot be
    changed."""
    there = {index["IndexName"]: index for index in found.get("GlobalSecondaryIndexes", ())}
    for index in definition["GlobalSecondaryIndexes"]:
        have = there.get(index["IndexName"])
        if have is None:
            return dict(index)
        if have["KeySchema"] != index["KeySchema"]:
            raise Invalid(
                {"index": index["IndexName"]}, f"the index {index['IndexName']} has other keys than it should"
            )
    return None


def _add_index(client: Any, name: str, definition: dict[str, Any], index: dict[str, Any]) -> None:
    client.update_table(
        TableName=name,
        AttributeDefinitions=definition["AttributeDefinitions"],
        GlobalSecondaryIndexUpdates=[{"Create": index}],
    )


def _time_to_live(client: Any, name: str) -> list[str]:
    status = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
    if status in ("ENABLED", "ENABLING"):
        return []
    wanted = {"Enabled": True, "AttributeName": city_table.TTL_ATTRIBUTE}
    client.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)
    return ["time to live"]


def _recovery(client: Any, name: str) -> tuple[bool, list[str]]:
    """A new table's backups are not available in its first seconds."""
    try:
        described = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        if described.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED":
            return True, []
        wanted = {"PointInTimeRecoveryEnabled": True}
        client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=wanted)
    except client.exceptions.ContinuousBackupsUnavailableException:
        return False, []
    return True, ["point-in-time recovery"]


def describe(city_id: str) -> dict[str, Any]:
    """What is there of the city's table: ``{"table": status or None, "indexes": [...], "bytes": n, "items":
    n}``; DynamoDB counts bytes and items about every six hours."""
    found = _table(own_client("dynamodb"), _name(city_id))
    if found is None:
        return {"table": None, "indexes": [], "bytes": 0, "items": 0}
    return {
        "table": found["TableStatus"],
        "indexes": [index["IndexName"] for index in found.get("GlobalSecondaryIndexes", ())],
        "bytes": int(found.get("TableSizeBytes", 0)),
        "items": int(found.get("ItemCount", 0)),
    }
