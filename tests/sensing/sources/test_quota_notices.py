"""Four fifths of the messages of a day: admins hear of it once, and what comes too much says why."""

import json

from functions.core import scope, usage
from functions.notifications import store as outbox
from functions.sensing import quota
from functions.sensing.sources import answers, quota_notices, refusals
from functions.sensing.worker import handle_readings
from functions.tenancy.plans import PLANS
from tests.sensing.conftest import level, record, refused


def limits(world, **numbers):
    world.oakville.config["plan"]["limits"].update(numbers)
    world.oakville.config["staff"] = [
        {"email": "ada@oakville.example", "name": "Ada (demo)", "roles": ["admin"], "departments": []}
    ]


def send(count, start=0):
    for n in range(start, start + count):
        made = record("oakville", "river-bridge", level(1.0), id=f"m{n}", seconds=n)
        assert handle_readings({"Records": [made]}) == {"batchItemFailures": []}


def told(world):
    with scope.tenant_scope(world.oakville):
        return sorted((row.event, row.case_id) for row in outbox.pending())


def test_admins_are_told_once_when_the_city_or_a_device_has_used_four_fifths(river):
    limits(river, messages_per_day=6, messages_per_device_per_day=5)
    send(3)
    assert told(river) == []
    send(1, 3)
    assert told(river) == [("quota-device", "0|river-bridge")]
    send(6, 4)
    assert told(river) == [("quota-city", "0|"), ("quota-device", "0|river-bridge")]
    assert refused(river, river.oakville)[0] == "the device's limit of messages per day is reached"
    quota.reset()
    send(1, 10)
    assert len(told(river)) == 2
    ctx = river.context(river.oakville)
    with scope.tenant_scope(river.oakville):
        mail = quota_notices.compose(ctx, "quota-device", "0|river-bridge")
        assert mail.to == "ada@oakville.example"
        assert "river-bridge" in mail.subject and "5 messages" in mail.body
        assert "sensors" in quota_notices.compose(ctx, "quota-city", "0|").subject
        assert quota_notices.compose(ctx, "quota-city", "7|") is None


def test_every_plan_limits_messages_of_a_device_and_of_a_source():
    for plan in PLANS.values():
        assert 0 < plan["messages_per_device_per_day"] <= plan["messages_per_day"]
        assert plan["ingest_per_minute"]


def test_a_device_whose_messages_are_all_refused_stops_nobody(river):
    limits(river, messages_per_device_per_day=5)
    bad = record("oakville", "river-bridge", "{", id="bad")
    assert handle_readings({"Records": [bad]}) == {"batchItemFailures": []}
    assert refused(river, river.oakville) == ["the message is not JSON: line 1, column 2"]


def test_a_device_is_answered_once_a_batch_and_only_so_often(river, monkeypatch):
    said = []
    monkeypatch.setattr(
        answers, "_publish", lambda ctx, thing, text: said.append((thing, json.loads(text))) or True
    )
    monkeypatch.setattr(answers, "PER_HOUR", 2)
    for batch in range(3):
        bad = [record("oakville", "river-bridge", "{", id=f"b{batch}-{n}") for n in range(3)]
        alien = record("oakville", "river-bridge", "{", id=f"a{batch}", certificate="ff" * 32)
        unknown = record("oakville", "nobody", "{", id=f"u{batch}")
        handle_readings({"Records": [*bad, alien, unknown]})
    assert [(thing, one["refused"]) for thing, one in said] == [("river-bridge", 3)] * 2
    assert said[0][1]["code"] == "the message is not JSON: line %(line)s, column %(column)s"
    assert said[0][1]["reason"] == "the message is not JSON: line 1, column 2"


def test_a_flood_of_nonsense_becomes_one_row_an_hour_and_is_counted_whole(river):
    for batch in range(24):
        flood = [
            record("oakville", "river-bridge", "{" * n, id=f"b{batch}-{n}", seconds=n) for n in range(10)
        ]
        assert handle_readings({"Records": flood}) == {"batchItemFailures": []}
    with scope.tenant_scope(river.oakville):
        found = refusals.since("2026", 500)
        assert sum(one.count for one in found) == 240
        assert len(found) <= 60 + 2
        assert {one.thing for one in found} == {"river-bridge"}
        assert usage.of_day("2026-11-20")["refused"] == 240
    alien = record("oakville", "air-school", "{", id="other")
    assert handle_readings({"Records": [alien]}) == {"batchItemFailures": []}
    assert len(refused(river, river.oakville)) == len(found) + 1
