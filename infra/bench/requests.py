"""Requests as API Gateway hands them to the API function."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"


def event(
    resource: str,
    params: Mapping[str, str],
    *,
    method: str = "GET",
    query: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A proxy event of a route's pattern (``/{city}/services``) with its parameters."""
    path = resource
    for name, value in params.items():
        path = path.replace(f"{{{name}}}", value)
    headers = {
        "accept": "text/html",
        "cookie": "; ".join(f"{name}={value}" for name, value in (cookies or {}).items()),
    }
    if form is not None:
        headers["content-type"] = FORM
    return {
        "httpMethod": method,
        "path": path,
        "resource": resource,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": dict(query or {}) or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()} or None,
        "pathParameters": dict(params) or None,
        "stageVariables": None,
        "requestContext": {
            "httpMethod": method,
            "resourcePath": resource,
            "path": path,
            "requestId": "bench",
            "identity": {"sourceIp": "192.0.2.1"},
        },
        "body": b64encode(urlencode(form or {}).encode()).decode() if form is not None else None,
        "isBase64Encoded": form is not None,
    }
