"""Devices in the console: adding one or many, the list, a device's life."""

from __future__ import annotations

import csv
import io

import pytest

from functions.core import i18n, scope, usage
from functions.sensing import provisioning
from functions.sensing.registry import lists, store
from functions.sensing.registry.domain import ACTIVE, PLANNED, RETIRED, REVOKED, Place, place_at
from functions.sensing.worker import handle_readings
from tests.desk import Browser
from tests.sensing.conftest import level, record
from tests.sensing.registry.conftest import ROLES, find
from tests.web.pages import check_structure

HOME, DEVICE = "/oakville/console/devices", "/oakville/console/device"
GAUGE = {
    "thing": "gauge-1", "profile": "river-level", "title": "Mill gauge", "lat": "30.507", "lon": "-97.671",
    "area": "Mill Creek", "department": "works", "installed": "2026-11-01", "design_life_years": "10",
    "calibration_due": "2026-11-10", "serial": "SN-0001",
}  # fmt: skip


def add(admin: Browser, **changes: str):
    return admin.submit(admin.get(f"{HOME}/add"), "form", **{**GAUGE, **changes})


@pytest.mark.parametrize(
    "page", ["s", "s/add", "s/import", "s/links", "s/claims", "/river-bridge", "/river-bridge?form=edit"]
)
@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_every_page_is_well_built_in_both_languages(admin, page, lang):
    admin.cookies["lang"] = lang
    answer = admin.get(DEVICE + page)
    assert answer.status == 200, answer.text[:300]
    check_structure(answer.document, lang)


def test_a_device_is_added_with_all_that_is_known_of_it(river, admin):
    answer = admin.follow(add(admin))
    assert "Mill gauge" in answer.words and "Planned" in answer.words and "1 November 2036" in answer.words
    device = find(river, "gauge-1")
    assert (device.state, device.place, device.department) == (
        PLANNED,
        Place(30.507, -97.671, "", "Mill Creek"),
        "works",
    )
    assert (device.life_ends, device.labels) == ("2036-11-01", ("sn0001",))
    with scope.tenant_scope(river.oakville):
        assert store.find_label("sn0001") == device


@pytest.mark.parametrize("page", ["s/add", "/river-bridge?form=edit"])
def test_the_forms_have_the_citys_plan_around_the_place(river, admin, page):
    place = admin.get(DEVICE + page).document.select_one("[data-bbox]")
    assert place["data-bbox"].split() == [str(side) for side in river.oakville.config["bbox"]]
    assert [one["name"] for one in place.select("input")] == ["lat", "lon", "address", "area"]


def test_a_device_about_a_person_is_for_its_department_and_each_view_is_recorded(river, admin, client):
    add(admin, thing="button-1", profile="sos-button", title="Rosa (demo)", address="1 Elm Street")
    clerk = Browser(client)
    clerk.sign_in("ana@oakville.example")
    for page in (f"{DEVICE}/button-1", f"{DEVICE}/button-1?photo=1"):
        assert clerk.get(page).status == 404
    for page in (HOME, f"{HOME}?text=rosa", f"{HOME}?format=csv"):
        answer = clerk.get(page)
        assert answer.status == 200 and "Rosa" not in answer.text
    assert "Rosa (demo)" in admin.get(f"{DEVICE}/button-1").words
    assert "Elm Street" in admin.get(f"{HOME}?format=csv").text
    seen = [item["action"]["S"] for item in river.items(river.oakville) if "action" in item]
    assert {"device_viewed", "devices_exported"} <= set(seen)


def test_what_is_wrong_in_the_form_is_said_beside_the_field(admin):
    answer = add(admin, thing="A b", profile="nothing", lat="91", lon="", installed="soon", eui="xyz",
                 design_life_years="0", department="none")  # fmt: skip
    assert answer.status == 422
    fields = {link["href"] for link in answer.document.select(".govuk-error-summary a")}
    assert fields >= {"#thing", "#profile", "#lat", "#lon", "#installed", "#eui", "#design_life_years",
                      "#department"}  # fmt: skip
    check_structure(answer.document, "en")
    assert "already" in add(admin, thing="river-bridge").words


def test_a_lorawan_device_is_active_at_once_and_its_eui_belongs_to_it_alone(river, admin):
    eui = "70B3D57ED0000001"
    add(admin, eui=eui)
    assert find(river, "gauge-1").state == ACTIVE
    assert find(river, "gauge-1").shard == "u0"
    with scope.tenant_scope(river.oakville):
        assert store.find_label(eui.lower()).thing == "gauge-1"
    with scope.tenant_scope(river.qinghe):
        assert store.find_label(eui.lower()) is None
    answer = add(admin, thing="gauge-2", eui=eui, serial="")
    assert answer.status == 422 and "DevEUI belongs to another device" in answer.words


def test_the_certificate_comes_as_one_file_and_its_key_is_kept_nowhere(river, admin):
    add(admin)
    page = admin.get(f"{DEVICE}/gauge-1")
    answer = admin.submit(page, "form-certificate")
    assert answer.headers["Content-Disposition"] == "attachment; filename=oakville-gauge-1.pem"
    assert "PRIVATE KEY" in answer.text and "BEGIN CERTIFICATE" in answer.text
    assert "Topic: $aws/rules/townkit_test_urgent/oakville/gauge-1/urgent\n" in answer.text
    secret = answer.text.split("PRIVATE KEY-----")[1].strip().splitlines()[0]
    assert secret not in repr(river.items(river.oakville))
    device = find(river, "gauge-1")
    assert (device.state, bool(device.certificate), device.shard) == (ACTIVE, True, "u0")
    assert "has a certificate already" in admin.submit(page, "form-certificate").words


def test_both_certificates_are_believed_until_the_next_one_is_used(river, admin, iot):
    from functions.sensing.registry import certificates
    from tests.sensing.registry.conftest import context

    add(admin)
    admin.submit(admin.get(f"{DEVICE}/gauge-1"), "form-certificate")
    first = find(river, "gauge-1").certificate
    admin.submit(admin.get(f"{DEVICE}/gauge-1"), "form-next-certificate")
    device = find(river, "gauge-1")
    assert device.certificate == first and len(device.certificates) == 2
    arns = iot.list_thing_principals(thingName="oakville:gauge-1")["principals"]
    assert {arn.rpartition("/")[2] for arn in arns} == set(device.certificates)
    with scope.tenant_scope(river.oakville):
        assert certificates.note_use(context(river), device, first) == device
        after = certificates.note_use(context(river), device, device.next_certificate)
        certificates.align_task(context(river), "gauge-1")
    assert after.certificates == (device.next_certificate,) == find(river, "gauge-1").certificates
    status = iot.describe_certificate(certificateId=first)["certificateDescription"]["status"]
    assert status == "REVOKED"


def test_after_seven_days_the_old_certificate_ends_by_itself(river, admin):
    from datetime import timedelta

    from functions.sensing.registry import certificates
    from tests.sensing.registry.conftest import context

    add(admin)
    for form in ("form-certificate", "form-next-certificate"):
        admin.submit(admin.get(f"{DEVICE}/gauge-1"), form)
    following = find(river, "gauge-1").next_certificate
    ctx = context(river)
    with scope.tenant_scope(river.oakville):
        ctx.now += timedelta(days=6, hours=23)
        certificates.night_task(ctx)
        assert len(find(river, "gauge-1").certificates) == 2
        ctx.now += timedelta(hours=2)
        certificates.night_task(ctx)
    assert find(river, "gauge-1").certificates == (following,)


def test_a_revoked_device_is_not_believed_and_may_get_a_new_certificate(river, admin):
    add(admin)
    admin.submit(admin.get(f"{DEVICE}/gauge-1"), "form-certificate")
    certificate = find(river, "gauge-1").certificate
    assert admin.submit(admin.get(f"{DEVICE}/gauge-1"), "form-revoke").status == 303
    assert find(river, "gauge-1").state == REVOKED
    handle_readings({"Records": [record("oakville", "gauge-1", level(1.0), certificate=certificate)]})
    page = admin.get(f"{DEVICE}/gauge-1")
    assert "Never" in page.words and "Certificate revoked" in page.words
    assert "BEGIN CERTIFICATE" in admin.submit(page, "form-certificate").text


def test_a_moved_device_keeps_the_place_of_each_time(river, admin):
    add(admin)
    with scope.tenant_scope(river.oakville):
        before = store.history("gauge-1")[0].at
    page = admin.get(f"{DEVICE}/gauge-1?form=edit")
    assert admin.submit(page, "form-edit", **{**GAUGE, "lat": "30.6", "lon": "-97.7"}).status == 303
    device = find(river, "gauge-1")
    with scope.tenant_scope(river.oakville):
        events = store.history("gauge-1")
    assert device.place.lat == 30.6
    assert place_at(device, events, before.replace("2026", "2025")).lat == 30.507
    assert place_at(device, events, "2027-01-01T00:00:00.000Z").lat == 30.6
    assert "Moved" in admin.get(f"{DEVICE}/gauge-1").words


def test_a_replaced_device_leaves_its_place_and_keeps_its_history(river, admin):
    add(admin)
    page = admin.get(f"{DEVICE}/gauge-1?form=replace")
    answer = admin.submit(page, "form-replace", new="gauge-2", new_serial="SN-0002")
    assert answer.location == f"{DEVICE}/gauge-2"
    old, new = find(river, "gauge-1"), find(river, "gauge-2")
    assert (old.state, old.replaced_by, new.replaces) == (RETIRED, "gauge-2", "gauge-1")
    assert add(admin, thing="gauge-3").status == 303, "the old one's serial number may be used again"
    assert (new.place, new.department, new.title, new.state) == (old.place, "works", "Mill gauge", PLANNED)
    page = admin.get(f"{DEVICE}/gauge-1")
    assert "Out of use" in page.words and page.document.find("form", id="form-certificate") is None
    assert admin.submit(admin.get(f"{DEVICE}/gauge-2?form=replace"), "form-retire").status == 303
    assert find(river, "gauge-2").state == RETIRED
    assert "gauge-1" not in admin.get(HOME).words


LIST = (
    "thing,profile,title,lat,lon,department,serial\r\n"
    "gauge-1,river-level,One,30.5,-97.6,works,S1\r\n"
    "gauge-2,river-level,Two,,,,S2\r\n"
)


def test_a_list_is_checked_first_and_then_taken_as_a_whole(river, admin):
    page = admin.get(f"{HOME}/import")
    answer = admin.submit(page, "form", list=LIST, action="check")
    assert "2 devices would be added" in answer.words and find(river, "gauge-1") is None
    answer = admin.submit(answer, "form", list=LIST, action="import")
    assert "2 devices are on the list now" in answer.words
    assert answer.document.select_one(f'td a[href="{DEVICE}/gauge-2"]'), "where its certificate's file is"
    assert find(river, "gauge-2").title == "Two"
    again = admin.submit(page, "form", list=LIST, action="import")
    assert again.words.count("Is there already") == 2 and find(river, "gauge-1").version == 1


def test_one_wrong_line_stops_the_list_and_every_line_has_its_report(river, admin):
    wrong = (
        LIST
        + "Bad Id,river-level,,,,nobody,\r\ngauge-2,nothing,,95,1,,S1\r\n"
        + "river-bridge,river-level,Other,,,,\r\n"
    )
    for action in ("check", "import"):
        answer = admin.submit(admin.get(f"{HOME}/import"), "form", list=wrong, action=action)
        assert answer.status == 422 and "3 lines are wrong, so nothing was added" in answer.words
        for words in ("Device id: A device id has", "Owner department: The city has no such department",
                      "The same id stands in an earlier line", "Latitude: A point has a latitude",
                      "Serial number: The same DevEUI", "another device with this id"):  # fmt: skip
            assert words in answer.words, words
        check_structure(answer.document, "en")
    assert find(river, "gauge-1") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The list is empty"),
        ("thing,profile\n", "The list is empty"),
        ("name,kind\nx,y\n", "There is no column"),
        ("thing,title\nx,y\n", "must name at least"),
        ('thing,profile\n"gauge,river-level\n', "cannot be read"),
        ("thing,profile\n" + "a,b\n" * 301, "at most 300 lines"),
        ("x" * 130_000, "at most 300 lines"),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(admin, text, said):
    answer = admin.submit(admin.get(f"{HOME}/import"), "form", list=text, action="import")
    assert answer.status == 422 and said in answer.words


def test_a_list_from_a_spreadsheet_in_either_language_is_read():
    allowed = lists.Choices(["river-level"], ["works"])
    with i18n.use_language("zh-Hans"):
        headings = [i18n.t(lists.FIELDS[name]) for name in ("thing", "profile", "title")]
    for mark in ("\t", ";", ","):
        rows = [headings, ["gauge-1", "river-level", "河边"]]
        (line,) = lists.read_list("\ufeff" + "\n".join(mark.join(row) for row in rows), allowed)
        assert (line.device.thing, line.device.title, line.problems) == ("gauge-1", "河边", {})


def test_the_plan_limits_how_many_there_may_be(river, admin):
    river.oakville.config["plan"]["limits"]["devices"] = 3
    answer = admin.submit(admin.get(f"{HOME}/import"), "form", list=LIST, action="import")
    assert answer.status == 422 and "allows no more devices" in answer.words
    assert add(admin).status == 303
    assert "allows no more devices" in add(admin, thing="gauge-9", serial="").words


def test_the_list_is_filtered_and_taken_away_with_harmless_cells(river, admin):
    add(admin, title="=HYPERLINK(1)")
    add(
        admin,
        thing="gauge-2",
        title="Young",
        installed="",
        calibration_due="",
        serial="",
        department="residents",
    )
    for query, expected in {
        "only=calibration": {"gauge-1"},
        "only=place": {"gauge-2", "river-bridge", "air-school"},
        "only=silent": {"river-bridge", "air-school"},
        "department=works": {"gauge-1"},
        "profile=air-station": {"air-school"},
        "state=planned": {"gauge-1", "gauge-2"},
        "text=young": {"gauge-2"},
    }.items():
        answer = admin.get(f"{HOME}?{query}&format=csv")
        rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
        assert {row["thing"] for row in rows} == expected, query
        assert answer.headers["Content-Disposition"].startswith("attachment")
    text = admin.get(f"{HOME}?format=csv").text
    assert "'=HYPERLINK(1)" in text and ",-97.671," in text


def test_only_admins_change_devices_and_everybody_else_only_sees_them(river, client):
    operator = Browser(client)
    operator.sign_in(ROLES["operator"])
    page = operator.get(f"{DEVICE}/river-bridge")
    assert page.status == 200 and page.document.find("form", id="form-revoke") is None
    token = page.document.find("input", {"name": "_csrf"})["value"]
    for address in ("s/add", "s/import", "s/links", "s/claims", "/river-bridge"):
        form = {"_csrf": token, "action": "revoke"}
        assert operator.post(f"{DEVICE}{address}", form).status == 404
    assert find(river, "river-bridge").state == ACTIVE
    assert operator.get(f"{HOME}/add").status == 404


def test_an_admin_of_one_city_does_not_reach_the_devices_of_the_other(river, admin):
    assert admin.get("/qinghe/console/devices").status == 303
    assert admin.get(f"{DEVICE}/qinghe:river-bridge").status == 404
    answer = admin.submit(admin.get(f"{DEVICE}/river-bridge"), "form-revoke")
    assert answer.status == 303
    assert find(river, "river-bridge", "qinghe").state == ACTIVE


def test_every_change_is_in_the_audit_chain_of_its_device(river, admin):
    add(admin)
    admin.submit(admin.get(f"{DEVICE}/gauge-1"), "form-certificate")
    admin.submit(admin.get(f"{DEVICE}/gauge-1?form=replace"), "form-retire")
    found = [item for item in river.items(river.oakville) if item["pk"]["S"] == "CHAIN#device#gauge-1"]
    actions = [item["action"]["S"] for item in found if "action" in item]
    assert actions == ["device-planned", "device-certificate", "device-retired"]


def test_the_pages_keep_within_their_calls(river, admin):
    for page, calls in (("s", 3), ("/river-bridge", 4)):
        admin.get(DEVICE + page)
        with usage.measured() as spent:
            admin.get(DEVICE + page)
        assert spent.calls <= calls, page


def test_a_shard_has_at_most_two_hundred_devices(river):
    with scope.tenant_scope(river.oakville):
        shards = store.take_shard("routine", 150) + store.take_shard("routine", 150)
        assert [shards.count(name) for name in ("r0", "r1")] == [200, 100]
        assert store.take_shard("urgent") == ["u0"]


def test_the_claim_policy_is_small_and_names_its_city(river):
    import json

    document = provisioning.claim_document("oakville")
    assert len(json.dumps(document)) <= 2048
    assert document["Statement"][0]["Resource"][0].endswith(":client/claim:oakville:*")


def test_a_device_that_only_the_citys_file_names_is_added_with_what_it_says(river, admin):
    page = admin.get(HOME)
    assert "not registered yet" in page.words and "Park (river-park)" in page.words
    link = next(a["href"] for a in page.document.find_all("a") if "thing=river-park" in a["href"])
    form = admin.get(link)
    assert form.document.find("input", id="thing")["value"] == "river-park"
    assert admin.submit(form, "form", thing="river-park", profile="river-level").status == 303
    assert "not registered yet" not in admin.get(HOME).words
