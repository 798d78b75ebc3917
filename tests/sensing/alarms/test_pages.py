"""Alarms in the console and the page of a contact, as people use them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
from chalice import Chalice
from chalice.test import Client

from functions.adapters.signin import FakeSignIn
from functions.core import clock, scope
from functions.core.errors import Invalid
from functions.identity import service as identity
from functions.identity import store as staff_store
from functions.sensing.alarms import deciding, sos, store
from functions.sensing.alarms.writing import again
from functions.sensing.domain import Reading
from functions.sensing.registry import store as registry_store
from functions.tenancy import registry
from tests.builders import both
from tests.desk import Browser
from tests.sensing.alarms.rig import MINUTE, T0, change, feed, gauge, incidents, register, system, work
from tests.sensing.alarms.test_commands import PUMP
from tests.world import NOW, World

LATER = NOW + timedelta(minutes=2)
BASE = "/oakville/console/alarms"


@cache
def app() -> Chalice:
    from functions.identity import pages as identity_pages
    from functions.sensing.alarms import pages

    made = Chalice(app_name="trial")
    for feature in (pages, identity_pages):
        made.register_blueprint(feature.bp)
    return made


@pytest.fixture
def client(flood: World) -> Iterator[Client]:
    cities = {"oakville": flood.oakville, "qinghe": flood.qinghe}
    fake = FakeSignIn()
    with (
        patch.multiple(registry, find_city=cities.get, city_for_admin=cities.get),
        patch.object(identity, "provider", lambda: fake),
        Client(app()) as made,
    ):
        yield made


def person(client: Client, name: str) -> Browser:
    browser = Browser(client)
    browser.sign_in(f"{name}@oakville.example")
    return browser


def test_a_person_finds_the_worst_alarm_sees_its_readings_and_says_they_are_on_it(
    flood: World, client: Client
) -> None:
    feed(flood, register(flood, gauge(1)), change("silence", severity="medium"))
    feed(flood, register(flood, gauge(2)), change(value=3.4))
    feed(flood, gauge(2), change(what="escalated", at=T0 + MINUTE, value=4.25, severity="critical"))
    wes, ada = person(client, "wes"), person(client, "ada")
    listed = wes.get(f"{BASE}?department=works")
    rows = [row.get_text(" ", strip=True) for row in listed.document.select("tbody tr")]
    assert rows[0].startswith("Water over the wall") and "Critical" in rows[0]
    assert rows[1].startswith("No word from the gauge")
    page = wes.get(f"{BASE}/gauge-2.flood")
    for words in (
        "3.40 m",
        "4.25 m",
        "3.00 m",
        "Readings that raised it",
        "When it became worse",
        "8 days back",
    ):
        assert words in page.words
    assert page.document.select_one("svg[role=img] desc")
    slow = ada.get(f"{BASE}/gauge-2.flood")
    done = wes.follow(wes.submit(page, "acknowledge"))
    assert "You are on it" in done.words and "wes@oakville.example" in done.words
    assert slow.document.find("form", id="acknowledge") is None  # an administrator without the role
    token = slow.document.find("input", {"name": "_csrf"})["value"]
    form = {"_csrf": token, "do": "acknowledge", "raised": str(T0)}
    assert ada.post(f"{BASE}/gauge-2.flood", form).status == 403
    assert "acknowledge" not in {form.get("id") for form in done.document.find_all("form")}
    again_posted = wes.submit(page, "acknowledge")
    assert again_posted.status == 303
    events = [
        item
        for item in flood.items(flood.oakville)
        if item.get("action", {}).get("S") == "alarm_acknowledged"
    ]
    assert len(events) == 1


def test_the_second_of_two_people_hears_who_was_faster(flood: World, client: Client) -> None:
    identity_of = flood.oakville
    with scope.tenant_scope(identity_of):
        from tests.desk import staff

        more = [
            {**one, "departments": ["works"]} if one["email"].startswith("ana") else one
            for one in staff("oakville")
        ]
        identity.replace_staff(more)
    feed(flood, register(flood, gauge()), change())
    wes, ana = person(client, "wes"), person(client, "ana")
    seen, also = wes.get(f"{BASE}/gauge-1.flood"), ana.get(f"{BASE}/gauge-1.flood")
    wes.submit(seen, "acknowledge")
    answer = ana.submit(also, "acknowledge")
    assert answer.status == 409 and "Somebody else has acknowledged this alarm" in answer.words


def test_an_alarm_that_ended_meanwhile_is_not_acknowledged(flood: World, client: Client) -> None:
    feed(flood, register(flood, gauge()), change())
    wes = person(client, "wes")
    seen = wes.get(f"{BASE}/gauge-1.flood")
    feed(flood, gauge(), change(what="cleared", at=T0 + MINUTE, value=2.0))
    answer = wes.submit(seen, "acknowledge")
    assert answer.status == 409 and "has ended" in answer.words
    feed(flood, gauge(), change(at=T0 + 2 * MINUTE))
    assert "raised again" in wes.submit(seen, "acknowledge").words
    assert "Readings that ended it" not in wes.get(f"{BASE}/gauge-1.flood").words


def test_a_clerk_of_another_department_finds_no_such_alarm(flood: World, client: Client) -> None:
    feed(flood, register(flood, gauge()), change())
    ana = person(client, "ana")
    assert ana.get(f"{BASE}/gauge-1.flood").status == 404
    assert "gauge-1" not in ana.get(f"{BASE}?department=works").text
    assert ana.get(f"{BASE}/nothing").status == ana.get(f"{BASE}/a.b").status == 404


def test_muting_and_planned_maintenance_are_kept_on_the_device(flood: World, client: Client) -> None:
    feed(flood, register(flood, gauge()), change())
    wes = person(client, "wes")
    page = wes.get(f"{BASE}/gauge-1.flood")
    assert "Choose how long" in wes.submit(page, "mute").words
    assert "raises no alarms" in wes.follow(wes.submit(page, "mute", hours="4")).words
    wrong = wes.submit(page, "maintenance", **{"from": "2026-11-21T10:00", "until": "yesterday"})
    assert wrong.status == 422 and "Enter a date and a time" in wrong.words
    assert (
        wes.submit(page, "maintenance", **{"from": "2026-11-21T10:00", "until": "2027-11-21T10:00"}).status
        == 422
    )
    wes.submit(page, "maintenance", **{"from": "2026-11-21T10:00", "until": "2026-11-21T12:00"})
    with scope.tenant_scope(flood.oakville):
        device = registry_store.find("gauge-1")
    assert device
    ten = int(NOW.replace(day=21, hour=16, minute=0).timestamp() * 1000)  # 10:00 in Oakville
    assert device.muted == ((T0, T0 + 240 * MINUTE), (ten, ten + 120 * MINUTE))
    page = wes.get(f"{BASE}/gauge-1.flood")
    wes.submit(page, "unmute")
    with scope.tenant_scope(flood.oakville):
        assert not (registry_store.find("gauge-1") or device).is_muted(T0 + 1)


def test_people_choose_which_mail_they_get(flood: World, client: Client) -> None:
    wes = person(client, "wes")
    page = wes.get(BASE)
    assert "Choose which alarms" in wes.submit(page, "form").words
    wes.follow(wes.submit(page, "form", level="all"))
    assert wes.get(BASE).document.select_one("input[name=level][checked]")["value"] == "all"


def test_a_lamp_is_approved_told_and_its_answer_is_seen(
    flood: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.adapters.shadows import FakeShadows
    from functions.sensing.alarms import commands

    fake = FakeShadows()
    monkeypatch.setattr(commands, "shadows", lambda: fake)
    flood.oakville.config["devices"]["profiles"]["gauge"]["commands"] = {"pump": PUMP}
    register(flood, gauge())
    wes, ada = person(client, "wes"), person(client, "ada")
    path = "/oakville/console/commands/gauge-1"
    assert "Not approved" in wes.get(path).words
    assert ada.submit(ada.get(path), "approval").status == 303
    page = wes.get(path)
    assert "Choose what the device is to do" in wes.submit(page, "ask").words
    page = wes.follow(wes.submit(page, "ask", command="pump=on"))
    confirm = next(
        form["id"] for form in page.document.find_all("form") if form.get("id", "").startswith("confirm")
    )
    wes.submit(page, confirm)
    work(flood)
    work(flood, LATER)
    assert "Done" in wes.get(path).words
    assert wes.submit(page, confirm).status == 409
    assert wes.get("/oakville/console/commands/nothing").status == 404


def test_a_rule_that_tells_another_device_is_approved_by_two(flood: World, client: Client) -> None:
    devices = flood.oakville.config["devices"]
    devices["profiles"]["pump"] = {"id": "pump", "names": both("Pump", "水泵"), "commands": {"pump": PUMP}}
    devices["things"] = [{"thing": "gauge-2", "profile": "pump", "names": both("Pump house", "泵站")}]
    rules = devices["profiles"]["gauge"]["rules"]
    wes = person(client, "wes")
    register(flood, gauge(1))
    path = "/oakville/console/commands/gauge-1"
    assert wes.get(path).status == 404
    command = {"of": "gauge-2", "name": "pump", "value": "on"}
    devices["profiles"]["gauge"] = {
        **devices["profiles"]["gauge"], "rules": [{**rules[0], "command": command}, *rules[1:]],
    }  # fmt: skip
    feed(flood, register(flood, gauge(2, profile="pump", commands=True)), change())
    feed(flood, gauge(1), change())
    assert "Rules that give commands" in wes.get(f"{BASE}/gauge-1.flood").words
    page = wes.get(path)
    assert "Pump: On ( gauge-2 )" in page.words and "Tell the device something" not in page.words
    done = wes.follow(wes.submit(page, "rule-flood", do="approve-rule"))
    assert "Approved by: wes@oakville.example" in done.words


def test_an_alarm_is_shown_in_what_its_rule_compares(flood: World, client: Client) -> None:
    devices = flood.oakville.config["devices"]
    title = both("Lorry is away", "车辆驶离")
    away = {"id": "away", "title": title, "severity": "high", "area": {"outside": "pits", "by": 50}}
    usual = {"direction": "rise", "by": 30, "hours": {"start": "02:00", "end": "04:00"}}
    night = {"id": "night", "title": title, "severity": "high", "metric": "level", "usual": usual}
    devices["profiles"]["gauge"] = {**devices["profiles"]["gauge"], "rules": [away, night]}
    far = Reading(T0, "level", 812.0)
    raised = change("away", value=120.7)._replace(evidence=(far,), value=812.0, limit=50.0)
    more = change("night", value=14.0)._replace(value=40.0, limit=30.0)
    feed(flood, register(flood, gauge(1)), raised)
    feed(flood, register(flood, gauge(2)), more)
    wes = person(client, "wes")
    words = wes.get(f"{BASE}/gauge-1.away").words
    assert "Distance from the areas" in words and "812 m" in words and "50 m" in words
    words = wes.get(f"{BASE}/gauge-2.night").words
    assert "40 %" in words and "30 %" in words and "14.00 m" in words
    work(flood, LATER)
    entries = {
        entry["rule"]: (entry["value"], entry["unit"], entry["level"])
        for case in incidents(flood)
        for entry in case.evidence["alarms"]
    }
    assert entries == {"away": (812.0, "m", 50.0), "night": (14.0, "m", None)}


def test_the_21st_planned_time_is_refused_and_only_past_ones_are_forgotten(flood: World) -> None:
    register(flood, gauge())

    def plan(moment: Any, hours: int) -> None:
        ctx = replace(system(flood), now=moment)
        deciding.mute(ctx, wes, "gauge-1", *(moment + timedelta(hours=hours + n) for n in (0, 1)))

    with scope.tenant_scope(flood.oakville):
        wes = next(one for one in staff_store.every() if one.email.startswith("wes"))
        for n in range(20):
            plan(NOW, n + 1)
        with pytest.raises(Invalid) as refused:
            plan(NOW, 30)
        later = NOW + timedelta(hours=5)
        plan(later, 30)
        device = registry_store.find("gauge-1")
    assert "20 times are planned" in refused.value.fields["until"]
    assert device and len([end for _, end in device.muted if end > later.timestamp() * 1000]) == 17


@pytest.fixture
def button(flood: World) -> Any:
    profile = flood.oakville.config["devices"]["profiles"]["gauge"]
    profile.update({"emergency": True, "retention": "personal", "names": both("Button", "按钮")})
    profile["rules"] = [{**profile["rules"][0], "kind": "sos"}]
    return register(flood, gauge(title="Room 12 (demo)"))


def test_contacts_are_written_down_and_each_page_says_what_this_is_not(
    flood: World, client: Client, button: Any
) -> None:
    wes = person(client, "wes")
    words = "neither an emergency service nor a medical device"
    assert words in wes.get("/oakville/console/calls").words
    path = "/oakville/console/calls/gauge-1"
    page = wes.get(path)
    assert words in page.words
    wrong = wes.submit(page, "form", **{"name-1": "Rosa (demo)", "phone-2": "12"})
    assert wrong.status == 422 and "Enter the contact's name" in wrong.words
    done = wes.submit(
        page, "form", **{"name-1": "Rosa (demo)", "email-1": "rosa@citizen.example", "lang-1": "en"}
    )
    assert "The contacts were saved" in wes.follow(done).words
    with scope.tenant_scope(flood.oakville):
        device = registry_store.find("gauge-1")
    assert device and [one["name"] for one in device.contacts] == ["Rosa (demo)"]
    assert "Call just now" not in wes.get("/oakville/console/calls").words
    feed(flood, device, change())
    work(flood, LATER)
    with clock.frozen(LATER):
        assert "Call just now" in wes.get("/oakville/console/calls").words
    with clock.frozen(LATER + timedelta(minutes=20)):
        assert "Call just now" not in wes.get("/oakville/console/calls").words
    assert "Rosa (demo)" in wes.get(path).words
    assert words in wes.get(f"{BASE}/gauge-1.flood").words
    views = [item["action"]["S"] for item in flood.items(flood.oakville) if "action" in item]
    assert {"contacts_viewed", "contacts-changed", "alarm_viewed"} <= set(views)
    assert person(client, "ana").get(path).status == 404


def test_only_an_administrator_silences_calls_for_help_for_a_day_and_reads_what_that_means(
    flood: World, client: Client, button: Any
) -> None:
    feed(flood, button, change())
    words, path = "calls for help are silenced", f"{BASE}/gauge-1.flood"
    wes, ada = person(client, "wes"), person(client, "ada")
    page = wes.get(path)
    assert "Only an administrator mutes" in page.words and page.document.find("form", id="mute") is None
    token = page.document.find("input", {"name": "_csrf"})["value"]
    assert wes.post(path, {"_csrf": token, "do": "mute", "hours": "1"}).status == 403
    page = ada.get(path)
    assert words in page.words and page.document.find("input", {"name": "hours", "value": "168"}) is None
    assert "within 24 hours" in ada.submit(page, "mute", hours="168").words
    far = {"from": "2026-11-21 10:00", "until": "2026-11-21 12:00"}
    assert "within 24 hours" in ada.submit(page, "maintenance", **far).words
    contacts = "/oakville/console/calls/gauge-1"
    assert words not in ada.get(contacts).words
    assert ada.submit(page, "mute", hours="24").status == 303
    assert words in wes.get(contacts).words
    assert ada.submit(ada.get(path), "unmute").status == 303
    assert words not in wes.get(contacts).words


def test_a_contact_answers_by_the_address_in_the_message(flood: World, client: Client, button: Any) -> None:
    with scope.tenant_scope(flood.oakville):
        contacts = ({"name": "Rosa (demo)", "email": "rosa@citizen.example"},)
        again(lambda tx: registry_store.put(tx, replace(button, contacts=contacts), button))
    feed(flood, button, change())
    work(flood, LATER)
    with scope.tenant_scope(flood.oakville):
        code = sos.code_of(system(flood), "gauge-1", "flood", T0, "0")
    rosa = Browser(client)
    page = rosa.get(f"/oakville/sos/{code}")
    views = [item for item in flood.items(flood.oakville) if item.get("action", {}).get("S") == "call_viewed"]
    assert ["contact:0" in str(view) for view in views] == [True]
    assert "Room 12 (demo)" in page.words and "neither an emergency service" in page.words
    thanks = rosa.follow(rosa.submit(page, "form"))
    assert "Thank you" in thanks.words and "Rosa (demo) sees to it" in thanks.words
    with scope.tenant_scope(flood.oakville):
        alarm = store.get("gauge-1", "flood")
    assert alarm and (alarm.state, alarm.by) == ("acknowledged", "Rosa (demo)")
    assert rosa.get(f"/oakville/sos/{code[:-1]}0x").status == 404
    assert rosa.get(f"/qinghe/sos/{code}").status == 404
    with clock.frozen(NOW + timedelta(hours=25)):
        assert rosa.get(f"/oakville/sos/{code}").status == 404


def test_the_pages_stay_within_their_calls(flood: World, client: Client) -> None:
    from functions.core import log

    feed(flood, register(flood, gauge()), change())
    wes = person(client, "wes")
    lines: list[dict[str, Any]] = []
    with patch.object(log, "info", lambda what, **more: lines.append({"what": what, **more})):
        for path in (BASE, f"{BASE}/gauge-1.flood", "/oakville/console/calls"):
            wes.get(path)
    calls = [line["calls"] for line in lines if line["what"] == "request"]
    assert len(calls) == 3 and max(calls) <= 4
