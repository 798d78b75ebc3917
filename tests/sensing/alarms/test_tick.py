"""The minute's look: one query a city, a message where something is due, rounds every fifth minute."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest

from functions.adapters.queue import FakeQueue
from functions.core import clock, scope, usage
from functions.notifications.worker import KINDS
from functions.sensing.alarms import due, tick
from functions.tenancy import registry
from tests.sensing.alarms.rig import change, feed, gauge, system
from tests.world import NOW, World

ODD = NOW + timedelta(minutes=3)  # not a fifth minute


@pytest.fixture
def queue(flood: World) -> FakeQueue:
    return FakeQueue()


def beat(world: World, queue: FakeQueue, moment: object = ODD) -> dict[str, int]:
    cities = [world.oakville, world.qinghe]
    with clock.frozen(moment), patch.object(registry, "live_cities", lambda: iter(cities)):  # type: ignore[arg-type]
        return tick.handle_tick({}, queue)


def test_only_a_city_with_something_due_gets_a_message(flood: World, queue: FakeQueue) -> None:
    assert beat(flood, queue) == {"cities": 2, "due": 0, "rounds": 0}
    feed(flood, gauge(), change())
    assert beat(flood, queue, NOW)["due"] == 0  # the worker has been told; the row is for when that got lost
    assert beat(flood, queue) == {"cities": 2, "due": 1, "rounds": 0}
    assert [one.city for one in queue.sent if one.kind == "due-list"] == ["oakville"]


def test_every_fifth_minute_each_city_with_devices_is_looked_at(flood: World, queue: FakeQueue) -> None:
    assert beat(flood, queue, NOW)["rounds"] == 2
    assert {one.kind for one in queue.sent} == {"alarm-rounds"} <= set(KINDS)
    assert {"due", "due-list"} <= set(KINDS)


def test_a_city_that_cannot_be_read_does_not_stop_the_others(flood: World, queue: FakeQueue) -> None:
    feed(flood, gauge(), change())
    waits = due.waits
    with patch.object(
        due, "waits", lambda now: waits(now) if scope.current_city().id == "oakville" else 1 / 0
    ):
        assert beat(flood, queue)["due"] == 1


def test_the_look_is_one_query(flood: World) -> None:
    with scope.tenant_scope(flood.oakville), usage.measured() as spent:
        due.waits(ODD)
    assert (spent.calls, spent.wcu) == (1, 0)


def test_work_that_fails_stays_and_the_rest_is_done(flood: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.sensing.alarms import following

    done = []

    def follow(ctx: object, data: dict[str, str]) -> None:
        if data["thing"] == "bad":
            raise ValueError(data)
        done.append(data["thing"])

    monkeypatch.setattr(following, "follow", follow)
    with scope.tenant_scope(flood.oakville):
        for thing in ("bad", "good"):
            due.put(NOW, "follow", thing, {"thing": thing})
        with pytest.raises(RuntimeError):
            due.work_due(system(flood))
        assert done == ["good"]
        assert [item.data for item in due.DueItem.query("DUE")] == [{"thing": "bad"}]
        with pytest.raises(ValueError, match="nothing is called"):
            due.put(NOW, "dance", "x", {})
