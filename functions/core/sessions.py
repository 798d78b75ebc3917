"""Sessions of cities: ``sts:AssumeRole`` of the TenantData role with the city as a session tag and an
inline policy that names that one city's table and prefixes. Cached per (city, purpose), bounded, renewed
before they end, never logged."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from datetime import datetime

from botocore.credentials import ReadOnlyCredentials

from functions.core import aws, clock
from functions.core.scope import Scope, ScopeError
from functions.core.settings import settings

LIFE = 3600  # seconds; roles that are chained cannot ask for more
KEEP = 2048  # of cities and purposes: who goes through all cities each minute must not renew each
_lock = threading.Lock()
_cache: OrderedDict[tuple[str, str], tuple[ReadOnlyCredentials, datetime]] = OrderedDict()

TABLE_ACTIONS = [
    "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:PutItem",
    "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem",
]  # fmt: skip
OBJECT_ACTIONS = [
    "s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging",
    "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion",
]  # fmt: skip


def session_policy(city_id: str) -> dict[str, object]:
    """The inline policy of one city's session, with plain ARNs that anyone can read."""
    table = settings().city_table_arn_prefix + city_id
    bucket = settings().files_bucket_arn
    prefix = f"cities/{city_id}/"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": TABLE_ACTIONS, "Resource": [table, f"{table}/index/*"]},
            {"Effect": "Allow", "Action": OBJECT_ACTIONS, "Resource": f"{bucket}/{prefix}*"},
            {
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": bucket,
                "Condition": {"StringLike": {"s3:prefix": f"{prefix}*"}},
            },
        ],
    }


def _assume(city_id: str, purpose: str) -> tuple[ReadOnlyCredentials, datetime]:
    answer = aws.own_client("sts").assume_role(
        RoleArn=settings().tenant_role_arn,
        RoleSessionName=f"{city_id}.{purpose}"[:64],
        DurationSeconds=LIFE,
        Policy=json.dumps(session_policy(city_id), separators=(",", ":")),
        Tags=[{"Key": "city", "Value": city_id}],
    )["Credentials"]
    keys = ReadOnlyCredentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
    return keys, answer["Expiration"]


def credentials(scope: Scope) -> ReadOnlyCredentials:
    """The keys with which the scope's calls are signed. Raises ScopeError when the scope asks for too long
    a life."""
    if scope.city is None:
        return aws.own_credentials()
    if scope.min_life > LIFE - 60:
        raise ScopeError("a chained session lives an hour at most")
    key = (scope.city.id, scope.reason)
    with _lock:
        found = _cache.get(key)
        if found and (found[1] - clock.now()).total_seconds() > scope.min_life:
            _cache.move_to_end(key)
            return found[0]
    fresh = _assume(*key)
    with _lock:
        _cache[key] = fresh
        _cache.move_to_end(key)
        while len(_cache) > KEEP:
            _cache.popitem(last=False)
    return fresh[0]


def reset() -> None:
    """For tests: forget all sessions."""
    with _lock:
        _cache.clear()
