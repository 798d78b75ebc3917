"""Alarms of devices that say nothing while their rules, or they themselves, change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.core import clock, scope
from functions.core.city import seal
from functions.sensing.alarms import rounds, store
from functions.sensing.alarms.writing import again
from functions.sensing.registry import store as registry
from functions.sensing.worker import handle_readings
from tests.sensing.conftest import level, record, state_of, values
from tests.world import NOW


def send(number, value, minutes):
    own = record("oakville", "river-bridge", level(value), id=f"m{number}", seconds=minutes * 60)
    assert handle_readings({"Records": [own]})["batchItemFailures"] == []


def high_water(river):
    with scope.tenant_scope(river.oakville):
        return store.get("river-bridge", "high-water")


def round_of(river, minutes):
    ctx = river.context(river.oakville)
    ctx.now = NOW + timedelta(minutes=minutes)
    with scope.tenant_scope(river.oakville), clock.frozen(ctx.now):
        rounds.go(ctx, "")


def set_rules(river, *rules):
    river.oakville.config["devices"] = {**river.oakville.config["devices"], "rules": list(rules)}


@pytest.fixture
def rule(river):
    """The river is high, and its alarm raised."""
    for number in range(3):
        send(number, 3.9, number)
    assert high_water(river).active
    return river.oakville.config["devices"]["rules"][0]


def test_the_alarm_of_a_rule_that_is_gone_ends_with_the_next_round_and_begins_anew_when_it_comes_back(
    river, rule, monkeypatch
):
    set_rules(river)
    with monkeypatch.context() as patch:
        patch.setattr(rounds, "SETTLED_AT_ONCE", 0)
        round_of(river, 5)
    assert high_water(river).active
    round_of(river, 10)
    ended = high_water(river)
    assert (ended.active, ended.note) == (False, "rule-gone")
    assert "high-water" not in state_of(river.oakville, "river-bridge").alarms
    set_rules(river, rule)
    send(11, 3.9, 11)
    send(12, 3.9, 12)
    assert high_water(river).active


def test_the_alarm_of_a_rule_with_another_limit_is_judged_by_the_last_reading(river, rule):
    higher = {**rule, "levels": [{"above": 4.5, "severity": "high"}], "clear": 4.2}
    set_rules(river, higher)
    round_of(river, 5)
    ended = high_water(river)
    assert not ended.active
    assert ended.episode.closing == ((int(NOW.timestamp() * 1000) + 120_000, 3.9, 0),)
    send(10, 4.6, 10)
    send(11, 4.7, 11)
    assert high_water(river).active
    set_rules(river, {**rule, "clear": 3.0})
    round_of(river, 15)
    assert high_water(river).active
    before = river.items(river.oakville)
    round_of(river, 20)  # what was looked at once is not looked at again
    assert river.items(river.oakville) == before


@pytest.mark.parametrize("out", ["revoked", "retired"])
def test_a_device_that_comes_back_raises_again_what_still_holds(river, rule, out):
    def put(state):
        with scope.tenant_scope(river.oakville):
            device = registry.find("river-bridge")
            again(lambda tx: registry.put(tx, replace(device, state=state), device))

    put(out)
    round_of(river, 5)
    assert (high_water(river).active, high_water(river).note) == (False, "out-of-use")
    put("active")
    send(10, 3.9, 60)
    send(11, 3.9, 61)
    assert high_water(river).active
    assert high_water(river).episode.raised == int(NOW.timestamp() * 1000) + 61 * 60_000


def test_a_device_that_was_muted_raises_what_still_holds_when_the_time_is_over(river):
    start = int(NOW.timestamp() * 1000)
    with scope.tenant_scope(river.oakville):
        device = registry.find("river-bridge")
        again(lambda tx: registry.put(tx, replace(device, muted=((start, start + 600_000),)), device))
    for number in range(4):
        send(number, 3.9, number)
    assert high_water(river) is None
    send(10, 3.9, 10)
    send(11, 3.9, 11)
    assert high_water(river).active


def test_a_city_made_again_under_an_old_id_meets_no_log_of_the_first_one(river, monkeypatch):
    for number in range(3):
        send(number, 1.0, number)
    for item in river.items(river.oakville):
        if item["pk"]["S"].startswith("LOG#"):
            name = f"townkit-test-city-{river.oakville.id}"
            river.dynamodb.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})
    again_made = seal("oakville", "live", river.oakville.config, river.oakville.version, "2027-01-01")
    monkeypatch.setattr("functions.tenancy.registry.find_city", lambda city_id: again_made)
    send(2, 1.0, 2)
    assert values(again_made, "river-bridge") == [1.0]
    assert state_of(again_made, "river-bridge").latest["level"].value == 1.0


def test_a_late_stretch_with_very_many_alarms_is_stored_with_all_of_them(river):
    """More than fit into one transaction of a hundred operations."""
    rule = river.oakville.config["devices"]["rules"][0]
    set_rules(river, *({**rule, "id": f"high-{number}", "of": [1, 1]} for number in range(4)))
    send(1, 1.0, 0)
    late = [{"n": "level", "u": "m", "v": 4.0 if n % 2 else 3.0, "t": n * 60 - 7200} for n in range(81)]
    own = record("oakville", "river-bridge", late, id="late", seconds=60)
    assert handle_readings({"Records": [own]})["batchItemFailures"] == []
    for number in range(4):
        with scope.tenant_scope(river.oakville):
            kept = store.episodes_since("river-bridge", f"high-{number}", 0)
        assert len(kept) == 40
        assert all(one.cleared == one.raised + 60_000 for one in kept)
