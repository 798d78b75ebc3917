"""What a device is told: by whom, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.adapters.shadows import FakeShadows
from functions.core import scope
from functions.core.context import Actor, Context
from functions.core.errors import Conflict, Invalid, RateLimited
from functions.sensing.alarms import approving, commands
from functions.sensing.registry.domain import Device
from tests.builders import both
from tests.sensing.alarms.rig import change, feed, gauge, register, system, work
from tests.world import NOW, World

MINUTES = [NOW + timedelta(minutes=n) for n in range(10)]
PUMP = {
    "names": both("Pump", "水泵"),
    "values": {"on": both("On", "开"), "off": both("Off", "关")},
    "timeout": 60,
}


@pytest.fixture
def shadows(monkeypatch: pytest.MonkeyPatch) -> FakeShadows:
    fake = FakeShadows()
    monkeypatch.setattr(commands, "shadows", lambda: fake)
    return fake


@pytest.fixture
def pump(flood: World, shadows: FakeShadows) -> Iterator[Device]:
    profile = flood.oakville.config["devices"]["profiles"]["gauge"]
    profile["commands"] = {"pump": PUMP}
    profile["rules"] = [{**profile["rules"][0], "command": {"name": "pump", "value": "on"}}]
    device = register(flood, gauge(commands=True))
    with scope.tenant_scope(flood.oakville):
        yield device


def as_person(world: World, email: str, moment: Any = NOW) -> Context:
    return replace(system(world), actor=Actor("staff", email), now=moment)


def state(thing: str = "gauge-1") -> str:
    return commands.told(thing)[0].state


def test_a_command_is_confirmed_sent_and_its_result_is_seen(
    flood: World, pump: Device, shadows: FakeShadows
) -> None:
    wes = as_person(flood, "wes@oakville.example")
    command_id = commands.ask(wes, pump, "pump", "on")
    assert (state(), shadows.desired) == ("waiting", {})
    commands.confirm(wes, pump, command_id)
    work(flood)
    assert state() == "sent"
    assert shadows.desired == {"oakville:gauge-1": {"pump": {"value": "on", "id": command_id}}}
    work(flood, MINUTES[1])
    assert state() == "done"
    with pytest.raises(Conflict):
        commands.confirm(wes, pump, command_id)
    events = [item["action"]["S"] for item in flood.items(flood.oakville) if "action" in item]
    assert [one for one in events if one.startswith("command")] == [
        "command_asked", "command_confirmed", "command_done",
    ]  # fmt: skip


def test_a_silent_device_is_late_and_the_command_is_taken_back(
    flood: World, pump: Device, shadows: FakeShadows
) -> None:
    shadows.obeys = False
    wes = as_person(flood, "wes@oakville.example")
    commands.confirm(wes, pump, commands.ask(wes, pump, "pump", "on"))
    for moment in MINUTES[:4]:
        work(flood, moment)
    assert state() == "late"
    assert shadows.desired == {"oakville:gauge-1": {"pump": None}}


def test_a_command_that_could_not_be_sent_in_time_is_never_sent(
    flood: World, pump: Device, shadows: FakeShadows
) -> None:
    wes = as_person(flood, "wes@oakville.example")
    commands.confirm(wes, pump, commands.ask(wes, pump, "pump", "on"))
    work(flood, NOW + timedelta(hours=3))  # the queue stood still
    assert state() == "late"
    assert shadows.desired == {"oakville:gauge-1": {"pump": None}}
    commands.confirm(
        wes, pump, commands.ask(as_person(flood, "wes@oakville.example", MINUTES[1]), pump, "pump", "on")
    )
    work(flood, MINUTES[4])
    assert state() == "sent"


def test_a_device_may_refuse(flood: World, pump: Device, shadows: FakeShadows) -> None:
    shadows.refuses = True
    wes = as_person(flood, "wes@oakville.example")
    commands.confirm(wes, pump, commands.ask(wes, pump, "pump", "off"))
    work(flood)
    work(flood, MINUTES[1])
    assert state() == "refused"


def test_only_an_approved_device_gets_only_commands_it_knows(flood: World, pump: Device) -> None:
    wes = as_person(flood, "wes@oakville.example")
    for device, name, value in (
        (replace(pump, commands=False), "pump", "on"),
        (replace(pump, state="revoked"), "pump", "on"),
        (pump, "pump", "explode"),
        (pump, "door", "open"),
    ):
        with pytest.raises(Invalid):
            commands.ask(wes, device, name, value)
    assert commands.told("gauge-1") == []


def test_a_command_that_waits_too_long_is_not_given(flood: World, pump: Device) -> None:
    wes = as_person(flood, "wes@oakville.example")
    command_id = commands.ask(wes, pump, "pump", "on")
    with pytest.raises(Conflict):
        commands.confirm(
            as_person(flood, "wes@oakville.example", NOW + timedelta(hours=13)), pump, command_id
        )


def test_a_city_gives_so_many_commands_a_day(flood: World, pump: Device) -> None:
    flood.oakville.config["plan"]["limits"]["commands_per_day"] = 1
    wes = as_person(flood, "wes@oakville.example")
    commands.ask(wes, pump, "pump", "on")
    with pytest.raises(RateLimited):
        commands.ask(wes, pump, "pump", "off")


def test_a_rule_asks_once_and_waits_for_a_person(flood: World, pump: Device, shadows: FakeShadows) -> None:
    feed(flood, pump, change())
    work(flood, MINUTES[2])
    feed(flood, pump, change(what="escalated", severity="critical"))
    work(flood, MINUTES[4])
    assert [(one.state, one.why) for one in commands.told("gauge-1")] == [("waiting", "flood")]
    assert shadows.desired == {}


def test_a_rule_that_two_people_approved_does_it_at_once(
    flood: World, pump: Device, shadows: FakeShadows
) -> None:
    rule = flood.oakville.config["devices"]["profiles"]["gauge"]["rules"][0]
    wes, ada = as_person(flood, "wes@oakville.example"), as_person(flood, "ada@oakville.example")
    assert len(approving.approve_rule(wes, pump, rule)) == 1
    assert len(approving.approve_rule(wes, pump, rule)) == 1  # the same person twice is one person
    assert len(approving.approve_rule(ada, pump, rule)) == 2
    feed(flood, pump, change())
    work(flood, MINUTES[2])
    work(flood, MINUTES[3])
    work(flood, MINUTES[4])
    assert [(one.state, one.by) for one in commands.told("gauge-1")] == [("done", "two")]


def test_a_rule_that_one_person_approved_still_waits_for_a_person(
    flood: World, pump: Device, shadows: FakeShadows
) -> None:
    rule = flood.oakville.config["devices"]["profiles"]["gauge"]["rules"][0]
    approving.approve_rule(as_person(flood, "wes@oakville.example"), pump, rule)
    feed(flood, pump, change())
    work(flood, MINUTES[2])
    assert (state(), shadows.desired) == ("waiting", {})


def test_an_approval_does_not_undo_a_withdrawal_of_the_same_moment(
    flood: World, pump: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = flood.oakville.config["devices"]["profiles"]["gauge"]["rules"][0]
    wes, ada = as_person(flood, "wes@oakville.example"), as_person(flood, "ada@oakville.example")
    approving.approve_rule(wes, pump, rule)
    with monkeypatch.context() as late:
        late.setattr(approving, "approvals", lambda *_: ["wes@oakville.example"])
        approving.withdraw_rule(wes, pump, rule)
        with pytest.raises(Conflict):
            approving.approve_rule(ada, pump, rule)
    assert approving.approvals(ada, pump, rule) == []
    assert len(approving.approve_rule(ada, pump, rule)) == 1


@pytest.mark.parametrize("step", ["_confirm", "_record"])
def test_a_command_is_given_though_the_worker_fell_while_it_asked(
    flood: World, pump: Device, shadows: FakeShadows, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fall(*_: object) -> None:
        raise OSError("the process ends here")

    rule = flood.oakville.config["devices"]["profiles"]["gauge"]["rules"][0]
    for email in ("wes@oakville.example", "ada@oakville.example"):
        approving.approve_rule(as_person(flood, email), pump, rule)
    feed(flood, pump, change())
    with monkeypatch.context() as broken:
        broken.setattr(commands, step, fall)
        with pytest.raises(RuntimeError, match="due list"):
            work(flood, MINUTES[2])
    for moment in MINUTES[3:6]:
        work(flood, moment)
    assert state() == "done"


@pytest.mark.parametrize(
    "changed",
    [
        {"command": {"name": "pump", "value": "off"}},
        {"levels": [{"above": 0.1, "severity": "high"}]},
        {"missing": 2},
        {"both": ["damp", "silence"]},
    ],
    ids=["another command", "a lower limit", "silence instead", "two others"],
)
def test_a_changed_command_or_condition_has_to_be_approved_anew(
    flood: World, pump: Device, changed: dict[str, Any]
) -> None:
    rule = flood.oakville.config["devices"]["profiles"]["gauge"]["rules"][0]
    ctx = system(flood)
    for email in ("wes@oakville.example", "ada@oakville.example"):
        approving.approve_rule(as_person(flood, email), pump, rule)
    assert len(approving.approvals(ctx, pump, {**rule, "title": both("New", "新")})) == 2
    assert approving.approvals(ctx, pump, {**rule, **changed}) == []


def test_a_rule_of_two_others_is_approved_anew_when_one_of_them_changed(flood: World, pump: Device) -> None:
    rules = flood.oakville.config["devices"]["profiles"]["gauge"]["rules"]
    rule = {"id": "two", "both": ["flood", "damp"], "command": rules[0]["command"]}
    approving.approve_rule(as_person(flood, "wes@oakville.example"), pump, rule)
    assert len(approving.approvals(system(flood), pump, rule)) == 1
    rules[0] = {**rules[0], "clear": 1.0}
    assert approving.approvals(system(flood), pump, rule) == []


def test_an_approval_that_an_administrator_takes_back_stops_what_waits(
    flood: World, pump: Device, shadows: FakeShadows
) -> None:
    wes, ada = as_person(flood, "wes@oakville.example"), as_person(flood, "ada@oakville.example")
    command_id = commands.ask(wes, pump, "pump", "on")
    commands.confirm(wes, pump, command_id)
    approving.approve_device(ada, pump, False)
    work(flood)
    assert (state(), shadows.desired) == ("dropped", {})
