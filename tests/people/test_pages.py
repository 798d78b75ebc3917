"""My page as a browser without scripts sees it."""

from __future__ import annotations

import json

import pytest

from functions.core.scope import tenant_scope
from functions.people import changes, codes
from tests.cases import walk
from tests.cases.browser import Browser, stored
from tests.people.conftest import EMAIL, context, latest_code, sign_in
from tests.world import World


def test_my_page_asks_to_sign_in_and_comes_back(browser: Browser) -> None:
    browser.get("/oakville/me/details")
    assert browser.heading == "Sign in to My page"
    sign_in(browser)
    assert browser.address == "/oakville/me/details" and EMAIL in browser.page.text


def test_the_code_is_typed_into_a_field_that_phones_fill_in(browser: Browser) -> None:
    browser.get("/oakville/me/sign-in").submit(contact=EMAIL)
    field = browser.page.find(id="code")
    assert field and (field["autocomplete"], field["inputmode"]) == ("one-time-code", "numeric")
    assert EMAIL not in browser.page.text and "m***@citizen.example" in browser.page.text


def test_known_and_unknown_contact_points_get_the_same_page(browser: Browser) -> None:
    sign_in(browser)
    pages = []
    for contact in (EMAIL, "mnobody@citizen.example"):
        other = Browser(browser.client, browser.world)
        other.get("/oakville/me/sign-in").submit(contact=contact)
        for hidden in other.page.find_all("input", type="hidden"):
            hidden["value"] = ""
        pages.append(str(other.page.main))
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter an email address or a mobile phone number"),
        ("maria", "like name@example.com"),
        ("maria@", "like name@example.com"),
        ("a b@c.example", "like name@example.com"),
        ("<script>@x.example", "like name@example.com"),
        ("+86 138 0013 8000", "phone number of this country"),
        ("12", "phone number of this country"),
        ("(202) 555-0143 ext 5 or so maybe", "phone number of this country"),
        ("x" * 400, "like name@example.com"),
    ],
)
def test_what_is_no_contact_point_is_said_beside_the_field(browser: Browser, typed: str, words: str) -> None:
    browser.get("/oakville/me/sign-in").submit(contact=typed)
    assert browser.problems[0][0] == "#contact" and words in browser.problems[0][1]


def test_a_phone_number_signs_in_by_text_message(browser: Browser) -> None:
    sign_in(browser, contact="(202) 555-0143")
    assert browser.heading == "My page"


def test_a_wrong_code_can_be_typed_again(browser: Browser) -> None:
    browser.get("/oakville/me/sign-in").submit(contact=EMAIL)
    code = latest_code(browser.world, browser.world.oakville)
    browser.submit(code=f"{(int(code) + 1) % 10**6:06d}")
    assert browser.problems[0][1].startswith("This is not the code")
    assert browser.submit(code=f"{code[:3]} {code[3:]}").heading == "My page"


def test_the_code_of_one_browser_opens_nothing_in_another(browser: Browser) -> None:
    browser.get("/oakville/me/sign-in").submit(contact=EMAIL)
    code = latest_code(browser.world, browser.world.oakville)
    other = Browser(browser.client, browser.world)
    other.get("/oakville/me/sign-in").submit(contact="other@citizen.example")
    assert other.submit(code=code).problems


def test_a_session_of_one_city_opens_nothing_in_another(browser: Browser) -> None:
    sign_in(browser)
    browser.cookies["person-qinghe"] = browser.cookies["person-oakville"]
    assert "/me/sign-in" in browser.get("/qinghe/me").address


@pytest.mark.parametrize(
    "then",
    ["https://evil.example", "//evil.example", "/qinghe/me", "/oakville/console", "/oakville//evil", "x"],
)
def test_signing_in_leads_only_to_pages_of_the_city(browser: Browser, then: str) -> None:
    browser.get(f"/oakville/me/sign-in?then={then}")
    assert browser.values()["then"] == "/oakville/me"


def test_a_spent_budget_says_what_else_can_be_done(browser: Browser) -> None:
    for n in range(5):
        browser.get("/oakville/me/sign-in").submit(contact=f"20255501{n + 40}")
    browser.get("/oakville/me/sign-in").submit(contact="2025550160")
    assert "No more text messages can be sent today" in browser.problems[0][1]
    links = {str(link.get("href")) for link in browser.page.main.find_all("a")}
    assert {"/oakville/status", "/oakville/contact"} <= links


def test_too_many_codes_are_refused_in_words(browser: Browser) -> None:
    for _ in range(codes.PER_CONTACT):
        browser.get("/oakville/me/sign-in").submit(contact=EMAIL)
    browser.get("/oakville/me/sign-in").submit(contact=EMAIL)
    assert browser.problems[0][1].startswith("Too many codes")


def test_an_application_that_is_sent_signed_in_is_on_the_page(browser: Browser) -> None:
    sign_in(browser)
    walk.finish(browser, "oakville")
    browser.get("/oakville/me")
    assert "Certificate of residence" in browser.page.text and "Not sent yet" not in browser.page.text
    link = browser.page.find("a", href=lambda to: to and "/me/case" in to)
    browser.get(str(link["href"]))
    assert "We reached you with a code" in browser.page.text and "You, signed in" in browser.page.text


def test_an_unfinished_form_goes_on_from_the_page_in_another_browser(browser: Browser) -> None:
    sign_in(browser)
    walk.begin(browser, "oakville").submit(name="Maria Garcia")
    other = Browser(browser.client, browser.world)
    sign_in(other)
    link = other.page.find("a", href=lambda to: to and "/me/open" in to)
    other.get(str(link["href"]))
    assert "/apply/" in other.address and other.status == 200


def test_an_application_of_before_is_added_by_reference_and_code(browser: Browser) -> None:
    walk.finish(browser, "oakville")
    reference, code = (one.get_text(strip=True) for one in browser.page.select("main dl dd")[:2])
    other = Browser(browser.client, browser.world)
    sign_in(other)
    assert reference not in other.page.text
    other.get("/oakville/me/add").submit(reference=reference, code="2222-2222-2222")
    assert "cannot find" in other.problems[0][1]
    other.submit(reference=reference, code=code)
    assert other.heading == "My page" and reference in other.page.text


def test_signing_in_after_looking_at_an_application_adds_it(browser: Browser) -> None:
    walk.finish(browser, "oakville")
    sign_in(browser)
    assert "Certificate of residence" in browser.page.text


def test_somebody_elses_application_on_a_shared_device_is_not_added(browser: Browser) -> None:
    walk.finish(browser, "oakville")
    sign_in(browser, contact="stranger@citizen.example")
    assert "Certificate of residence" not in browser.page.main.text


def test_cases_of_others_do_not_exist(browser: Browser) -> None:
    walk.finish(browser, "oakville")
    other = Browser(browser.client, browser.world)
    sign_in(other)
    case_id = stored(browser.world, browser.world.oakville, "CASE#")[0]["pk"]["S"].removeprefix("CASE#")
    for page in ("case", "open"):
        assert other.get(f"/oakville/me/{page}?id={case_id}").status == 404
    assert other.get("/oakville/me/nothing").status == 404


def test_letters_can_be_read_again(browser: Browser) -> None:
    sign_in(browser)
    walk.finish(browser, "oakville")
    with tenant_scope(browser.world.oakville):
        from tests.people.conftest import deliver

        deliver(context(browser.world, browser.world.oakville))
    browser.get("/oakville/me")
    link = browser.page.find("a", href=lambda to: to and "/me/case" in to)
    browser.get(str(link["href"]))
    letters = [one.get_text(" ", strip=True) for one in browser.page.find_all("details")]
    assert len(letters) == 1 and "We have received your application" in letters[0]


def test_answers_are_kept_and_offered_only_with_consent(browser: Browser) -> None:
    sign_in(browser)
    walk.finish(browser, "oakville")
    assert walk.begin(browser, "oakville").values()["name"] == ""
    browser.get("/oakville/me/details").submit("consents", consent="answers")
    walk.finish(browser, "oakville")
    assert walk.begin(browser, "oakville").values()["name"] == "Maria Garcia"
    browser.get("/oakville/me/details")
    assert "Maria Garcia" in browser.page.text
    browser.submit("answer-name")
    assert browser.page.find("form", id="answer-name") is None
    assert walk.begin(browser, "oakville").values()["name"] == ""
    form = browser.get("/oakville/me/details").values("consents")
    form.pop("consent")
    browser.post("/oakville/me/consents", form)
    assert browser.page.find("h2", string="Kept answers") is None


def test_a_second_contact_point_is_confirmed_by_code_and_the_last_one_stays(browser: Browser) -> None:
    sign_in(browser)
    browser.get("/oakville/me/details")
    assert browser.page.find("button", string=lambda text: text and "any more" in text) is None
    browser.get("/oakville/me/contact").submit(contact="2025550143")
    browser.submit(code=latest_code(browser.world, browser.world.oakville))
    assert browser.address == "/oakville/me/details" and "+12025550143" in browser.page.text
    browser.submit("contact-1")
    assert EMAIL not in browser.page.main.text
    digest = browser.values("contact-1")["digest"]
    browser.post("/oakville/me/forget-contact", {**browser.values("contact-1"), "digest": digest})
    assert "first" in browser.problems[0][1]


def test_the_language_is_kept(browser: Browser) -> None:
    sign_in(browser)
    browser.get("/oakville/me/details").submit("language", lang="zh-Hans")
    assert browser.heading == "我的信息"


def test_signing_out_everywhere_ends_other_browsers(browser: Browser) -> None:
    sign_in(browser)
    other = Browser(browser.client, browser.world)
    sign_in(other)
    browser.get("/oakville/me/details").submit("everywhere")
    assert "/me/sign-in" in other.get("/oakville/me").address


def test_signing_out_closes_the_page(browser: Browser) -> None:
    sign_in(browser).submit("sign-out")
    assert browser.heading == "You are signed out"
    assert "/me/sign-in" in browser.get("/oakville/me").address


def test_after_signing_out_the_next_user_of_the_device_opens_nothing(browser: Browser) -> None:
    walk.begin(browser, "oakville")
    strangers = browser.address
    sign_in(browser)
    walk.begin(browser, "oakville")
    own = browser.address
    browser.get("/oakville/me/contact").submit(contact="other@citizen.example")
    code = latest_code(browser.world, browser.world.oakville)
    browser.get("/oakville/me").submit("sign-out")
    assert browser.get(own).status == 404 and browser.get(strangers).status == 200
    assert "/me/sign-in" in browser.get("/oakville/me/code").address and code
    assert "/me/sign-in" in browser.get("/oakville/me").address


def test_erasing_asks_once_more_and_leaves_only_what_must_stay(browser: Browser) -> None:
    sign_in(browser)
    walk.finish(browser, "oakville")
    walk.begin(browser, "oakville").submit(name="Maria Garcia")
    browser.get("/oakville/me/erase").submit()
    assert "Confirm" in browser.problems[0][1]
    browser.submit(confirm="yes")
    assert browser.heading == "Your page is erased" and "stay as long as" in browser.page.text
    home = browser.world.oakville
    assert stored(browser.world, home, "PERSON#") == stored(browser.world, home, "CONTACT#") == []
    assert len(stored(browser.world, home, "CASE#")) > 0
    assert all("done_at" in item for item in stored(browser.world, home, "DRAFT#"))
    assert EMAIL not in json.dumps(stored(browser.world, home, "CHAIN#person"))
    assert "/me/sign-in" in browser.get("/oakville/me").address


def test_every_view_and_change_is_in_the_history(browser: Browser) -> None:
    sign_in(browser)
    browser.get("/oakville/me/details").submit("consents", consent="answers")
    events = stored(browser.world, browser.world.oakville, "CHAIN#person")
    actions = [item["action"]["S"] for item in events if "action" in item]
    assert {"signed_in", "viewed", "details_viewed", "consent_given"} <= set(actions)


def test_a_form_needs_its_token(browser: Browser) -> None:
    sign_in(browser)
    assert browser.post("/oakville/me/erase", {"confirm": "yes"}).status == 403


def test_a_service_for_others_asks_for_whom_after_signing_in(browser: Browser, towns: World) -> None:
    browser.get("/oakville/services/for-others").submit()
    assert browser.heading == "Sign in to My page"
    sign_in(browser)
    assert browser.heading == "For whom do you apply?"
    browser.submit()
    assert "Choose for whom" in browser.problems[0][1]
    browser.submit(**{"for": "child.parent"})
    assert "Enter the name" in browser.problems[0][1]
    browser.submit(**{"for": "child.parent", "for_name": "Ana Garcia (demo)"})
    assert "/apply/" in browser.address
    walk.jump(browser, "oakville").submit(declaration="yes")
    (item,) = [one for one in stored(towns, towns.oakville, "CASE#") if one["sk"]["S"] == "META"]
    body = json.loads(item["body"]["S"])
    assert (body["applicant"], body["ground"], body["for_name"]) == ("child", "parent", "Ana Garcia (demo)")
    assert body["assurance"] == "contact" and body["person"]


def test_a_ground_that_the_service_does_not_offer_is_refused(browser: Browser) -> None:
    sign_in(browser)
    browser.get("/oakville/me/start?service=for-others").submit(**{"for": "other.authority", "for_name": "X"})
    assert browser.problems


def test_a_service_that_needs_more_says_how_to_get_it(browser: Browser) -> None:
    sign_in(browser)
    browser.get("/oakville/services/seen-first").submit()
    assert browser.heading == "We must know who you are first" and "counter" in browser.page.main.text
    browser.get("/oakville/services/national").submit()
    assert "Example ID (demo)" in browser.page.main.text


def test_a_draft_that_began_elsewhere_asks_who_it_is_before_it_goes_on(browser: Browser) -> None:
    sign_in(browser)
    browser.get("/oakville/services/for-others").submit(**{"for": "self"})
    draft = browser.address
    assert "/apply/" in draft
    del browser.cookies[next(name for name in browser.cookies if "person-oakville" in name)]
    assert "/me/sign-in" in browser.get(draft).address
    sign_in(browser)
    assert browser.address.startswith(draft.rpartition("/")[0])


def test_a_document_asks_who_hands_it_in(browser: Browser, towns: World) -> None:
    (document,) = towns.oakville.config["services"]["residence-certificate"]["documents"]
    document["assurance"] = "contact"
    walk.begin(browser, "oakville")
    walk.jump(browser, "oakville", "proof")
    assert browser.heading == "Sign in to My page"
    draft = browser.values()["then"]
    assert sign_in(browser).address.startswith(draft.rpartition("/")[0])
    assert browser.page.find("form", id="upload")
    document["assurance"] = "clerk"
    browser.get(draft)
    assert browser.heading == "We must know who you are first" and "address" in browser.page.main.text


def test_an_anonymous_report_is_on_nobodys_page(browser: Browser, towns: World) -> None:
    towns.oakville.config["services"]["residence-certificate"]["service"]["anonymous"] = True
    sign_in(browser)
    walk.begin(browser, "oakville")
    (record,) = stored(towns, towns.oakville, "PERSON#")
    assert record["things"]["M"] == {}


def test_changes_of_a_page_are_limited(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "CHANGES_PER_HOUR", 2)
    sign_in(browser)
    for status in (200, 200, 429):
        browser.get("/oakville/me/details").submit("consents", consent="answers")
        assert browser.status == status
