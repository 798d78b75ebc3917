"""Silent devices: judged by when their last message came, and never all of them at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.core import scope
from functions.sensing.alarms import rounds, store
from functions.sensing.alarms.silence import Heard, judge
from functions.sensing.alarms.writing import again
from functions.sensing.domain import Reading
from functions.sensing.log import read
from functions.sensing.log.domain import DeviceState
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import PLANNED
from functions.sensing.rules.domain import Change
from tests.sensing.alarms.rig import T0, change, feed, gauge, incidents, register, system, work
from tests.world import NOW, World

MIN = 60_000


def heard(n: int = 1, ago: float | None = 0, **more: Any) -> Heard:
    received = None if ago is None else T0 - int(ago * MIN)
    fields: dict[str, Any] = {"interval": 10 * MIN, "times": 3.0, "lane": "urgent"}
    return Heard(f"gauge-{n}", "silence", received=received, **{**fields, **more})


def others() -> list[Heard]:
    return [heard(n, 1) for n in range(50, 54)]


@pytest.mark.parametrize(
    ("one", "silent"),
    [
        (heard(ago=29), False),
        (heard(ago=31), True),
        (heard(ago=None), False),
        (heard(ago=31, muted=True), False),
        (heard(ago=31, alarmed=T0), False),
        (heard(ago=31, interval=60 * MIN), False),
    ],
    ids=["in time", "silent", "never spoke", "muted", "raised before", "promised an hour"],
)
def test_a_device_is_silent_after_its_own_time(one: Heard, silent: bool) -> None:
    assert bool(judge(T0, [one, *others()]).silent) == silent


def test_its_next_message_ends_the_alarm_and_so_does_muting() -> None:
    spoke, muted, still = heard(1, 0, alarmed=1), heard(2, 99, alarmed=1, muted=True), heard(3, 99, alarmed=1)
    assert judge(T0, [spoke, muted, still, *others()]).back == (spoke, muted)


def test_a_stopped_queue_is_one_notice_and_not_hundreds_of_alarms() -> None:
    city = [heard(n, 31 + n / 100) for n in range(300)]
    assert judge(T0, city).silent == ()
    assert judge(T0, city).stopped == {"urgent": T0 - 31 * MIN}
    running = heard(900, 0, lane="routine")
    assert judge(T0, [*city, running]).stopped == {"urgent": T0 - 31 * MIN}
    assert judge(T0, [*city, heard(901, 0)]).stopped == {}


def test_two_silent_devices_of_two_are_two_alarms() -> None:
    assert len(judge(T0, [heard(1, 40), heard(2, 35)]).silent) == 2


def test_a_city_that_fell_asleep_one_by_one_is_not_a_stopped_queue() -> None:
    city = [heard(1, 33), heard(2, 90), heard(3, 500), heard(4, 3000)]
    assert len(judge(T0, city).silent) == 4


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is known of each device."""
    known: dict[str, Any] = {}
    monkeypatch.setattr(read, "latest", lambda devices: {d.thing: known[d.thing] for d in devices})
    return known


def spoke(ago: float) -> Any:
    return DeviceState(received=T0 - int(ago * MIN))


def active(world: World, thing: str, rule: str = "silence") -> bool:
    with scope.tenant_scope(world.oakville):
        alarm = store.get(thing, rule)
    return bool(alarm and alarm.active)


def go(world: World) -> None:
    with scope.tenant_scope(world.oakville):
        rounds.go(system(world), "")
    work(world, NOW)


def test_a_round_raises_and_ends_silence_and_passes_over_planned_devices(
    flood: World, states: dict[str, Any]
) -> None:
    for n in range(1, 7):
        register(flood, gauge(n, state=PLANNED if n == 6 else "active"))
        states[f"gauge-{n}"] = spoke(1)
    states["gauge-1"] = states["gauge-6"] = spoke(31)
    go(flood)
    assert [n for n in range(1, 7) if active(flood, f"gauge-{n}")] == [1]
    states["gauge-1"] = spoke(2)
    go(flood)
    assert not active(flood, "gauge-1")


def test_a_round_tells_once_that_nothing_comes(flood: World, states: dict[str, Any]) -> None:
    for n in range(1, 7):
        register(flood, gauge(n))
        states[f"gauge-{n}"] = spoke(31)
    go(flood)
    go(flood)
    assert not any(active(flood, f"gauge-{n}") for n in range(1, 7))
    assert active(flood, "_platform", "stopped-urgent")
    states["gauge-1"] = spoke(0)
    go(flood)
    assert not active(flood, "_platform", "stopped-urgent")


def test_a_round_ends_the_alarms_of_devices_out_of_use_and_says_why(
    flood: World, states: dict[str, Any]
) -> None:
    for n, state in enumerate(("retired", "revoked", "active"), 1):
        device = register(flood, gauge(n))
        feed(flood, device, change(), change("silence", severity="medium"))
        with scope.tenant_scope(flood.oakville):
            again(lambda tx, device=device, state=state: registry.put(
                tx, replace(device, state=state, department=""), device))  # fmt: skip
        states[f"gauge-{n}"] = spoke(31)
    work(flood, NOW + timedelta(minutes=2))
    go(flood)
    go(flood)
    work(flood, NOW + timedelta(minutes=4))
    assert [active(flood, f"gauge-{n}", "flood") for n in (1, 2, 3)] == [False, False, True]
    with scope.tenant_scope(flood.oakville):
        ended = store.get("gauge-1", "flood")
        assert [line.thing for line in store.list_open("works")] == ["gauge-3", "gauge-3"]
    assert ended and (ended.note, ended.episode.cleared, ended.episode.closing) == ("out-of-use", T0, ())
    case = next(case for case in incidents(flood) if case.rule == "flood")
    assert [one.get("ended") for one in case.evidence["alarms"]] == ["out-of-use", "out-of-use", None]


def test_a_round_ends_the_alarms_of_rules_that_are_gone(flood: World, states: dict[str, Any]) -> None:
    silent = Change("silence", "", "raised", "medium", T0, Reading(T0, "", 1.0), (), 1.0, None)
    feed(flood, register(flood, gauge()), change(), silent)
    states["gauge-1"] = spoke(99)
    flood.oakville.config["devices"]["profiles"]["gauge"]["rules"] = []
    go(flood)
    assert (active(flood, "gauge-1"), active(flood, "gauge-1", "flood")) == (False, False)
