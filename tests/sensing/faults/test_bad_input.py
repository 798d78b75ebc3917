"""What devices send when they are broken, or somebody means ill: refused with a reason that a person
understands, among neighbours that are stored. A spent quota and a stopped queue lose nothing."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from functions.core import i18n, scope
from functions.core.context import Actor
from functions.sensing import service
from functions.sensing.worker import handle_readings
from tests.sensing.conftest import (
    RECEIVED,
    level,
    record,
    refused,
    register,
    series,
    state_of,
    states_of,
    values,
)

DAY = 86_400
POISON = [
    "{broken",
    "",
    "null",
    "[]",
    '"text"',
    "[" * 5000 + "]" * 5000,
    '[{"n":"level","u":"m","v":NaN}]',
    '[{"n":"level","u":"m","v":Infinity}]',
    '[{"n":"level","u":"m","v":-Infinity}]',
    '[{"n":"level","u":"m","v":1e999}]',
    '[{"n":"level","u":"m","v":"1"}]',
    '[{"n":"level","u":"m","v":{"$gt":0}}]',
    '[{"n":"level","u":"furlong","v":1}]',
    '[{"n":"../../qinghe/level/..","u":"m","v":1}]',
    '[{"n":"/etc/passwd","u":"m","v":1}]',
    '[{"bver":4711,"n":"level","u":"m","v":1}]',
    '[{"n":"level","u":"m","v":1,"new_":1}]',
    '[{"n":"level","u":"m","v":1,"t":99999999999}]',
    '[{"n":"level","u":"m","v":1,"t":4102444800}]',
    json.dumps([{"n": "level", "u": "m", "v": n, "t": -n} for n in range(20_000)]),
    '[{"n":"level","u":"m"}]',
    "\x00\x01",
]


def reasons(world: Any, city: Any) -> list[dict[str, Any]]:
    with scope.tenant_scope(city):
        found = service.refused_since(world.context(city, Actor("staff", "x")), 7, 100)
    return [entry.reason for entry in found]


def test_every_kind_of_poison_is_refused_with_a_reason_in_both_languages_among_good_messages(river):
    batch, good = [], []
    for number, text in enumerate(POISON):
        batch.append(record("oakville", "river-bridge", text, id=f"bad{number}", seconds=number))
        batch.append(
            record("oakville", "river-bridge", level(1 + number / 100), id=f"good{number}", seconds=number)
        )
        good.append(1 + number / 100)
    batch.append(record("qinghe", "river-bridge", level(7.0), id="other"))
    random.Random(4).shuffle(batch)
    assert handle_readings({"Records": batch}) == {"batchItemFailures": []}
    assert values(river.oakville, "river-bridge") == good
    assert values(river.qinghe, "river-bridge") == [7.0]
    found = reasons(river, river.oakville)
    assert len(found) == len(POISON)
    for reason in found:
        with i18n.use_language("zh-Hans"):
            assert i18n.t(reason["message"]) != reason["message"], reason["message"]


def test_poison_that_comes_again_is_counted_once_and_never_blocks_the_queue(river):
    batch = [record("oakville", "river-bridge", text, id=f"bad{n}") for n, text in enumerate(POISON)]
    for _ in range(3):
        assert handle_readings({"Records": batch}) == {"batchItemFailures": []}
    assert len(refused(river, river.oakville)) == len(POISON)


def test_a_spent_quota_says_so_takes_nothing_half_and_leaves_the_other_city_alone(river):
    river.oakville.config["plan"]["limits"]["messages_per_day"] = 5
    batch = []
    for n in range(12):
        rows = [{"n": "level", "u": "m", "v": 1.0, "t": -1}, {"n": "level", "u": "m", "v": 1.1}]
        batch.append(record("oakville", "river-bridge", rows, id=f"a{n}", seconds=10 * n))
        batch.append(record("qinghe", "river-bridge", rows, id=f"b{n}", seconds=10 * n))
    assert handle_readings({"Records": batch}) == {"batchItemFailures": []}
    assert len(values(river.oakville, "river-bridge")) == 5 * 2
    assert len(values(river.qinghe, "river-bridge")) == 12 * 2
    assert refused(river, river.oakville) == ["the city's limit of messages per day is reached"] * 7
    assert refused(river, river.qinghe) == []


def test_an_old_pack_that_is_played_again_changes_nothing(river):
    pack = [{"bt": RECEIVED / 1000 - 3 * DAY, "n": "level", "u": "m", "v": 3.6}]
    pack += [{"n": "level", "u": "m", "v": 3.7, "t": n * 60} for n in range(1, 5)]
    assert handle_readings({"Records": [record("oakville", "river-bridge", pack, id="first")]})
    once = series(river.oakville, "river-bridge")
    days = dict(state_of(river.oakville, "river-bridge").days)
    for n in range(3):
        again = record("oakville", "river-bridge", pack, id=f"again{n}", seconds=(n + 1) * DAY)
        assert handle_readings({"Records": [again]}) == {"batchItemFailures": []}
    assert series(river.oakville, "river-bridge") == once
    assert dict(state_of(river.oakville, "river-bridge").days) == days


def test_a_pack_that_is_older_than_what_is_kept_is_refused_with_the_days(river):
    river.oakville.config["privacy"]["retention"]["readings"] = {"days": 30}
    pack = [{"n": "level", "u": "m", "v": 1.0, "t": RECEIVED / 1000 - 40 * DAY}]
    assert handle_readings({"Records": [record("oakville", "river-bridge", pack)]}) == {
        "batchItemFailures": []
    }
    (told,) = refused(river, river.oakville)
    assert "older than the 30 days" in told
    assert values(river.oakville, "river-bridge") == []


DEVICES, EACH, PACKED = 50, 40, 50


@pytest.fixture
def fleet(river):
    river.oakville.config["plan"]["limits"]["messages_per_day"] = 10**6
    for n in range(DEVICES):
        register(river.oakville, f"river-{n:02}", "a1" * 32)
    return [f"river-{n:02}" for n in range(DEVICES)]


def test_a_queue_that_stood_for_an_hour_and_then_a_burst_of_100_000_readings_loses_none(river, fleet):
    draw, batch = random.Random(1), []
    step = 3600 / (EACH * PACKED)
    for number, thing in enumerate(fleet):
        for n in range(EACH):
            begin = -3600 + n * PACKED * step
            rows = [
                {
                    "n": "level",
                    "u": "m",
                    "v": round(1 + number / 100 + (n * PACKED + k) / 1e4, 4),
                    "t": k * step,
                }
                for k in range(PACKED)
            ]
            rows[0]["bt"] = RECEIVED / 1000 + begin
            batch.append(
                record("oakville", thing, rows, id=f"{thing}-{n}", certificate="a1" * 32, seconds=begin + 2)
            )
    draw.shuffle(batch)
    for start in range(0, len(batch), 1000):
        part = batch[start : start + 1000]
        assert handle_readings({"Records": part}) == {"batchItemFailures": []}
        if start == 1000:  # the queue delivers at least once
            assert handle_readings({"Records": part}) == {"batchItemFailures": []}
    states = states_of(river.oakville, fleet)
    for thing in fleet:
        assert list(states[thing].days.values()) == [(EACH, EACH * PACKED)]
    for number in (0, DEVICES - 1):
        found = values(river.oakville, fleet[number])
        assert found == [round(1 + number / 100 + n / 1e4, 4) for n in range(EACH * PACKED)]
    assert refused(river, river.oakville) == []
