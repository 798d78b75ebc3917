"""Bringing a city to the current definition: table, indexes, device policy, and every item's schema version.

Items are read page by page; the place is kept in the registry, so that an upgrade that was stopped goes
on where it was."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from functions.core import clock
from functions.core.aws import scoped_client
from functions.core.scope import current_scope, platform_scope, tenant_scope
from functions.tenancy import control, registry, store
from functions.tenancy.domain import DONE, WAITING, StepRow

Item = dict[str, Any]  # as DynamoDB's wire has it: {"v": {"N": "1"}, ...}
Migration = Callable[[Item], Item]

# A pattern of the partition key and the version that is left -> the item of the next version (``v`` is raised
# for it).
# An entry stays for as long as a backup with such items may be restored.
MIGRATIONS: dict[tuple[str, int], Migration] = {}
PAGE = 100
STEP = "upgrade"


def upgrade_structure(city_id: str) -> dict[str, Any]:
    """Table, indexes, recovery, time to live, device policy: ``{"ready", "changed"}``; not ready means: ask
    again."""
    table = control.ask("city-table", city_id)
    if not table["ready"]:
        return table
    devices = control.ask("city-devices", city_id)
    return {"ready": devices["ready"], "changed": [*table["changed"], *devices["changed"]]}


def upgrade_items(city_id: str) -> dict[str, Any]:
    """One page of items: ``{"done", "seen", "changed"}``, counted since the upgrade began."""
    city = registry.city_for_admin(city_id)
    with platform_scope("where an upgrade stands"):
        state = store.read_steps(city_id).get(STEP)
    progress: dict[str, Any] = {"after": None, "seen": 0, "changed": 0}
    if state and state.state == WAITING:
        progress = json.loads(state.mark)
    with tenant_scope(city, "upgrade"):
        after, seen, changed = _page(progress["after"])
    progress = {"after": after, "seen": progress["seen"] + seen, "changed": progress["changed"] + changed}
    row = StepRow(STEP, WAITING if after else DONE, json.dumps(progress), "", clock.iso(clock.now()))
    with platform_scope("note where an upgrade stands"):
        store.write_step(city_id, row)
    return {"done": after is None, "seen": progress["seen"], "changed": progress["changed"]}


def _page(after: Item | None) -> tuple[Item | None, int, int]:
    client, table = scoped_client("dynamodb"), current_scope().table
    start = {"ExclusiveStartKey": after} if after else {}
    found = client.scan(TableName=table, Limit=PAGE, ConsistentRead=True, **start)
    changed = sum(_bring_up(client, table, item) for item in found["Items"])
    return found.get("LastEvaluatedKey"), len(found["Items"]), changed


def _bring_up(client: Any, table: str, item: Item) -> bool:
    """Write the item at its newest version, unless somebody changed it meanwhile: then the next upgrade sees
    it."""
    newest = newest_of(item)
    if newest is item:
        return False
    names, values = {"#v": "v"}, {":v": item.get("v", {"N": "0"})}
    condition = "#v = :v" if "v" in item else "attribute_not_exists(#v)"
    extra = {"ExpressionAttributeValues": values} if "v" in item else {}
    try:
        client.put_item(
            TableName=table,
            Item=newest,
            ConditionExpression=condition,
            ExpressionAttributeNames=names,
            **extra,
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def newest_of(item: Item) -> Item:
    """The item after all migrations that fit it, one after the other; itself when none does."""
    while (migration := _migration(item)) is not None:
        version = _version(item)
        item = {**migration(item), "v": {"N": str(version + 1)}}
    return item


def _version(item: Item) -> int:
    return int(item.get("v", {}).get("N", 0))


def _migration(item: Item) -> Migration | None:
    partition, version = item["pk"]["S"], _version(item)
    return next(
        (
            do
            for (pattern, old), do in MIGRATIONS.items()
            if old == version and re.fullmatch(pattern, partition)
        ),
        None,
    )
