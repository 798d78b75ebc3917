"""A person's way through long, conditional and delicate forms: tasks, rows, several files, new versions of
the form, the way out, reports, and steps out of order."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from chalice.test import Client

from functions.cases import applying, drafts, service, store
from functions.cases.domain import Case
from functions.core import clock
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope
from functions.services import definitions
from functions.services.domain import Service
from functions.services.service import digest
from tests.cases import forms
from tests.cases.browser import Browser, stored
from tests.cases.test_saving import rows
from tests.cases.walk import PDF, begin, finish, jump
from tests.world import World


@pytest.fixture
def benefit(browser: Browser) -> Browser:
    """At the tasks of the long form."""
    forms.publish(browser.world.oakville, forms.benefit())
    return browser.get("/oakville/services/benefit").submit()


@pytest.fixture
def smoke(browser: Browser) -> Browser:
    """Before the delicate report."""
    forms.publish(browser.world.oakville, forms.report())
    return browser.get("/oakville/services/smoke").submit()


def task_states(browser: Browser) -> list[tuple[str, str]]:
    """(task, state) of the task list."""
    return [
        (
            item.select_one(".govuk-task-list__name-and-hint").get_text(strip=True),
            item.select_one(".govuk-task-list__status").get_text(strip=True),
        )
        for item in browser.page.select(".govuk-task-list__item")
    ]


def step(browser: Browser, page: str) -> Browser:
    """Open another page of the same draft."""
    return browser.get(f"{browser.address.rpartition('/')[0].partition('?')[0]}/{page}")


def cases(browser: Browser) -> list[str]:
    """Ids of the city's cases."""
    found = stored(browser.world, browser.world.oakville, "CASE#")
    return [one["pk"]["S"].removeprefix("CASE#") for one in found if one["sk"]["S"] == "META"]


def case_of(world: World, city: Any = None) -> Case:
    """The one case of a city."""
    home = city or world.oakville
    ids = {one["pk"]["S"].removeprefix("CASE#") for one in stored(world, home, "CASE#")}
    assert len(ids) == 1
    with tenant_scope(home):
        case = store.get_case(ids.pop())
    assert case
    return case


def fill_benefit(browser: Browser, family: str = "single") -> Browser:
    """All tasks; ends at the list of tasks."""
    step(browser, "name").submit(name="Maria Garcia").submit(family=family)
    if family == "family":
        step(browser, "members").submit(**{"members.0.first_name": "Ana", "members.0.age": "7"})
    step(browser, "email").submit(email="")
    step(browser, "papers").upload("one.pdf", PDF).submit("go-on")
    return step(browser, "tasks")


# -- tasks -------------------------------------------------------------------------------------------------
def test_a_long_form_begins_with_its_tasks(benefit: Browser) -> None:
    assert benefit.address.endswith("/tasks")
    assert task_states(benefit) == [
        ("You", "Not started yet"),
        ("Home", "Not started yet"),
        ("Proofs", "Not started yet"),
        ("Check your answers and send", "Cannot start yet"),
    ]


def test_tasks_say_completed_in_progress_and_problem(benefit: Browser) -> None:
    step(benefit, "name").submit(name="Maria Garcia")
    assert dict(task_states(step(benefit, "tasks")))["You"] == "In progress"
    assert step(benefit, "family").submit(family="single").address.endswith("/tasks")
    assert dict(task_states(benefit))["You"] == "Completed"
    step(benefit, "email").submit(email="not an address")
    assert dict(task_states(step(benefit, "tasks")))["Home"] == "There is a problem"
    step(benefit, "email").submit(email="")
    assert dict(task_states(step(benefit, "tasks")))["Home"] == "Completed"


def test_a_task_whose_pages_are_not_known_yet_cannot_be_started(browser: Browser) -> None:
    made = forms.benefit()
    made["form"]["pages"] = [one for one in made["form"]["pages"] if one["id"] != "email"]
    made["digest"] = digest(made)
    forms.publish(browser.world.oakville, made)
    browser.get("/oakville/services/benefit").submit()
    assert dict(task_states(browser))["Home"] == "Cannot start yet"
    step(browser, "name").submit(name="Maria").submit(family="single")
    step(browser, "tasks")
    assert "Home" not in dict(task_states(browser))


def test_tasks_in_any_order_end_at_the_list_to_check(benefit: Browser) -> None:
    step(benefit, "papers").upload("one.pdf", PDF).submit("go-on")
    assert benefit.address.endswith("/tasks")
    fill_benefit_without_papers = step(benefit, "name").submit(name="Maria Garcia").submit(family="single")
    step(fill_benefit_without_papers, "email").submit(email="")
    link = next(a for a in step(benefit, "tasks").page.select(".govuk-task-list__link") if "Check" in a.text)
    benefit.get(str(link["href"]))
    assert benefit.heading == "Check your answers"
    assert [one.get_text() for one in benefit.page.select("main h2.govuk-heading-m")] == [
        "You",
        "Home",
        "Proofs",
    ]
    benefit.submit(declaration="yes")
    assert benefit.heading == "Application received"


def test_a_section_without_answers_yet_has_a_page_to_go_to(benefit: Browser) -> None:
    hrefs = [str(a["href"]).rpartition("/")[2] for a in benefit.page.select(".govuk-task-list__link")]
    assert hrefs == ["name", "email", "papers"]


# -- conditions and rows -----------------------------------------------------------------------------------
def test_a_page_is_asked_only_when_earlier_answers_call_for_it(benefit: Browser) -> None:
    fill_benefit(benefit, "single")
    assert "Your members?" not in step(benefit, "check").page.get_text()
    rows_before = rows(benefit)
    assert rows_before["Your email?"] == "Not provided"
    assert step(benefit, "members").address.endswith("/tasks")


def test_a_question_that_a_change_makes_necessary_is_asked_before_sending(benefit: Browser) -> None:
    fill_benefit(benefit, "single")
    step(benefit, "check").get(benefit.address.replace("/check", "/family?change=1")).submit(family="family")
    assert benefit.address.endswith("/tasks") and dict(task_states(benefit))["Home"] == "In progress"
    step(benefit, "check")
    assert benefit.address.endswith("/members")
    benefit.submit(**{"members.0.first_name": "Ana", "members.0.age": "7"})
    assert "Ana" in step(benefit, "check").page.get_text()


def test_only_visible_answers_go_into_the_case(benefit: Browser) -> None:
    fill_benefit(benefit, "family")
    step(benefit, "family").submit(family="single")
    step(benefit, "check").submit(declaration="yes")
    case = case_of(benefit.world)
    assert case.answers == {"name": "Maria Garcia", "family": "single"}
    with tenant_scope(benefit.world.oakville):
        assert case.definition == forms.benefit()["digest"]
    assert (case.channel, case.applicant, case.assurance, case.by) == ("online", "self", "none", "")


def test_rows_are_added_and_removed_without_a_script_and_keep_what_was_typed(benefit: Browser) -> None:
    fill_benefit(benefit, "family")
    step(benefit, "members")
    assert benefit.values()["members.0.first_name"] == "Ana"
    benefit.submit(_rows="add members", **{"members.0.age": "eight"})
    assert benefit.values()["members.0.age"] == "eight" and "members.1.age" in benefit.values()
    assert not benefit.problems
    benefit.submit(_rows="remove members 0", **{"members.1.first_name": "Leo", "members.1.age": "9"})
    assert benefit.values()["members.0.first_name"] == "Leo" and "members.1.age" not in benefit.values()
    benefit.submit()
    assert "Leo" in step(benefit, "check").page.get_text() and "Ana" not in benefit.page.get_text()


# -- files -------------------------------------------------------------------------------------------------
def test_a_question_takes_several_files_and_says_when_it_has_enough(benefit: Browser) -> None:
    step(benefit, "papers").upload("one.pdf", PDF)
    late = benefit.values("upload")
    benefit.upload("two.pdf", PDF).upload("three.pdf", PDF)
    assert benefit.page.find("form", id="upload") is None
    text = benefit.page.get_text()
    assert all(name in text for name in ("one.pdf", "two.pdf", "three.pdf")) and "3 files" in text
    benefit.world.s3.put_object(
        Bucket="townkit-test-files", Key=late["key"].replace("${filename}", "four.pdf"), Body=PDF
    )
    benefit.get(late["success_action_redirect"])
    assert "three.pdf" in benefit.page.get_text() and "four.pdf" not in benefit.page.get_text()
    benefit.submit("remove-2")
    assert "two.pdf" not in benefit.page.get_text() and benefit.page.find("form", id="upload")


def test_coming_back_from_an_upload_twice_keeps_one_file(benefit: Browser) -> None:
    step(benefit, "papers").upload("one.pdf", PDF)
    draft = stored(benefit.world, benefit.world.oakville, "DRAFT#")[0]
    file_id = next(iter(draft["files"]["M"]))
    benefit.get(f"{benefit.address.partition('?')[0]}/uploaded?file={file_id}")
    assert len(stored(benefit.world, benefit.world.oakville, "DRAFT#")[0]["files"]["M"]) == 1


# -- a new version of the form -----------------------------------------------------------------------------
def newer(definition: dict[str, Any]) -> dict[str, Any]:
    """The form with one more question, one whose options changed and one that is gone."""
    made = deepcopy(definition)
    pages = [one for one in made["form"]["pages"] if one["id"] != "email"]
    pages.insert(1, {**deepcopy(pages[0]), "id": "street", "fields": [forms.field("street")]})
    family = next(one for one in pages if one["id"] == "family")["fields"][0]
    family["options"] = forms.options("alone", "family")
    made["form"]["pages"] = pages
    made["digest"] = digest(made)
    return made


@pytest.fixture
def old_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The versions that the city kept."""
    kept = {one["digest"]: one for one in (forms.benefit(), forms.report())}
    monkeypatch.setattr(definitions, "definition_of", lambda city, service, digest: kept.get(digest))


@pytest.mark.usefixtures("old_versions")
def test_a_draft_survives_a_new_version_and_names_what_changed(benefit: Browser) -> None:
    fill_benefit(benefit, "single")
    forms.publish(benefit.world.oakville, newer(forms.benefit()))
    step(benefit, "tasks")
    assert benefit.address.endswith("/changed") and benefit.heading == "This form has changed since you saved"
    lists = {
        one.get_text(strip=True): [li.get_text(strip=True) for li in one.find_next("ul").find_all("li")]
        for one in benefit.page.select("main h2.govuk-heading-m")
    }
    assert lists == {
        "New questions": ["Your street?"],
        "Changed questions": ["Your family?"],
        "Please answer these again": ["Your family?"],
    }
    benefit.submit()
    assert dict(task_states(benefit))["You"] == "In progress"
    assert step(benefit, "name").values()["name"] == "Maria Garcia"
    step(benefit, "street").submit(street="Main Street")
    step(benefit, "family").submit(family="alone")
    step(benefit, "check").submit(declaration="yes")
    case = case_of(benefit.world)
    assert case.answers == {"name": "Maria Garcia", "street": "Main Street", "family": "alone"}
    assert case.definition == newer(forms.benefit())["digest"]


@pytest.mark.usefixtures("old_versions")
def test_what_is_sent_on_an_old_page_is_not_lost_and_nothing_is_sent_unread(benefit: Browser) -> None:
    fill_benefit(benefit, "single")
    step(benefit, "name")
    forms.publish(benefit.world.oakville, newer(forms.benefit()))
    benefit.submit(name="Maria the second")
    assert benefit.address.endswith("/changed")
    check = benefit.address.replace("/changed", "/check")
    benefit.post(check, {**benefit.values(), "declaration": "yes"})
    assert benefit.address.endswith("/changed") and not cases(benefit)
    benefit.submit()
    assert step(benefit, "name").values()["name"] == "Maria the second"


@pytest.mark.usefixtures("old_versions")
def test_a_new_version_that_asks_the_same_is_not_mentioned(benefit: Browser) -> None:
    step(benefit, "name").submit(name="Maria Garcia")
    made = forms.benefit()
    made["guide"]["need"] = []
    made["digest"] = digest(made)
    forms.publish(benefit.world.oakville, made)
    assert step(benefit, "tasks").address.endswith("/tasks")


@pytest.mark.usefixtures("old_versions")
def test_a_case_is_shown_with_the_definition_it_began_with(benefit: Browser) -> None:
    fill_benefit(benefit, "single")
    step(benefit, "check").submit(declaration="yes")
    forms.publish(benefit.world.oakville, newer(forms.benefit()))
    benefit.get("/oakville/status/application/copy")
    assert rows(benefit)["Your family?"] == "Single"


def test_a_service_that_the_city_gave_up_says_so(benefit: Browser) -> None:
    page = benefit.address
    del benefit.world.oakville.config["services"]["benefit"]
    benefit.get(page)
    assert benefit.status == 404 and benefit.heading == "The city does not offer this service any more"


# -- leaving a delicate form -------------------------------------------------------------------------------
def test_a_delicate_form_says_first_how_to_leave_it(smoke: Browser) -> None:
    assert smoke.address.endswith("/safety") and "Shift key three times" in smoke.page.get_text()
    for page in ("what", "dangerous", "email"):
        link = step(smoke, page).page.select_one("a[data-exit]")
        assert link and link["href"].endswith("/exit"), page


def test_leaving_forgets_the_form_at_once_and_offers_to_delete_it(smoke: Browser) -> None:
    page = step(smoke, "what").submit(what="Smoke every night").address
    smoke.get(str(smoke.page.select_one("a[data-exit]")["href"]))
    assert smoke.address == "/oakville/left"
    assert "smoke" not in str(smoke.page).lower() and not smoke.page.select_one("a.govuk-back-link")
    assert smoke.get(page).status == 404
    assert len(stored(smoke.world, smoke.world.oakville, "DRAFT#")) == 1
    smoke.get("/oakville/left").submit("delete")
    assert smoke.heading == "Everything is deleted"
    assert not stored(smoke.world, smoke.world.oakville, "DRAFT#")


def test_nobody_deletes_a_form_of_another_browser(smoke: Browser, client: Client) -> None:
    stranger = Browser(client, smoke.world)
    stranger.get(smoke.address.replace("/safety", "/exit"))
    assert stranger.address == "/oakville/left" and stranger.page.find("form", id="delete") is None
    begin(stranger, "oakville")
    stranger.post("/oakville/left", {"_csrf": stranger.values()["_csrf"]})
    assert len(stored(smoke.world, smoke.world.oakville, "DRAFT#")) == 2


# -- reports -----------------------------------------------------------------------------------------------
def send_report(browser: Browser, dangerous: str = "yes", email: str = "") -> Browser:
    step(browser, "what").submit(what="Smoke every night").submit(dangerous=dangerous).submit(email=email)
    return browser.submit(declaration="yes")


def test_a_report_becomes_an_incident_of_the_department_that_its_answers_call_for(smoke: Browser) -> None:
    send_report(smoke)
    assert smoke.heading == "Report received" and "We look at it." in smoke.page.get_text()
    case = case_of(smoke.world)
    assert (case.kind, case.state, case.department) == ("incident", "open", "works")
    assert case.title == "Certificate of residence" and case.answers["what"] == "Smoke every night"
    assert not stored(smoke.world, smoke.world.oakville, "OUTBOX")


def test_a_report_without_a_name_is_followed_by_reference_and_code(smoke: Browser, client: Client) -> None:
    send_report(smoke, "no")
    reference, code = rows(smoke)["Reference"], rows(smoke)["Code"]
    assert case_of(smoke.world).department == "residents"
    other = Browser(client, smoke.world)
    other.get("/oakville/status").submit(reference=reference, code=code)
    assert other.address == "/oakville/status/application" and "Received" in other.page.get_text()
    with tenant_scope(smoke.world.oakville):
        from functions.cases.domain import Decision
        from functions.identity.domain import Staff

        clerk = Staff("wes@oakville.example", "Wes (demo)", ("operator-desk",), ("residents",))
        ctx = Context(
            smoke.world.oakville, Actor("staff", clerk.email, clerk.name), "en", clock.now(), "request-2"
        )
        service.decide(ctx, clerk, case_of(smoke.world).id, Decision("start", 1))
    assert "Being looked at" in other.get("/oakville/status/application").page.get_text()


# -- eligibility and fee -----------------------------------------------------------------------------------
def gated(mode: str) -> dict[str, Any]:
    """The long form for families only, with a fee for others."""
    rules = [
        {
            "id": "family", "when": 'family == "family"', "outcome": "yes",
            "because": forms.both("Yes", "可以"),
        },
        {
            "id": "single", "when": 'family == "single"', "outcome": "no",
            "because": forms.both("It is for families", "仅限家庭"),
            "instead": [{"text": forms.both("Certificate", "证明"), "service": "residence-certificate"}],
        },
    ]  # fmt: skip
    otherwise = {"outcome": "maybe", "because": forms.both("We do not know yet", "尚不确定")}
    lines = [
        {
            "id": "fee", "label": forms.both("Fee", "费用"), "amount": 1250,
            "basis": forms.both("Example (demo)", "示例（演示）"), "waive_when": 'family == "family"',
            "waive_because": forms.both("Families pay nothing", "家庭免费"),
        }
    ]  # fmt: skip
    return forms.benefit(
        eligibility={"mode": mode, "asks": ["family"], "rules": rules, "otherwise": otherwise},
        fee={"when": "at_counter", "lines": lines},
    )


def start_directly(browser: Browser, definition: dict[str, Any]) -> Browser:
    """A draft of this definition, whatever its start page asks first."""
    forms.publish(browser.world.oakville, definition)
    begin(browser, "oakville")
    city = browser.world.oakville
    ctx = Context(city, Actor("citizen", "anyone"), "en", clock.now(), "request-1")
    with tenant_scope(city):
        draft_id = drafts.start_draft(ctx, "benefit", 7)
    _remember(browser, draft_id)
    return browser.get(f"/oakville/apply/{draft_id}/tasks")


def _remember(browser: Browser, draft_id: str) -> None:
    from functions.cases import visitors
    from functions.web.request import ANYONE, PageContext

    ctx = PageContext(browser.world.oakville, ANYONE, "en", clock.now(), "request-1")
    with tenant_scope(browser.world.oakville):
        visitors.remember_draft(ctx, draft_id)
    for line in ctx.set_cookies:
        name, _, value = line.split(";")[0].partition("=")
        browser.cookies[name] = value


def test_whoever_cannot_get_it_is_told_why_and_what_else_there_is(browser: Browser) -> None:
    start_directly(browser, gated("gate"))
    step(browser, "name").submit(name="Maria").submit(family="single")
    assert browser.address.endswith("/eligibility") and not browser.title.startswith("Error")
    text = browser.page.get_text()
    assert "It is for families" in text
    assert browser.page.find("a", href="/oakville/services/residence-certificate")
    browser.post(
        browser.address.replace("/eligibility", "/check"), {**browser.values("delete"), "declaration": "yes"}
    )
    assert browser.address.endswith("/eligibility") and not cases(browser)
    step(browser, "family").submit(family="family")
    assert not browser.address.endswith("/eligibility")


def test_conditions_that_only_advise_stop_nobody(browser: Browser) -> None:
    start_directly(browser, gated("advise"))
    fill_benefit(browser, "single")
    text = step(browser, "check").page.get_text(" ")
    assert "It is for families" in text
    browser.submit(declaration="yes")
    assert browser.heading == "Application received"


def test_the_list_to_check_says_what_it_costs_with_these_answers(browser: Browser) -> None:
    start_directly(browser, gated("advise"))
    fill_benefit(browser, "single")
    assert rows(step(browser, "check"))["Total"] == "$12.50"
    step(browser, "family").submit(family="family")
    step(browser, "members").submit(**{"members.0.first_name": "Ana", "members.0.age": "7"})
    found = rows(step(browser, "check"))
    assert (found["Total"], found["Fee"]) == ("$0.00", "Not charged: Families pay nothing")


# -- out of order, again, too late -------------------------------------------------------------------------
def test_steps_out_of_order_lead_to_what_is_open(browser: Browser) -> None:
    base = begin(browser, "oakville").address.rpartition("/")[0]
    browser.get(f"{base}/check")
    assert browser.address.endswith("/name")
    browser.post(f"{base}/check", {**browser.values(), "declaration": "yes"})
    assert browser.address.endswith("/name?problem=missing") and browser.problems
    for late in ("done", "changed", "eligibility", "tasks"):
        assert browser.get(f"{base}/{late}").address.endswith("/name"), late


def test_a_submit_that_is_replayed_in_another_browser_changes_nothing(
    browser: Browser, client: Client
) -> None:
    jump(begin(browser, "oakville"), "oakville")
    check, values = browser.address, browser.values() | {"declaration": "yes"}
    browser.submit(declaration="yes")
    stranger = Browser(client, browser.world)
    begin(stranger, "oakville")
    assert stranger.post(check, values | {"_csrf": stranger.values()["_csrf"]}).status == 404
    assert case_of(browser.world).version == 1


def test_the_back_button_after_sending_leads_to_the_confirmation(browser: Browser) -> None:
    done = finish(browser, "oakville").address
    for page in ("name", "check", "save", "tasks", "print"):
        assert browser.get(done.replace("/done", f"/{page}")).address == done, page
    values = {"_csrf": browser.values("forget")["_csrf"], "name": "Somebody else"}
    assert browser.post(done.replace("/done", "/name"), values).address == done
    assert case_of(browser.world).answers["name"] == "Maria Garcia"


def test_a_copy_of_what_was_sent_can_be_kept(browser: Browser) -> None:
    finish(browser, "oakville").get("/oakville/status/application/copy")
    assert "Maria Garcia" in browser.page.get_text() and "bill 1.pdf" in browser.page.get_text()


# -- clocks ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("unit", "promised", "now", "due"),
    [  # the clocks go back in Chicago on 1 November 2026 and forward on 8 March 2026
        ("hours", 48, datetime(2026, 10, 31, 12, tzinfo=UTC), "2026-11-02T06:00:00-06:00"),
        ("hours", 24, datetime(2026, 3, 7, 18, tzinfo=UTC), "2026-03-08T13:00:00-05:00"),
        ("calendar_days", 3, datetime(2026, 10, 30, 12, tzinfo=UTC), "2026-11-02T17:00:00-06:00"),
        ("calendar_days", 1, datetime(2026, 10, 31, 12, tzinfo=UTC), "2026-11-01T23:59:00-06:00"),
        ("working_days", 3, datetime(2026, 10, 29, 12, tzinfo=UTC), "2026-11-03T17:00:00-06:00"),
    ],
)
def test_the_day_of_decision_is_right_when_the_clocks_change(
    cities: World, unit: str, promised: int, now: datetime, due: str
) -> None:
    from zoneinfo import ZoneInfo

    made = forms.benefit()
    made["clocks"] = {"promised": promised, "unit": unit}
    ctx = Context(cities.oakville, Actor("citizen", "anyone"), "en", now, "request-1")
    found = applying.due_at(ctx, Service(made))
    assert found and found.astimezone(ZoneInfo("America/Chicago")).isoformat() == due
