"""What a city has, as the account's owner sees it: nothing was written, not even by what was refused."""

from __future__ import annotations

import json
from typing import Any

from tests.stack import Stack, wait_for

BUSY = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
WORKED = ("ReadingsQueueUrl", "TasksQueueUrl")
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
    found = {
        f"item {item['pk']['S']} {item['sk']['S']}": json.dumps(item, sort_keys=True, default=repr)
        for item in items(stack, city)
    }
    s3, prefix = stack.client("s3"), f"cities/{city}/"
    listed = s3.list_object_versions(Bucket=bucket(stack), Prefix=prefix)
    for entry in listed.get("Versions", []) + listed.get("DeleteMarkers", []):
        found[f"object {entry['Key']} {entry['VersionId']}"] = str(entry.get("ETag", "deleted"))
    for entry in s3.list_multipart_uploads(Bucket=bucket(stack), Prefix=prefix).get("Uploads", []):
        found[f"upload {entry['Key']} {entry['UploadId']}"] = ""
    return found


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
