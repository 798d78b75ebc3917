"""Sealing and verifying on a city's own table and bucket; what was done behind our back is found."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.audit import service, store
from functions.core import audit
from functions.core.context import Context
from functions.core.scope import tenant_scope
from tests.world import BUCKET, NOW, World

TABLE = "townkit-test-city-oakville"
TOMORROW = datetime(2026, 11, 21, 2, tzinfo=UTC)


def record_some(world: World, at: datetime = NOW, subjects: tuple[str, ...] = ("one", "two")) -> None:
    ctx = world.context(world.oakville)
    for subject in subjects:
        for action in ("submitted", "viewed", "approve"):
            here = Context(ctx.city, ctx.actor, ctx.lang, at, "request")
            audit.record("case", subject, action, here, {"n": 1})


def verified(world: World) -> set[str]:
    with tenant_scope(world.oakville):
        return {finding.kind for finding in service.verify_record().findings}


@pytest.fixture
def recorded(world: World) -> World:
    """Six events of two cases, yesterday's sealed."""
    with tenant_scope(world.oakville):
        record_some(world)
        assert service.seal_days(TOMORROW) == ["2026-11-20"]
    return world


def test_an_untouched_record_is_whole(recorded: World) -> None:
    with tenant_scope(recorded.oakville):
        report = service.verify_record()
    assert report.whole
    assert (report.chains, report.events, report.days) == (2, 6, 1)


def test_the_root_lies_in_the_citys_prefix_with_its_list_of_leaves(recorded: World) -> None:
    names = [entry["Key"] for entry in recorded.s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    body = json.loads(
        recorded.s3.get_object(Bucket=BUCKET, Key="cities/oakville/audit/2026-11-20.json")["Body"].read()
    )
    assert body["count"] == 6
    assert names == [
        f"cities/oakville/audit/2026-11-20.{body['root'][:16]}.leaves",
        "cities/oakville/audit/2026-11-20.json",
    ]


def test_sealing_twice_changes_nothing(recorded: World) -> None:
    before = recorded.s3.get_object(Bucket=BUCKET, Key="cities/oakville/audit/2026-11-20.json")
    with tenant_scope(recorded.oakville):
        assert service.seal_days(TOMORROW) == []
        record_some(recorded, subjects=("late",))
        assert service.seal_days(TOMORROW) == []
    after = recorded.s3.get_object(Bucket=BUCKET, Key="cities/oakville/audit/2026-11-20.json")
    assert before["ETag"] == after["ETag"]
    assert verified(recorded) == {"added"}


def test_a_day_is_not_sealed_before_an_hour_after_it_ended(world: World) -> None:
    with tenant_scope(world.oakville):
        record_some(world)
        assert service.seal_days(datetime(2026, 11, 21, 0, 59, tzinfo=UTC))[-1:] != ["2026-11-20"]
        assert service.seal_days(datetime(2026, 11, 21, 1, 0, tzinfo=UTC))[-1:] == ["2026-11-20"]


def test_days_missed_are_sealed_later_without_a_gap(recorded: World) -> None:
    with tenant_scope(recorded.oakville):
        record_some(recorded, NOW + timedelta(days=2), ("three",))
        sealed = service.seal_days(TOMORROW + timedelta(days=4))
        assert sealed == ["2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"]
        seal = store.read_seal("2026-11-22")
    assert seal is not None
    assert (seal.count, seal.previous_day) == (3, "2026-11-21")
    assert verified(recorded) == set()


def test_the_first_seal_looks_back_to_the_first_event(world: World) -> None:
    with tenant_scope(world.oakville):
        record_some(world)
        sealed = service.seal_days(NOW + timedelta(days=10))
    assert (sealed[0], len(sealed)) == ("2026-11-20", 10)


def test_another_citys_events_are_not_in_the_record(recorded: World) -> None:
    with tenant_scope(recorded.qinghe):
        audit.record("case", "theirs", "viewed", recorded.context(recorded.qinghe))
        assert service.verify_record().events == 1
    with tenant_scope(recorded.oakville):
        assert service.verify_record().events == 6


def key(subject: str, sort: str) -> dict[str, Any]:
    return {"pk": {"S": f"CASE#{subject}"}, "sk": {"S": sort}}


def change(world: World, subject: str, sort: str, name: str, value: dict[str, str]) -> None:
    world.dynamodb.update_item(
        TableName=TABLE,
        Key=key(subject, sort),
        UpdateExpression="SET #n = :v",
        ExpressionAttributeNames={"#n": name},
        ExpressionAttributeValues={":v": value},
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("actor_id", {"S": "nobody"}),
        ("action", {"S": "refuse"}),
        ("at", {"S": "2026-11-20T09:30:00.001Z"}),
        ("detail", {"S": "{broken"}),
        ("hash", {"S": "0" * 64}),
        ("prev", {"S": "0" * 64}),
        ("seq", {"S": "two"}),
        ("list_key", {"S": "DAY#2020-01-01"}),
    ],
)
def test_a_change_in_the_table_is_found(recorded: World, name: str, value: dict[str, str]) -> None:
    change(recorded, "one", "EVENT#00000002", name, value)
    assert verified(recorded)


@pytest.mark.parametrize("sort", ["EVENT#00000001", "EVENT#00000002", "EVENT#00000003", "HEAD"])
def test_a_deletion_in_the_table_is_found(recorded: World, sort: str) -> None:
    recorded.dynamodb.delete_item(TableName=TABLE, Key=key("one", sort))
    assert verified(recorded)


def test_a_whole_chain_deleted_is_found(recorded: World) -> None:
    for sort in ("EVENT#00000001", "EVENT#00000002", "EVENT#00000003", "HEAD"):
        recorded.dynamodb.delete_item(TableName=TABLE, Key=key("one", sort))
    assert verified(recorded) == {"missing"}


def test_events_swapped_in_the_table_are_found(recorded: World) -> None:
    first, second = (
        recorded.dynamodb.get_item(TableName=TABLE, Key=key("one", sort))["Item"]
        for sort in ("EVENT#00000001", "EVENT#00000002")
    )
    recorded.dynamodb.put_item(TableName=TABLE, Item={**first, "sk": second["sk"]})
    recorded.dynamodb.put_item(TableName=TABLE, Item={**second, "sk": first["sk"]})
    assert "reordered" in verified(recorded)


@pytest.mark.parametrize("body", [b"{}", b"broken", b'{"day": "2026-11-20"}'])
def test_a_damaged_root_is_found(recorded: World, body: bytes) -> None:
    recorded.s3.put_object(Bucket=BUCKET, Key="cities/oakville/audit/2026-11-20.json", Body=body)
    assert "seal" in verified(recorded)


def test_a_damaged_list_of_leaves_is_found(recorded: World) -> None:
    with tenant_scope(recorded.oakville):
        seal = store.read_seal("2026-11-20")
    assert seal is not None
    name = f"cities/oakville/audit/2026-11-20.{seal.root[:16]}.leaves"
    whole = recorded.s3.get_object(Bucket=BUCKET, Key=name)["Body"].read()
    for damaged in (b"", b"not a leaf\n", whole.replace(b"CASE#one", b"CASE#six")):
        recorded.s3.put_object(Bucket=BUCKET, Key=name, Body=damaged)
        assert verified(recorded)
