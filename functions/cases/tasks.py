"""The task list of a long form: its sections, in any order, with few states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from functions.cases import opening
from functions.cases.journey import CHECK, Journey
from functions.core.i18n import N_, pick
from functions.services.domain import FormPage
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

COMPLETED, IN_PROGRESS, NOT_STARTED, CANNOT_START, PROBLEM = (
    "completed",
    "in_progress",
    "not_started",
    "cannot_start",
    "problem",
)
# state -> (label, colour of its tag; none: plain words)
STATES: dict[str, tuple[str, str]] = {
    COMPLETED: (N_("Completed"), ""),
    IN_PROGRESS: (N_("In progress"), "blue"),
    NOT_STARTED: (N_("Not started yet"), "blue"),
    CANNOT_START: (N_("Cannot start yet"), "grey"),
    PROBLEM: (N_("There is a problem"), "red"),
}


@dataclass(frozen=True, slots=True)
class Task:
    """One line; `page` is where it leads, empty when it cannot be started."""

    title: Any
    state: str
    page: str

    @property
    def label(self) -> str:
        """A message id."""
        return STATES[self.state][0]

    @property
    def colour(self) -> str:
        """Of its tag; empty for plain words."""
        return STATES[self.state][1]


def tasks_of(journey: Journey) -> list[Task]:
    """The sections that matter for these answers, in order. One whose pages depend on answers that are still
    open cannot be started yet; one that they leave out is not shown."""
    tasks: list[Task] = []
    for section in journey.service.form.get("sections") or ():
        pages = [page for page in journey.pages if page.section == section["id"]]
        if pages:
            tasks.append(Task(section["title"], state_of(journey, pages), _entry(journey, pages)))
        elif any(task.state != COMPLETED for task in tasks) and _has_pages(journey, section["id"]):
            tasks.append(Task(section["title"], CANNOT_START, ""))
    return tasks


def _has_pages(journey: Journey, section: str) -> bool:
    return any(page.section == section for page in journey.service.pages)


def state_of(journey: Journey, pages: Sequence[FormPage]) -> str:
    """The state of a task from its pages."""
    if any(_refused(journey, page) for page in pages):
        return PROBLEM
    done = [_done(journey, page) for page in pages]
    if all(done):
        return COMPLETED
    return IN_PROGRESS if any(_begun(journey, page) for page in pages) else NOT_STARTED


def _refused(journey: Journey, page: FormPage) -> bool:
    """Whether something was typed that cannot stand; what is only missing is no problem yet."""
    attempt = journey.draft.attempts.get(page.id)
    if attempt is None:
        return False
    return any(problem.code != "missing" for _, problem in journey.check(page, attempt)[1])


def _done(journey: Journey, page: FormPage) -> bool:
    if page.id in journey.draft.attempts or not journey.is_complete(page):
        return False
    required = any(journey.required(field) for field in page.fields)
    return required or page.id in journey.draft.stamps or _only_optional_files(page)


def _only_optional_files(page: FormPage) -> bool:
    return all(field.type in ("file", "statement", "calculated") for field in page.fields)


def _begun(journey: Journey, page: FormPage) -> bool:
    return (
        page.id in journey.draft.attempts
        or page.id in journey.draft.stamps
        or any(journey.is_answered(field) for field in page.fields if field.answered_by_person)
    )


def _entry(journey: Journey, pages: Sequence[FormPage]) -> str:
    """Its first page that is not done, else its first."""
    return next((page.id for page in pages if not _done(journey, page)), pages[0].id)


def show(ctx: PageContext, draft: str) -> Page | Redirect:
    """The list, and whether everything is there to be checked and sent."""
    journey = opening.open_journey(ctx, draft)
    away = opening.detour(ctx, journey)
    if away:
        return away
    base = opening.base_of(ctx, journey)
    if not journey.has_tasks:
        return Redirect(f"{base}/{journey.first_open() or CHECK}")
    tasks = tasks_of(journey)
    ready = journey.first_open() is None and all(task.state != PROBLEM for task in tasks)
    return Page(
        "apply/tasks.html",
        tasks=[
            {
                "title": pick(task.title),
                "label": task.label,
                "colour": task.colour,
                "grey": task.state == CANNOT_START,
                "href": f"{base}/{task.page}" if task.page else "",
            }
            for task in tasks
        ],
        done=sum(task.state == COMPLETED for task in tasks),
        ready=ready,
        check=f"{base}/check",
        back=opening.start_of(ctx, journey),
        **opening.around(ctx, journey),
    )
