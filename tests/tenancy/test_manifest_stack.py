"""On the deployed stack, after whatever other tests did there: everything that exists belongs to the
platform or is named in the manifest of a city that is registered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from functions.tenancy import manifest

pytestmark = pytest.mark.e2e


def existing(stack: Any) -> Iterator[tuple[str, str]]:
    """``(kind, name)`` of all that the account holds and that may be a city's."""
    environment = stack.environment
    for name in stack.client("dynamodb").list_tables()["TableNames"]:
        if name != environment["TOWNKIT_PLATFORM_TABLE"]:
            yield "dynamodb:table", name
    pages = stack.client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=environment["TOWNKIT_FILES_BUCKET"]):
        for entry in page.get("Contents", ()):
            yield "s3:object", entry["Key"]
    iot = stack.client("iot")
    for one in iot.list_policies()["policies"]:
        yield "iot:policy", one["policyName"]
    for one in iot.list_thing_groups()["thingGroups"]:
        yield "iot:thinggroup", one["groupName"]
    for one in iot.list_things()["things"]:
        yield "iot:thing", one["thingName"]
    platform = stack.client("dynamodb").scan(TableName=environment["TOWNKIT_PLATFORM_TABLE"])["Items"]
    for item in platform:
        listed = item["pk"]["S"] == "CITIES"
        yield ("registry:list", item["sk"]["S"]) if listed else ("registry", item["pk"]["S"])


def registered(stack: Any) -> list[str]:
    """Ids of all cities."""
    return [one["id"] for one in stack.invoke("admin", {"action": "cities"})["cities"]]


def test_everything_that_exists_is_named_by_the_manifest_of_exactly_one_city(stack: Any) -> None:
    cities = registered(stack)
    assert {"oakville", "qinghe"} <= set(cities)
    seen = set()
    with stack.as_settings():
        for kind, name in existing(stack):
            owners = [city_id for city_id in cities if manifest.claims(city_id, kind, name)]
            assert len(owners) == 1, f"{kind} {name} belongs to {owners or 'nobody'}"
            seen.add(kind)
    assert {
        "dynamodb:table",
        "s3:object",
        "iot:policy",
        "iot:thinggroup",
        "registry",
        "registry:list",
    } <= seen


def test_every_record_is_named_and_carries_its_version(stack: Any) -> None:
    client, prefix = stack.client("dynamodb"), stack.environment["TOWNKIT_CITY_TABLE_PREFIX"]
    count = 0
    for city_id in registered(stack):
        for page in client.get_paginator("scan").paginate(TableName=prefix + city_id):
            for item in page["Items"]:
                assert manifest.record_kind(item["pk"]["S"]), f"nobody names {item['pk']['S']} of {city_id}"
                assert int(item["v"]["N"]) >= 1
                count += 1
    assert count >= 10
