"""Webhooks: who may be called, what is sent and how it is signed, trying again, giving up with a word."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook as Verifier

from functions.adapters import caller as caller_module
from functions.adapters.caller import FakeCaller, HttpsCaller, NotDelivered
from functions.adapters.mail import FakeMailer
from functions.adapters.queue import FakeQueue
from functions.api import webhook_domain as domain
from functions.api import webhook_store, webhooks
from functions.cases import changes
from functions.core import clock
from functions.core.scope import tenant_scope
from functions.core.store import transaction
from functions.notifications import service as notifications
from tests.api.receiver import NAME, receiving
from tests.cases.browser import stored

URL = "https://hooks.example.com/changes?from=city"


@pytest.fixture
def hook(program):
    """A webhook of Oakville, as its program got it."""
    answer = program().post("/webhooks", {"url": URL, "note": "ERP (demo)"})
    assert answer.status == 201, answer.text
    return answer.json


@pytest.fixture
def ctx(cities):
    """The tasks worker's circumstances in Oakville."""
    made = cities.context(cities.oakville)
    made.now = clock.now()
    return made


def change(cities, ctx, department="residents", number=1):
    """A change of a case, written down; its id."""
    from functions.cases.domain import Case

    one = Case(f"case{number}", "application", f"REF{number}", "submitted", department, "", "", 1)
    with tenant_scope(cities.oakville), transaction() as tx:
        return changes.note(tx, ctx, one, "submitted")


def fan_out(cities, ctx, change_id):
    """The first task; the pointers that it sends."""
    queue = FakeQueue()
    with tenant_scope(cities.oakville):
        webhooks.fan_out(ctx, change_id, queue)
    return [pointer.id for pointer in queue.sent]


def deliver(cities, ctx, subject, caller):
    """A task of a delivery; the delays of the pointers that it sends."""
    queue = FakeQueue()
    with tenant_scope(cities.oakville):
        webhooks.deliver(ctx, subject, caller, queue)
    return queue.delays


def test_a_webhook_is_registered_listed_and_removed_by_its_own_program(program, cities):
    mine, other = program(), program()
    made = mine.post("/webhooks", {"url": URL}).json
    assert made["secret"].startswith("whsec_") and made["state"] == "active"
    (listed,) = mine.get("/webhooks").json["webhooks"]
    assert listed["id"] == made["id"] and "secret" not in listed
    assert made["secret"] not in str(stored(cities, cities.oakville, ""))
    assert other.get("/webhooks").json["webhooks"] == []
    assert other.ask("DELETE", f"/webhooks/{made['id']}").status == 404
    assert mine.ask("DELETE", f"/webhooks/{made['id']}").status == 200
    assert mine.ask("DELETE", f"/webhooks/{made['id']}").status == 404


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/", "https://localhost/", "https://127.0.0.1/", "https://10.1.2.3/x",
        "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest/meta-data/",
        "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::1]/", "https://2130706433/", "https://0x7f.1/",
        "https://printer.local/", "https://db.internal/", "https://user:pass@hooks.example.com/",
        "https://hooks.example.com:22/", "https://hooks.example.com/#x", "https://hooks/", "ftp://a.example",
        "https://", "https://hooks.example.com/a b", "https://h\u00f6oks.example.com/", "https://a.b:port/",
        "https://[fe80::1%25eth0]/", "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_on_the_internet_is_refused(url):
    assert domain.url_problem(url)


def test_a_program_is_told_that_its_address_cannot_be_called(program):
    answer = program().post("/webhooks", {"url": "https://10.0.0.1/", "note": "x" * 60})
    assert answer.status == 422 and set(answer.json["fields"]) == {"url"}


def test_there_are_only_so_many(program):
    mine = program()
    found = [mine.post("/webhooks", {"url": URL}).status for _ in range(domain.MAX_WEBHOOKS + 1)]
    assert found == [201] * domain.MAX_WEBHOOKS + [422]


def test_without_a_webhook_a_change_costs_no_message(cities, ctx):
    assert change(cities, ctx) is None


def test_a_change_is_told_over_tls_and_signed(program, cities, ctx, hook, tmp_path):
    change_id = change(cities, ctx)
    (subject,) = fan_out(cities, ctx, change_id)
    with receiving(tmp_path) as receiver:
        caller = HttpsCaller(lambda _: True, lambda host, port: ["127.0.0.1"], receiver.context)
        port = receiver.port
        caller_post = caller.post
        caller.post = lambda url, headers, body: caller_post(
            url.replace(NAME, f"{NAME}:{port}"), headers, body
        )
        assert deliver(cities, ctx, subject, caller) == []
        ((path, headers, body),) = receiver.got
    assert path == "/changes?from=city"
    told = Verifier(hook["secret"]).verify(body, headers)
    assert told["type"] == "case.changed" and told["data"]["case"] == "case1"
    assert "answers" not in told["data"] and "title" not in told["data"]
    assert not stored(cities, cities.oakville, "DELIVERY#")
    assert deliver(cities, ctx, subject, FakeCaller()) == []


def test_only_webhooks_of_the_department_are_told(program, cities, ctx):
    program(departments=("works",)).post("/webhooks", {"url": URL})
    assert fan_out(cities, ctx, change(cities, ctx, "residents")) == []
    assert len(fan_out(cities, ctx, change(cities, ctx, "works", 2))) == 1


def test_a_name_that_stands_for_a_private_address_is_not_called():
    for addresses in (["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["fec0::1"], []):
        caller = HttpsCaller(domain.is_public, lambda host, port, found=addresses: found)
        with pytest.raises(NotDelivered, match="public"):
            caller.post(URL, {}, b"{}")


def test_a_name_that_nobody_knows_and_a_door_that_is_shut_are_told_apart():
    def unknown(host, port):
        raise OSError

    with pytest.raises(NotDelivered, match="name"):
        HttpsCaller(domain.is_public, unknown).post(URL, {}, b"{}")
    with pytest.raises(NotDelivered, match="connection"):
        HttpsCaller(lambda _: True, lambda host, port: ["127.0.0.1"]).post("https://a.example:9/", {}, b"")
    with pytest.raises(NotDelivered, match="https"):
        HttpsCaller(lambda _: True).post("http://a.example/", {}, b"")


def test_a_receiver_is_known_by_its_certificate_and_redirects_are_not_followed(tmp_path):
    with receiving(tmp_path) as receiver:
        local = f"https://{NAME}:{receiver.port}/"
        with pytest.raises(NotDelivered, match="TLS"):
            HttpsCaller(lambda _: True, lambda host, port: ["127.0.0.1"]).post(local, {}, b"{}")
        trusting = HttpsCaller(lambda _: True, lambda host, port: ["127.0.0.1"], receiver.context)
        with pytest.raises(NotDelivered, match="TLS"):
            trusting.post(local.replace("hooks", "other"), {}, b"{}")
        receiver.redirect = "https://169.254.169.254/"
        assert trusting.post(local, {}, b"{}") == 302
        assert len(receiver.got) == 1


def test_a_receiver_that_drips_is_cut_off_while_it_greets(monkeypatch):
    monkeypatch.setattr(caller_module, "WHOLE", 0.3)
    over = threading.Event()

    def drip(listening):
        with listening.accept()[0] as peer:
            peer.sendall(bytes([0x16, 3, 3, 0x40, 0]))  # a TLS record of 16 KB that comes byte by byte
            with suppress(OSError):
                while not over.wait(0.05):
                    peer.sendall(bytes([0]))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        dripping = threading.Thread(target=drip, args=(listening,))
        dripping.start()
        began = time.monotonic()
        url = f"https://a.example:{listening.getsockname()[1]}/"
        with pytest.raises(NotDelivered):
            HttpsCaller(lambda _: True, lambda host, port: ["127.0.0.1"]).post(url, {}, b"{}")
        assert time.monotonic() - began < 2.5  # less than one step may take
        over.set()
        dripping.join()


def test_a_failure_is_tried_again_after_five_minutes_and_later_and_later(program, cities, ctx, hook):
    (subject,) = fan_out(cities, ctx, change(cities, ctx))
    caller, waits = FakeCaller(status=500), []
    for _ in range(len(domain.RETRIES)):
        deliver(cities, ctx, subject, caller)
        (item,) = stored(cities, cities.oakville, "DELIVERY#")
        due = clock.parse(item["next_at"]["S"])
        waits.append(due - ctx.now)
        ctx.now = due + timedelta(minutes=10)
    for wait, planned in zip(waits, domain.RETRIES, strict=True):
        assert 0.89 * planned <= wait <= 1.11 * planned
    assert len(caller.sent) == len(domain.RETRIES)
    assert len({headers["webhook-id"] for _, headers, _ in caller.sent}) == 1


def test_before_its_time_a_delivery_only_waits_and_the_queue_holds_it_a_quarter_hour(
    program, cities, ctx, hook
):
    (subject,) = fan_out(cities, ctx, change(cities, ctx))
    caller = FakeCaller(reason="no answer in time")
    (delay,) = deliver(cities, ctx, subject, caller)
    assert 250 <= delay <= 350
    ctx.now += timedelta(seconds=10)
    assert deliver(cities, ctx, subject, caller) and len(caller.sent) == 1
    ctx.now += timedelta(minutes=6)
    assert deliver(cities, ctx, subject, caller) == [domain.LONGEST_DELAY] and len(caller.sent) == 2


def test_others_of_its_messages_wait_while_a_receiver_is_silent(program, cities, ctx, hook):
    first = fan_out(cities, ctx, change(cities, ctx))[0]
    second = fan_out(cities, ctx, change(cities, ctx, number=2))[0]
    caller = FakeCaller(status=503)
    deliver(cities, ctx, first, caller)
    assert deliver(cities, ctx, second, caller) and len(caller.sent) == 1
    caller.status, ctx.now = 204, ctx.now + timedelta(minutes=7)
    assert deliver(cities, ctx, second, caller) == [] and deliver(cities, ctx, first, caller) == []
    with tenant_scope(cities.oakville):
        assert webhook_store.get(hook["id"]).why == ""


def test_after_the_last_try_it_is_switched_off_and_the_admin_gets_a_word(program, cities, ctx, hook):
    (subject,) = fan_out(cities, ctx, change(cities, ctx))
    caller = FakeCaller(status=500)
    for _ in range(len(domain.RETRIES) + 1):
        deliver(cities, ctx, subject, caller)
        ctx.now += timedelta(hours=23)
    mailer = FakeMailer()
    with tenant_scope(cities.oakville):
        assert webhook_store.get(hook["id"]).state == "failing"
        for row in stored(cities, cities.oakville, "OUTBOX"):
            notifications.deliver(ctx, row["sk"]["S"], mailer)
    (mail,) = mailer.sent
    assert mail.to == "admin@oakville.example" and URL in mail.body and "status 500" in mail.body
    assert not stored(cities, cities.oakville, "DELIVERY#")
    assert change(cities, ctx, number=3) is None


def test_a_receiver_that_is_gone_for_good_is_switched_off_at_once(program, cities, ctx, hook):
    (subject,) = fan_out(cities, ctx, change(cities, ctx))
    assert deliver(cities, ctx, subject, FakeCaller(status=410)) == []
    with tenant_scope(cities.oakville):
        assert webhook_store.get(hook["id"]).state == "failing"


def test_a_webhook_ends_with_its_key(program, cities, ctx, hook):
    (subject,) = fan_out(cities, ctx, change(cities, ctx))
    ctx.now = datetime(2100, 1, 1, tzinfo=UTC)
    caller = FakeCaller()
    deliver(cities, ctx, subject, caller)
    with tenant_scope(cities.oakville):
        assert webhook_store.get(hook["id"]).state == "key_gone" and not caller.sent


def test_what_lost_its_pointer_is_found_at_night(program, cities, ctx, hook):
    change_id = change(cities, ctx)
    queue = FakeQueue()
    ctx.now += timedelta(hours=3)
    with tenant_scope(cities.oakville):
        webhooks.sweep_task(ctx, queue=queue)
        assert [(one.kind, one.id) for one in queue.sent] == [("change", change_id)]
        webhooks.fan_out(ctx, change_id, FakeQueue())
        ctx.now += timedelta(hours=3)
        queue.sent.clear()
        webhooks.sweep_task(ctx, queue=queue)
    assert [(one.kind, one.id) for one in queue.sent] == [("webhook", f"{hook['id']}/{change_id}")]


def test_a_decision_of_a_clerk_reaches_the_queue(program, cities, hook):
    from tests.api.people import send

    sent = send(program(), cities).json
    told = [one["id"] for one in cities.messages(cities.tasks_url) if one["kind"] == "change"]
    assert len(told) == 1 and sent["case"] in told[0]


def test_pointers_that_name_nothing_do_nothing(cities, ctx, hook):
    before = cities.items(cities.oakville)
    for subject in ("", "x", "x/y", "../qinghe/x", f"{hook['id']}/nothing"):
        assert deliver(cities, ctx, subject, FakeCaller()) == []
        assert fan_out(cities, ctx, subject) == []
    assert cities.items(cities.oakville) == before


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_public_addresses_are_public(address):
    assert domain.is_public(address)


def test_a_signature_covers_id_time_and_body():
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    base = domain.sign(b"k" * 32, "msg_1", moment, b"{}")
    others = [
        domain.sign(b"j" * 32, "msg_1", moment, b"{}"),
        domain.sign(b"k" * 32, "msg_2", moment, b"{}"),
        domain.sign(b"k" * 32, "msg_1", moment + timedelta(seconds=1), b"{}"),
        domain.sign(b"k" * 32, "msg_1", moment, b"{ }"),
    ]
    signatures = {one["webhook-signature"] for one in (base, *others)}
    assert len(signatures) == 5
