from types import SimpleNamespace
from typing import Any

import pytest

from functions.cases import store as cases
from functions.core import keys, scope, usage
from functions.sensing import codec, quota, service
from functions.sensing.registry.domain import REVOKED
from functions.sensing.shelf import DynamoShelf
from functions.sensing.worker import handle_readings
from tests.sensing.conftest import RECEIVED, level, open_of, record, refused, register, values
from tests.world import NOW


def send(*records: dict[str, Any]) -> list[str]:
    return [
        entry["itemIdentifier"] for entry in handle_readings({"Records": list(records)})["batchItemFailures"]
    ]


def incidents(city: Any) -> list[Any]:
    with scope.tenant_scope(city):
        found = cases.CaseItem.listed.query(keys.department_list("works"))
        return [cases.get_case(item.pk.removeprefix("CASE#")) for item in found]


def test_a_reading_is_stored_under_the_city_and_thing_of_its_topic(river):
    assert send(record("oakville", "river-bridge", level(1.25))) == []
    open_ = open_of(river.oakville, "river-bridge")
    assert [(r.at, r.metric, r.value) for r in open_.readings] == [(RECEIVED, "level", 1.25)]
    assert list(open_.days.values()) == [(1, 1)]
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
        (record("oakville", "river-bridge", level(99)), "outside the range"),
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


def test_a_revoked_device_is_refused_although_its_certificate_still_matches(river):
    assert send(record("oakville", "river-bridge", level(1.0), id="before")) == []
    register(river.oakville, "river-bridge", "a1" * 32, REVOKED)
    assert send(record("oakville", "river-bridge", level(2.0), id="after", seconds=1)) == []
    assert values(river.oakville, "river-bridge") == [1.0]
    assert refused(river, river.oakville) == ["the device is revoked"]


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
    assert list(open_of(river.oakville, "river-bridge").days.values()) == [(1, 2)]
    assert len(refused(river, river.oakville)) == 1
    with scope.tenant_scope(river.oakville):
        assert usage.of_day("2026-11-20")["refused"] == 1


def test_many_refusals_at_once_are_each_counted_once(river):
    batch = [record("oakville", "river-bridge", "nonsense", id=f"m{n}") for n in range(130)]
    assert send(*batch[:70]) == []
    assert send(*batch) == []
    assert len(refused(river, river.oakville)) == 100  # the console's page; the count goes on
    with scope.tenant_scope(river.oakville):
        assert usage.of_day("2026-11-20")["refused"] == 130


def test_a_crash_on_one_device_fails_its_messages_alone(river):
    river.dynamodb.update_item(
        TableName="townkit-test-city-oakville",
        Key={"pk": {"S": "DEVICE#air-school"}, "sk": {"S": "OPEN"}},
        UpdateExpression="SET r = :damaged, m = :m",
        ExpressionAttributeValues={":damaged": {"B": b"\x09\x09"}, ":m": {"S": "pm2-5"}},
    )
    assert send(
        record("oakville", "air-school", [{"n": "pm2-5", "v": 5}], id="crash"),
        record("oakville", "river-bridge", level(1.0), id="fine"),
        record("qinghe", "river-bridge", level(2.0), id="other"),
    ) == ["crash"]
    assert values(river.oakville, "river-bridge") == [1.0]
    assert values(river.qinghe, "river-bridge") == [2.0]
    assert river.messages(river.refused_url) == []


def test_a_crash_half_way_and_the_redelivery_leave_one_series_and_one_incident(river, monkeypatch):
    """The write after the incident's transaction fails once: the message comes again."""
    pack = [{"n": "level", "v": v, "t": n - 20} for n, v in enumerate([1.0, 3.6, 3.7, 3.8, 1.0, 1.1])]
    original, calls = DynamoShelf.write, []

    def write(self, before, step):
        calls.append(step)
        if len(calls) == 2:
            raise RuntimeError("the process ends here")
        original(self, before, step)

    monkeypatch.setattr(DynamoShelf, "write", write)
    assert send(record("oakville", "river-bridge", pack, id="a")) == ["a"]
    assert len(incidents(river.oakville)) == 1
    assert send(record("oakville", "river-bridge", pack, id="a")) == []
    assert values(river.oakville, "river-bridge") == [1.0, 3.6, 3.7, 3.8, 1.0, 1.1]
    (incident,) = incidents(river.oakville)
    assert incident.cleared_at
    assert list(open_of(river.oakville, "river-bridge").days.values()) == [(1, 6)]


def test_a_threshold_opens_one_incident_that_the_clear_level_notes_as_cleared(river):
    for n, value in enumerate([3.6, 3.7, 3.9, 4.2, 3.4]):
        assert send(record("oakville", "river-bridge", level(value), id=f"m{n}", seconds=n)) == []
    (incident,) = incidents(river.oakville)
    assert (incident.thing, incident.rule, incident.department, incident.severity) == (
        "river-bridge",
        "high-water",
        "works",
        "high",
    )
    assert incident.title == "High water"
    assert (incident.evidence["value"], incident.evidence["level"], incident.evidence["unit"]) == (
        3.7,
        3.5,
        "m",
    )
    assert incident.cleared_at is None
    send(record("oakville", "river-bridge", level(3.1), id="low", seconds=10))
    (incident,) = incidents(river.oakville)
    assert incident.cleared_at
    assert incidents(river.qinghe) == []
    for n, value in enumerate([3.6, 3.7]):
        send(record("oakville", "river-bridge", level(value), id=f"again{n}", seconds=20 + n))
    assert len(incidents(river.oakville)) == 2
    with scope.tenant_scope(river.oakville):
        assert usage.of_day("2026-11-20")["incidents"] == 2


def test_a_title_is_in_the_citys_own_language(river):
    for n in range(2):
        send(record("qinghe", "river-bridge", level(4.0), id=f"m{n}", seconds=n))
    assert incidents(river.qinghe)[0].title == "水位过高"


def test_a_rule_that_went_away_and_came_back_does_not_open_a_second_incident(river):
    for n in range(2):
        send(record("oakville", "river-bridge", level(4.0), id=f"m{n}", seconds=n))
    rules, river.oakville.config["devices"]["rules"] = river.oakville.config["devices"]["rules"], []
    send(record("oakville", "river-bridge", level(4.0), id="away", seconds=3))
    river.oakville.config["devices"]["rules"] = rules
    for n in range(2):
        assert send(record("oakville", "river-bridge", level(4.0), id=f"b{n}", seconds=4 + n)) == []
    assert len(incidents(river.oakville)) == 1
    assert len(values(river.oakville, "river-bridge")) == 5


def test_the_daily_limit_refuses_what_is_above_it(river):
    river.oakville.config["plan"]["limits"]["messages_per_day"] = 3
    for n in range(5):
        assert send(record("oakville", "river-bridge", level(1.0), id=f"m{n}", seconds=n)) == []
    assert len(values(river.oakville, "river-bridge")) == 3
    assert refused(river, river.oakville) == ["the city's limit of messages per day is reached"] * 2


def test_the_daily_limit_holds_across_processes(river):
    river.oakville.config["plan"]["limits"]["messages_per_day"] = 30
    for n in range(45):
        if n % 20 == 0:
            quota.reset()  # another process
        send(record("oakville", "river-bridge", level(1.0), id=f"m{n}", seconds=n))
    stored = sum(messages for messages, _ in open_of(river.oakville, "river-bridge").days.values())
    assert stored == 35  # 20 + 10, then 5 more: what a process has not written is forgotten with it


def test_long_series_are_closed_into_packs_that_end_by_themselves(river):
    for n in range(260):
        send(record("oakville", "river-bridge", level(n / 100), id=f"m{n}", seconds=n * 300 - 80_000))
    items = [
        i
        for i in river.items(river.oakville)
        if i["pk"]["S"] == "DEVICE#river-bridge" and i["sk"]["S"][:2] == "R#"
    ]
    assert items
    assert all("ttl" in item and "list_key" not in item for item in items)
    stored = [r for i in items for r in codec.decode(i["r"]["B"], i["m"]["S"].split(","))]
    stored += open_of(river.oakville, "river-bridge").readings
    assert sorted({r.value for r in stored}) == [n / 100 for n in range(260)]


def dynamo_size(item: dict[str, Any]) -> int:
    """Bytes as DynamoDB charges them: names and values; numbers about half a byte a digit."""
    return sum(
        len(name) + (len(next(iter(v.values()))) if "N" not in v else len(v["N"]) // 2 + 2)
        for name, v in item.items()
    )


def test_the_open_item_stays_under_a_kilobyte_in_the_worst_case(river):
    """The longest name, four metrics of random floats, seven days of counters, an alarm."""
    thing = "river" + "-long" * 8
    register(river.oakville, thing, "a1" * 32)
    for n in range(70):
        pack = [{"n": "level", "v": 3.9 + n / 7000}, {"n": "battery", "v": 50 + n / 7}]
        send(record("oakville", thing, pack, id=f"m{n}", seconds=n * 7000, certificate="a1" * 32))
        (item,) = [
            i
            for i in river.items(river.oakville)
            if i["pk"]["S"] == keys.device(thing) and i["sk"]["S"] == "OPEN"
        ]
        assert dynamo_size(item) <= 1024
        assert "list_key" not in item


def test_write_units_of_a_reading_alone_and_in_packs_of_ten(river, monkeypatch):
    """The budget: 1.1 and 0.15 write units a reading, latest value and counting included."""
    units: list[float] = []
    monkeypatch.setattr("functions.sensing.worker.log.info", lambda event, **f: units.append(f["wcu"]))
    for n in range(200):
        send(record("oakville", "river-bridge", level(1 + n % 7 / 10), id=f"m{n}", seconds=n * 300 - 80_000))
    single = sum(units) / 200
    units.clear()
    for n in range(60):
        pack = [{"n": "level", "v": 1 + k / 10, "t": -30 * k} for k in range(10)]
        send(record("qinghe", "river-bridge", pack, id=f"m{n}", seconds=n * 300 - 80_000))
    packed = sum(units) / 600
    # one unit covers a kilobyte; all but the audit's and incidents' items are smaller
    assert all(
        dynamo_size(item) <= 1024 for item in river.items(river.qinghe) if item["sk"]["S"][:2] in ("R#", "OP")
    )
    assert (single <= 1.1, packed <= 0.15) == (True, True), (
        f"{single:.3f} alone, {packed:.3f} in packs of ten"
    )


def test_usage_of_a_day_is_the_sum_of_its_devices(river):
    send(
        record("oakville", "river-bridge", [{"n": "level", "v": 1, "t": -5}, {"n": "level", "v": 1}], id="a")
    )
    send(record("oakville", "air-school", [{"n": "pm10", "v": 1}], id="b"))
    with scope.tenant_scope(river.oakville):
        counts = sorted(service.day_counts(river.context(river.oakville)))
    assert counts == [(NOW.date(), 1, 1), (NOW.date(), 1, 2)]
