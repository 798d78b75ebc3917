"""A person's way through a long form: tasks, conditions, rows, several files, and steps out of order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from chalice.test import Client

from functions.cases import applying
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope
from functions.services.domain import Service
from functions.services.service import digest
from tests.cases import forms
from tests.cases.browser import Browser, stored
from tests.cases.long_forms import case_of, fill_benefit, step, task_states
from tests.cases.test_saving import rows
from tests.cases.walk import PDF, begin, finish, jump
from tests.world import World


# -- tasks ---------------------------------------------------------------------------------------------------
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


# -- conditions and rows -------------------------------------------------------------------------------------
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


# -- files ---------------------------------------------------------------------------------------------------
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


# -- out of order, again, too late ---------------------------------------------------------------------------
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


# -- clocks --------------------------------------------------------------------------------------------------
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
