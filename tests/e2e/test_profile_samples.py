"""The samples of device profiles on the deployed stack: simulated devices send them over mutual TLS, out of
order as the queues hand them on; their rules raise, and every alarm clears."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest

from functions.sensing import profiles
from tests.stack import Stack, wait_for

pytestmark = pytest.mark.e2e
CITY = "qinghe"
KINDS = ("manhole-cover", "river-level", "sos-button", "soil-station")


def episodes(stack: Stack, thing: str) -> dict[str, list[bool]]:
    """Whether each alarm that a device had has cleared, by rule."""
    answer = stack.client("dynamodb").query(
        TableName=f"{stack.environment['TOWNKIT_CITY_TABLE_PREFIX']}{CITY}",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"ALARM#{thing}"}},
    )
    found: dict[str, list[bool]] = defaultdict(list)
    for item in answer["Items"]:
        if "#E#" in item["sk"]["S"]:
            body = json.loads(item["body"]["S"])
            if not body["withdrawn"]:
                found[body["rule"]].append(body["cleared"] is not None)
    return dict(found)


def expected(kind: str) -> set[str]:
    profile = profiles.load(kind)
    sample = next(one for one in profile["samples"] if one["id"] == "alarming")
    return {rule["id"] for rule in profile["rules"] if rule["active"]} & {*sample["expect"]["raises"]}


def test_alarming_samples_raise_their_rules_and_clear_them(stack: Stack) -> None:
    chosen = [word for kind in KINDS for word in ("--profile", kind)]
    done = stack.townkit("simulate", CITY, "--devices", str(len(KINDS)), *chosen, "--sample", "alarming")
    assert done.returncode == 0, done.stderr
    assert ", 0 not taken" in done.stdout
    things = {f"sim-{kind}-{number}": kind for number, kind in enumerate(KINDS)}
    for thing, kind in things.items():
        wanted = {rule: [True] for rule in expected(kind)}
        wait_for(lambda t=thing, w=wanted: episodes(stack, t) == w, 60, f"the alarms of {thing}")  # type: ignore[misc]
