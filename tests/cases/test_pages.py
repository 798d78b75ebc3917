"""A person's whole way, page by page, without scripts: in both cities and both languages, with the wrong
turns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from chalice.test import Client

from functions.cases import applying
from functions.core import clock
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope
from functions.services import beginning
from tests.cases.browser import Browser, as_json, stored
from tests.cases.walk import ANSWERS, PDF, begin, fill, finish, jump
from tests.world import World


@pytest.mark.parametrize("city", ["oakville", "qinghe"])
@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_a_person_applies_without_scripts(browser: Browser, city: str, lang: str) -> None:
    begin(browser, city, lang)
    fill(browser, city)
    assert browser.heading == {"en": "Check your answers", "zh-Hans": "核对您填写的内容"}[lang]
    browser.submit(declaration="yes")
    assert browser.address.endswith("/done")
    assert browser.heading == {"en": "Application received", "zh-Hans": "申请已收到"}[lang]
    assert browser.page.html and browser.page.html["lang"] == lang
    case = next(
        item
        for item in stored(browser.world, getattr(browser.world, city), "CASE#")
        if item["sk"]["S"] == "META"
    )
    answers = as_json(case, "body")["answers"]
    assert answers["birth_date"] == {"oakville": "1984-02-29", "qinghe": "1949-12-31"}[city]
    assert answers["identity_number"] == {"oakville": "536904399", "qinghe": "11010519491231002X"}[city]
    assert answers["email"].endswith("@citizen.example")
    assert case["department"]["S"] == "residents"


def test_the_start_page_says_what_it_costs_how_long_and_what_you_need(browser: Browser) -> None:
    text = browser.get("/oakville/services/residence-certificate").page.get_text(" ", strip=True)
    for words in ("Free", "within 3 working days", "What you need", "a photo or scan"):
        assert words in text
    browser.cookies.clear()
    text = browser.get("/qinghe/services/residence-certificate").page.get_text(" ", strip=True)
    assert "¥5.00" in text and "3 个工作日" in text


def test_every_page_has_a_back_link_one_heading_and_a_title_of_its_own(browser: Browser) -> None:
    begin(browser, "oakville")
    titles = set()
    for page in [*ANSWERS["oakville"], "proof"]:
        fill(browser, "oakville", page)
        assert browser.page.select_one("a.govuk-back-link"), page
        assert len(browser.page.find_all("h1")) == 1
        assert (browser.page.h1 and browser.page.h1.find(["label", "legend"])) or browser.page.select_one(
            "legend h1"
        ), page
        titles.add(browser.title)
    assert len(titles) == 9


def test_an_error_is_named_in_the_title_the_summary_and_beside_the_field(browser: Browser) -> None:
    begin(browser, "oakville").submit(name="  ")
    assert browser.title.startswith("Error:")
    assert browser.problems == [("#name", "Enter your full name")]
    assert (
        browser.page.select_one("#name-error")
        and "Enter your full name" in browser.page.select_one("#name-error").text
    )
    assert "name-error" in browser.page.select_one("#name")["aria-describedby"]


def test_what_was_typed_is_kept_beside_the_error(browser: Browser) -> None:
    jump(begin(browser, "oakville"), "oakville", "birth-date")
    browser.submit(birth_date__day="31", birth_date__month="2", birth_date__year="1984")
    assert browser.problems == [("#birth_date-month", "Enter a real date")]
    assert browser.values()["birth_date-day"] == "31"
    fill(browser, "oakville", "address")
    browser.submit(address__street="12 Oak Street", address__postcode="abc")
    assert [where for where, _ in browser.problems] == [
        "#address-city",
        "#address-state",
        "#address-postcode",
    ]
    assert browser.values()["address-street"] == "12 Oak Street"
    browser.get(browser.address.partition("?")[0])
    assert not browser.problems and browser.values()["address-street"] == "12 Oak Street"


def test_the_identity_number_is_checked_as_the_country_does(browser: Browser) -> None:
    jump(begin(browser, "qinghe", "en"), "qinghe", "identity-number")
    assert "11010519491231002X" in browser.page.get_text()
    browser.submit(identity_number="110105194912310021")
    assert browser.problems == [("#identity_number", "Check the number: at least one character is wrong")]


def test_changing_an_answer_leads_back_to_the_list(browser: Browser) -> None:
    jump(begin(browser, "oakville"), "oakville")
    row = next(a for a in browser.page.select(".govuk-summary-list__actions a") if "full name" in a.text)
    assert row.select_one(".govuk-visually-hidden")
    browser.get(str(row["href"]))
    assert browser.values()["name"] == "Maria Garcia"
    assert browser.page.select_one("a.govuk-back-link")["href"].endswith("/check")
    browser.submit(name="Maria G. Garcia")
    assert browser.address.endswith("/check") and "Maria G. Garcia" in browser.page.get_text()


def test_a_file_goes_to_the_storage_and_can_be_changed(browser: Browser) -> None:
    jump(begin(browser, "oakville"), "oakville", "proof")
    form = browser.page.find("form", id="upload")
    assert (
        form["action"] == "https://files.example/townkit-test-files/"
        and form["enctype"] == "multipart/form-data"
    )
    fields = browser.values("upload")
    assert fields["key"].startswith("cities/oakville/uploads/")
    assert "_csrf" not in fields
    browser.upload("rechnung <b>.pdf", PDF)
    assert "rechnung <b>.pdf" in browser.page.get_text()
    browser.submit("remove")
    assert browser.page.find("form", id="upload")
    assert not browser.world.s3.list_objects_v2(Bucket="townkit-test-files").get("Contents")
    browser.upload("bill.pdf", PDF).submit("go-on")
    assert browser.address.endswith("/check")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("bill.pdf", b"", "Choose a file and upload it"),
        ("bill.pdf", b"MZ not a pdf", "The file must be one of these: PDF, JPEG, PNG"),
        ("bill.pdf", PDF + b" " * (10 * 1024 * 1024), "The file must be smaller than 10 MB"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_and_removed(
    browser: Browser, name: str, data: bytes, words: str
) -> None:
    jump(begin(browser, "oakville"), "oakville", "proof")
    browser.upload(name, data)
    assert browser.problems == [("#file", words)] and browser.title.startswith("Error:")
    assert not browser.world.s3.list_objects_v2(Bucket="townkit-test-files").get("Contents")


def test_a_required_file_cannot_be_skipped(browser: Browser) -> None:
    jump(begin(browser, "oakville"), "oakville", "proof")
    base = browser.address.rpartition("/")[0]
    browser.get(f"{base}/check")
    assert browser.address.endswith("/proof")
    browser.post(f"{base}/check", {"_csrf": browser_csrf(browser), "declaration": "yes"})
    assert browser.problems == [("#file", "Choose a file and upload it")]
    assert not stored(browser.world, browser.world.oakville, "CASE#")


def browser_csrf(browser: Browser) -> str:
    """The token of this browser's session, from the start page's form."""
    return (
        Browser(browser.client, browser.world, browser.cookies)
        .get("/oakville/services/residence-certificate")
        .values()["_csrf"]
    )


def test_the_declaration_must_be_confirmed(browser: Browser) -> None:
    jump(begin(browser, "oakville"), "oakville").submit()
    assert browser.problems == [("#declaration", "Confirm that what you have written is true")]
    assert not stored(browser.world, browser.world.oakville, "CASE#")


def test_sending_twice_makes_one_application(browser: Browser) -> None:
    jump(begin(browser, "oakville"), "oakville")
    check, values = browser.address, browser.values() | {"declaration": "yes"}
    first = browser.post(check, values).page.get_text()
    second = browser.post(check, values).page.get_text()
    metas = [
        item for item in stored(browser.world, browser.world.oakville, "CASE#") if item["sk"]["S"] == "META"
    ]
    assert len(metas) == 1
    assert metas[0]["reference"]["S"] in first and metas[0]["reference"]["S"] in second
    assert len(stored(browser.world, browser.world.oakville, "OUTBOX")) == 1


def test_the_confirmation_can_be_opened_again_and_shows_reference_and_code(browser: Browser) -> None:
    done = finish(browser, "oakville").address
    values = [dd.get_text(strip=True) for dd in browser.page.select("dl dd")]
    again = [dd.get_text(strip=True) for dd in browser.get(done).page.select("dl dd")]
    assert values == again and len(values) == 2
    browser.get(done.replace("/done", "/name"))
    assert browser.address == done


def test_a_sent_draft_keeps_no_answers(browser: Browser) -> None:
    finish(browser, "oakville")
    draft = stored(browser.world, browser.world.oakville, "DRAFT#")[0]
    assert draft["answers"]["M"] == {} and draft["files"]["M"] == {}


def test_only_the_browser_that_began_a_draft_opens_it(browser: Browser, client: Client) -> None:
    begin(browser, "oakville")
    stranger = Browser(client, browser.world)
    assert stranger.get(browser.address).status == 404
    assert stranger.get("/oakville/apply/0192abc/name").status == 404
    begin(stranger, "qinghe")
    foreign = browser.address.replace("/oakville/", "/qinghe/")
    assert stranger.get(foreign).status == 404
    browser.cookies |= {
        name.replace("oakville", "qinghe"): value for name, value in browser.cookies.items() if name != "lang"
    }
    assert browser.get(foreign).status == 404


def test_a_draft_ends(browser: Browser) -> None:
    page = begin(browser, "oakville").address
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert browser.get(page).status == 404


def test_a_form_without_its_token_changes_nothing(browser: Browser) -> None:
    page = begin(browser, "oakville").address
    assert browser.post(page, {"name": "Maria"}).status == 403
    assert stored(browser.world, browser.world.oakville, "DRAFT#")[0]["answers"]["M"] == {}


def test_scripts_in_answers_stay_text(browser: Browser) -> None:
    begin(browser, "oakville").submit(name="<script>alert(1)</script>")
    fill(browser, "oakville", "check")
    assert "<script>alert(1)</script>" in browser.page.get_text()
    assert "alert(1)" not in "".join(script.text for script in browser.page.find_all("script"))


def test_an_unknown_page_of_the_form_is_not_found(browser: Browser) -> None:
    base = begin(browser, "oakville").address.rpartition("/")[0]
    assert browser.get(f"{base}/nothing").status == 404
    assert browser.get("/oakville/services/nothing").status == 404


def test_a_closed_service_cannot_be_started(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    service = browser.world.oakville.config["services"]["residence-certificate"]["service"]
    browser.get("/oakville/services/residence-certificate")
    values = browser.values()
    monkeypatch.setitem(service, "status", "paused")
    assert browser.get("/oakville/services/residence-certificate").page.find("form") is None
    assert browser.post("/oakville/services/residence-certificate", values).status == 409
    assert not stored(browser.world, browser.world.oakville, "DRAFT#")


def test_files_of_a_draft_that_ended_are_deleted_and_those_of_a_case_stay(browser: Browser) -> None:
    finish(browser, "oakville")
    jump(begin(browser, "oakville"), "oakville")
    kept, left = sorted(item["pk"]["S"] for item in stored(browser.world, browser.world.oakville, "DRAFT#"))
    assert len(_keys(browser)) == 2
    for days, owners in ((2, [kept, left]), (9, [kept])):
        with clock.frozen(clock.now() + timedelta(days=days)), tenant_scope(browser.world.oakville):
            home = browser.world.oakville
            applying.remove_left_files(Context(home, Actor("system", "tasks"), "en", clock.now(), "night"))
        assert [key.split("/")[3] for key in _keys(browser)] == [
            owner.removeprefix("DRAFT#") for owner in owners
        ]


def _keys(browser: Browser) -> list[str]:
    found = browser.world.s3.list_objects_v2(Bucket="townkit-test-files").get("Contents", [])
    return sorted(one["Key"] for one in found)


@pytest.mark.parametrize("limit", ["STARTS_PER_HOUR", "STARTS_PER_CITY_HOUR"])
def test_starts_are_limited_by_network_and_by_city(
    browser: Browser, cities: World, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(beginning, limit, 1)
    start = browser.get("/qinghe/services/residence-certificate")
    form = start.values()
    assert start.submit().status == 200
    refused = browser.post("/qinghe/services/residence-certificate", form)
    assert refused.status == 429 and "请求过于频繁" in refused.page.get_text()
    assert len(stored(cities, cities.qinghe, "DRAFT#")) == 1
    assert browser.get("/oakville/services/residence-certificate").submit().status == 200
