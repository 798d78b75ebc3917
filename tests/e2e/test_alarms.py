"""Alarms on the deployed stack: a press of a button becomes a mail and an answer, a lamp and a pump do what
they are told over real MQTT; the pages in a browser."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from infra.simulator.mqtt import Device
from tests.e2e.a11y import assert_accessible
from tests.stack import Stack, wait_for

pytestmark = pytest.mark.e2e
SUFFIX = str(int(time.time()) % 100_000)


class Obedient(Device):
    """A device that does what its shadow says, and reports it."""

    def __init__(self, stack: Stack, thing: str, profile: str, lane: str, folder: Path) -> None:
        done = stack.townkit("devices", "add", "oakville", thing, "--profile", profile, "--out", str(folder))
        assert done.returncode == 0, done.stderr
        output = {"urgent": "UrgentRuleName", "data": "ReadingsRuleName"}[lane]
        topic = f"$aws/rules/{stack.outputs[output]}/oakville/{thing}/{lane}"
        super().__init__(f"oakville:{thing}", topic, folder, "localhost", stack.local.mqtt_port)
        self.thing, self.told = thing, list[dict[str, Any]]()
        self.shadow = f"$aws/things/oakville:{thing}/shadow/update"
        self.client.on_message = self._obey
        self.start()
        wait_for(self.connected.is_set, what="the broker")
        self.client.subscribe(f"{self.shadow}/delta", qos=1)

    def _obey(self, client: Any, userdata: Any, message: Any) -> None:
        wanted = json.loads(message.payload)["state"]
        self.told.append(wanted)
        client.publish(self.shadow, json.dumps({"state": {"reported": wanted}}), qos=1)


def open_page(stack: Stack, browser: Any, person: str) -> Any:
    context = browser.new_context()
    context.set_default_timeout(20_000)
    page = context.new_page()
    stack.sign_in(page, "oakville", f"{person}@oakville.example")
    return page


def approve(stack: Stack, admin: Any, thing: str) -> None:
    admin.goto(f"{stack.url}/oakville/console/commands/{thing}")
    admin.click("#approval button")
    admin.wait_for_load_state()


def words(page: Any, address: str) -> str:
    page.goto(address)
    return str(page.inner_text("main"))


@pytest.mark.parametrize(
    ("profile", "choice"), [("street-lamp", "light=on"), ("river-level", "pump=on")], ids=["lamp", "pump"]
)
def test_a_device_does_what_a_person_confirmed(
    stack: Stack, browser: Any, tmp_path: Path, profile: str, choice: str
) -> None:
    thing = f"{profile}-{SUFFIX}"
    device = Obedient(stack, thing, profile, "data", tmp_path / "device")
    try:
        admin, clerk = open_page(stack, browser, "admin"), open_page(stack, browser, "clerk")
        approve(stack, admin, thing)
        address = f"{stack.url}/oakville/console/commands/{thing}"
        clerk.goto(address)
        clerk.check(f"input[value='{choice}']")
        clerk.click("#ask button")
        clerk.wait_for_load_state()
        assert not device.told
        clerk.click("form[id^=confirm] button")
        clerk.wait_for_load_state()
        wait_for(lambda: "Done" in words(clerk, address), 60, "the device's answer")
        name, _, value = choice.partition("=")
        assert [one[name]["value"] for one in device.told] == [value]
        assert_accessible(clerk)
    finally:
        device.stop()


def test_a_call_for_help_is_mailed_at_once_and_the_button_hears_that_it_was_answered(
    stack: Stack, browser: Any, tmp_path: Path
) -> None:
    thing = f"button-{SUFFIX}"
    button = Obedient(stack, thing, "sos-button", "urgent", tmp_path / "device")
    try:
        admin, clerk = open_page(stack, browser, "admin"), open_page(stack, browser, "clerk")
        approve(stack, admin, thing)
        clerk.goto(f"{stack.url}/oakville/console/calls/{thing}")
        clerk.fill("#name-1", "Rosa (demo)")
        clerk.fill("#email-1", f"rosa-{SUFFIX}@citizen.example")
        clerk.click("text=Save the contacts")
        clerk.wait_for_load_state()
        assert_accessible(clerk)
        button.publish([{"n": "sos", "u": "/", "v": 1}])
        sent = wait_for(lambda: mail_to(stack, f"rosa-{SUFFIX}@citizen.example"), 60, "the call's mail")
        address = next(line for line in sent.split() if "/sos/" in line)
        contact = browser.new_context().new_page()
        contact.goto(stack.url + address[address.index("/oakville/sos/") :])
        assert_accessible(contact)
        contact.click("text=I see to it")
        contact.wait_for_load_state()
        assert "Rosa (demo) sees to it" in contact.inner_text("main")
        wait_for(lambda: button.told, 60, "the word that it was received")
        alarm = f"{stack.url}/oakville/console/alarms/{thing}.sos"
        assert "Somebody is on it" in words(clerk, alarm)
        assert_accessible(clerk)
        clerk.goto(f"{stack.url}/oakville/console/alarms")
        assert_accessible(clerk)
        clerk.goto(f"{stack.url}/oakville/console/calls")
        assert_accessible(clerk)
    finally:
        button.stop()


def mail_to(stack: Stack, address: str) -> str:
    """The text of the captured mail to an address, "" before there is one."""
    return "".join(one["BodyText"] for one in stack.mail(address)[:1])
