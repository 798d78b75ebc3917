"""A program that talks to the programming interface: requests as API Gateway hands them to the function;
Chalice's own test client does not know addresses that take the rest of the path."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalice import Chalice

from functions.api import store
from functions.api.domain import Key, write
from functions.api.service import secret_of
from functions.core import clock, ids
from functions.core.city import City
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope
from functions.core.store import transaction

ROUTE = "/{city}/api/v1/{rest+}"
EVERYTHING = ("cases:read", "cases:write", "applications:submit", "webhooks:manage")


def make_app() -> Chalice:
    """The interface alone."""
    from functions.api import api

    app = Chalice(app_name="townkit-test", configure_logs=False)
    app.register_blueprint(api.bp)
    return app


@dataclass(frozen=True)
class Answer:
    """An answer as it came."""

    status: int
    headers: dict[str, Any]
    text: str

    @property
    def json(self) -> Any:
        """Its document."""
        return json.loads(self.text)


def event(method: str, address: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """One request (REST API, Lambda proxy integration)."""
    parts = urlsplit(address)
    _, city, _, _, rest = parts.path.split("/", 4)
    query = parse_qs(parts.query, keep_blank_values=True)
    lower = {name.lower(): value for name, value in headers.items()}
    return {
        "requestContext": {
            "httpMethod": method,
            "resourcePath": ROUTE,
            "path": parts.path,
            "identity": {"sourceIp": "192.0.2.7"},
            "requestId": "request-api",
        },
        "headers": lower,
        "multiValueHeaders": {name: [value] for name, value in lower.items()},
        "multiValueQueryStringParameters": query or None,
        "pathParameters": {"city": city, "rest": rest},
        "stageVariables": None,
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


@dataclass
class Program:
    """A program in front of one city, with a key or without."""

    app: Chalice
    city: str
    key: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; header names are written with underscores."""
        sent = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        sent |= self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        raw = b""
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.raw(method, f"/{self.city}/api/v1{path}", sent, raw)

    def raw(self, method: str, address: str, headers: dict[str, str], body: bytes) -> Answer:
        """As it is."""
        got = self.app(event(method, address, headers, body), None)
        return Answer(
            got["statusCode"], {**got["headers"], **(got.get("multiValueHeaders") or {})}, got["body"]
        )

    def get(self, path: str, **headers: str) -> Answer:
        """GET."""
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        """POST with a document."""
        return self.ask("POST", path, body, **headers)


def make_key(city: City, **changes: Any) -> tuple[Key, str]:
    """A key that may do everything for a day, and its text; the city's scope is opened for it."""
    now = clock.now()
    key_id = ids.new_id(now)
    ctx = Context(city, Actor("system", "test"), city.languages[0], now, "request-1")
    departments = tuple(city.config["departments"])
    with tenant_scope(city):
        secret = secret_of(ctx, key_id)
        key = Key(
            key_id, "Back office (demo)", EVERYTHING, departments, f"admin@{city.id}.example",
            clock.iso(now), "2099-01-01T00:00:00.000Z", digest=ids.digest(secret),
        )  # fmt: skip
        key = replace(key, **changes)
        with transaction() as tx:
            store.add(tx, key)
        if key.revoked_at:
            with transaction() as tx:
                store.revoke(tx, key.id, now)
    return key, write(city.id, key_id, secret)
