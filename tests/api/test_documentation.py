"""docs/api.md is run: every request in it is sent, in order, and the answer is the one that it shows."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from functions.api import webhooks
from functions.api.operations import OPERATIONS, match
from functions.api.webhook_domain import sign
from functions.core import clock
from functions.core.scope import tenant_scope
from infra.settings import ROOT
from tests.api.people import PDF
from tests.world import BUCKET

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
PAIR = re.compile(r"```http\n(.*?)```\n\n```json (\d{3})\n(.*?)```", re.S)


def fits(shown: Any, real: Any) -> bool:
    """Whether an answer is as shown: every key that is shown, and its value; `…` stands for any text."""
    if isinstance(shown, dict):
        return isinstance(real, dict) and all(
            name in real and fits(value, real[name]) for name, value in shown.items()
        )
    if isinstance(shown, list):
        same = isinstance(real, list) and len(real) >= len(shown)
        return same and all(any(fits(one, other) for other in real) for one in shown)
    if isinstance(shown, str) and "…" in shown:
        pattern = ".*".join(map(re.escape, shown.split("…")))
        return isinstance(real, str) and re.fullmatch(pattern, real, re.S) is not None
    return bool(shown == real)


def requests() -> list[tuple[str, str, dict[str, str], str, int, Any]]:
    """(method, path, headers, body, status, answer) of each example."""
    found = []
    for asked, status, answered in PAIR.findall(PAGE):
        head, _, body = asked.partition("\n\n")
        first, *lines = head.strip().split("\n")
        method, path = first.split(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        found.append((method, path, headers, body.strip(), int(status), json.loads(answered)))
    return found


def test_every_example_is_answered_as_it_says(program, cities):
    mine = program("oakville", departments=("residents", "works"))
    known, now = {"key": mine.key}, clock.now()
    for number, (method, path, headers, body, status, shown) in enumerate(requests()):
        for name, value in known.items():
            path, body = path.replace(f"{{{name}}}", value), body.replace(f"{{{name}}}", value)
            headers = {key: text.replace(f"{{{name}}}", value) for key, text in headers.items()}
        with clock.frozen(now + number * timedelta(seconds=70)):
            answer = mine.raw(method, f"/oakville/api/v1{path}", headers, body.encode())
        assert answer.status == status and fits(shown, answer.json), (method, path, answer.text)
        if path.endswith("/uploads"):
            key = answer.json["fields"]["key"].replace("${filename}", "bill.pdf")
            cities.s3.put_object(Bucket=BUCKET, Key=key, Body=PDF)
        known |= {
            name: answer.json[name] for name in ("file", "case") if isinstance(answer.json.get(name), str)
        }


def test_every_kind_of_operation_is_named():
    for operation in OPERATIONS:
        assert operation.path.split("/")[-1] in PAGE, operation.path
    for method, path, *_ in requests():
        assert match(method, path.partition("?")[0].replace("{case}", "x"))


def test_the_receivers_lines_work(program, cities):
    made = program().post("/webhooks", {"url": "https://hooks.example.com/"}).json
    ctx = cities.context(cities.oakville)
    body = b'{"type": "case.changed"}'
    with tenant_scope(cities.oakville):
        headers = sign(webhooks.secret_of(ctx, made["id"]), "msg_1", clock.now(), body)
    code = re.search(r"```python\n(.*?)```", PAGE, re.S)
    assert code
    names: dict[str, Any] = {"secret": made["secret"], "body": body, "headers": headers}
    exec(code[1], names)
    assert names["event"] == {"type": "case.changed"}
