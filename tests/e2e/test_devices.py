"""Devices on the deployed stack: one that claims its certificate over MQTT, and an installer's telephone that
loses its network, in a real browser."""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Route

from infra.cli.devices import root_certificate
from tests.e2e.a11y import assert_accessible
from tests.e2e.test_sensing import level, sign_in
from tests.stack import Stack, wait_for

pytestmark = pytest.mark.e2e
CITY, HOME = "oakville", "/oakville/console/devices"


class Claimer:
    """A device as it comes from the factory: a claim certificate in one file, and its serial number."""

    def __init__(self, stack: Stack, bundle: Path, client_id: str) -> None:
        root = bundle.parent / "ca.pem"
        root.write_text(root_certificate(stack.connection))
        context = ssl.create_default_context(cafile=str(root))
        context.load_cert_chain(str(bundle))
        self.answers: Queue[tuple[str, dict[str, Any]]] = Queue()
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=client_id)
        self.client.tls_set_context(context)
        self.client.on_message = lambda client, userdata, message: self.hear(message)
        self.client.connect("localhost", stack.local.mqtt_port)
        self.client.loop_start()

    def hear(self, message: Any) -> None:
        """Keep it. An empty one says that what waited under its topic is over."""
        if message.payload:
            self.answers.put((message.topic, json.loads(message.payload)))

    def ask(self, topic: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Publish, and the answer: ``accepted`` or ``rejected``, and what it says."""
        for word in ("accepted", "rejected"):
            self.client.subscribe(f"{topic}/{word}", qos=1)
        self.client.publish(topic, json.dumps(body), qos=1)
        try:
            answered, said = self.answers.get(timeout=40)
        except Empty as error:
            raise AssertionError(f"no answer on {topic}") from error
        return answered.rpartition("/")[2], said

    def claim(self, serial: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """A certificate, and what became of the wish to use it."""
        word, made = self.ask("$aws/certificates/create/json", {})
        assert word == "accepted", made
        body = {
            "certificateOwnershipToken": made["certificateOwnershipToken"],
            "parameters": {"SerialNumber": serial, "City": "qinghe", "ThingName": "qinghe:mine"},
        }
        word, said = self.ask("$aws/provisioning-templates/townkit_local_devices/provision/json", body)
        return word, said, made

    def stop(self) -> None:
        """Disconnect."""
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def claimer(stack: Stack, tmp_path: Path) -> Iterator[Claimer]:
    bundle = tmp_path / "claim.pem"
    done = stack.townkit(
        "devices", "claim", CITY, "--name", "Factory (demo)", "--days", "1", "--out", str(bundle)
    )
    assert done.returncode == 0, done.stderr
    made = Claimer(stack, bundle, f"claim:{CITY}:0001")
    yield made
    made.stop()


def put_on_list(stack: Stack, folder: Path, *things: str) -> None:
    rows = ["thing,profile,serial", *(f"{thing},river-level,S-{thing}" for thing in things)]
    file = folder / "list.csv"
    file.write_text("\n".join(rows))
    done = stack.townkit("devices", "import", CITY, str(file))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_device_claims_its_certificate_for_its_own_city_speaks_and_renews_it(
    stack, claimer, page, tmp_path
):
    thing = f"claimed-{int(time.time()) % 100_000}"
    put_on_list(stack, tmp_path, thing)
    word, said, _ = claimer.claim("S-nobody")
    assert (word, said["errorCode"]) == ("rejected", "AccessDenied")
    word, said, made = claimer.claim(f"S-{thing}")
    assert word == "accepted", said
    assert said["thingName"] == f"{CITY}:{thing}"  # whatever the device said about its city
    configuration = said["deviceConfiguration"]
    own = tmp_path / "own.pem"
    own.write_text(made["privateKey"] + made["certificatePem"])
    device = Claimer(stack, own, said["thingName"])
    sent = device.client.publish(configuration["Topic"], json.dumps(level(1.25)), qos=1)
    wait_for(sent.is_published, what="the broker's answer")
    device.stop()

    def seen() -> bool:
        listed = stack.townkit("devices", "list", CITY).stdout
        return any(thing in line and "never" not in line for line in listed.splitlines())

    wait_for(seen, 30, "its first reading")
    word, said, _ = claimer.claim(f"S-{thing}")
    assert word == "rejected", "a device that was heard does not claim again"
    renew(stack, page, Claimer(stack, own, f"{CITY}:{thing}"), thing, tmp_path)


def renew(stack: Stack, page: Any, device: Claimer, thing: str, folder: Path) -> None:
    """The city asks for it while the device sleeps; the device hears it, and fetches its next certificate
    with its present one."""
    word, said, _ = device.claim(thing)
    assert word == "rejected", said
    sign_in(stack, page, CITY, "admin")
    page.goto(f"{stack.url}/oakville/console/device/{thing}?lang=en")
    page.get_by_role("button", name="Let the device fetch the next certificate").click()
    page.get_by_text("has not yet").wait_for()
    topic = f"townkit/{CITY}:{thing}/certificate"
    wait_for(lambda: told(device, topic), 30, "the retained message")
    word, said, made = device.claim(thing)
    assert (word, said.get("thingName")) == ("accepted", f"{CITY}:{thing}"), said
    device.stop()
    fresh = folder / "fresh.pem"
    fresh.write_text(made["privateKey"] + made["certificatePem"])
    again = Claimer(stack, fresh, f"{CITY}:{thing}")
    again.client.publish(said["deviceConfiguration"]["Topic"], json.dumps(level(1.5)), qos=1)

    def changed() -> bool:
        page.reload()
        return "The old certificate ended" in page.locator("main").inner_text()

    wait_for(changed, 30, "the end of the old certificate")
    wait_for(lambda: not told(again, topic), 30, "the end of the retained message")
    again.stop()


def told(device: Claimer, topic: str) -> bool:
    """Whether a message waits there: each subscription brings it again."""
    device.client.subscribe(topic, qos=1)
    try:
        heard, said = device.answers.get(timeout=2)
    except Empty:
        return False
    assert (heard, said["certificate"]) == (topic, "next")
    return True


def test_an_installers_telephone_keeps_two_devices_until_there_is_a_network(stack, browser, page, tmp_path):
    things = [f"site-{int(time.time()) % 100_000}-{n}" for n in range(2)]
    put_on_list(stack, tmp_path, *things)
    sign_in(stack, page, CITY, "admin")
    for address in ("", "/add", "/import", "/claims", "/links"):
        page.goto(f"{stack.url}{HOME}{address}?lang=en")
        assert_accessible(page)
    page.fill("#name", "Firm A (demo)")
    page.fill("#days", "1")
    page.click("#form button")
    address = page.locator("a.townkit-key").get_attribute("href")
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, geolocation={"latitude": 30.5, "longitude": -97.6},
        permissions=["geolocation"],
    )  # fmt: skip
    phone = context.new_page()
    phone.goto(address)
    phone.wait_for_selector("#install[data-ready='1']")
    assert_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    context.set_offline(True)
    phone.reload()  # the page itself was kept
    photo = tmp_path / "photo.png"
    phone.screenshot(path=str(photo))
    for thing in things:
        phone.fill("#code", f"S-{thing}")
        assert not phone.locator(".townkit-plan__pin").count(), "each device begins without a place"
        if thing == things[0]:
            phone.get_by_role("button", name="Use the place where I am").click()
            phone.get_by_text("exact to about").wait_for()
        else:
            phone.locator("svg.townkit-plan").click()  # the plan needs no network
        wait_for(lambda: phone.input_value("#lat"), what="the position")
        phone.set_input_files("#install-photo-file", str(photo))
        wait_for(lambda: phone.inner_text("#install-photo [role=status]"), what="the photo")
        phone.click("#install-form button[type=submit]")
        phone.wait_for_selector(f"li[data-thing='{thing}'][data-state='waiting']")
    assert phone.get_attribute("#install-net", "data-waiting") == "2"
    refused: list[str] = []

    def answer(route: Route) -> None:
        """Busy at the first try: the photo must wait, not be lost."""
        refused.append(route.request.url)
        route.fulfill(status=503) if len(refused) == 1 else route.continue_()

    context.route(re.compile(r"[?]photo="), answer)
    context.set_offline(False)
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    for thing in things:
        phone.wait_for_selector(f"li[data-thing='{thing}'][data-state='sent']")
        assert "no certificate yet" in phone.locator(f"li[data-thing='{thing}']").inner_text()
    phone.wait_for_selector("#install-net[data-waiting='0']", timeout=40_000)
    assert len(refused) == 3
    context.close()
    for thing in things:
        page.goto(f"{stack.url}/oakville/console/device/{thing}?lang=en")
        text = page.locator("main").inner_text()
        assert "Photo of the device" in text and "Installed" in text
        assert ("30.500000, -97.600000" in text) == (thing == things[0])
    assert_accessible(page)
