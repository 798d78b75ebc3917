"""What a city has, as the account's owner sees it: nothing was written, not even by what was refused."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.stack import Stack, wait_for

BUSY = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
WORKED = ("ReadingsQueueUrl", "UrgentQueueUrl", "TasksQueueUrl")
SCAN = "DynamoDB_20120810.Scan"
Snapshot = dict[str, str]


def table(stack: Stack, city: str) -> str:
    """Name of a city's table."""
    return f"{stack.environment['TOWNKIT_CITY_TABLE_PREFIX']}{city}"


def bucket(stack: Stack) -> str:
    """Name of the bucket."""
    return stack.outputs["FilesBucketName"]


def items(stack: Stack, city: str) -> list[dict[str, Any]]:
    """Every item of a city's table, in DynamoDB's own notation."""
    scan = stack.client("dynamodb").get_paginator("scan")
    pages = scan.paginate(TableName=table(stack, city), ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def take(stack: Stack, city: str) -> Snapshot:
    """Every item, every version of every object, and every unfinished upload of a city."""
    found: Snapshot = {}
    for item in _scan(stack, city):
        found[f"item {item['pk']['S']} {item['sk']['S']}"] = json.dumps(item, sort_keys=True)
    where = f"/{bucket(stack)}?prefix={quote(f'cities/{city}/', safe='')}"
    for entry in ElementTree.fromstring(_ask(stack, "s3", "GET", f"{where}&versions")):
        if entry.tag.endswith(("}Version", "}DeleteMarker")):
            parts = {part.tag.rpartition("}")[2]: part.text or "" for part in entry}
            found[f"object {parts['Key']} {parts['VersionId']}"] = parts.get("ETag", "deleted")
        assert not (entry.tag.endswith("}IsTruncated") and entry.text == "true")
    for entry in ElementTree.fromstring(_ask(stack, "s3", "GET", f"{where}&uploads")):
        if entry.tag.endswith("}Upload"):
            parts = {part.tag.rpartition("}")[2]: part.text or "" for part in entry}
            found[f"upload {parts['Key']} {parts['UploadId']}"] = ""
    return found


def _scan(stack: Stack, city: str) -> Iterator[dict[str, Any]]:
    asked: dict[str, Any] = {"TableName": table(stack, city), "ConsistentRead": True}
    while True:
        answer = json.loads(_ask(stack, "dynamodb", "POST", "/", json.dumps(asked), SCAN))
        yield from answer["Items"]
        if not answer.get("LastEvaluatedKey"):
            return
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _ask(stack: Stack, service: str, method: str, path: str, body: str = "", target: str = "") -> bytes:
    """A signed call as the account's owner, unparsed: boto3 takes ten times as long to read the answer."""
    endpoint = str(stack.connection.endpoint)
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"} if target else {}
    request = AWSRequest(method, endpoint + path, headers, body.encode())
    SigV4Auth(Credentials(*stack.local.administrator()), service, stack.local.region).add_auth(request)
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=20)
    try:
        connection.request(method, path, body.encode(), dict(request.headers.items()))
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    assert answer.status == 200, said[:500]
    return said


def settled(stack: Stack, city: str) -> Snapshot:
    """A snapshot taken when the workers have nothing left to do: earlier work must not look like a leak."""
    wait_for(lambda: not waiting(stack), what="the queues to run empty")
    return take(stack, city)


def waiting(stack: Stack) -> int:
    """Messages that a worker has yet to finish."""
    sqs = stack.client("sqs")
    answers = [sqs.get_queue_attributes(QueueUrl=stack.outputs[q], AttributeNames=list(BUSY)) for q in WORKED]
    return sum(int(answer["Attributes"][name]) for answer in answers for name in BUSY)


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """Names of what came, went or changed."""
    return sorted(
        f"{name}: {'new' if name not in before else 'gone' if name not in after else 'changed'}"
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    )
