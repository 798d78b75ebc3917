"""The template and its policies, as cfn-lint and our own rules see them (docs/decisions/)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint

from functions.core import sessions, settings
from infra.packaging.build import package
from infra.packaging.template import load_fragments

# AWS knows no resource for these (Service Authorization Reference, AWS IoT: what they make has no name yet;
# Amazon SNS developer guide, publishing to a mobile phone: a number is none, and a second statement denies
# topics).
NO_RESOURCE = {
    "iot:CreateCertificateFromCsr", "iot:CreateKeysAndCertificate", "iot:DescribeEndpoint",
    "iot:RegisterThing", "sns:Publish",
}  # fmt: skip
DATA = ("dynamodb:", "s3:", "sqs:", "ses:", "ssm:", "sts:", "lambda:")
CONTROL = {
    "dynamodb:CreateTable", "dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive", "dynamodb:ListTagsOfResource", "dynamodb:TagResource",
    "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive",
}  # fmt: skip
MAY_HOLD_TENANT_SESSIONS = {"ApiRole", "AdminRole", "ReadingsRole", "TasksRole", "TickRole", "ClaimsRole"}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """(role, statement) of every policy of every role."""
    for name, resource in load_fragments()["Resources"].items():
        if resource.get("Type") == "AWS::IAM::Role":
            for policy in resource["Properties"]["Policies"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield name, statement


def _on_aws(value: Any) -> Any:
    """A value with the conditions decided as on AWS."""
    if isinstance(value, dict) and value.get("Fn::If", [""])[0] == "IsAws":
        return _on_aws(value["Fn::If"][1])
    if isinstance(value, dict):
        return {key: _on_aws(entry) for key, entry in value.items()}
    return [_on_aws(entry) for entry in value] if isinstance(value, list) else value


@pytest.mark.parametrize("stage", ["local", "prod"])
def test_template_is_clean_for_cfn_lint(stage: str, tmp_path: Path) -> None:
    template = package(stage, folder=tmp_path).template
    # I3011 wants queues and logs to be kept when the stack goes; the test below says what has to be kept.
    asked = ManualArgs(regions=["us-east-1", "eu-central-1"], include_checks=["I"], ignore_checks=["I3011"])
    found = lint(json.dumps(template), config=asked)
    assert [f"{match.rule.id} {match.message}" for match in found] == []


def test_what_holds_data_outlives_the_stack() -> None:
    holders = {"AWS::DynamoDB::Table", "AWS::Cognito::UserPool"}
    for name, resource in load_fragments()["Resources"].items():
        if resource.get("Type") in holders or name == "FilesBucket":
            kept = resource["DeletionPolicy"], resource["UpdateReplacePolicy"]
            assert kept == ("RetainExceptOnCreate", "Retain"), name


def test_what_programs_prove_themselves_with_reaches_them_through_the_edge() -> None:
    resources = load_fragments()["Resources"]
    behaviours = resources["Distribution"]["Properties"]["DistributionConfig"]["CacheBehaviors"]
    by_path = {one["PathPattern"]: one for one in behaviours}
    for path in ("/*/api/v1/*", "/*/ingest/*"):
        one = by_path[path]
        cached = resources[one["CachePolicyId"]["Ref"]]["Properties"]["CachePolicyConfig"]
        key = cached["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"]["Headers"]
        policy = resources[one["OriginRequestPolicyId"]["Ref"]]["Properties"]["OriginRequestPolicyConfig"]
        passed = {*key, *policy["HeadersConfig"]["Headers"]}
        assert "POST" in one["AllowedMethods"] and cached["MaxTTL"] <= 1
        assert {"Authorization", "webhook-id", "webhook-timestamp", "webhook-signature"} <= passed
        assert len(policy["HeadersConfig"]["Headers"]) <= 10  # CloudFront's own limit


def test_no_role_may_do_everything_anywhere() -> None:
    wide = [
        (role, action)
        for role, statement in statements()
        if "*" in _listed(_on_aws(statement["Resource"]))
        for action in _listed(statement["Action"])
        if action not in NO_RESOURCE
    ]
    assert wide == []
    assert not [s for _, s in statements() if any("*" in action for action in _listed(s["Action"]))]


def test_only_four_roles_may_open_a_city() -> None:
    may = {role for role, statement in statements() if "sts:AssumeRole" in _listed(statement["Action"])}
    assert may == MAY_HOLD_TENANT_SESSIONS


def test_tenant_role_has_data_actions_only_and_always_asks_for_the_tag() -> None:
    for role, statement in statements():
        if role == "TenantDataRole":
            assert not CONTROL & set(_listed(statement["Action"]))
            assert statement["Condition"]["Null"] == {"aws:PrincipalTag/city": "false"}


def test_tenant_role_on_aws_reaches_only_what_the_session_is_tagged_with() -> None:
    for role, statement in statements():
        if role == "TenantDataRole":
            assert "${!aws:PrincipalTag/city}" in json.dumps(_on_aws(statement))


def test_provisioner_has_no_data_action() -> None:
    actions = {a for role, s in statements() if role == "ProvisionerRole" for a in _listed(s["Action"])}
    assert not {a for a in actions if a.startswith(DATA)} - CONTROL


def test_no_function_role_names_a_city_table() -> None:
    """Cities' tables and files are reached through TenantData, or administered by the provisioner. The
    role for scanning is Amazon GuardDuty's own."""
    for role, statement in statements():
        if role not in {"TenantDataRole", "ProvisionerRole", "ScanRole"}:
            assert "-city-" not in json.dumps(statement["Resource"])
            assert "FilesBucket" not in json.dumps(statement["Resource"])


def test_tenant_role_allows_exactly_what_a_session_asks_for() -> None:
    """What no session carries nobody needs: no PartiQL, no tags, no versions."""
    allowed = {a for role, s in statements() if role == "TenantDataRole" for a in _listed(s["Action"])}
    assert allowed == {*sessions.TABLE_ACTIONS, *sessions.OBJECT_ACTIONS, "s3:ListBucket"}


def test_tenant_role_trusts_the_four_roles_and_asks_for_the_tag() -> None:
    (trust,) = load_fragments()["Resources"]["TenantDataRole"]["Properties"]["AssumeRolePolicyDocument"][
        "Statement"
    ]
    trusted = {entry["Fn::GetAtt"][0] for entry in trust["Principal"]["AWS"]}
    assert trusted == MAY_HOLD_TENANT_SESSIONS
    assert trust["Condition"] == {"Null": {"aws:RequestTag/city": "false"}}


def test_session_policy_fits_into_what_sts_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """2,048 characters (AWS STS, AssumeRole, Policy), with the longest names of a stage and a city."""
    stage, city = "s" * 16, "c" * 31
    arn = f"arn:aws-us-gov:dynamodb:ap-southeast-1:{'1' * 12}:table/townkit-{stage}-city-"
    bucket = f"arn:aws-us-gov:s3:::townkit-{stage}-files-{'1' * 12}-ap-southeast-1"
    known = settings.Settings(city_table_arn_prefix=arn, files_bucket_arn=bucket)
    monkeypatch.setattr(sessions, "settings", lambda: known)
    assert len(json.dumps(sessions.session_policy(city), separators=(",", ":"))) <= 2048


@pytest.mark.parametrize("queue", ["ReadingsQueuePolicy", "UrgentQueuePolicy"])
def test_only_the_topic_rules_and_the_interface_of_sources_may_send_readings(queue: str) -> None:
    resources = load_fragments()["Resources"]
    (denied,) = resources[queue]["Properties"]["PolicyDocument"]["Statement"]
    assert (denied["Effect"], denied["Principal"], denied["Action"]) == ("Deny", "*", "sqs:SendMessage")
    assert denied["Resource"] == {"Fn::GetAtt": [queue.removesuffix("Policy"), "Arn"]}
    names = ["TopicRuleRole", "ApiRole", "DeadLettersRole"]
    names += ["TasksRole"] * (queue == "UrgentQueuePolicy")  # the daily test
    roles = [{"Fn::GetAtt": [name, "Arn"]} for name in names]
    assert _on_aws(denied["Condition"]) == {"ArnNotEquals": {"aws:PrincipalArn": roles}}
    senders = {
        role
        for role, statement in statements()
        if "sqs:SendMessage" in _listed(statement["Action"])
        and queue.removesuffix("QueuePolicy").lower() in json.dumps(statement["Resource"]).lower()
    }
    assert senders == set(names)


def test_an_operator_can_send_dead_letters_back_to_each_queue() -> None:
    """Amazon SQS developer guide, dead-letter queue redrive: whoever starts it must be allowed to send."""
    (may,) = [
        one for role, one in statements() if role == "DeadLettersRole" and "sqs:SendMessage" in one["Action"]
    ]
    back = {one["Fn::GetAtt"][0] for one in may["Resource"]}
    resources = load_fragments()["Resources"]
    dead = {name for name, one in resources.items() if "RedrivePolicy" in one.get("Properties", {})}
    assert back == dead == {"ReadingsQueue", "UrgentQueue", "TasksQueue"}


def test_a_device_cannot_say_by_which_way_it_came() -> None:
    """The worker believes `via` because the rules write it and take nothing from the payload."""
    resources = load_fragments()["Resources"]
    for rule in ("ReadingsRule", "UrgentRule"):
        asked = resources[rule]["Properties"]["TopicRulePayload"]["Sql"]
        assert "'mqtt' AS via" in asked
        assert asked.startswith("SELECT encode(*, 'base64') AS payload,")


def test_what_we_tell_devices_is_no_message_of_a_device() -> None:
    """A rule with a topic filter takes what passes the broker as well (AWS IoT SQL reference, FROM)."""
    resources = load_fragments()["Resources"]
    for rule in ("ReadingsRule", "UrgentRule"):
        assert " FROM " not in resources[rule]["Properties"]["TopicRulePayload"]["Sql"]


def test_a_message_that_failed_stays_away_longer_than_a_batch_is_gathered() -> None:
    """AWS Lambda developer guide, SQS: the queue's visibility timeout is at least six times the function's
    timeout and the batching window."""
    found = load_fragments()
    wanted = found["Parameters"]["ReadingsWindow"]["Default"]
    wanted += 6 * _on_aws(found["Resources"]["Readings"]["Properties"]["Timeout"])
    assert found["Parameters"]["ReadingsRetrySeconds"]["Default"] >= wanted
