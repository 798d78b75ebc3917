"""Devices that claim their certificate: who may, of which city, and how often."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from functions.core import aws, clock, scope
from functions.core.city import CITY_ID
from functions.core.errors import Invalid
from functions.sensing import provisioning
from functions.sensing.registry import certificates, claims, service
from functions.sensing.registry.domain import ACTIVE, RETIRED, Device
from functions.sensing.worker import handle_readings
from tests.sensing.conftest import level, record
from tests.sensing.registry.conftest import context, find
from tests.world import NOW


@pytest.fixture
def claim(river, iot):
    """Makes a claim certificate, and answers its id."""

    def make(city: str = "oakville", **more: Any) -> str:
        ctx = context(river, city)
        with scope.tenant_scope(ctx.city):
            return str(claims.make(ctx, "Factory (demo)", 30, **more)["certificate_id"])

    return make


def plan(world, thing: str, city: str = "oakville") -> None:
    ctx = context(world, city)
    with scope.tenant_scope(ctx.city):
        service.save(ctx, Device(thing, "river-level", serial=f"S-{thing}"), None, "device-planned")


def hook(claim_id: str, serial: Any, certificate: str = "d1" * 32) -> dict[str, Any]:
    return claims.handle_hook(
        {
            "claimCertificateId": claim_id,
            "certificateId": certificate,
            "templateArn": "arn",
            "clientId": "claim:oakville:1",
            "parameters": {"SerialNumber": serial, "City": "qinghe", "ThingName": "qinghe:mine"},
        }
    )


def test_a_device_on_the_list_is_made_in_the_city_of_its_claim(river, claim):
    plan(river, "gauge-1")
    answer = hook(claim(), " s_gauge-1 ")
    assert answer["allowProvisioning"] is True
    assert answer["parameterOverrides"] == {
        "ThingName": "oakville:gauge-1",
        "GroupName": provisioning.names("oakville")["group"],
        "PolicyName": provisioning.names("oakville")["policy"],
        "City": "oakville",
        "Thing": "gauge-1",
        "Topic": "$aws/rules/townkit_test_urgent/oakville/gauge-1/urgent",  # as its kind says
    }
    device = find(river, "gauge-1")
    assert (device.state, device.certificate, device.shard) == (ACTIVE, "d1" * 32, "u0")
    sent = record("oakville", "gauge-1", level(1.0), certificate="d1" * 32)
    assert handle_readings({"Records": [sent]}) == {"batchItemFailures": []}


def test_a_device_fetches_its_next_certificate_itself_when_and_only_when_it_is_asked(
    river, admin, monkeypatch
):
    plan(river, "gauge-1")
    plan(river, "gauge-2")
    page, told = "/oakville/console/device/gauge-1", []
    admin.submit(admin.get(page), "form-certificate")
    present, own_client = find(river, "gauge-1").certificate, aws.own_client
    speaker = SimpleNamespace(publish=lambda **said: told.append(said))
    monkeypatch.setattr(aws, "own_client", lambda name: speaker if name == "iot-data" else own_client(name))

    def align() -> dict[str, Any]:
        with scope.tenant_scope(river.oakville):
            certificates.align_task(context(river), "gauge-1")
        assert (told[-1]["topic"], told[-1]["retain"]) == ("townkit/oakville:gauge-1/certificate", True)
        return json.loads(told[-1]["payload"] or b"{}")

    assert align() == {} and not hook(present, "gauge-1")["allowProvisioning"]
    admin.submit(admin.get(page), "form-fetch-next")
    assert "has not yet" in admin.get(page).words
    said = align()
    assert said["certificate"] == "next"
    assert (said["create"], said["provision"]) == provisioning.certificate_topics()
    for who, serial in ((present, "gauge-2"), ("e5" * 32, "gauge-1")):
        assert not hook(who, serial)["allowProvisioning"]
    answer = hook(present, said["parameters"]["SerialNumber"], "d2" * 32)
    assert answer["allowProvisioning"] and answer["parameterOverrides"]["ThingName"] == "oakville:gauge-1"
    assert find(river, "gauge-1").certificates == (present, "d2" * 32)
    assert align() == {}, "it is told no more"
    assert hook(present, "gauge-1", "d3" * 32)["allowProvisioning"], "the first answer may have been lost"
    sent = record("oakville", "gauge-1", level(1.0), certificate="d3" * 32)
    assert handle_readings({"Records": [sent]}) == {"batchItemFailures": []}
    assert find(river, "gauge-1").certificates == ("d3" * 32,)
    assert not hook(present, "gauge-1")["allowProvisioning"]


def test_what_is_not_planned_is_refused_and_the_city_sees_why(river, claim):
    made = claim()
    for serial in ("S-nobody", "", None, "x" * 500, {"a": 1}):
        assert hook(made, serial) == {"allowProvisioning": False}
    with scope.tenant_scope(river.oakville):
        (shown,) = claims.every()
    assert shown.refused == 5
    assert claims.UNKNOWN in shown.last_refused


def test_a_claim_of_one_city_makes_nothing_in_the_other(river, claim):
    plan(river, "gauge-1", "qinghe")
    assert hook(claim("oakville"), "S-gauge-1") == {"allowProvisioning": False}
    assert find(river, "gauge-1", "qinghe").certificate == ""


def test_a_certificate_that_is_no_claim_makes_nothing(river, claim, iot):
    plan(river, "gauge-1")
    own = provisioning.add_device("oakville", "gauge-9")["certificate_id"]
    for certificate in (own, "ff" * 32, "../x", ""):
        assert hook(certificate, "S-gauge-1") == {"allowProvisioning": False}
    with pytest.raises(Invalid):
        provisioning.revoke_claim("oakville", own)
    with pytest.raises(Invalid):
        provisioning.revoke_claim("qinghe", claim())


def test_within_its_quota_a_claim_adds_devices_of_its_kind(river, claim):
    made = claim(profile="river-level", quota=2, department="works")
    answers = [hook(made, f"N {number}", f"{number:064x}")["allowProvisioning"] for number in range(1, 4)]
    assert answers == [True, True, False]
    device = find(river, "river-level-n1")
    assert (device.state, device.department, device.serial) == (ACTIVE, "works", "N 1")
    with scope.tenant_scope(river.oakville):
        (shown,) = claims.every()
    assert (shown.used, shown.last_refused.rpartition("|")[2]) == (2, claims.SPENT)


def test_a_first_try_that_was_cut_off_may_be_repeated_until_the_device_is_heard(river, claim):
    plan(river, "gauge-1")
    made = claim()
    assert hook(made, "S-gauge-1", "d1" * 32)["allowProvisioning"]
    assert hook(made, "S-gauge-1", "d2" * 32)["allowProvisioning"]
    handle_readings({"Records": [record("oakville", "gauge-1", level(1.0), certificate="d2" * 32)]})
    assert hook(made, "S-gauge-1", "d3" * 32) == {"allowProvisioning": False}
    assert find(river, "gauge-1").certificate == "d2" * 32


def test_nobody_claims_a_device_that_is_heard_through_a_source(river, claim):
    ctx = context(river, "oakville")
    with scope.tenant_scope(ctx.city):
        radio = Device("gauge-1", "river-level", state=ACTIVE, eui="70b3d57ed0000001")
        service.save(ctx, radio, None, "device-planned")
    sent = record("oakville", "gauge-1", level(1.0), certificate="")
    sent["body"] = json.dumps({**json.loads(sent["body"]), "via": "http:source"})
    assert handle_readings({"Records": [sent]}) == {"batchItemFailures": []}
    assert hook(claim(), "70b3d57ed0000001") == {"allowProvisioning": False}
    assert find(river, "gauge-1").certificate == ""


def test_a_claim_ends_by_its_time_and_by_the_city(river, claim, iot):
    plan(river, "gauge-1")
    plan(river, "gauge-2")
    made = claim()
    with clock.frozen(NOW + timedelta(days=30, seconds=1)):
        assert hook(made, "S-gauge-1") == {"allowProvisioning": False}
    assert hook(made, "S-gauge-1")["allowProvisioning"]
    with scope.tenant_scope(river.oakville):
        claims.end(context(river), made)
    assert hook(made, "S-gauge-2") == {"allowProvisioning": False}
    assert find(river, "gauge-1").state == ACTIVE, "what was claimed stays"
    status = iot.describe_certificate(certificateId=made)["certificateDescription"]["status"]
    assert status == "REVOKED"


def test_a_device_out_of_use_claims_nothing_and_the_plan_has_its_limit(river, claim):
    plan(river, "gauge-1")
    made = claim(profile="river-level", quota=5)
    with scope.tenant_scope(river.oakville):
        service.retire(context(river), "gauge-1")
    assert find(river, "gauge-1").state == RETIRED
    assert hook(made, "gauge-1") == {"allowProvisioning": False}
    river.oakville.config["plan"]["limits"]["devices"] = 2
    assert hook(made, "new") == {"allowProvisioning": False}


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"days": 0}, {"days": 400}, {"profile": "river-level", "quota": 0}]
)
def test_a_claim_needs_a_name_an_end_and_a_number(river, iot, wrong):
    given = {"name": "x", "days": 1, **wrong}
    with scope.tenant_scope(river.oakville), pytest.raises(Invalid):
        claims.make(context(river), **given)


def test_only_one_prefix_is_taken_from_the_name_of_a_policy(river, monkeypatch):
    """A city may be called as another one's policy: its claims do not open that other city's scope."""
    strange = provisioning.city_prefix() + "oakville"
    assert CITY_ID.fullmatch(strange)

    class Iot:
        policy = provisioning.claim_prefix() + strange

        def list_attached_policies(self, target):
            return {"policies": [{"policyName": self.policy}]}

    monkeypatch.setattr(claims, "own_client", lambda name: Iot())
    assert claims._speaker_of("c1") == (provisioning.claim_prefix(), strange)
    Iot.policy = strange  # a device of Oakville
    assert claims._speaker_of("c1") == (provisioning.city_prefix(), "oakville")
