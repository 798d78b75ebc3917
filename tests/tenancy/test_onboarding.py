"""Bringing a city online: resumable between any two steps, safe when two do it at once, honest about
failures."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from functions.core.errors import Conflict, Invalid, NotFound
from functions.core.scope import platform_scope, tenant_scope
from functions.identity import store as people
from functions.tenancy import control, manifest, onboarding, registry, store
from functions.tenancy.admin import handle_admin
from functions.tenancy.onboarding import STEPS, begin_apply, run_step
from tests.tenancy.conftest import digest, elmtown, everything, head_of, real_config

NAMES = [step.name for step in STEPS]
SOURCE = "id: elmtown\n"


def begin(config):
    return begin_apply(head_of(config), digest(config))


def step(config, name):
    """One step until it is done or failed, as the command line drives it."""
    for _ in range(10):
        answer = run_step(config["id"], name, digest(config), config, SOURCE)
        if answer["state"] != "waiting":
            return answer
    raise AssertionError("still waiting")


def apply(config, stop_after=None):
    """A whole apply, or one that dies after so many steps."""
    begun = begin(config)
    for n, name in enumerate(begun["todo"]):
        if n == stop_after:
            return "killed"
        answer = step(config, name)
        if answer["state"] == "failed":
            return answer["reason"]
    return "live"


def test_a_city_goes_live_step_by_step(land):
    config = elmtown()
    assert begin(config)["todo"] == NAMES
    assert registry.find_city("elmtown") is None
    assert apply(config) == "live"
    registry.forget()
    city = registry.find_city("elmtown")
    assert city.state == "live"
    assert city.version == 1
    assert city.config == config
    with tenant_scope(city):
        assert {member.email for member in people.every()} == {member["email"] for member in config["staff"]}


def test_the_table_is_on_demand_with_recovery_and_time_to_live(land):
    apply(elmtown())
    name = "townkit-test-city-elmtown"
    table = land.dynamodb.describe_table(TableName=name)["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    ttl = land.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "ttl")
    backups = land.dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_an_apply_that_is_done_has_nothing_to_do_again(land):
    config = elmtown()
    apply(config)
    assert begin(config) == {"number": 1, "todo": []}


@pytest.mark.parametrize("stop_after", range(len(STEPS)))
def test_killed_between_any_two_steps_the_next_apply_finishes(land, stop_after):
    config = elmtown()
    assert apply(config, stop_after) == "killed"
    line = next(one for one in handle_admin({"action": "cities"})["cities"] if one["id"] == "elmtown")
    assert line["state"] == "onboarding"
    assert line["step"] in NAMES
    assert apply(config) == "live"
    assert begin(config)["todo"] == []
    assert registry.city_for_admin("elmtown").version == 1


def test_steps_that_were_done_are_not_asked_for_again(land):
    config = elmtown()
    apply(config, stop_after=3)
    assert begin(config)["todo"] == NAMES[3:]


def test_a_failed_step_keeps_its_reason_where_cities_shows_it(land, monkeypatch):
    def broken(action, city_id, **more):
        raise RuntimeError("the quota of tables is used up")

    working = control.ask
    monkeypatch.setattr(control, "ask", broken)
    config = elmtown()
    assert apply(config) == "RuntimeError: the quota of tables is used up"
    line = handle_admin({"action": "cities"})["cities"][0]
    assert (line["step"], line["step_state"]) == ("table", "failed")
    assert "quota" in line["reason"]
    monkeypatch.setattr(control, "ask", working)
    assert apply(config) == "live"
    line = handle_admin({"action": "cities"})["cities"][0]
    assert (line["step"], line["reason"], line["number"]) == (None, "", 1)


def test_a_city_that_lacks_a_legal_page_does_not_go_live(land):
    config = elmtown()
    config["legal"] = {page: texts for page, texts in config["legal"].items() if page != "privacy"}
    assert "privacy (en), privacy (zh-Hans)" in apply(config)
    assert registry.find_city("elmtown") is None


def test_a_change_goes_live_under_the_next_number(land):
    apply(elmtown())
    changed = elmtown(staff=[member for member in elmtown()["staff"] if "clerk2" not in member["email"]])
    assert begin(changed) == {"number": 2, "todo": ["configuration", "staff", "live"]}
    assert apply(changed) == "live"
    city = registry.city_for_admin("elmtown")
    assert city.version == 2
    with tenant_scope(city):
        assert "clerk2@oakville.example" not in {member.email for member in people.every()}
        assert store.read_config(1).config == elmtown()


def test_going_back_to_an_earlier_file_is_a_new_configuration(land):
    apply(elmtown())
    apply(elmtown(currency="EUR"))
    assert apply(elmtown()) == "live"
    assert registry.city_for_admin("elmtown").version == 3
    assert registry.city_for_admin("elmtown").config["currency"] == "USD"


def test_a_live_city_stays_live_while_a_change_is_under_way(land):
    apply(elmtown())
    begin(elmtown(currency="EUR"))
    registry.forget()
    assert registry.find_city("elmtown").config["currency"] == "USD"


def test_of_two_different_applies_the_later_wins_and_the_earlier_is_told(land):
    first, second = elmtown(currency="EUR"), elmtown(currency="CNY")
    begin(first)
    step(first, "table")
    begin(second)
    with pytest.raises(Conflict, match="A later apply"):
        step(first, "configuration")
    assert apply(second) == "live"
    assert registry.city_for_admin("elmtown").config["currency"] == "CNY"
    with pytest.raises(Conflict):
        step(first, "live")


def test_two_applies_of_one_file_at_once_both_succeed(land):
    config = elmtown()

    def run():
        begun = begin(config)
        for name in begun["todo"]:
            while run_step("elmtown", name, digest(config), config, SOURCE)["state"] == "waiting":
                pass
        return begun["number"]

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(copy_context().run, run) for _ in range(2)]
        assert [job.result() for job in jobs] == [1, 1]
    assert begin(config)["todo"] == []
    assert registry.city_for_admin("elmtown").version == 1


def test_while_somebody_holds_the_lease_a_step_waits(land):
    config = elmtown()
    begin(config)
    with platform_scope("test"):
        holder = store.take_lease("elmtown", 60)
        assert store.take_lease("elmtown", 60) is None
    assert run_step("elmtown", "table", digest(config))["state"] == "waiting"
    with platform_scope("test"):
        store.release_lease("elmtown", "somebody else")
        assert store.take_lease("elmtown", 60) is None
        store.release_lease("elmtown", holder)
    assert step(config, "table")["state"] == "done"


def test_a_lease_that_ran_out_is_free(land):
    with platform_scope("test"):
        assert store.take_lease("elmtown", -1)
        assert store.take_lease("elmtown", 60)


def test_a_configuration_that_is_not_the_one_begun_is_refused(land):
    config = elmtown()
    begin(config)
    step(config, "table")
    other = elmtown(currency="EUR")
    answer = run_step("elmtown", "configuration", digest(config), other, SOURCE)
    assert answer["state"] == "failed"
    assert "not the one that was begun" in answer["reason"]


def test_unknown_steps_actions_and_cities_are_refused(land):
    with pytest.raises(Invalid):
        run_step("elmtown", "explode", "x")
    with pytest.raises(NotFound):
        run_step("elmtown", "table", "x")
    with pytest.raises(Invalid):
        handle_admin({"action": "explode"})
    with pytest.raises(NotFound):
        handle_admin({"action": "export", "city": "../oakville"})


def test_the_manifest_names_everything_that_onboarding_creates(land):
    before = everything(land)
    apply(elmtown())
    after = everything(land)
    created = {kind: after[kind] - before[kind] for kind in after}
    assert created["dynamodb:table"]
    assert created["s3:object"]
    assert created["iot:policy"]
    for kind, names in created.items():
        for name in names:
            assert manifest.claims("elmtown", kind, name), f"{kind} {name} is not in the manifest"
            assert not manifest.claims("oakville", kind, name)


def test_every_record_of_a_citys_table_is_named_and_has_a_version(land):
    apply(elmtown())
    items = land.dynamodb.scan(TableName="townkit-test-city-elmtown")["Items"]
    assert items
    for item in items:
        assert manifest.record_kind(item["pk"]["S"]), item["pk"]
        assert int(item["v"]["N"]) >= 1


def test_the_manifest_names_every_key_that_the_code_can_make():
    from datetime import UTC, date, datetime

    from functions.core import keys

    made = [keys.case("1"), keys.reference("a"), keys.draft("d"), keys.wallet("u"), keys.certificate("c")]
    made += [
        keys.limit("status"),
        keys.device("river-1"),
        keys.alarms("river-1"),
        keys.chain("staff", "x"),
    ]
    made += [keys.CONFIG, keys.STAFF, keys.OUTBOX, keys.USAGE, keys.REFUSED]
    assert all(manifest.record_kind(key) for key in made)
    for key in (
        keys.day_list(date(2026, 1, 1)),
        keys.desk_sort("open", datetime(2026, 1, 1, tzinfo=UTC), "1"),
    ):
        assert manifest.record_kind(key) is None  # keys of the index are no partitions


def test_the_retention_of_every_record_is_one_that_a_city_sets():
    kinds = set(real_config("oakville")["privacy"]["retention"])
    assert set(manifest.RECORDS.values()) <= {*kinds, "city"}


def test_the_steps_have_unique_names():
    assert len(set(NAMES)) == len(NAMES)
    assert set(onboarding.OWN_DATA) < set(NAMES)


def test_a_configuration_that_fits_into_no_item_is_refused_in_words(land):
    letters = "".join(secrets.token_hex(64) for _ in range(8000))
    config = elmtown(contact={"email": letters})
    begin(config)
    for name in ("table", "files", "devices"):
        step(config, name)
    answer = step(config, "configuration")
    assert answer["state"] == "failed"
    assert "the city's file is too large" in answer["reason"]
