"""One call that nobody but its rightful actor may make, and the checker that proves both halves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tests.isolation import ledger, snapshot
from tests.isolation.actors import OWN, ROLES, Actor, Cast

REFUSALS = {"AccessDenied", "AccessDeniedException", "ForbiddenException", "403", "AuthorizationError"}
ROW = {"pk": {"S": "ISOLATION"}, "sk": {"S": "ROW"}}


class RefusedError(Exception):
    """A request that boto3 did not make was answered with 403."""


@dataclass
class Place:
    """What a call is aimed at, all of one city. ``home`` is where the caller may write by right."""

    cast: Cast
    made: dict[str, str] = field(default_factory=dict)

    @property
    def city(self) -> str:
        """The city that is knocked at."""
        return self.cast.city

    @property
    def table(self) -> str:
        """Its table."""
        return snapshot.table(self.cast.stack, self.city)

    @property
    def bucket(self) -> str:
        """The bucket of all cities."""
        return snapshot.bucket(self.cast.stack)

    @property
    def prefix(self) -> str:
        """The city's part of the bucket."""
        return f"cities/{self.city}/"

    @property
    def key(self) -> str:
        """A file of the city."""
        return f"{self.prefix}isolation/row.txt"

    def output(self, name: str) -> str:
        """An output of the stack."""
        return self.cast.stack.outputs[name]


Call = Callable[[Actor, Place], Any]


@dataclass(frozen=True)
class Probe:
    """``rightful`` succeeds with ``call`` (or with ``control``, where the difference is the point); everybody
    else but ``also`` is refused. ``last``: it can be done once, so its control comes after the refusals.
    ``shared``: it is about what all cities share, so there is no city's data to compare. ``held``: the role
    forbids it, whatever a session's own policy says."""

    service: str
    name: str
    call: Call
    rightful: str = OWN
    also: frozenset[str] = frozenset()
    control: Call | None = None
    last: bool = False
    shared: bool = False
    held: bool = False

    @property
    def strangers(self) -> list[str]:
        """Function roles that may not, and the city itself when it may not."""
        may = {self.rightful, *self.also}
        return [name for name in (OWN, *ROLES) if name not in may]

    def __str__(self) -> str:
        return f"{self.service} {self.name}"


def refused(call: Callable[[], Any]) -> bool:
    """Whether the cloud refuses for lack of rights. Any other error is no refusal and is raised."""
    try:
        call()
    except RefusedError:
        return True
    except ClientError as error:
        if error.response["Error"]["Code"] in REFUSALS:
            return True
        raise
    return False


def prepare(place: Place) -> None:
    """The row and the file that the calls are about, as the account's owner lays them."""
    owner = place.cast.owner
    item = {**ROW, "text": {"S": place.city}, "list_key": {"S": "ISOLATION"}, "list_sort": {"S": "1"}}
    owner.client("dynamodb").put_item(TableName=place.table, Item=item)
    owner.client("s3").put_object(Bucket=place.bucket, Key=place.key, Body=place.city.encode())


def clean(place: Place) -> None:
    """Take everything away again."""
    owner = place.cast.owner
    for item in snapshot.items(place.cast.stack, place.city):
        if item["pk"]["S"].startswith("ISOLATION"):
            key = {"pk": item["pk"], "sk": item["sk"]}
            owner.client("dynamodb").delete_item(TableName=place.table, Key=key)
    s3, prefix = owner.client("s3"), f"{place.prefix}isolation/"
    listed = s3.list_object_versions(Bucket=place.bucket, Prefix=prefix)
    entries = listed.get("Versions", []) + listed.get("DeleteMarkers", [])
    if objects := [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]:
        s3.delete_objects(Bucket=place.bucket, Delete={"Objects": objects})
    for entry in s3.list_multipart_uploads(Bucket=place.bucket, Prefix=prefix).get("Uploads", []):
        s3.abort_multipart_upload(Bucket=place.bucket, Key=entry["Key"], UploadId=entry["UploadId"])
    clean_account(place)


def clean_account(place: Place) -> None:
    """Take away what the controls made outside the city's table and files: registry row, policies, groups."""
    owner = place.cast.owner
    owner.client("dynamodb").delete_item(TableName=place.output("PlatformTableName"), Key=ROW)
    iot, prefix = owner.client("iot"), f"townkit-{place.cast.stack.local.stage}-city-{place.city}-"
    made = re.compile(re.escape(prefix) + "[0-9a-f]{8}")
    for name in [one["policyName"] for one in iot.list_policies()["policies"]]:
        if made.fullmatch(name):
            for target in iot.list_targets_for_policy(policyName=name)["targets"]:
                iot.detach_policy(policyName=name, target=target)
            for version in iot.list_policy_versions(policyName=name)["policyVersions"]:
                if not version["isDefaultVersion"]:
                    iot.delete_policy_version(policyName=name, policyVersionId=version["versionId"])
            iot.delete_policy(policyName=name)
    for name in [one["groupName"] for one in iot.list_thing_groups()["thingGroups"]]:
        if made.fullmatch(name):
            iot.delete_thing_group(thingGroupName=name)


def leaks(probe: Probe, place: Place) -> Iterator[str]:
    """Everything that the probe finds wrong: who got in, and what changed though everybody was refused.

    Raises when the rightful actor does not get in: then the refusals would prove nothing."""
    if not probe.last:
        _control(probe, place)
    if probe.shared:
        yield from _knock(probe, place)
    else:
        prepare(place)
        before = snapshot.settled(place.cast.stack, place.city)
        yield from _knock(probe, place)
        for change in snapshot.changes(before, snapshot.take(place.cast.stack, place.city)):
            yield f"{probe} was refused, yet {change}"
    if probe.last:
        _control(probe, place)


def _control(probe: Probe, place: Place) -> None:
    if not probe.shared:
        prepare(place)
    (probe.control or probe.call)(place.cast.named(probe.rightful), place)


def _knock(probe: Probe, place: Place) -> Iterator[str]:
    cast = place.cast
    knocking = [*cast.strangers, *(cast.named(name) for name in probe.strangers)]
    knocking += cast.lookalikes if probe.rightful == OWN else []
    knocking += [cast.widest] if probe.held else []
    for actor in knocking:
        if not refused(lambda actor=actor: probe.call(actor, place)):  # type: ignore[misc]
            yield f"{actor.name} may {probe} of {place.city}"
        ledger.pairs[probe.service] += 1
