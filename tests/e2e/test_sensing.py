"""Sensors on the deployed stack: real certificates, paho and mosquitto_pub over mutual TLS, the pages in a
browser.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from infra.simulator.mqtt import Device
from tests.e2e import mosquitto
from tests.e2e.a11y import assert_accessible
from tests.stack import Stack, wait_for

pytestmark = pytest.mark.e2e
SOON = 5.0  # seconds in which a reading must be on the page
_numbers = count(int(time.time()) % 100_000)


@dataclass(frozen=True)
class Gauge:
    """A river gauge with a certificate, made by the command line, and its folder."""

    stack: Stack
    city: str
    thing: str
    folder: Path

    @property
    def client_id(self) -> str:
        return f"{self.city}:{self.thing}"

    @property
    def topic(self) -> str:
        return topic_of(self.stack, self.city, self.thing)

    def publish(self, pack: Any, *, topic: str = "", client_id: str = "", certified: bool = True) -> bool:
        """Send one message (QoS 1); False when the broker closed the connection instead of taking it."""
        device = self.device(topic, client_id, certified=certified)
        device.start()
        try:
            wait_for(lambda: device.connected.is_set() or device.disconnected.is_set(), what="the broker")
            if not device.connected.is_set():
                return False
            sent = device.publish(pack)
            wait_for(lambda: sent.is_published() or device.disconnected.is_set(), what="an answer")
            return bool(sent.is_published())
        finally:
            device.stop()

    def device(self, topic: str = "", client_id: str = "", *, certified: bool = True) -> Device:
        """The device's connection, not yet started."""
        return Device(
            client_id or self.client_id,
            topic or self.topic,
            self.folder,
            "localhost",
            self.stack.local.mqtt_port,
            certified=certified,
        )

    def stored(self) -> list[float]:
        """Values of the open item's levels, in order of time."""
        return [r.value for r in stored(self.stack, self.city, self.thing) if r.metric == "level"]


Make = Callable[..., Gauge]


@pytest.fixture
def make(stack: Stack, tmp_path: Path) -> Iterator[Make]:
    """Makes gauges with names of their own; they are revoked at the end, since a plan allows only so many."""
    made: list[Gauge] = []

    def make_gauge(city: str = "oakville", thing: str = "") -> Gauge:
        thing = thing or f"gauge-{next(_numbers)}"
        folder = tmp_path / f"{city}-{thing}"
        done = stack.townkit("devices", "add", city, thing, "--profile", "river-level", "--out", str(folder))
        assert done.returncode == 0, done.stderr
        made.append(Gauge(stack, city, thing, folder))
        return made[-1]

    yield make_gauge
    for gauge in made:
        stack.invoke("admin", {"action": "device-revoke", "city": gauge.city, "thing": gauge.thing})


def topic_of(stack: Stack, city: str, thing: str) -> str:
    return f"$aws/rules/{stack.outputs['ReadingsRuleName']}/{city}/{thing}/data"


def table_of(stack: Stack, city: str) -> str:
    return f"{stack.environment['TOWNKIT_CITY_TABLE_PREFIX']}{city}"


def stored(stack: Stack, city: str, thing: str) -> list[Any]:
    """The readings of a device in its log, in order."""
    from functions.core import keys
    from functions.sensing.log import codec

    table, client = table_of(stack, city), stack.client("dynamodb")
    meta = {"pk": {"S": keys.device(thing)}, "sk": {"S": keys.META}}
    shard = client.get_item(TableName=table, Key=meta)["Item"]["service"]["S"]
    pages = client.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": keys.log(shard)}, ":sk": {"S": keys.ENTRY_PREFIX}},
        ConsistentRead=True,
    )
    entries = [codec.unpack_entry(item["b"]["B"]) for page in pages for item in page["Items"]]
    return sorted(arrival.reading for entry in entries for arrival in entry.arrivals.get(thing, ()))


def read(stack: Stack, path: str) -> str:
    with urllib.request.urlopen(f"{stack.url}{path}", timeout=20) as answer:
        return str(answer.read().decode())


def in_queue(stack: Stack, output: str, thing: str) -> dict[str, Any] | None:
    """A message about a thing in one of the stack's queues; it is taken out. Others stay, out of sight for a
    moment so that one look sees all.
    """
    sqs, url = stack.client("sqs"), stack.outputs[output]
    while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=2).get(
        "Messages"
    ):
        for message in batch:
            body: dict[str, Any] = json.loads(message["Body"])
            if body.get("thing") == thing:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                return body
    return None


def sign_in(stack: Stack, page: Any, city: str, person: str) -> None:
    """Through the hosted login."""
    page.goto(f"{stack.url}/{city}/console")
    if "/oauth2/" in page.url or "/login" in page.url:
        signin = next(one for one in stack.signins if one.email == f"{person}@{city}.example")
        page.fill("input[name=username]", signin.email)
        page.fill("input[name=password]", signin.password)
        page.locator("button[type=submit], input[type=submit]").first.click()
        page.wait_for_url(f"{stack.url}/{city}/console**")


def level(value: float, **fields: Any) -> list[dict[str, Any]]:
    return [{"n": "level", "u": "m", "v": value, **fields}]


def test_the_command_line_of_the_readme_puts_a_reading_on_the_page_within_five_seconds(stack, make, page):
    mosquitto.ensure()
    gauge = make()
    readme = (gauge.folder / "README.txt").read_text()
    line = next(line for line in readme.splitlines() if line.startswith("mosquitto_pub"))
    assert (gauge.folder / "key.pem").stat().st_mode & 0o077 == 0
    read(stack, "/oakville/sensors")  # the page itself may start cold; the promise is about the reading
    assert subprocess.run(shlex.split(line), cwd=gauge.folder, timeout=30).returncode == 0
    published = time.monotonic()
    section = wait_for(lambda: value_shown(stack, gauge), SOON, "the reading on the page")
    assert time.monotonic() - published <= SOON
    assert "1.00 m" in section
    for city, lang in (("oakville", "en"), ("oakville", "zh-Hans")):
        page.goto(f"{stack.url}/{city}/sensors?lang={lang}")
        assert_accessible(page)


def value_shown(stack: Stack, gauge: Gauge) -> str:
    """The device's part of the public page that shows it, when it has a reading."""
    path: str | None = "/oakville/sensors"
    while path:
        html = read(stack, path)
        section = html.partition(f'id="{gauge.thing}"')[2].partition("</section>")[0]
        if section:
            return section if "<time" in section else ""
        more = re.search(r'href="(/oakville/sensors\?page=[0-9]+)" rel="next"', html)
        path = more[1] if more else None
    return ""


def test_a_certificate_speaks_for_its_own_city_only(stack, make):
    ours = make("oakville")
    theirs = make("qinghe", ours.thing)
    assert theirs.publish(level(2.0))  # the control: their own device, the same topic
    wait_for(lambda: theirs.stored() == [2.0], what="the control's reading")
    assert not ours.publish(level(3.0), topic=theirs.topic)  # the broker hangs up
    assert not ours.publish(level(3.1), topic=theirs.topic, client_id=theirs.client_id)
    assert ours.publish(level(1.0))
    wait_for(lambda: ours.stored() == [1.0], what="our own reading")
    assert theirs.stored() == [2.0]


def test_a_device_is_disconnected_for_a_foreign_topic_and_for_subscribing(stack, make):
    gauge = make()
    for what in ("publish", "subscribe"):
        device = gauge.device()
        device.start()
        assert device.connected.wait(10)
        device.publish(level(1.0)).wait_for_publish(10)  # the control: its own topic
        device.disconnected.clear()
        if what == "publish":
            device.client.publish(topic_of(stack, "qinghe", gauge.thing), "[]", qos=1)
        else:
            device.client.subscribe("#", qos=1)
        assert device.disconnected.wait(10), what
        device.stop()
    wait_for(lambda: len(gauge.stored()) == 2, what="the readings on its own topic")


def test_a_payload_that_names_another_city_changes_nothing(stack, make):
    ours = make("oakville")
    theirs = make("qinghe", ours.thing)
    pack = [{"bn": f"qinghe:{ours.thing}:", "n": "level", "v": 1.5, "city": "qinghe", "thing": ours.thing}]
    assert ours.publish(pack)
    wait_for(lambda: ours.stored() == [1.5], what="the reading in its own city")
    assert theirs.stored() == []


def test_a_message_without_the_devices_certificate_is_not_stored(stack, make):
    """The laptop's broker lets a client without a certificate in (AWS does not): the worker still does not
    believe it. Another device of the city cannot speak for this one either.
    """
    gauge, other = make(), make()
    assert gauge.publish(level(1.0))
    wait_for(lambda: gauge.stored() == [1.0], what="the control's reading")
    gauge.publish(level(7.0), certified=False)
    other.publish(level(8.0), topic=gauge.topic)
    for _ in range(2):
        found = wait_for(lambda: in_queue(stack, "RefusedQueueUrl", gauge.thing), what="a refused message")
        assert "certificate" in found["reason"]
    assert gauge.stored() == [1.0]


def test_a_revoked_certificate_cannot_connect(stack, make):
    gauge = make()
    assert gauge.publish(level(1.0))  # the control
    wait_for(lambda: gauge.stored() == [1.0], what="the control's reading")
    done = stack.townkit("devices", "revoke", "oakville", gauge.thing)
    assert done.returncode == 0, done.stderr
    assert not gauge.publish(level(2.0))
    listed = stack.townkit("devices", "list", "oakville").stdout
    assert "revoked" in next(line for line in listed.splitlines() if line.startswith(gauge.thing + " "))
    assert gauge.stored() == [1.0]
    renewed = stack.townkit(
        "devices", "add", "oakville", gauge.thing, "--profile", "river-level", "--out", f"{gauge.folder}-new"
    )
    assert renewed.returncode == 0, renewed.stderr
    again = Gauge(stack, "oakville", gauge.thing, Path(f"{gauge.folder}-new"))
    assert again.publish(level(3.0))
    wait_for(lambda: gauge.stored() == [1.0, 3.0], what="the reading with the new certificate")


def test_a_malformed_message_is_refused_with_its_reason_and_its_neighbours_are_stored(stack, make, page):
    gauge = make()
    device = gauge.device()
    device.start()
    assert device.connected.wait(10)
    for message in (level(1.0, t=-2), '[{"n":"level","v":', level(2.0)):
        device.publish(message).wait_for_publish(10)
    device.stop()
    wait_for(lambda: gauge.stored() == [1.0, 2.0], what="the neighbours")
    found = wait_for(lambda: in_queue(stack, "RefusedQueueUrl", gauge.thing), what="the refused message")
    assert "not JSON" in found["reason"]
    sign_in(stack, page, "oakville", "works")
    page.goto(f"{stack.url}/oakville/console/refusals?lang=en")
    row = page.locator("table").first.locator("tr", has_text=gauge.thing)
    assert "The message is not JSON" in row.first.inner_text()
    assert "messages were refused" in page.locator("main").inner_text()
    assert_accessible(page)
    page.goto(f"{stack.url}/oakville/console/refusals?lang=zh-Hans")
    assert (
        "消息不是 JSON" in page.locator("table").first.locator("tr", has_text=gauge.thing).first.inner_text()
    )


def test_readings_over_the_threshold_open_one_incident_in_the_console(stack, make, page):
    gauge = make()
    assert gauge.publish([{"n": "level", "u": "m", "v": 3.6, "t": -n} for n in range(2)])
    wait_for(lambda: len(gauge.stored()) == 2, what="two readings over the level")
    assert incidents(stack, gauge) == []  # three in a row are needed
    assert gauge.publish(level(3.7))
    (case,) = wait_for(lambda: incidents(stack, gauge), what="the incident")
    assert gauge.publish(level(3.8))
    wait_for(lambda: len(gauge.stored()) == 4, what="a fourth reading")
    assert incidents(stack, gauge) == [case]
    assert "Alarm" in wait_for(lambda: value_shown(stack, gauge), what="the page")
    sign_in(stack, page, "oakville", "works")
    page.goto(f"{stack.url}/oakville/console/cases/{case}?lang=en")
    assert "High water in Mill Creek" in page.locator("main").inner_text()
    assert "3.7 m" in page.locator("main").inner_text()
    assert gauge.publish(level(3.0))
    wait_for(lambda: cleared(stack, case), what="the note that the water has fallen")


def incidents(stack: Stack, gauge: Gauge) -> list[str]:
    """The incident of the alarm that runs on a device, once it is open."""
    from functions.core import keys

    key = {"pk": {"S": keys.alarms(gauge.thing)}, "sk": {"S": keys.alarm_now("high-water")}}
    item = stack.client("dynamodb").get_item(TableName=table_of(stack, gauge.city), Key=key).get("Item")
    return [item["service"]["S"]] if item and "service" in item else []


def cleared(stack: Stack, case: str) -> bool:
    key = {"pk": {"S": f"CASE#{case}"}, "sk": {"S": "META"}}
    item = stack.client("dynamodb").get_item(TableName=table_of(stack, "oakville"), Key=key)["Item"]
    return bool(json.loads(item["body"]["S"]).get("cleared_at"))


def test_a_crash_ends_in_the_dead_letter_queue_and_others_are_stored(stack, make):
    broken, fine = make(), make()
    stack.client("dynamodb").update_item(
        TableName=table_of(stack, "oakville"),
        Key={"pk": {"S": f"DEVICE#{broken.thing}"}, "sk": {"S": "META"}},
        UpdateExpression="SET kind = :damaged",
        ExpressionAttributeValues={":damaged": {"S": "no-such-profile"}},
    )
    sent = [threading.Thread(target=gauge.publish, args=[level(1.0)]) for gauge in (broken, fine)]
    with stack.quick_retries("ReadingsQueueUrl"):
        for thread in sent:
            thread.start()
        for thread in sent:
            thread.join()
        wait_for(lambda: fine.stored() == [1.0], what="the other device's reading")
        dead = wait_for(
            lambda: in_queue(stack, "ReadingsDeadLettersUrl", broken.thing), 90, "the dead letter"
        )
    assert (dead["city"], dead["thing"]) == ("oakville", broken.thing)
    assert in_queue(stack, "RefusedQueueUrl", broken.thing) is None


def test_simulated_devices_send_their_history_once(stack, tmp_path):
    for _ in range(2):
        done = stack.townkit("simulate", "qinghe", "--once", "--keys", str(tmp_path))
        assert done.returncode == 0, done.stderr
        connected = re.search(r"(\d+) of (\d+) devices connected", done.stdout)
        assert connected and connected[1] == connected[2]
    levels = wait_for(lambda: stored(stack, "qinghe", "river-gate"), what="the gauge's history")
    moments = [(reading.at, reading.metric) for reading in levels]
    assert len(moments) == len(set(moments)) >= 2


def test_a_quarter_of_a_day_in_a_moment_is_stored_reading_by_reading(stack, tmp_path):
    names = [f"sim-noise-meter-{n}" for n in range(3)]
    labels = tmp_path / "labels.jsonl"
    try:
        done = stack.townkit(
            "simulate", "oakville", "--devices", "3", "--profile", "noise-meter", "--hours", "6", "--speed",
            "20000", "--no-faults", "--labels", str(labels), "--keys", str(tmp_path), "--once",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        sent = re.search(r"(\d+) readings, 0 not taken", done.stdout)
        assert sent, done.stdout
        wait_for(
            lambda: sum(len(stored(stack, "oakville", name)) for name in names) == int(sent[1]),
            30,
            "every reading",
        )
        assert labels.exists()
    finally:
        for name in names:
            stack.invoke("admin", {"action": "device-revoke", "city": "oakville", "thing": name})


REFUSED = [
    ("add oakville {thing} --profile river-level --out {new}", "has a certificate already"),
    ("add oakville 'No Good' --profile river-level --out {new}", "small letters"),
    ("add oakville fine-1 --profile nothing --out {new}", "no such device profile"),
    ("add nowhere fine-1 --profile river-level --out {new}", "no city"),
    ("add oakville fine-1 --profile river-level --out {folder}", "not empty"),
    ("revoke oakville never-made", "no such device"),
]


def test_what_the_command_line_refuses_is_one_clear_sentence(stack, make, tmp_path):
    gauge = make()
    for line, words in REFUSED:
        line = line.format(thing=gauge.thing, new=tmp_path / "new", folder=gauge.folder)
        done = stack.townkit("devices", *shlex.split(line))
        assert done.returncode == 1
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "new").exists()
