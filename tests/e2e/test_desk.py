"""Clerks at work on the deployed stack in real Chromium: the hosted login, every decision, two at once,
strangers, the certificate, and an audit record that cannot be touched unnoticed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.core import clock
from tests.e2e.a11y import PHONE, assert_accessible
from tests.e2e.desk import (
    ADMIN,
    CLERK,
    CREWS,
    SECOND,
    Made,
    Open,
    email,
    make_application,
    make_incident,
    read_case,
    table,
)
from tests.stack import Stack, wait_for

pytestmark = pytest.mark.e2e
CITIES = ("oakville", "qinghe")


@pytest.fixture
def window(stack: Stack, browser: Any) -> Iterator[Open]:
    """Opens windows with cookies of their own: `window("clerk", "oakville")` is signed in through the
    hosted login."""
    contexts = []

    def open_window(person: str = "", city: str = "oakville", **options: Any) -> Any:
        context = browser.new_context(**options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        if person:
            stack.sign_in(page, city, email(person, city))
        return page

    yield open_window
    for context in contexts:
        context.close()


def go(page: Any, stack: Stack, path: str) -> int:
    """Open a path; answers the status."""
    return int(page.goto(stack.url + path).status)


def main(page: Any) -> str:
    """The words of the page's main part."""
    return str(page.locator("main").inner_text())


def decide(page: Any, action: str, then: str = "stay", reason: str = "") -> None:
    """Fill in the form of the open case and send it."""
    page.locator(f"input[name=action][value={action}]").check()
    if reason:
        page.locator("#reason").fill(reason)
    with page.expect_navigation():
        page.locator(f"button[name=then][value={then}]").click()


RULES = (
    "rules",
    "rules?profile=river-level&rule=high-water",
    "rules?profile=air-station&rule=pm2-5-high",
    "rules/try?profile=river-level&rule=high-water&go=1",
)


@pytest.mark.parametrize(("city", "lang"), [("oakville", "en"), ("qinghe", "zh-Hans")])
def test_every_page_of_the_console_is_accessible(stack: Stack, window: Open, city: str, lang: str) -> None:
    made, alarm = make_application(stack, city), make_incident(stack, city)
    page, crew, admin = window(CLERK, city), window(CREWS[city], city), window(ADMIN, city)
    go(page, stack, f"/{city}/console?lang={lang}")
    assert page.locator("html").get_attribute("lang") == lang
    assert_accessible(page)
    go(page, stack, made.path)
    page.locator("#action-send_back").check()
    page.locator("#missing").check()
    assert_accessible(page)
    decide(page, "refuse")
    assert page.locator(".govuk-error-summary").count() == 1
    assert_accessible(page)
    go(crew, stack, alarm.path)
    assert_accessible(crew)
    for path in ("history", f"cases/{made.id}/history", "usage", "helped", "helped?words=1", *RULES):
        go(admin, stack, f"/{city}/console/{path}")
        assert_accessible(admin)


def test_the_console_speaks_the_language_that_a_clerk_chooses(stack: Stack, window: Open) -> None:
    made = make_application(stack)
    page = window(CLERK)
    go(page, stack, f"{made.path}?lang=zh-Hans")
    assert "您的决定" in main(page)
    assert_accessible(page)


@pytest.mark.parametrize("city", CITIES)
def test_a_clerk_signs_in_approves_and_goes_on_to_the_next_case(
    stack: Stack, window: Open, city: str
) -> None:
    made, following = make_application(stack, city), make_application(stack, city)
    page = window(CLERK, city)
    assert made.reference in main(page) or page.locator("a[rel=next]").count() == 1
    go(page, stack, made.path)
    decide(page, "approve", then="next")
    assert page.url.startswith(f"{stack.url}/{city}/console")
    assert made.reference in page.locator(".govuk-notification-banner").inner_text()
    case = read_case(stack, made)
    assert (case.state, case.decided_by) == ("approved", email(CLERK, city))
    assert case.certificate
    assert read_case(stack, following).state == "submitted"


def test_a_clerk_refuses_and_sends_back(stack: Stack, window: Open) -> None:
    refused, returned = make_application(stack), make_application(stack)
    page = window(CLERK)
    go(page, stack, refused.path)
    decide(page, "refuse", reason="The bill is older than 3 months.")
    assert "The bill is older than 3 months." in main(page)
    assert read_case(stack, refused).state == "refused"
    go(page, stack, returned.path)
    page.locator("#action-send_back").check()
    page.locator("input[name=missing][value=proof]").check()
    page.locator("#note-proof").fill("The date is cut off")
    with page.expect_navigation():
        page.locator("button[value=stay]").click()
    case = read_case(stack, returned)
    assert case.state == "waiting_for_applicant"
    assert [(item.field, item.note) for item in case.missing] == [("proof", "The date is cut off")]


def test_a_case_is_decided_by_keyboard_alone(stack: Stack, window: Open) -> None:
    made = make_application(stack)
    page = window(CLERK)
    go(page, stack, made.path)
    for selector, keys in (("#action", ["Space", "ArrowDown"]), ("#reason", []), ("button[value=stay]", [])):
        for _ in range(60):
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                break
            page.keyboard.press("Tab")
        for key in keys:
            page.keyboard.press(key)
        if selector == "#action":
            assert page.locator("#action-refuse").is_checked()
        if selector == "#reason":
            page.keyboard.type("Typed by keyboard")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert read_case(stack, made).reason == "Typed by keyboard"


def test_a_decision_needs_no_scripts(stack: Stack, window: Open) -> None:
    made = make_application(stack)
    page = window(CLERK, java_script_enabled=False, viewport=PHONE)
    go(page, stack, made.path)
    decide(page, "refuse", reason="No scripts here")
    assert read_case(stack, made).state == "refused"


@pytest.mark.parametrize("city", CITIES)
def test_the_second_of_two_clerks_gets_a_conflict_and_loses_nothing(
    stack: Stack, window: Open, city: str
) -> None:
    made = make_application(stack, city)
    first, second = window(CLERK, city), window(SECOND, city)
    go(first, stack, made.path)
    go(second, stack, made.path)
    decide(first, "approve")
    second.locator("input[value=refuse]").check()
    second.locator("#reason").fill("I cannot read the bill")
    with second.expect_response("**/decide") as answer:
        second.locator("button[value=next]").click()
    assert answer.value.status == 409
    second.wait_for_load_state()
    assert second.locator("textarea#reason").input_value() == "I cannot read the bill"
    assert email(CLERK, city) in main(second)
    assert_accessible(second)
    case = read_case(stack, made)
    assert (case.state, case.decided_by, case.reason) == ("approved", email(CLERK, city), "")


def test_an_incident_is_started_and_resolved(stack: Stack, window: Open) -> None:
    alarm = make_incident(stack)
    page = window(CREWS["oakville"])
    go(page, stack, alarm.path)
    assert "4.2 m" in main(page)
    decide(page, "start")
    decide(page, "resolve", reason="Gate opened")
    case = read_case(stack, alarm)
    assert (case.state, case.reason) == ("resolved", "Gate opened")


def test_a_document_comes_as_an_attachment_from_another_origin(stack: Stack, window: Open) -> None:
    """Nobody has looked at this one for harmful software: the clerk is told so first."""
    made = make_application(stack)
    page = window(CLERK)
    go(page, stack, made.path)
    page.get_by_role("link", name="bill.pdf").click()
    page.wait_for_load_state()
    assert page.url.startswith(stack.url)
    assert_accessible(page)
    with page.expect_download() as download:
        page.locator("main form button").first.click()
    assert download.value.suggested_filename == "bill.pdf"
    assert not download.value.url.startswith(stack.url)
    assert download.value.path().read_bytes() == b"%PDF-1.7 a bill (demo)"


def test_a_wrong_password_opens_nothing(stack: Stack, window: Open) -> None:
    page = window()
    go(page, stack, "/oakville/console")
    page.fill("input[name=username]", email(CLERK, "oakville"))
    page.fill("input[name=password]", "not-the-password")
    page.click("button[type=submit]")
    page.wait_for_load_state()
    assert not page.url.startswith(stack.url)


def test_a_clerk_of_another_city_is_told_so_and_sees_nothing(stack: Stack, window: Open) -> None:
    made = make_application(stack)
    page = window()
    go(page, stack, made.path)
    page.fill("input[name=username]", email(CLERK, "qinghe"))
    page.fill("input[name=password]", "demo-password")
    page.click("button[type=submit]")
    page.wait_for_url("**/oakville/console/sign-in/done**")
    assert email(CLERK, "qinghe") in main(page)
    assert_accessible(page)
    stranger, own = window(CLERK, "qinghe"), window(CLERK)
    assert go(own, stack, made.path) == 200
    assert go(stranger, stack, f"/qinghe/console/cases/{made.id}") == 404
    go(stranger, stack, made.path)
    assert not stranger.url.startswith(stack.url)


def test_another_departments_case_does_not_exist(stack: Stack, window: Open) -> None:
    made = make_application(stack)
    clerk, crew = window(CLERK), window(CREWS["oakville"])
    assert go(clerk, stack, made.path) == 200
    assert go(crew, stack, made.path) == 404
    assert go(crew, stack, "/oakville/console?department=city-clerk") == 404


def test_a_decision_without_the_forms_token_is_refused(stack: Stack, window: Open) -> None:
    made = make_application(stack)
    page = window(CLERK)
    go(page, stack, made.path)
    token = page.locator("#decision input[name=_csrf]").get_attribute("value")
    address = f"{stack.url}{made.path}/decide"
    form = {"action": "approve", "version": "1", "then": "stay"}
    assert page.request.post(address, form=form, max_redirects=0).status == 403
    assert page.request.post(address, form={**form, "_csrf": "0" * 64}, max_redirects=0).status == 403
    assert read_case(stack, made).state == "submitted"
    assert page.request.post(address, form={**form, "_csrf": token}, max_redirects=0).status == 303
    assert read_case(stack, made).state == "approved"


def test_removing_a_member_ends_the_session_at_once(stack: Stack, window: Open) -> None:
    made = make_application(stack)
    page = window(SECOND)
    assert go(page, stack, made.path) == 200
    dynamodb, name = stack.client("dynamodb"), table(stack, "oakville")
    key = {"pk": {"S": "STAFF"}, "sk": {"S": email(SECOND, "oakville")}}
    record = dynamodb.get_item(TableName=name, Key=key)["Item"]
    dynamodb.delete_item(TableName=name, Key=key)
    try:
        go(page, stack, made.path)
        assert not page.url.startswith(stack.url)
    finally:
        dynamodb.put_item(TableName=name, Item=record)


def test_signing_out_ends_the_session(stack: Stack, window: Open) -> None:
    page = window(CLERK)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/console/signed-out")
    assert_accessible(page)
    page.get_by_role("link", name="End the session of the sign-in service").click()
    page.wait_for_url(f"{stack.url}/")
    go(page, stack, "/oakville/console")
    assert not page.url.startswith(stack.url)


def open_certificate(page: Any, stack: Stack, made: Made) -> None:
    """As its holder, by reference and code."""
    go(page, stack, f"/{made.city}/status")
    page.locator("#reference").fill(made.reference)
    page.locator("#code").fill(made.code)
    page.locator("#form button").click()
    page.wait_for_url("**/status/application")
    page.locator(f"a[href='/{made.city}/certificate']").click()
    page.wait_for_url("**/certificate")


@pytest.mark.parametrize("city", CITIES)
def test_a_certificate_is_kept_verified_and_revoked(stack: Stack, window: Open, city: str) -> None:
    made = make_application(stack, city)
    thorough = city == "oakville"
    clerk, holder, anyone = window(CLERK, city), window(), window()
    go(clerk, stack, made.path)
    decide(clerk, "approve")
    open_certificate(holder, stack, made)
    assert read_case(stack, made).answers["name"] in main(holder)
    assert holder.locator("svg.townkit-qr").bounding_box()["width"] >= 120
    assert_accessible(holder)
    address = holder.locator(".townkit-certificate__check a").get_attribute("href")
    answer = anyone.goto(address)
    assert (answer.status, answer.headers["x-robots-tag"]) == (200, "noindex, nofollow")
    assert anyone.locator(".govuk-tag--green").count() == 1
    assert read_case(stack, made).answers["name"] not in main(anyone)
    assert_accessible(anyone)
    assert anyone.goto(address[:-4] + "AAAA").status == 404
    if thorough:
        assert_accessible(anyone)
    clerk.locator("a[href$='/revoke']").click()
    clerk.wait_for_url("**/revoke")
    if thorough:
        assert_accessible(clerk)
    clerk.locator("#reason").fill("The bill was forged")
    with clerk.expect_navigation():
        clerk.locator("#form button").click()
    anyone.goto(address)
    assert anyone.locator(".govuk-tag--red").count() == 1
    assert "forged" not in anyone.content()
    if thorough:
        assert_accessible(anyone)


def test_the_audit_record_is_whole_until_somebody_touches_the_table(stack: Stack, window: Open) -> None:
    made = make_application(stack)
    page = window(CLERK)
    go(page, stack, made.path)
    decide(page, "refuse", reason="For the record")
    sealed = stack.townkit("audit", "seal", "oakville")
    assert sealed.returncode == 0, sealed.stderr
    before = stack.townkit("audit", "verify", "oakville")
    assert before.returncode == 0, before.stdout + before.stderr
    assert before.stdout.startswith("oakville: OK")
    dynamodb, name = stack.client("dynamodb"), table(stack, "oakville")
    key = {"pk": {"S": f"CASE#{made.id}"}, "sk": {"S": "EVENT#00000002"}}
    event = dynamodb.get_item(TableName=name, Key=key)["Item"]
    try:
        dynamodb.put_item(TableName=name, Item={**event, "actor_id": {"S": "somebody@else.example"}})
        changed = stack.townkit("audit", "verify", "oakville")
        dynamodb.delete_item(TableName=name, Key=key)
        missing = stack.townkit("audit", "verify", "oakville")
    finally:
        dynamodb.put_item(TableName=name, Item=event)
    assert (changed.returncode, missing.returncode) == (1, 1)
    assert f"changed   CASE#{made.id} 2" in changed.stdout
    assert f"missing   CASE#{made.id}: events 2 to 2 are missing" in missing.stdout
    assert stack.townkit("audit", "verify", "oakville").returncode == 0


def test_the_night_seals_the_day_before(stack: Stack) -> None:
    s3, bucket = stack.client("s3"), stack.environment["TOWNKIT_FILES_BUCKET"]
    yesterday = (clock.now() - timedelta(days=1, hours=1)).date().isoformat()
    stack.invoke("nightly", {})

    def sealed() -> list[str]:
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"cities/qinghe/audit/{yesterday}")
        return [entry["Key"] for entry in listed.get("Contents", ()) if entry["Key"].endswith(".json")]

    (key,) = wait_for(sealed, 30, "the day's root")
    assert json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())["day"] == yesterday
