"""A city's own program from the key to the decision, on the deployed stack: an admin makes the key in a real
browser, curl does the rest."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from functions.cases import changes
from functions.core import clock, keys
from tests.api.people import PDF, application
from tests.e2e.a11y import PHONE, assert_accessible
from tests.e2e.desk import ADMIN, email, table
from tests.stack import Stack

pytestmark = pytest.mark.e2e
SERVICE = "services/residence-certificate"
LANGUAGES = {"oakville": "en", "qinghe": "zh-Hans"}


@dataclass
class Curl:
    """A program that knows an address and a key."""

    base: str
    key: str

    def ask(self, method: str, path: str, body: Any = None, *more: str) -> tuple[int, Any]:
        """(status, document)."""
        sent = ["-H", f"Authorization: Bearer {self.key}", *more]
        if body is not None:
            sent += ["-H", "Content-Type: application/json", "--data-binary", json.dumps(body)]
        status, text = curl("-X", method, *sent, f"{self.base}/{path}")
        return status, json.loads(text)


def curl(*arguments: str) -> tuple[int, str]:
    """(status, body)."""
    command = ["curl", "-sS", "-w", "\n%{http_code}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    text, _, status = done.stdout.rpartition("\n")
    return int(status), text


def make_key(stack: Stack, page: Any, city: str) -> str:
    """As an admin does it, by keyboard and mouse, looking at the page on the way."""
    stack.sign_in(page, city, email(ADMIN, city))
    page.goto(f"{stack.url}/{city}/console/api?lang={LANGUAGES[city]}")
    assert_accessible(page)
    page.locator("form#form button").click()
    assert page.locator(".govuk-error-summary a").count() == 4
    assert_accessible(page)
    page.locator("#name").fill("curl (demo)")
    for box in page.locator("input[type=checkbox]").all():
        box.check()
    page.locator("input[name=days][value='30']").check()
    page.locator("form#form button").click()
    key = str(page.locator("code.townkit-key").inner_text())
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    page.reload()
    assert page.locator("code.townkit-key").count() == 0
    return key


def hand_in(program: Curl, once: str, folder: Path) -> str:
    """A file, posted as the answer says; its id."""
    status, form = program.ask("POST", f"{SERVICE}/uploads", {"field": "proof"}, "-H", once)
    assert status == 201, form
    file = folder / "bill.pdf"
    file.write_bytes(PDF)
    fields = [part for name, value in form["fields"].items() for part in ("--form-string", f"{name}={value}")]
    status, said = curl(*fields, "-F", f"file=@{file}", form["url"])
    assert status < 300, said
    return str(form["file"])


def let_a_minute_pass(stack: Stack, city: str, case: str) -> None:
    """The case's changes become so old that they are settled; tests/api show that newer ones wait."""
    cloud, name = stack.client("dynamodb"), table(stack, city)
    month = {":pk": {"S": keys.change_list(clock.now())}}
    found = cloud.query(TableName=name, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=month)
    for item in found["Items"]:
        if item["case_id"]["S"] != case:
            continue
        then = clock.parse(item["at"]["S"]) - 2 * changes.SETTLED
        place = keys.change(clock.iso(then), case, int(item["version"]["N"]))
        moved = {"pk": {"S": keys.change_list(then)}, "sk": {"S": place}, "at": {"S": clock.iso(then)}}
        cloud.put_item(TableName=name, Item={**item, **moved})
        cloud.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})


@pytest.mark.parametrize("city", LANGUAGES)
def test_a_program_applies_reads_and_decides(stack: Stack, page: Any, city: str, tmp_path: Path) -> None:
    program = Curl(f"{stack.url}/{city}/api/v1", make_key(stack, page, city))
    once = f"Idempotency-Key: curl-{city}-0001"
    file = hand_in(program, once, tmp_path)
    body = application(city, [file])
    status, sent = program.ask("POST", f"{SERVICE}/applications", body, "-H", once)
    assert status == 201, sent
    assert program.ask("POST", f"{SERVICE}/applications", body, "-H", once) == (200, sent)

    status, case = program.ask("GET", f"cases/{sent['case']}")
    assert (status, case["state"], case["reference"]) == (200, "submitted", sent["reference"])
    page.goto(sent["status_url"])
    page.locator("#code").fill(sent["code"])
    page.locator("main form button").first.click()
    assert sent["reference"] in page.locator("main").inner_text()

    decision = {"action": "approve", "version": case["version"]}
    status, decided = program.ask("POST", f"cases/{sent['case']}/actions", decision)
    assert (status, decided["state"]) == (200, "approved"), decided
    assert program.ask("POST", f"cases/{sent['case']}/actions", decision)[0] == 409

    let_a_minute_pass(stack, city, sent["case"])
    listed = program.ask("GET", "changes?limit=500")[1]["changes"]
    assert [one["action"] for one in listed if one["case"] == sent["case"]] == ["submitted", "approve"]


def test_the_whole_description_comes_from_the_stack(stack: Stack) -> None:
    status, text = curl(f"{stack.url}/oakville/api/v1/openapi.json")
    assert status == 200
    assert json.loads(text)["servers"] == [{"url": f"{stack.url}/oakville/api/v1"}]
    assert curl(f"{stack.url}/oakville/api/v1/no/such/address")[0] == 404
    assert curl(f"{stack.url}/oakville/api/v1/changes")[0] == 401
