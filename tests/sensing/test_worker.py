import json
from types import SimpleNamespace
from typing import Any

import pytest

from functions.core import i18n, scope, usage
from functions.sensing import service
from functions.sensing.alarms import store as alarms
from functions.sensing.domain import Reading
from functions.sensing.log import planning
from functions.sensing.log.domain import Arrival, Entry
from functions.sensing.log.store import DynamoShelf, EntryItem
from functions.sensing.registry.domain import PLANNED, RETIRED, REVOKED
from functions.sensing.sources import answers, refusal_views
from functions.sensing.worker import handle_readings
from tests.sensing.conftest import (
    RECEIVED,
    forget,
    level,
    record,
    refused,
    register,
    series,
    state_of,
    values,
)
from tests.world import NOW


def send(*records: dict[str, Any]) -> list[str]:
    return [
        entry["itemIdentifier"] for entry in handle_readings({"Records": list(records)})["batchItemFailures"]
    ]


def episodes(city: Any, thing: str = "river-bridge", rule: str = "high-water") -> list[Any]:
    with scope.tenant_scope(city):
        return alarms.episodes_since(thing, rule, 0)


def test_a_reading_is_stored_under_the_city_and_thing_of_its_topic(river):
    assert send(record("oakville", "river-bridge", level(1.25))) == []
    assert series(river.oakville, "river-bridge") == [(RECEIVED, "level", 1.25, 0)]
    state = state_of(river.oakville, "river-bridge")
    assert (list(state.days.values()), state.received) == ([(1, 1)], RECEIVED)
    assert values(river.qinghe, "river-bridge") == []


def test_two_cities_in_one_batch_each_get_their_own(river):
    assert (
        send(
            record("oakville", "river-bridge", level(1.0), id="a"),
            record("qinghe", "river-bridge", level(2.0), id="b"),
            record("oakville", "air-school", [{"n": "pm2-5", "u": "ug/m3", "v": 9}], id="c"),
        )
        == []
    )
    assert values(river.oakville, "river-bridge") == [1.0]
    assert values(river.qinghe, "river-bridge") == [2.0]
    assert values(river.oakville, "air-school", "pm2-5") == [9.0]


def test_when_time_runs_out_the_remaining_cities_come_again(river):
    left = iter([5_000, 100])
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: next(left))
    batch = [
        record("oakville", "river-bridge", level(1.0), id="a"),
        record("qinghe", "river-bridge", level(2.0), id="b"),
    ]
    answer = handle_readings({"Records": batch}, context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "b"}]}
    assert values(river.oakville, "river-bridge") == [1.0]
    assert send(*batch) == []
    assert values(river.qinghe, "river-bridge") == [2.0]
    assert values(river.oakville, "river-bridge") == [1.0]


def test_a_city_that_sent_little_does_not_wait_for_one_that_sent_much(river):
    left = iter([5_000, 100])
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: next(left))
    loud = [record("oakville", "river-bridge", level(1.0), id=f"loud-{n}", seconds=n) for n in range(3)]
    answer = handle_readings({"Records": [*loud, record("qinghe", "river-bridge", level(2.0))]}, context)
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["loud-0", "loud-1", "loud-2"]
    assert values(river.qinghe, "river-bridge") == [2.0]


def test_a_payload_that_names_another_city_changes_nothing(river):
    pack = [{"bn": "qinghe:river-bridge:", "n": "level", "v": 1.5, "city": "qinghe", "thing": "river-gate"}]
    assert send(record("oakville", "river-bridge", pack)) == []
    assert values(river.oakville, "river-bridge") == [1.5]
    assert values(river.qinghe, "river-bridge") == []


def test_a_poison_message_is_refused_with_its_reason_and_its_neighbours_are_stored(river):
    assert (
        send(
            record("oakville", "river-bridge", level(1.0), id="a", seconds=0),
            record("oakville", "river-bridge", "{broken", id="b", seconds=1),
            record("oakville", "river-bridge", level(2.0), id="c", seconds=2),
            record("qinghe", "river-bridge", level(7.0), id="d"),
        )
        == []
    )
    assert values(river.oakville, "river-bridge") == [1.0, 2.0]
    assert values(river.qinghe, "river-bridge") == [7.0]
    assert refused(river, river.oakville) == ["the message is not JSON: line 1, column 2"]
    assert refused(river, river.qinghe) == []
    (waiting,) = river.messages(river.refused_url)
    assert (waiting["city"], waiting["thing"]) == ("oakville", "river-bridge")
    assert "not JSON" in waiting["reason"]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (record("oakville", "nobody", level(1)), "no device is registered"),
        (
            record("oakville", "river-bridge", level(1), certificate="b1" * 32),
            "not sent with the certificate",
        ),
        (record("oakville", "river-bridge", level(1), certificate=""), "not sent with the certificate"),
        (
            record("oakville", "river-bridge", level(1), client="oakville:air-school"),
            "not sent with the certificate",
        ),
        (record("oakville", "river-bridge", [{"n": "level", "u": "Cel", "v": 1}]), "cannot become m"),
        (record("oakville", "river-bridge", [{"n": "tilt", "v": 1}]), "no quantity tilt"),
        (record("oakville", "river-bridge", '[{"n":"level","v":NaN}]'), "NaN is not a JSON number"),
        (record("oakville", "river-bridge", level(1, t=3600)), "in the future"),
        (record("oakville", "river-bridge", ""), "not JSON"),
    ],
)
def test_what_is_refused_is_counted_with_its_reason_and_not_stored(river, message, reason):
    assert send(message) == []
    assert values(river.oakville, "river-bridge") == []
    (told,) = refused(river, river.oakville)
    assert reason in told
    assert reason in river.messages(river.refused_url)[0]["reason"]


def test_what_is_older_than_the_city_keeps_readings_is_refused(river):
    river.oakville.config["privacy"]["retention"]["readings"]["days"] = 30
    assert (
        send(
            record("oakville", "river-bridge", level(1, t=-29 * 86_400), id="a"),
            record("oakville", "river-bridge", level(2, t=-31 * 86_400), id="b"),
        )
        == []
    )
    assert values(river.oakville, "river-bridge") == [1.0]
    assert refused(river, river.oakville) == [
        "a reading is older than the 30 days for which the city keeps it"
    ]


@pytest.mark.parametrize(
    ("state", "said", "chinese"),
    [
        (PLANNED, "the device is only on the city's list: it has no certificate yet", "证书"),
        (REVOKED, "the device is revoked", "吊销"),
        (RETIRED, "the device is out of use", "停用"),
    ],
)
def test_a_device_that_is_not_believed_is_told_why_although_its_certificate_matches(
    river, monkeypatch, state, said, chinese
):
    told = []
    monkeypatch.setattr(answers, "_publish", lambda ctx, thing, text: told.append(json.loads(text)) or True)
    assert send(record("oakville", "river-bridge", level(1.0), id="before")) == []
    register(river.oakville, "river-bridge", "a1" * 32, state)
    assert send(record("oakville", "river-bridge", level(2.0), id="after", seconds=1)) == []
    assert values(river.oakville, "river-bridge") == [1.0]
    assert refused(river, river.oakville) == [said]
    assert [one["reason"] for one in told] == [said]
    with i18n.use_language("zh-Hans"):
        assert chinese in i18n.t(said) and chinese not in i18n.t("no device is registered under this name")
    assert said in refusal_views.MEND


def test_a_message_of_an_unknown_city_or_not_of_the_rule_goes_to_the_refused_queue_only(river):
    before = river.items(river.oakville) + river.items(river.qinghe)
    assert (
        send(record("nowhere", "river-bridge", level(1), id="a"), {"messageId": "b", "body": "hello"}) == []
    )
    assert river.items(river.oakville) + river.items(river.qinghe) == before
    reasons = sorted(message["reason"] for message in river.messages(river.refused_url))
    assert reasons == ["the message does not come from the topic rule", "there is no such city"]


def test_a_redelivered_batch_stores_and_counts_nothing_twice(river):
    batch = [
        record(
            "oakville", "river-bridge", [{"n": "level", "v": 1.0, "t": -10}, {"n": "level", "v": 1.1}], id="a"
        ),
        record("oakville", "river-bridge", "nonsense", id="b"),
    ]
    for _ in range(3):
        assert send(*batch) == []
    assert values(river.oakville, "river-bridge") == [1.0, 1.1]
    assert list(state_of(river.oakville, "river-bridge").days.values()) == [(1, 2)]
    assert len(refused(river, river.oakville)) == 1
    with scope.tenant_scope(river.oakville):
        assert usage.of_day("2026-11-20")["refused"] == 1


def test_many_refusals_at_once_are_each_counted_once(river):
    batch = [record("oakville", "river-bridge", "nonsense", id=f"m{n}") for n in range(130)]
    assert send(*batch[:70]) == []
    assert send(*batch) == []
    assert len(refused(river, river.oakville)) == 61  # those beyond sixty are one row; the count goes on
    with scope.tenant_scope(river.oakville):
        assert usage.of_day("2026-11-20")["refused"] == 130


def test_a_value_that_the_sensor_cannot_measure_is_kept_and_marked(river):
    assert send(record("oakville", "river-bridge", level(99))) == []
    assert [(r.value, r.flags) for r in series(river.oakville, "river-bridge")] == [(99, 1)]
    assert refused(river, river.oakville) == []


def test_the_interface_is_believed_without_a_certificate_and_a_revoked_device_is_not(river):
    told = record("oakville", "river-bridge", level(1.5), certificate="")
    body = {**json.loads(told["body"]), "via": "http:source-1"}
    assert send({**told, "body": json.dumps(body)}) == []
    assert values(river.oakville, "river-bridge") == [1.5]
    register(river.oakville, "river-bridge", "a1" * 32, REVOKED)
    assert send({"messageId": "m2", "body": json.dumps({**body, "received": RECEIVED + 1})}) == []
    assert refused(river, river.oakville) == ["the device is revoked"]


def test_a_crash_on_one_device_fails_its_messages_alone(river, monkeypatch):
    original = planning.plan

    def plan(thing, *rest):
        if thing == "air-school":
            raise RuntimeError("damaged")
        return original(thing, *rest)

    monkeypatch.setattr(planning, "plan", plan)
    assert send(
        record("oakville", "air-school", [{"n": "pm2-5", "v": 5}], id="crash"),
        record("oakville", "river-bridge", level(1.0), id="fine"),
        record("qinghe", "river-bridge", level(2.0), id="other"),
    ) == ["crash"]
    assert values(river.oakville, "river-bridge") == [1.0]
    assert values(river.qinghe, "river-bridge") == [2.0]
    assert river.messages(river.refused_url) == []


def test_a_damaged_log_of_one_city_fails_its_messages_alone(river):
    assert send(record("oakville", "river-bridge", level(1.0), id="a")) == []
    with scope.tenant_scope(river.oakville):
        EntryItem("LOG#r0", "E#000000000001", b=b"\x01damaged").save()
    forget()
    assert send(
        record("oakville", "river-bridge", level(1.0), id="crash", seconds=1),
        record("qinghe", "river-bridge", level(2.0), id="other"),
    ) == ["crash"]
    assert values(river.qinghe, "river-bridge") == [2.0]


@pytest.mark.parametrize("committed", [False, True])
def test_a_process_that_ends_in_the_middle_and_the_redelivery_leave_one_series_and_one_alarm(
    river, monkeypatch, committed
):
    pack = [{"n": "level", "v": v, "t": n - 20} for n, v in enumerate([2.0, 3.6, 3.7, 3.8, 2.0, 2.1])]
    original, calls = DynamoShelf.append, []

    def append(self, *given):
        calls.append(given)
        if committed or len(calls) > 1:
            original(self, *given)
        if len(calls) == 1:
            raise RuntimeError("the process ends here")

    monkeypatch.setattr(DynamoShelf, "append", append)
    assert send(record("oakville", "river-bridge", pack, id="a")) == ["a"]
    forget()
    assert send(record("oakville", "river-bridge", pack, id="a")) == []
    assert values(river.oakville, "river-bridge") == [2.0, 3.6, 3.7, 3.8, 2.0, 2.1]
    (episode,) = episodes(river.oakville)
    assert (episode.raised, episode.cleared) == (RECEIVED - 18_000, RECEIVED - 16_000)
    assert list(state_of(river.oakville, "river-bridge").days.values()) == [(1, 6)]


def test_a_writer_that_lost_the_race_catches_up_and_loses_nothing(river, monkeypatch):
    """Another process writes between reading and writing, each time with a reading that raises the alarm."""
    original, other = DynamoShelf.append, []

    def append(self, seq, entry, step):
        if len(other) < 3:
            other.append(seq)
            earlier = Arrival(Reading(RECEIVED + seq, "level", 3.9), RECEIVED, 1)
            original(self, seq, Entry({"river-bridge": (earlier,)}), None)
        original(self, seq, entry, step)

    monkeypatch.setattr(DynamoShelf, "append", append)
    assert send(record("oakville", "river-bridge", level(3.6), id="a", seconds=9)) == []
    assert other == [1, 2, 3]
    assert values(river.oakville, "river-bridge") == [3.9, 3.9, 3.9, 3.6]
    assert len(episodes(river.oakville)) == 1


def test_an_alarm_is_raised_once_ends_at_its_clear_level_and_begins_again(river):
    for n, value in enumerate([3.6, 3.7, 3.9, 4.2, 3.4]):
        assert send(record("oakville", "river-bridge", level(value), id=f"m{n}", seconds=n)) == []
    (episode,) = episodes(river.oakville)
    assert (episode.severity, episode.value, episode.limit, episode.cleared) == ("high", 3.7, 3.5, None)
    assert state_of(river.oakville, "river-bridge").alarms == {"high-water": "high"}
    send(record("oakville", "river-bridge", level(3.1), id="low", seconds=10))
    (episode,) = episodes(river.oakville)
    assert episode.cleared == RECEIVED + 10_000
    assert episodes(river.qinghe) == []
    for n, value in enumerate([3.6, 3.7]):
        send(record("oakville", "river-bridge", level(value), id=f"again{n}", seconds=20 + n))
    assert len(episodes(river.oakville)) == 2


def test_a_rule_that_went_away_and_came_back_counts_from_its_return(river):
    for n in range(2):
        send(record("oakville", "river-bridge", level(4.0), id=f"m{n}", seconds=n))
    rules = river.oakville.config["devices"]["rules"]
    try:
        river.oakville.config["devices"]["rules"] = []
        forget()
        send(record("oakville", "river-bridge", level(4.0), id="away", seconds=3))
    finally:
        river.oakville.config["devices"]["rules"] = rules
    forget()
    for n in range(2):
        assert send(record("oakville", "river-bridge", level(4.0), id=f"b{n}", seconds=4 + n)) == []
    assert [(e.raised - RECEIVED, e.cleared and e.cleared - RECEIVED) for e in episodes(river.oakville)] == [
        (1000, 3000),
        (5000, None),
    ]
    assert len(values(river.oakville, "river-bridge")) == 5


def test_a_late_reading_that_ends_an_alarm_withdraws_it(river):
    for n, value in enumerate([2.0, 3.6, 3.7]):
        send(record("oakville", "river-bridge", level(value), id=f"m{n}", seconds=n * 10))
    assert [e.withdrawn for e in episodes(river.oakville)] == [False]
    send(record("oakville", "river-bridge", level(2.0, t=-5), id="late", seconds=20))
    assert [e.withdrawn for e in episodes(river.oakville)] == [True]
    assert values(river.oakville, "river-bridge") == [2.0, 3.6, 2.0, 3.7]


def test_the_daily_limit_refuses_what_is_above_it(river):
    river.oakville.config["plan"]["limits"]["messages_per_day"] = 3
    for n in range(5):
        assert send(record("oakville", "river-bridge", level(1.0), id=f"m{n}", seconds=n)) == []
    assert len(values(river.oakville, "river-bridge")) == 3
    assert refused(river, river.oakville) == ["the city's limit of messages per day is reached"] * 2


def test_what_is_left_of_a_day_is_for_urgent_devices_and_a_call_for_help_is_never_refused(river):
    register(river.oakville, "button", "c7" * 32, profile="sos-button")
    river.oakville.config["plan"]["limits"]["messages_per_day"] = 10
    for n in range(10):
        send(record("oakville", "air-school", [{"n": "pm10", "v": n}], id=f"routine{n}", seconds=n))
    assert len(values(river.oakville, "air-school", "pm10")) == 9
    for n in range(2):
        send(record("oakville", "river-bridge", level(1.0), id=f"urgent{n}", seconds=n))
    assert len(values(river.oakville, "river-bridge")) == 1
    send(record("oakville", "button", [{"n": "sos", "vb": True}], id="help", certificate="c7" * 32))
    assert values(river.oakville, "button", "sos") == [1.0]
    assert refused(river, river.oakville) == [
        "the rest of the city's messages of the day is kept for urgent devices",
        "the city's limit of messages per day is reached",
    ]


def test_the_daily_limit_holds_across_processes(river):
    river.oakville.config["plan"]["limits"]["messages_per_day"] = 30
    for n in range(45):
        if n % 20 == 0:
            forget()
        send(record("oakville", "river-bridge", level(1.0), id=f"m{n}", seconds=n))
    stored = sum(messages for messages, _ in state_of(river.oakville, "river-bridge").days.values())
    assert stored == 35  # 20 + 10, then 5 more: what a process has not written is forgotten with it


def test_a_devices_own_limit_counts_what_is_new_and_a_repeat_is_no_excess(river):
    river.oakville.config["plan"]["limits"]["messages_per_device_per_day"] = 3
    batch = [record("oakville", "river-bridge", level(1.0), id=f"m{n}", seconds=n) for n in range(5)]
    assert send(*batch[:4]) == []
    assert send(*batch) == []
    assert len(values(river.oakville, "river-bridge")) == 3
    assert refused(river, river.oakville) == ["the device's limit of messages per day is reached"] * 2
    assert send(record("oakville", "air-school", [{"n": "pm10", "v": 1}], id="other")) == []
    assert values(river.oakville, "air-school", "pm10") == [1.0]


def test_repeats_and_nonsense_count_towards_a_devices_limit_and_leave_the_citys_to_others(river):
    river.oakville.config["plan"]["limits"].update(messages_per_device_per_day=3, messages_per_day=8)
    same = [record("oakville", "river-bridge", level(1.0, t=-5), id=f"same{n}") for n in range(20)]
    nonsense = record("oakville", "river-bridge", "{", id="nonsense")
    assert send(nonsense, *same) == []
    assert send(*same[:2]) == []  # the queue hands over again what was taken: no excess
    reasons = refused(river, river.oakville)
    assert reasons.count("the device's limit of messages per day is reached") == 18
    other = record("oakville", "air-school", [{"n": "pm10", "v": 1}], id="other")
    assert send(other) == []
    assert values(river.oakville, "air-school", "pm10") == [1.0]


def test_usage_of_a_day_is_the_sum_of_its_devices(river):
    send(
        record("oakville", "river-bridge", [{"n": "level", "v": 1, "t": -5}, {"n": "level", "v": 1}], id="a")
    )
    send(record("oakville", "air-school", [{"n": "pm10", "v": 1}], id="b"))
    with scope.tenant_scope(river.oakville):
        counts = sorted(service.day_counts(river.context(river.oakville)))
    assert counts == [(NOW.date(), 1, 1), (NOW.date(), 1, 2)]
