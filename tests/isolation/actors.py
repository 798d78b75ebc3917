"""Who knocks: a city's own session, the other city's sessions, every function's own role without one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from unittest.mock import patch

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials

from tests.builders import make_city
from tests.stack import Stack

# The functions that may open a city's session.
OPENERS = ("api", "admin", "readings", "tasks", "tick", "claims")
ROLES = (*OPENERS, "nightly", "provisioner", "topic-rule")
OWN, OWNER = "the city itself", "the account's owner"
# Addresses by path: the bucket's own host name does not resolve on a laptop.
CONFIG = Config(retries={"total_max_attempts": 1}, read_timeout=20, s3={"addressing_style": "path"})


@lru_cache(maxsize=1)
def _factory() -> boto3.Session:
    return boto3.Session()


@dataclass
class Actor:
    """Somebody with keys, straight at the cloud, with none of our own code between."""

    name: str
    endpoint: str
    region: str
    keys: ReadOnlyCredentials
    _made: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A boto3 client that does not try again."""
        if service not in self._made:
            self._made[service] = _factory().client(
                service,
                region_name=self.region,
                endpoint_url=self.endpoint,
                aws_access_key_id=self.keys.access_key,
                aws_secret_access_key=self.keys.secret_key,
                aws_session_token=self.keys.token,
                config=CONFIG,
            )
        return self._made[service]


def _actor(stack: Stack, name: str, keys: ReadOnlyCredentials) -> Actor:
    return Actor(name, str(stack.connection.endpoint), stack.local.region, keys)


def role(stack: Stack, function: str) -> Actor:
    """A deployed function's own role, without any session."""
    keys = stack.as_function(function).get_credentials().get_frozen_credentials()
    return _actor(stack, f"{function}'s own role", keys)


def owner(stack: Stack) -> Actor:
    """The account's owner: may do everything, so only good for showing that a call is well made."""
    key, secret = stack.local.administrator()
    return _actor(stack, OWNER, ReadOnlyCredentials(key, secret, None))


@contextmanager
def running_as(stack: Stack, function: str) -> Iterator[None]:
    """Inside, our own code runs here as in a deployed function: its role, its environment, the real cloud."""
    keys = stack.as_function(function).get_credentials().get_frozen_credentials()
    environment = {
        **stack.environment,
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_SESSION_TOKEN": keys.token,
        "AWS_DEFAULT_REGION": stack.local.region,
        "AWS_ENDPOINT_URL": str(stack.connection.endpoint),
    }
    from functions.core import aws

    clients, session = _kept(str(stack.connection.endpoint), function)
    with patch.dict(os.environ, environment):
        _forget()
        try:
            with patch.multiple(aws, _clients=clients, _session=session):
                yield
        finally:
            _forget()


@lru_cache
def _kept(endpoint: str, function: str) -> tuple[dict[tuple[str, bool], Any], botocore.session.Session]:
    """The clients of a function, as functions.core.aws keeps them: it forgets sessions of cities between two
    uses, but making a client takes longer than most of what is asked with it."""
    return {}, botocore.session.get_session()


def open_session(stack: Stack, function: str, city_id: str) -> ReadOnlyCredentials:
    """The keys that functions/core/sessions.py itself gets for a city: nothing of it is repeated here."""
    from functions.core import scope, sessions

    with running_as(stack, function), scope.tenant_scope(_sealed(city_id)):
        return sessions.credentials(scope.current_scope())


def session(stack: Stack, function: str, city_id: str) -> Actor:
    """A city's session, opened by a function."""
    return _actor(stack, f"{city_id}'s session from {function}", open_session(stack, function, city_id))


@dataclass
class Cast:
    """Everybody, for one city that is knocked at (``city``) and one that knocks (``other``)."""

    stack: Stack
    city: str
    other: str
    _actors: dict[str, Actor] = field(default_factory=dict)

    def _once(self, name: str, make: Callable[[], Actor]) -> Actor:
        if name not in self._actors:
            self._actors[name] = make()
        return self._actors[name]

    @property
    def own(self) -> Actor:
        """The city's own session."""
        return self._once(OWN, lambda: session(self.stack, "api", self.city))

    @property
    def owner(self) -> Actor:
        """The account's owner."""
        return self._once(OWNER, lambda: owner(self.stack))

    def role(self, function: str) -> Actor:
        """A function's own role."""
        return self._once(function, lambda: role(self.stack, function))

    @property
    def strangers(self) -> list[Actor]:
        """The other city's sessions, one for each function that may open any."""
        return [self._once(f"{f}.other", lambda f=f: session(self.stack, f, self.other)) for f in OPENERS]  # type: ignore[misc]

    @property
    def lookalikes(self) -> list[Actor]:
        """Sessions of cities whose ids begin like this one's, or go on where it ends."""
        ids = (self.city[:-1], f"{self.city}x", f"{self.city}-2")
        return [self._once(f"like {one}", lambda one=one: session(self.stack, "api", one)) for one in ids]  # type: ignore[misc]

    @property
    def widest(self) -> Actor:
        """A session of the city whose own policy allows everything: only the role holds it."""
        anything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": anything})
        return self._once("widest", lambda: self._opened("a session without limits", policy))

    def _opened(self, name: str, policy: str) -> Actor:
        keys = self.stack.as_city(self.city, Policy=policy).get_credentials().get_frozen_credentials()
        return _actor(self.stack, name, keys)

    def named(self, name: str) -> Actor:
        """The city itself, the owner, or a function's role."""
        return {OWN: lambda: self.own, OWNER: lambda: self.owner}.get(name, lambda: self.role(name))()


def _sealed(city_id: str) -> Any:
    # a City with that id; what it is configured to plays no part in its session
    from functions.core.city import seal

    return seal(city_id, "live", make_city("oakville").config, 1)


def _forget() -> None:
    from functions.tenancy import registry
    from tests.world import forget

    forget()
    registry.forget()
