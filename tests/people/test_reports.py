"""A report that may come from nobody stays nobody's, also when its sender is signed in."""

from __future__ import annotations

import json

from tests.cases import forms
from tests.cases.browser import Browser, stored
from tests.people.conftest import EMAIL, sign_in


def test_a_report_names_no_signed_in_person(browser: Browser) -> None:
    sign_in(browser)
    forms.publish(browser.world.oakville, forms.report())
    browser.get("/oakville/services/smoke").submit()
    base = browser.address.rpartition("/")[0]
    browser.get(f"{base}/what").submit(what="Smoke every night").submit(dangerous="no").submit(email="")
    browser.submit(declaration="yes")
    assert browser.heading == "Report received"
    people = [one["pk"]["S"] for one in stored(browser.world, browser.world.oakville, "PERSON#")]
    assert people
    case = json.dumps(stored(browser.world, browser.world.oakville, "CASE#"))
    assert EMAIL not in case and people[0].removeprefix("PERSON#") not in case
    person = json.dumps(stored(browser.world, browser.world.oakville, "PERSON#"))
    assert base.rpartition("/")[2] not in person
