"""A consumer that is killed, or refused by the database, at every call in turn: after the batch has come
again everything is stored once, and the neighbours never knew."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from functions.core import keys, scope, usage
from functions.sensing.alarms import store as alarms
from functions.sensing.worker import handle_readings
from tests.sensing.conftest import forget, level, record, refused, series, state_of, values

ORIGINAL = BaseClient._make_api_call
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}


class Killed(BaseException):
    """As the kernel does it: nobody catches it and nothing is cleaned up."""


def batch() -> list[dict[str, Any]]:
    """Two devices of one city, one of which raises an alarm and clears it, poison, and another city."""
    air = [{"n": "pm2-5", "u": "ug/m3", "v": 9}, {"n": "pm10", "u": "ug/m3", "v": 12}]
    rising = [
        record("oakville", "river-bridge", level(value), id=f"rise{n}", seconds=n * 60 - 600)
        for n, value in enumerate([1.0, 3.6, 3.7, 3.8, 1.2])
    ]
    return [
        *rising[:2],
        record("oakville", "river-bridge", "{broken", id="poison"),
        record("oakville", "air-school", air, id="air"),
        *rising[2:],
        record("qinghe", "river-bridge", level(2.0), id="other"),
    ]


def told(world: Any, city: Any) -> tuple[Any, ...]:
    """All that is known of a city's readings afterwards."""
    with scope.tenant_scope(city):
        episodes = [
            (rule, one.raised, one.cleared) for rule in ("high-water", "high") for one in _episodes(rule)
        ]
        days = usage.of_day("2026-11-20")
    things = ("river-bridge", "air-school") if city.id == "oakville" else ("river-bridge",)
    return (
        [series(city, thing) for thing in things],
        [dict(state_of(city, thing).days) for thing in things],
        episodes,
        refused(world, city),
        {name: count for name, count in days.items() if name in {"incidents", "refused"}},
    )


def _episodes(rule: str) -> list[Any]:
    return alarms.episodes_since("river-bridge", rule, 0)


@contextlib.contextmanager
def failing(at: int, how: str, table: str = "") -> Iterator[list[str]]:
    """The ``at``-th call of DynamoDB is the consumer's last: before it, or after it was carried out. Or the
    database refuses writes of a table so many times (how "throttled")."""
    calls: list[str] = []

    def call(self: Any, operation: str, params: dict[str, Any]) -> Any:
        if self.meta.service_model.service_name != "dynamodb":
            return ORIGINAL(self, operation, params)
        if how == "throttled":
            if operation in WRITES and table in str(params) and len(calls) < at:
                calls.append(operation)
                raise ClientError(
                    {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "slow down"}},
                    operation,
                )
            return ORIGINAL(self, operation, params)
        calls.append(operation)
        if len(calls) == at and how == "before":
            raise Killed
        answer = ORIGINAL(self, operation, params)
        if len(calls) == at:
            raise Killed
        return answer

    with patch.object(BaseClient, "_make_api_call", call):
        yield calls


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_consumer_that_is_killed_at_any_call_loses_nothing_and_stores_nothing_twice(river, how):
    wanted: Any = None
    for at in range(60, 0, -1):  # the first round is not reached by the killer: it says what is right
        _empty(river)
        with failing(at, how) as calls, contextlib.suppress(Killed):
            assert handle_readings({"Records": batch()}) == {"batchItemFailures": []}
        if wanted is None:
            assert len(calls) < at
            wanted = told(river, river.oakville), told(river, river.qinghe)
            continue
        if len(calls) < at:
            continue
        forget()
        assert handle_readings({"Records": batch()}) == {"batchItemFailures": []}
        assert (told(river, river.oakville), told(river, river.qinghe)) == wanted, (at, calls[-1])
    assert len(wanted[0][2]) >= 1


def _empty(world: Any) -> None:
    """As if nothing had been sent: the devices stay registered."""
    forget()
    for city in (world.oakville, world.qinghe):
        table = f"townkit-test-city-{city.id}"
        for item in world.items(city):
            kept = item["pk"]["S"].startswith("DEVICE#") and item["sk"]["S"] == keys.META
            if not kept:
                key = {"pk": item["pk"], "sk": item["sk"]}
                world.dynamodb.delete_item(TableName=table, Key=key)


def test_throttled_writes_fail_alone_and_come_again(river):
    with failing(10**6, "throttled", "townkit-test-city-oakville"):
        answer = handle_readings({"Records": batch()})
    failed = {entry["itemIdentifier"] for entry in answer["batchItemFailures"]}
    assert failed >= {"air", *(f"rise{n}" for n in range(5))}
    assert "other" not in failed
    assert values(river.qinghe, "river-bridge") == [2.0]
    assert values(river.oakville, "river-bridge") == []
    assert handle_readings({"Records": batch()}) == {"batchItemFailures": []}
    assert values(river.oakville, "river-bridge") == [1.0, 3.6, 3.7, 3.8, 1.2]
    assert values(river.qinghe, "river-bridge") == [2.0]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_few_throttled_writes_end_with_everything_stored_once(river, times):
    with failing(times, "throttled", "townkit-test-city-oakville"):
        for _ in range(times + 1):
            answer = handle_readings({"Records": batch()})
    assert answer == {"batchItemFailures": []}
    assert values(river.oakville, "river-bridge") == [1.0, 3.6, 3.7, 3.8, 1.2]
    assert list(state_of(river.oakville, "river-bridge").days.values()) == [(5, 5)]
