"""What every step of a form does first: open the draft of this browser, bring it up to date, see whether the
person belongs elsewhere. And what every page of a form knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from functions.cases import applying, versions, visitors
from functions.cases.drafts import Draft
from functions.cases.journey import CHECK, TASKS, Journey, rules_for
from functions.core.context import Actor
from functions.core.errors import Forbidden, NotFound
from functions.core.i18n import N_
from functions.services.domain import FormPage, Service
from functions.web.request import PageContext
from functions.web.responses import Redirect


def open_journey(ctx: PageContext, draft_id: str) -> Journey:
    """The journey of a draft of this browser, on the present version of its form."""
    draft = visitors.open_draft(ctx, draft_id)
    draft = versions.bring_up_to_date(ctx, draft, rules_for(ctx.city, ctx.now))
    draft, known, assurance = _person(ctx, draft)
    return applying.journey_of(ctx, draft, known=known, assurance=assurance)


def _person(ctx: PageContext, draft: Draft) -> tuple[Draft, dict[str, Any], str]:
    """(the draft with whose it is, answers that the signed-in person lets us reuse, how sure we are of who
    applies). One call when somebody is signed in."""
    if draft.about.by and _is_typed_here(ctx, draft.about.by):
        return draft, {}, "clerk" if draft.about.channel in ("paper", "counter") else "none"
    if draft.about.by:  # the person goes on without the member of staff who began or typed
        draft = replace(draft, about=replace(draft.about, channel="online", by=""))
    if draft.case_id:  # what a clerk asked for belongs to the case, whoever is signed in
        return draft, {}, "none"
    raw = ctx.city.service(draft.service)
    if raw and raw["service"].get("anonymous"):  # a report is nobody's, also when somebody is signed in
        return replace(draft, about=replace(draft.about, person="")), {}, "none"
    from functions.people.service import known_for, person_of

    person = person_of(ctx)
    if person is None or draft.about.person not in ("", person.id):  # somebody else's, on a shared device
        return draft, {}, "none"
    about = replace(draft.about, person=person.id)
    known = known_for(person, Service(raw, draft.service)) if raw else {}
    return replace(draft, about=about), known, person.assurance


def _is_typed_here(ctx: PageContext, email: str) -> bool:
    """Whether this browser is that of the member of staff who types. Raises Forbidden when their session has
    ended: what they typed must not pass for the person's. One call when somebody is signed in."""
    from functions.identity.service import staff_from_cookie
    from functions.web import cookies

    if not cookies.raw(ctx, cookies.STAFF):
        return False
    staff = staff_from_cookie(ctx)
    if staff is None:
        raise Forbidden(N_("You were signed out. Go back, copy what you typed, and sign in again."))
    if staff.email != email:
        return False
    ctx.actor = Actor("staff", staff.email, staff.name)
    return True


def base_of(ctx: PageContext, journey: Journey) -> str:
    """The address of the draft, without a slash at the end."""
    return f"/{ctx.city.id}/apply/{journey.draft.id}"


def detour(ctx: PageContext, journey: Journey) -> Redirect | None:
    """Where somebody must go instead of a page of the form: to the confirmation when the draft was sent,
    to what a new version changed, to say who they are. None when nothing is in the way."""
    if journey.draft.done:
        return Redirect(f"{base_of(ctx, journey)}/done")
    if journey.draft.changes:
        return Redirect(f"{base_of(ctx, journey)}/changed")
    return None if journey.draft.case_id else identify(ctx, journey, CHECK)


def identify(ctx: PageContext, journey: Journey, page: str, document: str = "") -> Redirect | None:
    """Where somebody must go before the form goes on, or before a document is handed in, to say who they are;
    a draft that began in another way (on paper, signed in on another device) asks, too."""
    from functions.people.starting import not_sure_enough

    by, channel = journey.draft.about.by, journey.draft.about.channel
    if by and (channel != "helper" or not document):  # whoever stands before a clerk is served
        return None
    then = f"{base_of(ctx, journey)}/{page}"
    return not_sure_enough(ctx, journey.service, journey.assurance, then, document)


def page_of(ctx: PageContext, journey: Journey, page_id: str) -> FormPage | Redirect:
    """The page; for one that the answers do not call for the way to go on. Raises NotFound for a page that
    the form does not have."""
    page = journey.page(page_id)
    if page is not None:
        return page
    if journey.service.page(page_id) is None or journey.draft.asked:
        raise NotFound
    return Redirect(f"{base_of(ctx, journey)}/{applying.onward(journey)}")


def around(ctx: PageContext, journey: Journey) -> dict[str, Any]:
    """What every page of a form knows: the service, where to save, until when the answers are kept,
    whether it can be left at once."""
    base = base_of(ctx, journey)
    return {
        "service": journey.service,
        "delicate": bool(journey.service.form.get("safe_exit")),
        "exit": f"{base}/exit",
        "save": f"{base}/save",
        "ends": journey.draft.ends,
        "can_save": not journey.draft.asked,
        "typed_by_staff": bool(journey.draft.about.by),
        "section": "services",
    }


def start_of(ctx: PageContext, journey: Journey) -> str:
    """Where the first page's back link leads."""
    if journey.draft.case_id:
        return f"/{ctx.city.id}/status/application"
    return f"/{ctx.city.id}/services/{journey.service.id}"


def list_or_tasks(journey: Journey) -> str:
    """The page from which answers are changed."""
    return TASKS if journey.has_tasks and journey.first_open() else CHECK
