"""What the pages of a form show and do: one question a page, files, the list to check, the confirmation.
Every POST answers with a redirect; nothing here needs a script. The routes are in pages.py."""

from __future__ import annotations

from typing import Any

from functions.cases import applying, form_views, visitors
from functions.cases.journey import Journey
from functions.core.errors import NotFound
from functions.core.i18n import N_, t
from functions.services import fields
from functions.services.domain import Field, FormPage
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

DECLARATION = "declaration"


def _open(ctx: PageContext, draft_id: str) -> Journey:
    return applying.journey_of(ctx, visitors.open_draft(ctx, draft_id))


def _base(ctx: PageContext, journey: Journey) -> str:
    return f"/{ctx.city.id}/apply/{journey.draft.id}"


def _page(journey: Journey, page_id: str) -> FormPage:
    page = journey.page(page_id)
    if page is None:
        raise NotFound
    return page


def _file_field(page: FormPage) -> Field | None:
    return page.fields[0] if page.fields[0].type == "file" else None


def question(ctx: PageContext, draft: str, page: str) -> Page | Redirect:
    """One page of the form."""
    journey = _open(ctx, draft)
    if journey.draft.done:
        return Redirect(f"{_base(ctx, journey)}/done")
    found = _page(journey, page)
    field = _file_field(found)
    return _file_page(ctx, journey, found, field) if field else _question_page(ctx, journey, found)


def _question_page(ctx: PageContext, journey: Journey, page: FormPage) -> Page:
    refused = "problem" in ctx.query
    typed = journey.typed(page, refused)
    problems = journey.check(page, typed)[1] if refused else []
    errors = {problem.part or field.id: fields.sentence(field, problem) for field, problem in problems}
    return Page(
        "apply/question.html",
        page=page,
        questions=form_views.question_views(journey, page, typed),
        errors=errors,
        **_around(ctx, journey, page),
    )


def _file_page(ctx: PageContext, journey: Journey, page: FormPage, field: Field) -> Page:
    from functions.files import service as files

    document = journey.service.document(field.document) or {}
    error = form_views.upload_problem(document, ctx.query.get("problem", ""))
    change = "?change=1" if "change" in ctx.query else ""
    uploaded = journey.draft.files.get(field.id)
    form = None
    if uploaded is None:
        back = ctx.url(f"/apply/{journey.draft.id}/{page.id}/uploaded{change}")
        form = files.upload_form(ctx, journey.draft.owner, document, back)
    return Page(
        "apply/file.html",
        field=field,
        document=document,
        types=", ".join(form_views.TYPE_NAMES[one] for one in document["accept"]),
        accept=",".join(form_views.EXTENSIONS[one] for one in document["accept"]),
        too_large=form_views.upload_problem(document, "size"),
        uploaded=uploaded,
        size=form_views.size_text(uploaded.size) if uploaded else "",
        upload=form,
        required=journey.service.required(field),
        errors={"file": error} if error else {},
        **_around(ctx, journey, page),
    )


def _around(ctx: PageContext, journey: Journey, page: FormPage) -> dict[str, Any]:
    """What every page of the form knows: its address, where back leads, whether it was reached from the
    list to check, and the clerk's words when something was asked for."""
    base, changing = _base(ctx, journey), "change" in ctx.query
    before = journey.before(page)
    start = (
        f"/{ctx.city.id}/status/application"
        if journey.draft.case_id
        else f"/{ctx.city.id}/services/{journey.service.id}"
    )
    return {
        "service": journey.service,
        "address": f"{base}/{page.id}{'?change=1' if changing else ''}",
        "remove": f"{base}/{page.id}/remove{'?change=1' if changing else ''}",
        "back": f"{base}/check" if changing else f"{base}/{before}" if before else start,
        "notes": [
            journey.draft.asked[field.id] for field in page.fields if journey.draft.asked.get(field.id)
        ],
        "section": "services",
    }


def answer(ctx: PageContext, draft: str, page: str) -> Redirect:
    """Check and keep a page's answers, then go on, or back to the page with what is wrong."""
    journey = _open(ctx, draft)
    base, found = _base(ctx, journey), _page(journey, page)
    if journey.draft.done:
        return Redirect(f"{base}/done")
    change = "&change=1" if "change" in ctx.query else ""
    field = _file_field(found)
    if field:
        right = field.id in journey.draft.files or not journey.service.required(field)
    else:
        right = applying.answer_page(journey, found, _typed(ctx, journey, found))
    if not right:
        return Redirect(f"{base}/{found.id}?problem=missing{change}")
    return Redirect(f"{base}/check" if change else f"{base}/{journey.after(found)}")


def _typed(ctx: PageContext, journey: Journey, page: FormPage) -> fields.Typed:
    typed: fields.Typed = {}
    for field in page.fields:
        typed |= fields.read(field, ctx.form, journey.rules)
    return typed


def uploaded(ctx: PageContext, draft: str, page: str) -> Redirect:
    """Where the storage sends the browser after an upload. Looking twice changes nothing."""
    journey = _open(ctx, draft)
    found = _page(journey, page)
    field = _file_field(found)
    if field is None:
        raise NotFound
    change = "&change=1" if "change" in ctx.query else ""
    reason = "" if journey.draft.done else applying.take_file(ctx, journey, field, ctx.query.get("file", ""))
    return Redirect(
        f"{_base(ctx, journey)}/{found.id}?{f'problem={reason}' if reason else 'uploaded=1'}{change}"
    )


def remove(ctx: PageContext, draft: str, page: str) -> Redirect:
    """Take the file of a page back."""
    journey = _open(ctx, draft)
    found = _page(journey, page)
    field = _file_field(found)
    if field is None:
        raise NotFound
    if not journey.draft.done:
        applying.remove_file(journey, field)
    change = "?change=1" if "change" in ctx.query else ""
    return Redirect(f"{_base(ctx, journey)}/{found.id}{change}")


def check(ctx: PageContext, draft: str) -> Page | Redirect:
    """All answers in one list before they are sent."""
    journey = _open(ctx, draft)
    base = _base(ctx, journey)
    if journey.draft.done:
        return Redirect(f"{base}/done")
    open_page = journey.first_open()
    if open_page:
        return Redirect(f"{base}/{open_page}")
    errors = (
        {DECLARATION: t(N_("Confirm that what you have written is true"))} if "problem" in ctx.query else {}
    )
    return Page(
        "apply/check.html",
        service=journey.service,
        rows=form_views.check_rows(journey, base),
        completing=bool(journey.draft.case_id),
        address=f"{base}/check",
        back=f"{base}/{journey.pages[-1].id}",
        errors=errors,
        section="services",
    )


def send(ctx: PageContext, draft: str) -> Redirect:
    """Send the application. A second click leads to the same confirmation."""
    journey = _open(ctx, draft)
    base = _base(ctx, journey)
    if journey.draft.done:
        return Redirect(f"{base}/done")
    open_page = journey.first_open()
    if open_page:
        return Redirect(f"{base}/{open_page}?problem=missing")
    if journey.service.declaration and not ctx.value(DECLARATION):
        return Redirect(f"{base}/check?problem=missing")
    visitors.remember_case(ctx, applying.send(ctx, journey))
    return Redirect(f"{base}/done")


def done(ctx: PageContext, draft: str) -> Page | Redirect:
    """The confirmation; it can be bookmarked until the draft ends."""
    from functions.cases.service import code_of

    journey = _open(ctx, draft)
    if not journey.draft.done:
        return Redirect(f"{_base(ctx, journey)}/check")
    completing = journey.draft.case_id
    return Page(
        "apply/done.html",
        service=journey.service,
        reference=journey.draft.reference,
        code=None if completing else code_of(ctx, journey.draft.id),
        sent_to=journey.draft.sent_to,
        completing=bool(completing),
        state=journey.service.state("submitted"),
        promised=journey.service.raw["clocks"]["promised"],
        contact=ctx.city.config.get("contact", {}),
        section="services",
    )
