"""The minute's look: one query a city, a message where something is due, rounds every fifth minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from functions.adapters.queue import FakeQueue, Pointer, QueueNotReached
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


def beat(world: World, queue: FakeQueue, moment: datetime = ODD, context: object = None) -> dict[str, int]:
    cities = {city.id: city for city in (world.oakville, world.qinghe)}
    found = {"live_bare_cities": lambda: list(cities.values()), "find_city": cities.get}
    with clock.frozen(moment), patch.multiple(registry, **found):
        return tick.handle_tick({}, context, queue)


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


def test_another_city_begins_each_minute_and_cities_left_over_fail_the_call(
    flood: World, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look at a time, and time for one city: whoever was left is called for again."""
    monkeypatch.setattr(tick, "AT_ONCE", 1)
    looked = []
    for minute in range(2):
        left = iter([10_000, 100])
        context = SimpleNamespace(get_remaining_time_in_millis=lambda left=left: next(left))
        with (
            patch.object(due, "waits", lambda now: looked.append(scope.current_city().id)),
            pytest.raises(tick.Unfinished, match="1 of 2"),
        ):
            beat(flood, queue, ODD + timedelta(minutes=minute), context)
    assert sorted(looked) == ["oakville", "qinghe"]


def test_a_queue_that_is_not_reached_for_one_city_is_told_for_the_others_and_fails_the_call(
    flood: World, queue: FakeQueue
) -> None:
    send = queue.send

    def refuse(pointer: Pointer, delay: int = 0) -> None:
        if pointer.city == "oakville":
            raise QueueNotReached
        send(pointer, delay)

    with patch.object(queue, "send", refuse), pytest.raises(tick.Unfinished):
        beat(flood, queue, NOW)
    assert [one.city for one in queue.sent] == ["qinghe"]


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
