"""Devices as the admin and provisioner functions handle them; AWS IoT is moto's."""

import json
from typing import Any

import boto3
import pytest

from functions.core import scope, settings
from functions.core.errors import Conflict, Invalid, NotFound
from functions.sensing import admin, provisioning
from functions.sensing.registry import certificates as renewing
from functions.sensing.registry import store
from functions.sensing.worker import handle_readings
from functions.tenancy import control
from tests.sensing.conftest import level, record, state_of, values
from tests.world import REGION


@pytest.fixture
def iot(river, monkeypatch):
    """The admin function asks the provisioner directly; both cities have their policy and group."""
    monkeypatch.setattr(control, "ask", lambda action, city, **more: provisioning.handle(
        {"action": action, "city": city, **more}
    ))  # fmt: skip
    for city in ("oakville", "qinghe"):
        provisioning.ensure_city(city)
    return boto3.client("iot", region_name=REGION)


def add(thing: str = "gauge-1", city: str = "oakville", **more: Any) -> dict[str, Any]:
    return admin.handle(
        {"action": "device-add", "city": city, "thing": thing, "profile": "river-level", **more}
    )


def certificates(iot, client_id: str) -> dict[str, str]:
    """Every certificate that a thing has, with its status."""
    arns = iot.list_thing_principals(thingName=client_id)["principals"]
    ids = [arn.rpartition("/")[2] for arn in arns]
    return {
        one: iot.describe_certificate(certificateId=one)["certificateDescription"]["status"] for one in ids
    }


def test_a_device_gets_a_thing_a_group_a_policy_and_an_active_certificate(river, iot):
    answer = add()
    assert answer["certificate"].startswith("-----BEGIN CERTIFICATE-----")
    assert "PRIVATE KEY" in answer["private_key"]
    assert answer["client_id"] == "oakville:gauge-1"
    assert answer["topic"] == "$aws/rules/townkit_test_urgent/oakville/gauge-1/urgent"
    assert certificates(iot, "oakville:gauge-1") == {answer["certificate_id"]: "ACTIVE"}
    name = provisioning.names("oakville")["policy"]
    arn = iot.describe_certificate(certificateId=answer["certificate_id"])["certificateDescription"][
        "certificateArn"
    ]
    assert [policy["policyName"] for policy in iot.list_attached_policies(target=arn)["policies"]] == [name]
    assert iot.list_things_in_thing_group(thingGroupName=name)["things"] == ["oakville:gauge-1"]


def test_the_private_key_is_kept_nowhere(river, iot):
    body = add()["private_key"].splitlines()[1]
    assert body not in json.dumps(river.items(river.oakville), default=repr)


def test_its_messages_are_taken_at_once_and_refused_after_revoking(river, iot):
    certificate = add()["certificate_id"]
    assert handle_readings(
        {"Records": [record("oakville", "gauge-1", level(1.0), certificate=certificate)]}
    ) == {"batchItemFailures": []}
    assert values(river.oakville, "gauge-1") == [1.0]
    answer = admin.handle({"action": "device-revoke", "city": "oakville", "thing": "gauge-1"})
    assert (answer["state"], answer["revoked"]) == ("revoked", [certificate])
    assert (
        iot.describe_certificate(certificateId=certificate)["certificateDescription"]["status"] == "REVOKED"
    )
    assert certificates(iot, "oakville:gauge-1") == {}
    handle_readings(
        {"Records": [record("oakville", "gauge-1", level(2.0), id="m2", certificate=certificate)]}
    )
    assert values(river.oakville, "gauge-1") == [1.0]


def test_revoking_twice_is_harmless(river, iot):
    add()
    for _ in range(2):
        answer = admin.handle({"action": "device-revoke", "city": "oakville", "thing": "gauge-1"})
    assert answer == {"thing": "gauge-1", "state": "revoked", "revoked": []}


def test_a_second_certificate_needs_a_wish_and_ends_the_first(river, iot):
    first = add()["certificate_id"]
    with pytest.raises(Conflict):
        add()
    second = add(renew=True)["certificate_id"]
    assert certificates(iot, "oakville:gauge-1") == {second: "ACTIVE"}
    assert iot.describe_certificate(certificateId=first)["certificateDescription"]["status"] == "REVOKED"


def test_readings_survive_a_new_certificate(river, iot):
    certificate = add()["certificate_id"]
    handle_readings({"Records": [record("oakville", "gauge-1", level(1.0), certificate=certificate)]})
    certificate = add(renew=True)["certificate_id"]
    handle_readings(
        {"Records": [record("oakville", "gauge-1", level(2.0), id="b", seconds=1, certificate=certificate)]}
    )
    assert values(river.oakville, "gauge-1") == [1.0, 2.0]


def test_a_crash_between_the_certificate_and_the_record_leaves_nothing_that_is_believed(
    river, iot, monkeypatch
):
    def crash(*_: Any) -> None:
        raise RuntimeError("the process ends here")

    with monkeypatch.context() as patch:
        patch.setattr(store, "put", crash)
        with pytest.raises(RuntimeError):
            add()
    (orphan,) = certificates(iot, "oakville:gauge-1")
    with scope.tenant_scope(river.oakville):
        assert store.find("gauge-1") is None
    handle_readings({"Records": [record("oakville", "gauge-1", level(1.0), certificate=orphan)]})
    again = add()["certificate_id"]
    assert certificates(iot, "oakville:gauge-1") == {again: "ACTIVE"}
    assert values(river.oakville, "gauge-1") == []


def test_the_same_name_in_two_cities_is_two_devices(river, iot):
    ours, theirs = add(), add(city="qinghe")
    assert ours["certificate_id"] != theirs["certificate_id"]
    admin.handle({"action": "device-revoke", "city": "qinghe", "thing": "gauge-1"})
    assert certificates(iot, "oakville:gauge-1") == {ours["certificate_id"]: "ACTIVE"}


def test_a_device_is_told_from_the_command_line_to_fetch_its_next_certificate(river, iot, monkeypatch):
    said: list[Any] = []
    monkeypatch.setattr(renewing, "point", lambda ctx, thing: said.append((ctx.city.id, thing)))
    add()
    assert admin.handle({"action": "device-fetch-next", "city": "oakville", "thing": "gauge-1"})
    assert said == [("oakville", "gauge-1")]
    admin.handle({"action": "device-revoke", "city": "oakville", "thing": "gauge-1"})
    with pytest.raises(Conflict):
        admin.handle({"action": "device-fetch-next", "city": "oakville", "thing": "gauge-1"})
    events = [item for item in river.items(river.oakville) if item["pk"]["S"] == "CHAIN#device#gauge-1"]
    assert "device-next-asked" in {item["action"]["S"] for item in events if "action" in item}


def test_the_list_tells_state_and_latest_reading(river, iot):
    certificate = add()["certificate_id"]
    handle_readings({"Records": [record("oakville", "gauge-1", level(1.0), certificate=certificate)]})
    rows = {
        row["thing"]: row for row in admin.handle({"action": "device-list", "city": "oakville"})["devices"]
    }
    assert set(rows) == {"air-school", "gauge-1", "river-bridge"}
    assert rows["gauge-1"]["seen"] == state_of(river.oakville, "gauge-1").latest["level"].at
    assert rows["river-bridge"]["seen"] is None


def test_a_name_that_could_escape_a_topic_or_an_arn_is_refused(river, iot):
    for thing in ("", "a", "-a", "a-", "A1", "a/b", "a:b", "a+b", "#", "../x", "x" * 49, "a\n"):
        with pytest.raises(Invalid):
            add(thing)
        with pytest.raises((Invalid, NotFound)):
            admin.handle({"action": "device-revoke", "city": "oakville", "thing": thing})


def test_unknown_profiles_and_devices_and_full_plans_are_refused(river, iot):
    with pytest.raises(Invalid, match="no such device profile"):
        add(profile="nothing")
    with pytest.raises(NotFound):
        admin.handle({"action": "device-revoke", "city": "oakville", "thing": "never-made"})
    river.oakville.config["plan"]["limits"]["devices"] = 2
    with pytest.raises(Invalid, match="allows no more devices"):
        add()


def test_every_change_is_in_the_audit_chain(river, iot):
    add()
    admin.handle({"action": "device-revoke", "city": "oakville", "thing": "gauge-1"})
    events = [item for item in river.items(river.oakville) if item["pk"]["S"] == "CHAIN#device#gauge-1"]
    actions = [item["action"]["S"] for item in events if "action" in item]
    assert sorted(actions) == ["device-added", "device-revoked"]


def test_the_policy_lets_a_device_speak_only_for_its_city_and_be_only_itself(river):
    document = provisioning.policy_document("oakville")
    connect, publish, *hears = document["Statement"]
    assert connect["Condition"] == {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}
    assert connect["Resource"][0].endswith(":client/${iot:Connection.Thing.ThingName}")
    own = ("${iot:Connection.Thing.ThingName}/", "$aws/certificates/create/json", "/provision/json")
    city = [one for one in publish["Resource"] if ":topic/$aws/rules/" in one]
    assert len(city) == 2 and all(one.endswith("/oakville/*") for one in city)
    for one in [*publish["Resource"], *hears[0]["Resource"], *hears[1]["Resource"]]:
        assert one in city or any(part in one for part in own)
    longest = json.dumps(provisioning.policy_document("c" * 31), separators=(",", ":"))
    assert len(longest) <= 1900  # AWS IoT's limit is 2048; regions and stages have longer names than here
    assert settings.settings().city_table_arn_prefix.split(":")[1] in publish["Resource"][0]


def test_making_a_city_ready_twice_changes_nothing_and_an_old_policy_is_replaced(river, iot):
    name = provisioning.names("oakville")["policy"]
    provisioning.ensure_city("oakville")
    assert len(iot.list_policy_versions(policyName=name)["policyVersions"]) == 1
    iot.create_policy_version(
        policyName=name, policyDocument='{"Version":"2012-10-17","Statement":[]}', setAsDefault=True
    )
    provisioning.ensure_city("oakville")
    assert json.loads(iot.get_policy(policyName=name)["policyDocument"]) == provisioning.policy_document(
        "oakville"
    )


def test_the_simulation_is_told_what_the_citys_file_names(river):
    known = admin.handle({"action": "device-simulation", "city": "oakville"})
    assert [(thing["thing"], thing["state"]) for thing in known["things"]] == [
        ("river-bridge", "active"),
        ("river-park", "none"),
    ]
    assert [rule["id"] for rule in known["rules"]] == ["high-water"]
    assert known["topics"]["urgent"].format(thing="river-bridge").endswith("/oakville/river-bridge/urgent")
    assert known["zone"] == "America/Chicago"
