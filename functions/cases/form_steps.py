"""What the pages of a form show and do: one question a page, files. Every POST answers with a redirect;
nothing here needs a script. The routes are in pages.py."""

from __future__ import annotations

from typing import Any

from functions.cases import applying, form_views, opening, saving, wallet_steps
from functions.cases.journey import CHECK, Journey
from functions.core.errors import NotFound
from functions.services import fields
from functions.services.domain import Field, FormPage
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

SEEN, SAVE, DISCARD = "_seen", "save", "discard"


def _file_field(page: FormPage) -> Field | None:
    return next((field for field in page.fields if field.type == "file"), None)


def question(ctx: PageContext, draft: str, page: str) -> Page | Redirect:
    """One page of the form."""
    journey = opening.open_journey(ctx, draft)
    away = opening.detour(ctx, journey)
    if away:
        return away
    found = opening.page_of(ctx, journey, page)
    if isinstance(found, Redirect):
        return found
    field = _file_field(found)
    if field is None:
        return _question_page(ctx, journey, found)
    away = opening.identify(ctx, journey, found.id, field.document or "")
    return away or _file_page(ctx, journey, found, field)


def _question_page(ctx: PageContext, journey: Journey, page: FormPage) -> Page:
    problem = ctx.query.get("problem", "")
    typed = journey.typed(page)
    problems = journey.check(page, typed)[1] if problem == "missing" else []
    return Page(
        "apply/question.html",
        page=page,
        questions=form_views.question_views(journey, page, typed),
        errors=form_views.errors_of(problems),
        seen=journey.draft.stamps.get(page.id, ""),
        reused=journey.reused(page),
        elsewhere=_elsewhere(journey, page) if problem == "changed" else [],
        **_around(ctx, journey, page),
    )


def _elsewhere(journey: Journey, page: FormPage) -> list[dict[str, str]]:
    """What another device answered on this page meanwhile."""
    return (
        [
            {"key": row["key"], "value": row["value"]}
            for group in form_views.check_groups(journey, "")
            for row in group["rows"]
            if row["change"].startswith(f"/{page.id}?")
        ]
        if page.id in journey.draft.attempts
        else []
    )


def _file_page(ctx: PageContext, journey: Journey, page: FormPage, field: Field) -> Page:
    from functions.files import service as files

    document = journey.service.document(field.document) or {}
    error = form_views.upload_problem(document, ctx.query.get("problem", ""))
    consent_missing = ctx.query.get("problem") == wallet_steps.CONSENT
    change = "?change=1" if "change" in ctx.query else ""
    uploaded = journey.draft.files.get(field.id, ())
    taken = f"/apply/{journey.draft.id}/{page.id}/uploaded{change}"
    most = int(document["max_files"]) - len(uploaded)
    form = files.upload_form(ctx, journey.draft.owner, document, ctx.url(taken)) if most > 0 else None
    return Page(
        "apply/file.html",
        page=page,
        field=field,
        document=document,
        types=", ".join(form_views.TYPE_NAMES[one] for one in document["accept"]),
        accept=",".join(form_views.EXTENSIONS[one] for one in document["accept"]),
        too_large=form_views.upload_problem(document, "size"),
        uploaded=[(one.id, form_views.file_text(one)) for one in uploaded],
        states=_states(journey) if uploaded else {},
        upload=form,
        script={
            "target": files.script_form(ctx, journey.draft.owner, document) if form else {},
            "taken": f"/{ctx.city.id}{taken}{'&' if change else '?'}file=",
            "most": most,
        },
        required=journey.required(field),
        offers=wallet_steps.offers(ctx, journey, field) if form else [],
        errors={wallet_steps.CONSENT if consent_missing else "file": error} if error else {},
        **_around(ctx, journey, page),
    )


def _states(journey: Journey) -> dict[str, Any]:
    """File id -> what is known of its check."""
    from functions.files import service as files

    return files.files_of(journey.draft.owner)


def _around(ctx: PageContext, journey: Journey, page: FormPage) -> dict[str, Any]:
    """What every page with questions knows besides: its address, where back leads, and the clerk's words when
    something was asked for."""
    base, changing = opening.base_of(ctx, journey), "change" in ctx.query
    before = journey.before(page)
    query = "?change=1" if changing else ""
    if changing:
        back = f"{base}/{opening.list_or_tasks(journey)}"
    else:
        back = f"{base}/{before}" if before else opening.start_of(ctx, journey)
    return {
        "address": f"{base}/{page.id}{query}",
        "remove": f"{base}/{page.id}/remove{query}",
        "back": back,
        "notes": [
            journey.draft.asked[field.id] for field in page.fields if journey.draft.asked.get(field.id)
        ],
        **opening.around(ctx, journey),
    }


def answer(ctx: PageContext, draft: str, page: str) -> Redirect:
    """Check and keep a page's answers, then go on, or back to the page with what is wrong."""
    journey = opening.open_journey(ctx, draft)
    base = opening.base_of(ctx, journey)
    if journey.draft.done:
        return Redirect(f"{base}/done")
    if journey.draft.changes and journey.page(page) is None:
        return Redirect(f"{base}/changed")
    found = opening.page_of(ctx, journey, page)
    if isinstance(found, Redirect):
        return found
    field = _file_field(found)
    return _go_on_from_file(ctx, journey, found, field) if field else _take_answers(ctx, journey, found)


def _change(ctx: PageContext) -> str:
    return "&change=1" if "change" in ctx.query else ""


def _go_on_from_file(ctx: PageContext, journey: Journey, page: FormPage, field: Field) -> Redirect:
    if ctx.value(wallet_steps.HELD):
        problem = wallet_steps.give(ctx, journey, field)
        said = f"problem={problem}" if problem else "uploaded=1"
        return Redirect(f"{opening.base_of(ctx, journey)}/{page.id}?{said}{_change(ctx)}")
    if applying.page_with_refused_file(journey) == page.id:
        return Redirect(f"{opening.base_of(ctx, journey)}/{page.id}?problem=refused{_change(ctx)}")
    if journey.is_answered(field) or not journey.required(field):
        return _onward(ctx, journey, page)
    return Redirect(f"{opening.base_of(ctx, journey)}/{page.id}?problem=missing{_change(ctx)}")


def _take_answers(ctx: PageContext, journey: Journey, page: FormPage) -> Redirect:
    here = f"{opening.base_of(ctx, journey)}/{page.id}"
    if ctx.value(DISCARD):
        saving.forget_attempt(journey.draft, page.id)
        return _onward(ctx, journey, page)
    typed = _typed(ctx, journey, page)
    turned = fields.change_rows(page.fields, ctx.form, typed)
    if turned:
        saving.keep_attempt(journey.draft, page.id, turned[0])
        return Redirect(f"{here}?rows=1{_change(ctx)}#{turned[1]}")
    if ctx.value(SAVE):
        return _save(ctx, journey, page, typed)
    try:
        after = applying.answer_page(journey, page, typed, _seen(ctx))
    except saving.Stale:
        return Redirect(f"{here}?problem=changed{_change(ctx)}")
    except saving.Finished:
        return Redirect(here)
    if after is None:
        return Redirect(f"{here}?problem=missing{_change(ctx)}")
    return _onward(ctx, after, page)


def _seen(ctx: PageContext) -> str | None:
    """Which save of the page this form was made from; None when it does not say."""
    return ctx.form[SEEN][0] if SEEN in ctx.form else None


def _typed(ctx: PageContext, journey: Journey, page: FormPage) -> fields.Typed:
    typed: fields.Typed = {}
    for field in page.fields:
        if field.answered_by_person:
            typed |= fields.read(field, ctx.form, journey.rules)
    return typed


def _save(ctx: PageContext, journey: Journey, page: FormPage, typed: fields.Typed) -> Redirect:
    """Keep what was typed, as an answer when it is right and as it is when not, and show the way back."""
    from functions.cases import resuming

    if any(typed.values()):
        try:
            applying.answer_page(journey, page, typed, _seen(ctx))
        except saving.Stale:
            return Redirect(f"{opening.base_of(ctx, journey)}/{page.id}?problem=changed")
        except saving.Finished:
            return Redirect(f"{opening.base_of(ctx, journey)}/done")
    resuming.give_number(ctx, journey.draft)
    return Redirect(f"{opening.base_of(ctx, journey)}/save")


def _onward(ctx: PageContext, journey: Journey, page: FormPage) -> Redirect:
    """To what comes after a page: what a new version changed, the end for somebody who cannot get it, the
    list from which the answer was changed, or the next page."""
    base = opening.base_of(ctx, journey)
    if journey.draft.changes:
        return Redirect(f"{base}/changed")
    if journey.is_stopped:
        return Redirect(f"{base}/eligibility")
    if "change" in ctx.query and not journey.has_tasks:
        open_page = journey.first_open()
        return Redirect(f"{base}/{open_page}?change=1" if open_page else f"{base}/{CHECK}")
    if "change" in ctx.query:
        return Redirect(f"{base}/{opening.list_or_tasks(journey)}")
    return Redirect(f"{base}/{journey.after(page) if journey.page(page.id) else CHECK}")


def uploaded(ctx: PageContext, draft: str, page: str) -> Redirect:
    """Where the storage sends the browser after an upload. Looking twice changes nothing."""
    journey = opening.open_journey(ctx, draft)
    found, field = _page_with_file(journey, page)
    reason = "" if journey.draft.done else applying.take_file(ctx, journey, field, ctx.query.get("file", ""))
    told = f"problem={reason}" if reason else "uploaded=1"
    return Redirect(f"{opening.base_of(ctx, journey)}/{found.id}?{told}{_change(ctx)}")


def remove(ctx: PageContext, draft: str, page: str) -> Redirect:
    """Take a file of a page back."""
    journey = opening.open_journey(ctx, draft)
    found, field = _page_with_file(journey, page)
    if not journey.draft.done:
        applying.remove_file(journey, field, ctx.value("file"))
    change = "?change=1" if "change" in ctx.query else ""
    return Redirect(f"{opening.base_of(ctx, journey)}/{found.id}{change}")


def _page_with_file(journey: Journey, page_id: str) -> tuple[FormPage, Field]:
    page = journey.page(page_id)
    field = _file_field(page) if page else None
    if page is None or field is None:
        raise NotFound
    return page, field
