"""The installer's page: a link with an end, fifty devices, and what it refuses."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from functions.core import clock, scope
from functions.core.errors import Invalid
from functions.sensing.registry import installers, photos, service, store
from functions.sensing.registry.domain import ACTIVE, Device, Place
from functions.sensing.registry.installer_worker import WORKER
from functions.sensing.worker import handle_readings
from tests.desk import Browser
from tests.sensing.conftest import level, record
from tests.sensing.registry.conftest import context, find
from tests.web.pages import check_structure
from tests.web.test_old_engines import newer
from tests.world import BUCKET, NOW

JSON = {"Accept": "application/json"}
PHOTOS = 5  # of fifty, since each takes the storage of the tests a while


def plan(world, *devices: Device, city: str = "oakville") -> None:
    ctx = context(world, city)
    with scope.tenant_scope(ctx.city):
        for device in devices:
            service.save(ctx, device, None, "device-planned")


def gauge(number: int, **more) -> Device:
    return Device(f"gauge-{number}", "river-level", serial=f"SN-{number:04}", **more)


@pytest.fixture
def link(river, client):
    """The address of a link for everything that Oakville has."""
    plan(river, *(gauge(number) for number in range(3)))
    with scope.tenant_scope(river.oakville):
        return f"/oakville/install/{installers.make(context(river), 'Firm A (demo)', 7)}"


def send(browser: Browser, link: str, token: str, **fields: str):
    return browser.post(link, {"_csrf": token, **fields}, **JSON)


def data(browser: Browser, link: str) -> dict:
    return json.loads(browser.get(f"{link}?data=1").text)


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_the_page_is_well_built_and_needs_no_account(link, client, lang):
    browser = Browser(client, {"lang": lang})
    answer = browser.get(link)
    check_structure(answer.document, lang)
    assert "Firm A (demo)" in answer.words
    assert len(answer.text.encode()) < 20_000


def test_the_citys_plan_lies_around_the_two_numbers(link, client, river):
    place = Browser(client).get(link).document.select_one("[data-bbox]")
    assert place["data-bbox"].split() == [str(side) for side in river.oakville.config["bbox"]]
    assert place["data-centre"] and {place["data-lat"], place["data-lon"]} == {"lat", "lon"}
    assert [one["name"] for one in place.select("input")] == ["lat", "lon"]


def test_without_a_script_a_device_is_installed_with_the_form(link, client, river):
    browser = Browser(client)
    answer = browser.submit(browser.get(link), "install-form", code="sn 0001", lat="30.5", lon="-97.6",
                            department="works")  # fmt: skip
    assert answer.location == f"{link}?done=gauge-1"
    device = find(river, "gauge-1")
    assert (device.place, device.department, device.installed) == (Place(30.5, -97.6), "works", "2026-11-20")
    assert "no certificate yet" in browser.follow(answer).words
    answer = browser.submit(browser.get(link), "install-form", code="gauge-9", lat="95")
    assert answer.status == 422 and "not on the list of your link" in answer.words
    answer = browser.submit(
        browser.get(link), "install-form", code="gauge-1", lat="95", lon="1", title="x" * 81
    )
    assert {a["href"] for a in answer.document.select(".govuk-error-summary a")} == {"#lat", "#title"}
    assert "use your position" in browser.submit(browser.get(link), "install-form", code="gauge-1").text


def test_fifty_devices_with_their_photos_and_first_readings(river, client, admin, capsys):
    """What a scripted installer and fifty simulated devices take, beside the hour that there is for it."""
    lines = [f"gauge-{n},river-level,SN-{n:04}" for n in range(50)]
    page = admin.get("/oakville/console/devices/import")
    assert (
        admin.submit(page, "form", list="\n".join(["thing,profile,serial", *lines]), action="import").status
        == 200
    )
    made = admin.submit(admin.get("/oakville/console/devices/links"), "form", name="Firm A", days="1")
    link = made.document.find("a", class_="townkit-key")["href"].partition("8000")[2]
    browser, started = Browser(client), time.perf_counter()
    token = data(browser, link)["csrf"]
    for n in range(50):
        thing = f"gauge-{n}"
        answer = send(browser, link, token, code=f"LW:D0:0:SN{n:04}:x" if n % 2 else f"SN-{n:04}",
                      lat=f"30.{n:03}", lon="-97.6", done=clock.iso(NOW))  # fmt: skip
        assert answer.status == 200 and json.loads(answer.text)["thing"] == thing
        if n < PHOTOS:
            form = json.loads(browser.get(f"{link}?photo={thing}").text)
            river.s3.put_object(
                Bucket=BUCKET,
                Key=form["fields"]["key"].replace("${filename}", "a.jpg"),
                Body=b"\xff\xd8\xff\xe0" + b"x" * 99,
            )
            assert send(browser, link, token, thing=thing, photo=form["file"]).status == 200
        with scope.tenant_scope(river.oakville):
            device = store.find(thing)
            service.save(context(river), device_with(device, f"{n:064x}"), device, "device-certificate")
        handle_readings(
            {"Records": [record("oakville", thing, level(1.0), id=f"m{n}", certificate=f"{n:064x}")]}
        )
        seen = json.loads(browser.get(f"{link}?check={thing}").text)
        assert (seen["seen"], seen["photo"]) == (True, n < PHOTOS), seen
    assert time.perf_counter() - started < 1200  # there is an hour for it, which a person needs
    with scope.tenant_scope(river.oakville):
        assert installers.every()[0].installed == 50


def device_with(device: Device, certificate: str) -> Device:
    from dataclasses import replace

    return replace(device, state=ACTIVE, certificate=certificate)


def test_the_reason_why_nothing_was_heard_is_said(river, link, client):
    browser = Browser(client)
    token = data(browser, link)["csrf"]
    said = json.loads(send(browser, link, token, code="gauge-1", address="Main Street 1").text)["said"]
    assert "no certificate yet" in said
    with scope.tenant_scope(river.oakville):
        device = store.find("gauge-1")
        service.save(context(river), device_with(device, "c1" * 32), device, "device-certificate")
    assert "No message has come yet" in browser.get(f"{link}?check=gauge-1").text
    handle_readings({"Records": [record("oakville", "gauge-1", level(1.0), certificate="ff" * 32)]})
    assert "not sent with the certificate" in browser.get(f"{link}?check=gauge-1").text


def test_the_same_work_sent_twice_changes_nothing(river, link, client):
    browser = Browser(client)
    token = data(browser, link)["csrf"]
    work = {"code": "gauge-1", "lat": "30.5", "lon": "-97.6", "done": "2026-11-18T23:00:00.000Z"}
    for _ in range(2):
        assert send(browser, link, token, **work).status == 200
    assert find(river, "gauge-1").version == 2
    assert find(river, "gauge-1").installed == "2026-11-18"


@pytest.mark.parametrize(
    "done", ["2026-11-21T00:00:00Z", "2020-01-01T00:00:00Z", "yesterday", "9" * 99, "2026-11-20"]
)
def test_a_telephone_whose_clock_is_wrong_notes_today(river, link, client, done):
    browser = Browser(client)
    send(browser, link, data(browser, link)["csrf"], code="gauge-1", address="Here", done=done)
    assert find(river, "gauge-1").installed == "2026-11-20"


def test_a_link_covers_only_what_it_names(river, client):
    plan(river, gauge(1, department="works"), gauge(2, department="residents"), gauge(3))
    ctx = context(river)
    with scope.tenant_scope(river.oakville):
        by_department = installers.make(ctx, "A", 1, department="works")
        by_thing = installers.make(ctx, "B", 1, things=["gauge-3"])
        by_area = installers.make(ctx, "C", 1, area="Mill")
    browser = Browser(client)
    for token, yes, no in ((by_department, "gauge-1", "gauge-2"), (by_thing, "gauge-3", "gauge-1")):
        link = f"/oakville/install/{token}"
        csrf = data(browser, link)["csrf"]
        assert send(browser, link, csrf, code=yes, address="x").status == 200
        refused, unknown = (
            send(browser, link, csrf, code=code, address="x") for code in (no, "nothing-here")
        )
        assert refused.status == unknown.status == 422
        assert json.loads(refused.text)["fields"] == json.loads(unknown.text)["fields"]
        assert browser.get(f"{link}?check={no}").status == browser.get(f"{link}?photo={no}").status == 404
    link = f"/oakville/install/{by_area}"
    send(browser, link, data(browser, link)["csrf"], code="gauge-2", address="x", area="Elsewhere")
    assert find(river, "gauge-2").place.area == "Mill"


def test_a_link_ends_by_its_time_by_the_city_and_at_the_citys_border(river, link, client, admin):
    browser = Browser(client)
    csrf = data(browser, link)["csrf"]
    assert browser.get(link.replace("oakville", "qinghe")).status == 404
    assert browser.get("/oakville/install/" + "x" * 22).status == 404
    with clock.frozen(NOW + timedelta(days=7, seconds=1)):
        assert browser.get(link).status == 404
    page = admin.get("/oakville/console/devices/links")
    assert admin.submit(page, "end-1").status == 303
    assert browser.get(link).status == 404
    assert send(browser, link, csrf, code="gauge-1", address="x").status == 404
    assert find(river, "gauge-1").installed == ""


def test_a_token_is_kept_as_a_digest_and_its_use_is_in_the_audit(river, link, client):
    browser = Browser(client)
    send(browser, link, data(browser, link)["csrf"], code="gauge-1", address="x")
    items = river.items(river.oakville)
    assert link.rpartition("/")[2] not in repr(items)
    actions = [item["action"]["S"] for item in items if "action" in item]
    assert {"installer-link-made", "device-installed"} <= set(actions)


def test_without_the_pages_own_token_nothing_is_taken(river, link, client):
    assert Browser(client).post(link, {"code": "gauge-1", "address": "x"}, **JSON).status == 403
    assert find(river, "gauge-1").installed == ""


def test_a_link_has_a_limit_of_changes_an_hour(river, link, client, monkeypatch):
    monkeypatch.setattr(installers, "PER_HOUR", 2)
    browser = Browser(client)
    csrf = data(browser, link)["csrf"]
    answers = [send(browser, link, csrf, code=f"gauge-{n}", address="x").status for n in range(3)]
    assert answers == [200, 200, 429]


def test_what_is_no_photo_is_refused(river, link, client):
    browser = Browser(client)
    csrf = data(browser, link)["csrf"]
    form = json.loads(browser.get(f"{link}?photo=gauge-1").text)
    river.s3.put_object(
        Bucket=BUCKET, Key=form["fields"]["key"].replace("${filename}", "a.jpg"), Body=b"#!/bin/sh"
    )
    answer = send(browser, link, csrf, thing="gauge-1", photo=form["file"])
    assert answer.status == 422 and "photo was not taken" in answer.text
    assert send(browser, link, csrf, thing="gauge-1", photo="../../x").status == 422
    assert find(river, "gauge-1").photo == ""
    assert photos.owner("gauge-1") == "device.gauge-1"


def test_a_link_needs_a_name_and_an_end(river):
    with scope.tenant_scope(river.oakville), pytest.raises(Invalid) as caught:
        installers.make(context(river), "", 61, department="nobody", things=["never-made"])
    assert set(caught.value.fields) == {"name", "days", "department", "things"}


def test_the_script_that_keeps_the_page_is_of_the_language_of_2011(link, client):
    answer = Browser(client).get("/oakville/install/worker.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert newer(answer.text) == [] and "'/oakville/install/'" in answer.text
    assert "%(page)s" in WORKER


def test_a_limited_link_takes_over_no_device_that_is_in_use(river):
    made = {
        "id": "x",
        "name": "A",
        "until": "",
        "made_at": "",
        "made_by": "",
        "state": "live",
        "installed": 0,
    }
    works = installers.Link(department="works", area="", things=(), **made)
    mill = installers.Link(department="", area="Mill", things=(), **made)
    for link in (works, mill):
        assert link.covers(gauge(1))
        assert not link.covers(gauge(1, state=ACTIVE))
        assert link.covers(gauge(1, state=ACTIVE, department="works", place=Place(area="Mill")))


def test_what_an_installer_types_is_one_line(river, link, client):
    browser = Browser(client)
    title = "Old\r\nbridge\x00\u202e\tnorth"
    send(browser, link, data(browser, link)["csrf"], code="gauge-1", address="Main\nStreet", title=title)
    device = find(river, "gauge-1")
    assert (device.title, device.place.address) == ("Old bridge north", "Main Street")


def test_work_that_waited_does_not_undo_a_newer_move(river, link, client):
    browser = Browser(client)
    csrf = data(browser, link)["csrf"]
    for address, day in (("First", 14), ("Third", 18)):
        done = f"2026-11-{day}T10:00:00.000Z"
        assert send(browser, link, csrf, code="gauge-1", address=address, done=done).status == 200
    late = {"code": "gauge-1", "address": "Second", "done": "2026-11-16T10:00:00.000Z"}
    refused = send(browser, link, csrf, **late)
    assert refused.status == 409 and "after this work was done" in refused.text
    assert find(river, "gauge-1").place.address == "Third"
    newer = late | {"address": "Fourth", "done": "2026-11-19T10:00:00.000Z"}
    assert send(browser, link, csrf, **newer).status == 200


def test_a_link_has_a_limit_of_upload_forms_an_hour(river, link, client, monkeypatch):
    monkeypatch.setattr(installers, "PHOTOS_PER_HOUR", 1)
    browser = Browser(client)
    assert [browser.get(f"{link}?photo=gauge-1").status for _ in range(2)] == [200, 429]
