"""The form on paper: printed empty or with what is answered already, with a number and a QR code. A clerk
types in what came back; it is the same draft and becomes the same case, with the channel `paper`."""

from __future__ import annotations

from typing import Any

from functions.cases import applying, drafts, form_views, opening, resuming, visitors
from functions.cases.journey import Journey
from functions.core import limits
from functions.core.errors import Forbidden, NotFound
from functions.core.i18n import N_, pick, t
from functions.services import fields
from functions.services.domain import Field, FormPage, Service
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

PRINTS_PER_HOUR = 60  # a network may be a whole office
LOOKUPS = (120, 3600)  # of a clerk: forms typed in an hour
EMPTY_ROWS = 3


def offer(ctx: PageContext, found: Service) -> Page:
    """What a form on paper is for, and the button that makes one."""
    _must_be_offered(found)
    return Page(
        "apply/paper_start.html",
        service=found,
        address=f"/{ctx.city.id}/services/{found.id}/print",
        back=f"/{ctx.city.id}/services/{found.id}",
        section="services",
    )


def _must_be_offered(found: Service) -> None:
    if found.link or not found.pages or not found.is_open:
        raise NotFound


def make(ctx: PageContext, found: Service) -> Redirect:
    """A draft of its own for a form on paper."""
    _must_be_offered(found)
    limits.hit(f"print#{ctx.network}", PRINTS_PER_HOUR, 3600)
    days = int(found.raw["privacy"]["retention"]["draft_days"])
    draft_id = drafts.start_draft(ctx, found.id, days)
    draft = drafts.find_draft(ctx, draft_id)
    if draft is not None:
        resuming.give_number(ctx, draft)
    visitors.remember_draft(ctx, draft_id)
    return Redirect(f"/{ctx.city.id}/apply/{draft_id}/print")


def show(ctx: PageContext, draft: str) -> Page | Redirect:
    """The form for printing."""
    journey = opening.open_journey(ctx, draft)
    base = opening.base_of(ctx, journey)
    if journey.draft.done:
        return Redirect(f"{base}/done")
    if not journey.draft.number:
        return Redirect(f"{base}/save")
    from functions.certificates.qr import svg

    address = ctx.url(f"/console/paper?number={journey.draft.number}")
    return Page(
        "apply/paper.html",
        number=journey.draft.number,
        code=svg(address, t(N_("Code for the clerk who types this form in"))),
        sections=_sections(journey),
        documents=_documents(journey),
        contact=ctx.city.config.get("contact", {}),
        back=f"{base}/save",
        **opening.around(ctx, journey),
    )


def _sections(journey: Journey) -> list[dict[str, Any]]:
    """Every page of the form: what the answers leave out is left out once something is answered; what may not
    apply is marked."""
    shown = {page.id for page in journey.pages}
    begun = bool(journey.draft.answers)
    return [
        {
            "title": pick(page.title) if page.title else "",
            "intro": pick(page.intro) if page.intro else "",
            "maybe": bool(page.show_when) and page.id not in shown,
            "questions": [_blank(journey, field) for field in page.fields if _on_paper(field)],
        }
        for page in journey.service.pages
        if page.id in shown or not begun or _undecided(journey, page)
    ]


def _undecided(journey: Journey, page: FormPage) -> bool:
    """Whether it is still open if a page will be asked: something before it has no answer."""
    place = [one.id for one in journey.service.pages].index(page.id)
    before = {one.id for one in journey.service.pages[:place]}
    return any(one.id in before and not journey.is_complete(one) for one in journey.pages)


def _on_paper(field: Field) -> bool:
    return field.type not in ("file", "calculated")


def _blank(journey: Journey, field: Field) -> dict[str, Any]:
    """One question of the printed form: what is answered already, or where to tick and write."""
    asked = fields.on_paper(field, journey.rules, required=journey.required(field))
    rows = asked.rows or (("",) * EMPTY_ROWS if asked.columns else ())
    return {"asked": asked, "rows": rows, "answer": form_views.answer_text(journey, field)}


def _documents(journey: Journey) -> list[tuple[str, bool]]:
    """(document, whether it is needed in any case) of those that are not handed in yet."""
    given = {
        field.document
        for field in journey.service.fields
        if field.type == "file" and journey.draft.files.get(field.id)
    }
    return [
        (str(pick(one["name"])), bool(one["required"] and not one.get("required_when")))
        for one in journey.service.raw["documents"]
        if one["id"] not in given
    ]


def ask_number(ctx: PageContext) -> Page:
    """The clerk's form for a number; the QR code fills it in."""
    problem = ctx.query.get("problem", "")
    words = {
        "missing": N_("Enter the number on the form"),
        "unknown": N_(
            "We cannot find a form with this number. It may have ended, or belong to another department"
        ),
    }
    return Page(
        "console/paper.html",
        section="cases",
        number=ctx.query.get("number", "")[:32],
        errors={"number": t(words[problem])} if problem in words else {},
        back=f"/{ctx.city.id}/console",
    )


def open_form(ctx: PageContext) -> Redirect:
    """Go on typing in the draft with this number. Who opened it is recorded."""
    from urllib.parse import urlencode

    if ctx.staff is None:
        raise Forbidden
    number = ctx.value("number")[:64]
    limits.hit(f"paper#{ctx.staff.email}", *LOOKUPS)
    try:
        draft = resuming.open_paper(ctx, number, ctx.staff.departments)
    except NotFound:
        problem = "unknown" if number else "missing"
        return Redirect(f"/{ctx.city.id}/console/paper?{urlencode({'problem': problem, 'number': number})}")
    visitors.remember_draft(ctx, draft.id)
    journey = applying.journey_of(ctx, draft, assurance="clerk")
    return Redirect(f"{opening.base_of(ctx, journey)}/{applying.onward(journey)}")
