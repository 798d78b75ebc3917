"""The start button: a new draft with what the check before it was told."""

from __future__ import annotations

from functions.cases import drafts, visitors
from functions.core import limits
from functions.core.errors import Conflict
from functions.people import starting
from functions.services import asking
from functions.services.asking import Asking
from functions.services.availability import STOPPED, gated, state_of
from functions.services.domain import Service
from functions.web.request import PageContext
from functions.web.responses import Redirect

TASKS, CHECK, SAFETY = "tasks", "check", "safety"  # pages that every form has (functions/cases/journey.py)
STARTS_PER_HOUR = 300  # a network may be a whole mobile carrier
STARTS_PER_CITY_HOUR = 3000  # a town of 20,000 never has so many; a script has


def start(ctx: PageContext, service: Service) -> Redirect:
    """A new draft with what the check was told. Where a gate asks first, only who was asked and not refused
    gets in. Raises Conflict when the service cannot be used today."""
    state = state_of(ctx, service)
    if not state.can_start:
        raise Conflict(STOPPED[state.state])
    asked = asking.asking_of(ctx, service)
    if gated(service) and not asking.let_in(asked):
        return Redirect(asking.address_of(asked, asking.CHECK))
    limits.hit(f"start#{ctx.network}", STARTS_PER_HOUR, 3600)
    limits.hit("start-city", STARTS_PER_CITY_HOUR, 3600)
    about = starting.begin(ctx, service)
    if isinstance(about, Redirect):
        return about
    days = service.raw["privacy"]["retention"]["draft_days"]
    draft_id = drafts.start_draft(ctx, service.id, days, about, answers=asked.answers)
    starting.note_draft(ctx, about, draft_id, service.id)
    visitors.remember_draft(ctx, draft_id)
    if asked.answers:
        asked.forget()
    return Redirect(f"/{ctx.city.id}/apply/{draft_id}/{first_page(asked)}")


def first_page(asked: Asking) -> str:
    """Where the form begins: how to leave a delicate one, the tasks of a long one, else the first page with a
    question that was not asked yet."""
    if asked.service.form.get("safe_exit"):
        return SAFETY
    if asked.service.form.get("task_list"):
        return TASKS
    if not asked.answers:
        return asked.service.pages[0].id
    open_pages = (
        page.id
        for page in asked.decisions.pages
        if any(one.answered_by_person and one.id not in asked.answers for one in page.fields)
    )
    return next(open_pages, CHECK)
