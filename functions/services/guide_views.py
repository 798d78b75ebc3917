"""The guide page of a service, and its start button."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from functions.core import limits
from functions.core.errors import Conflict
from functions.core.i18n import N_
from functions.services import guide as words
from functions.services import terms
from functions.services.availability import Availability, availability, city_day
from functions.services.domain import Service
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

if TYPE_CHECKING:
    from functions.services.asking import Asking

TASKS, CHECK, SAFETY = "tasks", "check", "safety"  # pages that every form has (functions/cases/journey.py)
STARTS_PER_HOUR = 300  # a network may be a whole mobile carrier
STARTS_PER_CITY_HOUR = 3000  # a town of 20,000 never has so many; a script has
STOPPED = {
    "paused": N_("This service is paused at the moment"),
    "closed": N_("This service is closed at the moment"),
    "out_of_season": N_("This service is not open yet"),
    "not_online": N_("This service cannot be used online"),
    "elsewhere": N_("This service is offered somewhere else"),
}


def state_of(ctx: PageContext, service: Service) -> Availability:
    """Whether the service can be used today, in the city."""
    return availability(service, city_day(ctx.city, ctx.now))


def checkable(service: Service) -> bool:
    """Whether there is something to ask before the start."""
    return bool(service.raw["eligibility"]["asks"] and service.raw["eligibility"]["rules"])


def gated(service: Service) -> bool:
    """Whether nobody starts without having been asked."""
    return checkable(service) and service.raw["eligibility"]["mode"] == "gate"


def guide(ctx: PageContext, service: Service) -> Page:
    """Everything a person may want to know before they begin."""
    from functions.services.linked_data import embedded

    about = service.raw["service"]
    return Page(
        "services/start.html",
        service=service,
        raw=service.raw,
        about=about,
        state=state_of(ctx, service),
        stopped=STOPPED,
        host=urlsplit(service.link["url"]).hostname if service.link else "",
        channels=[one for one in terms.CHANNELS if about["channels"][one]],
        gate=gated(service),
        checkable=checkable(service),
        told=words.told(service, ctx.city),
        department=ctx.city.department(service.department) if not service.link else None,
        words=words,
        terms=terms,
        linked_data=embedded(ctx, service),
        section="services",
        back=f"/{ctx.city.id}/services",
    )


def start(ctx: PageContext, service: Service) -> Redirect:
    """A new draft with what the check was told. Where a gate asks first, only who was asked and not refused
    gets in. Raises Conflict when the service cannot be used today."""
    from functions.cases import drafts, visitors
    from functions.people import starting
    from functions.services import asking, eligibility_views

    state = state_of(ctx, service)
    if not state.can_start:
        raise Conflict(STOPPED[state.state])
    asked = asking.asking_of(ctx, service)
    if gated(service) and not eligibility_views.let_in(asked):
        return Redirect(eligibility_views.address_of(asked, eligibility_views.CHECK))
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
