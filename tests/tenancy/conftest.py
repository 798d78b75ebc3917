"""The two-city world with the provisioner's control plane called in place, and the real files compiled once.
The two-city world with the provisioner's control plane called in place, and the real files compiled once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.tenancy import control, provisioner, registry
from functions.tenancy.compile import compile_city
from functions.tenancy.domain import digest_of
from functions.tenancy.loader import load_city
from tests.world import BUCKET, REGION, World

TENANTS = Path(__file__).parents[2] / "tenants"
TODAY = date(2026, 11, 20)


@cache
def real_config(city_id: str) -> dict[str, Any]:
    """The compiled configuration of a file that ships."""
    return compile_city(load_city(TENANTS / f"{city_id}.yaml"), TODAY)


def head_of(config: dict[str, Any]) -> dict[str, Any]:
    """What an apply begins with."""
    head = {key: config[key] for key in ("id", "names", "languages", "residency")}
    return {**head, "plan": config["plan"]["name"]}


def elmtown(**changes: Any) -> dict[str, Any]:
    """A third city that does not exist yet."""
    return {**real_config("oakville"), "id": "elmtown", **changes}


@pytest.fixture
def land(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world, where asking the provisioner function calls it in this process."""

    def ask(action: str, city_id: str, **more: Any) -> dict[str, Any]:
        return provisioner.handle_provisioner({"action": action, "city": city_id, **more})

    monkeypatch.setattr(control, "ask", ask)
    registry.forget()
    yield world
    registry.forget()


def everything(world: World) -> dict[str, set[str]]:
    """Names of all that exists anywhere, by the manifest's kinds."""
    iot = boto3.client("iot", region_name=REGION)
    platform = world.dynamodb.scan(TableName="townkit-test-platform")["Items"]
    objects = world.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {
        "dynamodb:table": set(world.dynamodb.list_tables()["TableNames"]) - {"townkit-test-platform"},
        "s3:object": {entry["Key"] for entry in objects},
        "iot:policy": {one["policyName"] for one in iot.list_policies()["policies"]},
        "iot:thinggroup": {one["groupName"] for one in iot.list_thing_groups()["thingGroups"]},
        "iot:thing": {one["thingName"] for one in iot.list_things()["things"]},
        "registry": {item["pk"]["S"] for item in platform if item["pk"]["S"] != "CITIES"},
        "registry:list": {item["sk"]["S"] for item in platform if item["pk"]["S"] == "CITIES"},
    }


def digest(config: dict[str, Any]) -> str:
    """The configuration's digest."""
    return digest_of(config)
