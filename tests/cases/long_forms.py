"""What tests do with the long form, and with what became of a form."""

from __future__ import annotations

from typing import Any

from functions.cases import store
from functions.cases.domain import Case
from functions.core.scope import tenant_scope
from tests.cases.browser import Browser, stored
from tests.cases.walk import PDF
from tests.world import World


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
