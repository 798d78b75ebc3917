"""A small world in moto with two cities, so that leaks are possible by default. Everything goes through
the same scope and sessions as in production; only AWS is moto."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from unittest.mock import patch

import boto3
import botocore.session
from moto import mock_aws

from functions.core import aws, sessions, settings, store, usage
from functions.core.city import City, seal
from functions.core.context import Actor, Context
from functions.sensing.log import rulesets, taking
from functions.tenancy import city_table
from tests.quick_dynamodb import quicken

REGION = "eu-west-1"
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
BUCKET = "townkit-test-files"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "TOWNKIT_STAGE": "local",
    "TOWNKIT_PLATFORM_TABLE": "townkit-test-platform",
    "TOWNKIT_CITY_TABLE_PREFIX": "townkit-test-city-",
    "TOWNKIT_CITY_TABLE_ARN_PREFIX": f"arn:aws:dynamodb:{REGION}:123456789012:table/townkit-test-city-",
    "TOWNKIT_TENANT_ROLE_ARN": "arn:aws:iam::123456789012:role/tenant-data",
    "TOWNKIT_FILES_BUCKET": BUCKET,
    "TOWNKIT_FILES_BUCKET_ARN": f"arn:aws:s3:::{BUCKET}",
    "TOWNKIT_FILES_URL": "https://files.example",
    "TOWNKIT_PUBLIC_URL": "http://localhost:8000",
    "TOWNKIT_SECRET_PARAMETER": "/townkit/test/secret",
    "TOWNKIT_MAIL_FROM": "no-reply@townkit.example",
    "TOWNKIT_READINGS_RULE": "townkit_test_readings",
    "TOWNKIT_URGENT_RULE": "townkit_test_urgent",
}

quicken()


@dataclass
class World:
    """The two cities and plain clients that see everything, to look behind the code's back."""

    oakville: City
    qinghe: City
    dynamodb: Any
    s3: Any
    sqs: Any
    tasks_url: str
    refused_url: str

    def context(self, city: City, actor: Actor | None = None, lang: str | None = None) -> Context:
        """A context at a fixed moment."""
        return Context(city, actor or Actor("citizen", "anyone"), lang or city.languages[0], NOW, "request-1")

    def items(self, city: City) -> list[dict[str, Any]]:
        """Everything in a city's table, as stored."""
        found: list[dict[str, Any]] = self.dynamodb.scan(TableName=f"townkit-test-city-{city.id}")["Items"]
        return found

    def messages(self, url: str) -> list[dict[str, Any]]:
        """Bodies waiting in a queue (they stay there, invisible for a while)."""
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def forget() -> None:
    """Drop every cached client, session and setting of the process."""
    settings.settings.cache_clear()
    settings.parameter.cache_clear()
    aws.reset()
    sessions.reset()
    store.reset()
    usage.reset()
    rulesets.reset()
    taking.reset()


_clients: dict[tuple[str, bool], Any] = {}  # as functions.core.aws keeps them
_plain_session = cache(boto3.Session)
_session = cache(botocore.session.get_session)


@contextmanager
def kept_clients() -> Iterator[None]:
    """Inside, clients are those of the worlds before: making one (reading the service's whole description)
    takes longer than making all tables, and which moto it talks to is settled with each call."""
    with (
        patch.multiple(aws, _clients=_clients, _session=_session()),
        patch("boto3.DEFAULT_SESSION", _plain_session()),
    ):
        yield


@cache
def _client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)


def _tables(city_ids: Iterable[str]) -> Any:
    dynamodb = _client("dynamodb")
    for city_id in city_ids:
        dynamodb.create_table(**city_table.definition(f"townkit-test-city-{city_id}"))
    keys = {"pk": "HASH", "sk": "RANGE"}
    dynamodb.create_table(
        TableName="townkit-test-platform",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
    )
    return dynamodb


@contextmanager
def _made(configs: dict[str, dict[str, Any]]) -> Iterator[World]:
    dynamodb, s3, sqs = _tables(configs), _client("s3"), _client("sqs")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    _client("ssm").put_parameter(
        Name="/townkit/test/secret", Value="a-secret-of-the-tests", Type="SecureString"
    )
    _client("ses").verify_email_identity(EmailAddress="no-reply@townkit.example")
    tasks, refused = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("tasks", "refused"))
    queues = {"TOWNKIT_TASKS_QUEUE_URL": tasks, "TOWNKIT_REFUSED_QUEUE_URL": refused}
    with patch.dict("os.environ", queues):
        settings.settings.cache_clear()
        cities = [seal(city_id, "live", config, 1) for city_id, config in configs.items()]
        yield World(cities[0], cities[1], dynamodb, s3, sqs, tasks, refused)


@contextmanager
def two_cities(configs: dict[str, dict[str, Any]]) -> Iterator[World]:
    """The world, for compiled configurations of ``oakville`` and ``qinghe``."""
    with patch.dict("os.environ", ENVIRONMENT), mock_aws():
        forget()
        with kept_clients(), _made(configs) as world:
            yield world
        forget()
