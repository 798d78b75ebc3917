"""The smallest composition root that the template accepts, to test the machinery around the functions."""

from __future__ import annotations

import json
from typing import Any

from chalice import Chalice, Response

app = Chalice(app_name="townkit")


FORM = ["application/x-www-form-urlencoded", "application/json"]


@app.route("/hello/{name}", methods=["GET", "POST"], content_types=FORM)
def hello(name: str) -> Response:
    request = app.current_request
    seen = {
        "name": name,
        "query": dict(request.query_params or {}),
        "headers": dict(request.headers),
        "body": request.raw_body.decode(),
        "padding": "." * 2000,
    }
    headers = {"Content-Type": "application/json", "Set-Cookie": ["one=1; Path=/", "two=2; Path=/"]}
    return Response(json.dumps(seen), headers=headers)


@app.route("/away", methods=["GET"])
def away() -> Response:
    return Response("", status_code=303, headers={"Location": "/hello/there"})


def _answer(event: dict[str, Any], context: Any) -> dict[str, Any]:
    if event.get("fail"):
        raise ValueError(f"this cannot be done: {event['fail']}")
    return {"got": event}


for name in ("provisioner", "admin", "nightly", "tick", "claims"):
    app.lambda_function(name=name)(_answer)


def _batch(event: dict[str, Any], context: Any) -> dict[str, Any]:
    failed = [record["messageId"] for record in event["Records"] if "crash" in record["body"]]
    return {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}


for name in ("readings", "tasks"):
    app.lambda_function(name=name)(_batch)
