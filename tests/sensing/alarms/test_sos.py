"""A call for help: contacts one after the other, then the department, until somebody answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.core import clock, scope
from functions.core.context import Actor
from functions.core.errors import Invalid, NotFound
from functions.sensing.alarms import commands, incidents, sos
from functions.sensing.alarms.writing import again
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import Device
from tests.builders import both
from tests.sensing.alarms.rig import T0, change, feed, gauge, messages, register, system, work
from tests.sensing.alarms.rig import incidents as incidents_of
from tests.world import NOW, World

CONTACTS = (
    {"name": "Rosa (demo)", "email": "rosa@citizen.example", "lang": "en"},
    {"name": "Tom (demo)", "email": "tom@citizen.example", "phone": "+12125550123", "lang": "zh-Hans"},
)
MINUTES = [NOW + timedelta(minutes=n) for n in range(60)]


@pytest.fixture
def button(flood: World) -> Iterator[Device]:
    devices = flood.oakville.config["devices"]
    devices["profiles"]["button"] = {
        "id": "button", "names": both("Button", "按钮"), "emergency": True, "lane": "urgent",
        "heartbeat": 86_400, "quantities": {"level": {"unit": "/", "names": both("Pressed", "按下")}},
        "commands": {"received": {"names": both("Received", "已收到"), "values": {"on": both("on", "开")}}},
        "rules": [
            {
                "id": "pressed", "title": both("Call for help", "紧急呼叫"), "metric": "level", "kind": "sos",
                "levels": [{"above": 0.5, "severity": "critical"}], "clear": 0.5, "active": True,
            },
        ],
    }  # fmt: skip
    yield register(flood, gauge(profile="button", title="Room 12 (demo)", contacts=CONTACTS))


def press(world: World, device: Device) -> None:
    feed(world, device, change("pressed", value=1.0, severity="critical"))
    work(world, MINUTES[1])


def addresses(world: World, moment: object) -> list[str]:
    mails, texts = messages(world, moment)  # type: ignore[arg-type]
    return [mail.to for mail in mails] + [text.to for text in texts]


def test_contacts_are_called_in_their_order_then_the_department(flood: World, button: Device) -> None:
    flood.oakville.config["plan"]["limits"]["sms_per_day"] = 10
    press(flood, button)
    mails, _ = messages(flood, MINUTES[1])
    call = next(mail for mail in mails if mail.to == "rosa@citizen.example")
    assert call.subject == "Call for help: Room 12 (demo)"
    assert "neither an emergency service nor a medical device" in call.body
    work(flood, MINUTES[5])
    assert "tom@citizen.example" not in addresses(flood, MINUTES[5])
    work(flood, MINUTES[7])
    mails, texts = messages(flood, MINUTES[7])
    assert "tom@citizen.example" in [mail.to for mail in mails]
    assert [text.to for text in texts] == ["+12125550123"] and "不是紧急救援服务" in texts[0].text
    work(flood, MINUTES[13])
    assert "wes@oakville.example" in addresses(flood, MINUTES[13])
    with scope.tenant_scope(flood.oakville):
        (called,) = sos.calls_of("gauge-1")
    assert (called.state, [name for _, name in called.log]) == (
        "calling",
        ["Rosa (demo)", "Tom (demo)", "works"],
    )
    for minute in range(14, 60, 5):
        work(flood, MINUTES[minute])
    with scope.tenant_scope(flood.oakville):
        assert sos.calls_of("gauge-1")[0].state == "unanswered"


def test_letting_the_button_go_does_not_end_the_call(flood: World, button: Device) -> None:
    press(flood, button)
    feed(flood, button, change("pressed", what="cleared", at=T0 + 1000, value=0.0, severity="critical"))
    work(flood, MINUTES[7])
    assert "tom@citizen.example" in addresses(flood, MINUTES[7])


def test_who_answers_ends_the_calls_and_the_button_hears_it(
    flood: World, button: Device, monkeypatch: pytest.MonkeyPatch
) -> None:

    from functions.adapters.shadows import FakeShadows

    shadows = FakeShadows()
    monkeypatch.setattr(commands, "shadows", lambda: shadows)
    with scope.tenant_scope(flood.oakville):
        again(lambda tx: registry.put(tx, replace(button, commands=True), button))
    press(flood, button)
    ctx = system(flood)
    with scope.tenant_scope(flood.oakville):
        code = sos.code_of(ctx, "gauge-1", "pressed", T0, "0")
        link = sos.open_code(ctx, code)
        assert (link.device.thing, link.call.rule, link.call.raised, link.number) == (
            "gauge-1", "pressed", T0, "0",
        )  # fmt: skip
        for other in (code[:-1] + "x", code.replace(".0.", ".1."), "gauge-1", "a.b.c.d.e"):
            with pytest.raises(NotFound):
                sos.open_code(ctx, other)
        sos.answer(ctx, "gauge-1", "pressed", T0, "Rosa (demo)")
        sos.answer(ctx, "gauge-1", "pressed", T0, "Tom (demo)")
    work(flood, MINUTES[7])
    work(flood, MINUTES[8])
    assert "tom@citizen.example" not in addresses(flood, MINUTES[8])
    with scope.tenant_scope(flood.oakville):
        (called,) = sos.calls_of("gauge-1")
        (told,) = commands.told("gauge-1")
    assert (called.state, called.by) == ("answered", "Rosa (demo)")
    assert (told.name, told.state) == ("received", "done")
    with scope.tenant_scope(flood.qinghe), pytest.raises(NotFound):
        sos.open_code(replace(ctx, city=flood.qinghe), code)


def test_a_button_hears_of_the_answer_though_the_first_try_to_tell_it_failed(
    flood: World, button: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def say(ctx: object, device: Device, rule: str, raised: int) -> None:
        told.append(device.thing)
        if len(told) == 1:
            raise ConnectionError

    monkeypatch.setattr(commands, "say_received", say)
    press(flood, button)
    with scope.tenant_scope(flood.oakville):
        with pytest.raises(ConnectionError):
            sos.answer(system(flood), "gauge-1", "pressed", T0, "Rosa (demo)")
        sos.answer(system(flood), "gauge-1", "pressed", T0, "Rosa (demo)")
        assert (told, sos.calls_of("gauge-1")[0].by) == (["gauge-1", "gauge-1"], "Rosa (demo)")


def test_a_call_whose_worker_fell_before_the_first_message_is_made_all_the_same(
    flood: World, button: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_: object) -> None:
        raise OSError("the process ends here")

    for module, name in ((sos, "call_next"), (incidents, "link")):
        with monkeypatch.context() as broken:
            broken.setattr(module, name, fall)
            if name == "call_next":
                feed(flood, button, change("pressed", value=1.0, severity="critical"))
            with pytest.raises(RuntimeError, match="due list"):
                work(flood, MINUTES[1])
    assert addresses(flood, MINUTES[1]) == ["rosa@citizen.example"]


def test_whom_no_message_can_reach_costs_no_time_and_was_not_called(flood: World, button: Device) -> None:
    only_phone = {"name": "Ann (demo)", "phone": "+12125550199"}
    with scope.tenant_scope(flood.oakville):
        again(lambda tx: registry.put(tx, replace(button, contacts=(only_phone, *CONTACTS)), button))
    press(flood, button)
    assert "rosa@citizen.example" in addresses(flood, MINUTES[1])
    with scope.tenant_scope(flood.oakville):
        assert [name for _, name in sos.calls_of("gauge-1")[0].log] == ["Rosa (demo)"]


def test_two_people_of_one_house_who_call_are_two_incidents(flood: World, button: Device) -> None:
    neighbour = register(flood, gauge(2, profile="button", title="Room 13 (demo)"))
    for device in (button, neighbour):
        press(flood, device)
    assert sorted(case.thing for case in incidents_of(flood)) == ["gauge-1", "gauge-2"]


def test_an_alarm_of_another_kind_calls_nobody(flood: World, button: Device) -> None:
    rules = flood.oakville.config["devices"]["profiles"]["button"]["rules"]
    rules.append({**rules[0], "id": "battery", "kind": "battery"})
    feed(flood, button, change("battery", value=1.0))
    work(flood, MINUTES[1])
    with scope.tenant_scope(flood.oakville):
        assert sos.calls_of("gauge-1") == []


def test_the_daily_test_goes_the_whole_way_and_its_failure_is_an_alarm(
    flood: World, button: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.sensing.alarms import rounds, sos_test, store
    from functions.sensing.log import read
    from functions.sensing.sources import forward

    sent: list[str] = []
    monkeypatch.setattr(forward, "send", lambda bodies, *, urgent: sent.extend(bodies))
    monkeypatch.setattr(read, "latest", lambda devices: {})

    def go(moment: datetime) -> str:
        with clock.frozen(moment), scope.tenant_scope(flood.oakville):
            rounds.go(replace(system(flood), now=moment), "")
            latest = sos_test.results(1)
            alarm = store.get("_platform", "sos-test")
        return (latest[0].state if latest else "") + ("!" if alarm and alarm.active else "")

    noon = NOW.replace(hour=18)
    assert go(NOW) == ""  # 03:30 in Oakville
    assert go(noon) == go(noon + timedelta(minutes=5)) == "running"
    assert [json.loads(one)["thing"] for one in sent] == ["sos-test"]
    assert go(noon + timedelta(minutes=20)) == "failed!"
    tomorrow = noon + timedelta(days=1)
    assert go(tomorrow) == "running!"
    with scope.tenant_scope(flood.oakville):
        probe = registry.find("sos-test")
    assert probe
    feed(flood, probe, change("pressed", value=1.0, severity="critical"))
    work(flood, tomorrow)
    assert [mail.to for mail in messages(flood, tomorrow)[0]] == ["residents@oakville.example"]
    assert go(tomorrow + timedelta(minutes=5)) == "passed"
    with scope.tenant_scope(flood.oakville):
        assert sos.calls_of("sos-test") == []


def test_nobody_makes_a_device_with_the_id_of_the_daily_test(flood: World, button: Device) -> None:
    from functions.sensing.registry import fields, service

    probe = Device("sos-test", "button", since="2026-01-01")
    person = replace(system(flood), actor=Actor("staff", "ada@oakville.example"))
    with scope.tenant_scope(flood.oakville):
        with pytest.raises(Invalid):
            service.save(person, probe, None, "device-planned")
        assert registry.find("sos-test") is None
    _, errors = fields.read({"thing": "sos-test", "profile": "button"}, fields.Choices(["button"], []))
    assert errors == {"thing": service.RESERVED}


def test_text_messages_of_calls_have_a_limit_of_their_own(flood: World, button: Device) -> None:
    limits = flood.oakville.config["plan"]["limits"]
    limits.update({"sms_per_day": 1, "sos_sms_per_day": 1})
    for raised in (T0, T0 + 60_000):
        feed(flood, button, change("pressed", at=raised, value=1.0, severity="critical"))
        work(flood, MINUTES[1])
        work(flood, MINUTES[7])
        feed(flood, button, change("pressed", what="cleared", at=raised + 1000, value=0.0))
    assert [text.to for text in messages(flood, MINUTES[7])[1]] == ["+12125550123"]


def test_a_call_is_kept_as_long_as_readings_about_people(flood: World, button: Device) -> None:
    retention = flood.oakville.config["privacy"]["retention"]
    retention["readings_personal"] = {"days": 7}
    press(flood, button)
    (call,) = [item for item in flood.items(flood.oakville) if item["sk"]["S"].startswith("CALL#")]
    assert (int(call["ttl"]["N"]) - NOW.timestamp()) // 86_400 == 7
