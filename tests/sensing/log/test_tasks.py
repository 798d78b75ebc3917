import csv
import gzip
import hashlib
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest

from functions.adapters import objects
from functions.adapters.queue import FakeQueue, Pointer
from functions.core import clock, scope, usage
from functions.core.context import Context
from functions.sensing.log import read, store, tasks
from functions.sensing.registry import seen
from functions.sensing.registry import store as registry
from functions.sensing.worker import handle_readings
from tests.sensing.conftest import forget, level, record, series, state_of, values
from tests.world import NOW

HOUR = 3600


def send(*records: dict[str, Any]) -> None:
    assert handle_readings({"Records": list(records)})["batchItemFailures"] == []


def night(world: Any, city: Any, days: int = 1) -> tuple[FakeQueue, Context]:
    """The nightly tasks of a city, so many days later."""
    queue, ctx = FakeQueue(), world.context(city)
    ctx.now = NOW + timedelta(days=days)
    with scope.tenant_scope(city), clock.frozen(ctx.now):
        tasks.close_city(ctx, "", queue)
        for pointer in queue.sent:  # grows while it is worked through
            work = {"readings-close-shard": tasks.close_shard}.get(pointer.kind)
            if work:
                work(ctx, pointer.id, queue)
            else:
                tasks.write_file(ctx, pointer.id)
        tasks.remove_old_files(ctx, "")
    return queue, ctx


def device(city: Any, thing: str = "river-bridge") -> Any:
    with scope.tenant_scope(city):
        return registry.find(thing)


def hours(city: Any) -> list[Any]:
    day = NOW.date()
    with scope.tenant_scope(city):
        return read.hours(device(city), day - timedelta(days=2), day)


def fill(world: Any) -> None:
    """Thirty readings of five hours in three batches, one of them outside the sensor's range."""
    for start in range(0, 30, 10):
        send(
            *(
                record(
                    "oakville",
                    "river-bridge",
                    level(99.0 if n == 7 else 1 + n / 10),
                    id=f"m{n}",
                    seconds=n * 600 - 30 * 600,
                )
                for n in range(start, start + 10)
            )
        )


def test_what_is_read_is_the_same_before_and_after_closing(river):
    fill(river)
    before = (
        series(river.oakville, "river-bridge"),
        hours(river.oakville),
        state_of(river.oakville, "river-bridge"),
    )
    assert len(before[0]) == 30
    assert sum(hour.count for hour in before[1] if hour.metric == "level") == 29
    assert [hour.marks for hour in before[1] if hour.marks] == [{"range": 1, "step": 1}]
    night(river, river.oakville)
    after = (
        series(river.oakville, "river-bridge"),
        hours(river.oakville),
        state_of(river.oakville, "river-bridge"),
    )
    assert after == before
    with scope.tenant_scope(river.oakville):
        assert store.closed_through("r0") == 3


def test_late_readings_of_closed_days_are_merged_at_once_and_closed_the_next_night(river):
    fill(river)
    night(river, river.oakville)
    forget()
    late = record("oakville", "river-bridge", level(2.55, t=-4 * HOUR - 1), id="late", seconds=60)
    send(late)
    send(late)
    assert len(values(river.oakville, "river-bridge")) == 31
    before = hours(river.oakville)
    assert sum(hour.count for hour in before) == 30
    night(river, river.oakville, days=2)
    assert hours(river.oakville) == before
    forget()
    send(late)
    assert len(values(river.oakville, "river-bridge")) == 31


def test_closing_twice_or_again_after_a_crash_changes_nothing(river, monkeypatch):
    fill(river)
    original, calls = store.DynamoShelf.set_closed, []

    def set_closed(self, through):
        calls.append(through)
        if len(calls) == 1:
            raise RuntimeError("the process ends here")
        original(self, through)

    monkeypatch.setattr(store.DynamoShelf, "set_closed", set_closed)
    before = series(river.oakville, "river-bridge")
    with pytest.raises(RuntimeError):
        night(river, river.oakville)
    assert series(river.oakville, "river-bridge") == before
    night(river, river.oakville)
    night(river, river.oakville)
    assert series(river.oakville, "river-bridge") == before
    assert calls == [3, 3]


def test_a_log_that_little_comes_into_is_whole_after_its_entries_have_ended(river):
    fill(river)
    send(record("oakville", "river-bridge", level(2.0), id="last", seconds=60))
    night(river, river.oakville)
    for item in river.items(river.oakville):
        if item["sk"]["S"].startswith("E#"):
            key = {"pk": item["pk"], "sk": item["sk"]}
            river.dynamodb.delete_item(TableName="townkit-test-city-oakville", Key=key)
    forget()
    assert state_of(river.oakville, "river-bridge").latest["level"].value == 2.0
    send(record("oakville", "river-bridge", level(2.5), id="new", seconds=2 * 86_400))
    night(river, river.oakville, days=3)
    forget()
    assert len(values(river.oakville, "river-bridge")) == 32


def test_today_stays_in_the_log_until_it_is_over(river):
    send(record("oakville", "river-bridge", level(1.0)))
    queue, _ = night(river, river.oakville, days=0)
    assert [pointer.kind for pointer in queue.sent] == ["readings-close-shard"]
    with scope.tenant_scope(river.oakville):
        assert list(store.read_days("river-bridge", date(2026, 1, 1))) == []
        tasks.close_shard(river.context(river.oakville), "r0#all", queue)
        assert len(list(store.read_days("river-bridge", date(2026, 1, 1)))) == 1
    assert Pointer("oakville", "readings-file", "r0#2026-11") in queue.sent


def test_month_files_hold_every_reading_with_marks_and_a_manifest_that_fits(river):
    fill(river)
    send(record("oakville", "air-school", [{"n": "pm10", "v": 0.1}], id="air"))
    send(record("qinghe", "river-bridge", level(7.0), id="other"))
    night(river, river.oakville)
    with scope.tenant_scope(river.oakville):
        names = objects.names("readings/")
        body, manifest = (
            objects.read(f"readings/2026-11/measurement-r0.{end}") for end in ("csv.gz", "json")
        )
    assert names == ["readings/2026-11/measurement-r0.csv.gz", "readings/2026-11/measurement-r0.json"]
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(body).decode())))
    assert len(rows) == 31
    assert rows[0] == {
        "thing": "air-school",
        "time": "2026-11-20T09:30:00.000Z",
        "metric": "pm10",
        "value": "0.1",
        "marks": "",
    }
    assert [(row["value"], row["marks"]) for row in rows if row["marks"]] == [("99.0", "range step")]
    told = json.loads(manifest)
    assert (told["rows"], told["bytes"], told["sha256"]) == (31, len(body), hashlib.sha256(body).hexdigest())
    assert (told["devices"], told["from"], told["to"]) == (
        ["air-school", "river-bridge"], "2026-11-20T04:30:00.000Z", "2026-11-20T09:30:00.000Z",
    )  # fmt: skip


def test_files_and_items_end_with_the_retention_of_their_class(river):
    profile = river.oakville.config["devices"]["profiles"]["air-station"]
    profile["retention"] = "personal"
    try:
        retention = river.oakville.config["privacy"]["retention"]
        retention["readings_personal"] = {"days": 7}
        retention["rollups"] = {"days": 3000}
        fill(river)
        send(record("oakville", "air-school", [{"n": "pm10", "v": 0.1}], id="air"))
        night(river, river.oakville)
        ends = {
            (item["pk"]["S"], item["sk"]["S"][:2]): (int(item["ttl"]["N"]) - NOW.timestamp()) // 86_400
            for item in river.items(river.oakville)
            if item["sk"]["S"][:2] in ("D#", "H#", "E#")
        }
        assert ends == {
            ("DEVICE#river-bridge", "D#"): 400, ("DEVICE#river-bridge", "H#"): 3000,
            ("DEVICE#air-school", "D#"): 7, ("DEVICE#air-school", "H#"): 7, ("LOG#r0", "E#"): 7,
        }  # fmt: skip
        with scope.tenant_scope(river.oakville):
            body = objects.read("readings/2026-11/measurement-r0.csv.gz")
            assert b"air-school" not in gzip.decompress(body)
        night(river, river.oakville, days=411)
        with scope.tenant_scope(river.oakville):
            assert objects.names("readings/") == []
    finally:
        profile.pop("retention")


def test_latest_values_take_one_call_a_log_and_a_series_two(river):
    fill(river)
    with scope.tenant_scope(river.oakville):
        own = registry.find("river-bridge")
        with usage.measured() as spent:
            assert read.latest([own])["river-bridge"].latest["level"].value == 3.9
        assert spent.calls == 1
        with usage.measured() as spent:
            read.series(own, 0, int(NOW.timestamp() * 1000))
        assert spent.calls <= 3
    night(river, river.oakville)
    with scope.tenant_scope(river.oakville), usage.measured() as spent:
        read.series(own, 0, int(NOW.timestamp() * 1000))
    assert spent.calls == 2


def test_the_board_forgets_a_silent_device_when_its_readings_end(river):
    retention = river.oakville.config["privacy"]["retention"]
    profile = river.oakville.config["devices"]["profiles"]["air-station"]
    profile["retention"], retention["readings_personal"] = "personal", {"days": 7}
    try:
        fill(river)
        send(record("oakville", "air-school", [{"n": "pm10", "v": 0.1}], id="air"))
        for days, known in ((2, True), (7, True), (8, False)):
            night(river, river.oakville, days)
            with scope.tenant_scope(river.oakville):
                board, _ = store.read_boards(["r0"])["r0"]
                heard = seen.heard([registry.find("air-school")])["air-school"]
            own = board.devices["air-school"]
            assert (bool(own.latest), bool(own.days), bool(heard.values)) == (known, known, known)
            assert heard.at == own.received and board.devices["river-bridge"].latest
    finally:
        profile.pop("retention")


def test_a_day_in_parts_is_written_whole_or_not_at_all(river, monkeypatch):
    monkeypatch.setattr(store, "DAY_PART", 80)
    fill(river)
    before = series(river.oakville, "river-bridge")
    original, alone = store.DayItem.save, []
    monkeypatch.setattr(
        store.DayItem, "save", lambda item, **more: (alone.append(item.sk), original(item, **more))
    )
    night(river, river.oakville)
    written = [item["sk"]["S"] for item in river.items(river.oakville) if item["sk"]["S"].startswith("D#")]
    parts = [sk for sk in written if f"{sk[:-2]}01" in written]
    assert len(parts) > 1 and not {*parts} & {*alone}
    assert series(river.oakville, "river-bridge") == before


def test_a_copy_of_the_log_that_is_behind_is_read_again(river, monkeypatch):
    fill(river)
    for n in (1, 2):
        send(record("oakville", "river-bridge", level(4.0 + n), id=f"new{n}", seconds=60 * n))
    original = store.read_entries

    def behind(shard, after, before=10**12, *, consistent=False):
        yield from original(shard, after, before, consistent=True) if consistent else ()

    monkeypatch.setattr(store, "read_entries", behind)
    with scope.tenant_scope(river.oakville):
        assert read.heard([device(river.oakville)], 1).states["river-bridge"].latest["level"].value == 6.0


def test_a_month_that_became_empty_has_no_file(river):
    fill(river)
    night(river, river.oakville)
    for item in river.items(river.oakville):
        if item["sk"]["S"].startswith("D#"):
            key = {"pk": item["pk"], "sk": item["sk"]}
            river.dynamodb.delete_item(TableName="townkit-test-city-oakville", Key=key)
    with scope.tenant_scope(river.oakville):
        assert len(objects.names("readings/")) == 2
        tasks.write_file(river.context(river.oakville), "r0#2026-11")
        assert objects.names("readings/") == []


def test_what_is_about_people_from_now_on_is_in_no_file_any_more(river, monkeypatch):
    fill(river)
    night(river, river.oakville)
    profile = river.oakville.config["devices"]["profiles"]["river-level"]
    monkeypatch.setitem(profile, "retention", "personal")
    with scope.tenant_scope(river.oakville):
        tasks.write_file(river.context(river.oakville), "r0#2026-11")
        assert objects.names("readings/") == []
