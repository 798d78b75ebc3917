"""A form that the city changes while somebody fills it in."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from functions.services import definitions
from functions.services.service import digest
from tests.cases import forms
from tests.cases.browser import Browser
from tests.cases.long_forms import case_of, cases, fill_benefit, step, task_states
from tests.cases.test_saving import rows


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
