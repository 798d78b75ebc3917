"""A LoRaWAN network on the deployed stack: an admin adds it in the browser, and its first message is seen."""

from __future__ import annotations

import json
import urllib.request
from typing import Any
from urllib.error import HTTPError

import pytest

from functions.core import clock
from tests.e2e.a11y import PHONE, assert_accessible
from tests.stack import Stack, wait_for

pytestmark = pytest.mark.e2e
EUI = "70b3d57ed00e2e01"


def post(address: str, secret: str, eui: str = EUI, at: str = "") -> tuple[int, dict[str, Any]]:
    """(status, answer) of one uplink, which the network heard at a moment (ISO)."""
    uplink = {
        "session_key_id": "e2e",
        "f_cnt": 1,
        "decoded_payload": {"level": 1.42},
        "received_at": at or clock.iso(clock.now()),
    }
    body = json.dumps({"end_device_ids": {"dev_eui": eui}, "uplink_message": uplink}).encode()
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=60) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


def test_an_admin_adds_a_network_and_its_first_message_is_stored(stack: Stack, page: Any) -> None:
    stack.sign_in(page, "oakville", "admin@oakville.example")
    page.goto(f"{stack.url}/oakville/console/devices/add")
    page.locator("[name=thing]").fill("lora-e2e")
    page.locator("[name=profile]").select_option("river-level")
    page.locator("[name=eui]").fill(EUI.upper())
    page.locator("main form button[type=submit]").first.click()
    page.goto(f"{stack.url}/oakville/console/sources")
    assert_accessible(page)
    page.locator("[name=name]").fill("Town network (demo)")
    page.locator("input[name=kind][value=tts]").check()
    page.locator("form#form button").click()
    address, secret = page.locator("section code.townkit-key").all_inner_texts()
    page.set_viewport_size(PHONE)
    assert_accessible(page)
    at = clock.iso(clock.now())
    status, answer = post(address, secret, at=at)
    assert (status, answer) == (202, {"taken": 1, "refused": []})
    assert post(address, secret, at=at)[0] == 200
    assert post(address, secret, "70b3d57ed00e2eff")[0] == 422
    assert post(address, secret[:-1] + "_")[0] == 401
    wait_for(lambda: heard(stack), 30, "the reading of the network")
    page.goto(f"{stack.url}/oakville/console/refusals?lang=zh-Hans")
    assert "70b3d57ed00e2eff" in page.locator("main").inner_text()
    assert_accessible(page)


def heard(stack: Stack) -> bool:
    """Whether the device has been heard, as the command line tells."""
    listed = stack.townkit("devices", "list", "oakville").stdout.splitlines()
    return any(line.startswith("lora-e2e") and "never" not in line for line in listed)
