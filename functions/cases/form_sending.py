"""The end of a form: the list to check, sending, the confirmation, and the page for somebody who cannot get
it."""

from __future__ import annotations

from functions.cases import applying, form_views, opening, visitors
from functions.cases.journey import TASKS, Journey
from functions.core.errors import Conflict
from functions.core.i18n import N_, pick, t
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

DECLARATION = "declaration"
PROBLEMS = {"missing": {DECLARATION: N_("Confirm that what you have written is true")}}


def check(ctx: PageContext, draft: str) -> Page | Redirect:
    """All answers in one list before they are sent."""
    journey = opening.open_journey(ctx, draft)
    away = _not_ready(ctx, journey)
    if away:
        return away
    base = opening.base_of(ctx, journey)
    problem = ctx.query.get("problem", "")
    verdict = journey.decisions.eligibility()
    return Page(
        "apply/check.html",
        groups=form_views.check_groups(journey, base),
        completing=bool(journey.draft.case_id),
        fee={"rows": []}
        if journey.draft.case_id
        else form_views.fee_view(journey, ctx.city.config["currency"]),
        doubt=pick(verdict.because) if verdict and verdict.outcome != "yes" else "",
        changed=problem == "changed",
        address=f"{base}/check",
        back=f"{base}/{TASKS if journey.has_tasks else journey.pages[-1].id}",
        errors={name: t(text) for name, text in PROBLEMS.get(problem, {}).items()},
        **opening.around(ctx, journey),
    )


def _not_ready(ctx: PageContext, journey: Journey) -> Redirect | None:
    """Where somebody must go before sending: a question that is still open is asked next."""
    away = opening.detour(ctx, journey)
    if away:
        return away
    base = opening.base_of(ctx, journey)
    if journey.is_stopped or journey.is_refused:
        return Redirect(f"{base}/eligibility")
    open_page = journey.first_open()
    if open_page is None:
        refused = applying.page_with_refused_file(journey)
        return Redirect(f"{base}/{refused}?problem=refused") if refused else None
    if ctx.method == "POST":
        return Redirect(f"{base}/{open_page}?problem=missing")
    return Redirect(f"{base}/{open_page}{'?change=1' if 'change' in ctx.query else ''}")


def send(ctx: PageContext, draft: str) -> Redirect:
    """Send the application. A second click leads to the same confirmation; an answer that another device
    saved a moment ago is shown before anything is sent."""
    journey = opening.open_journey(ctx, draft)
    away = _not_ready(ctx, journey)
    if away:
        return away
    base = opening.base_of(ctx, journey)
    if journey.service.declaration and not ctx.value(DECLARATION):
        return Redirect(f"{base}/check?problem=missing")
    try:
        case_id = applying.send(ctx, journey)
    except Conflict:
        if not applying.saved_meanwhile(ctx, journey.draft):
            raise
        return Redirect(f"{base}/check?problem=changed")
    if not journey.draft.about.by:
        visitors.remember_case(ctx, case_id)
        _keep_for_person(ctx, journey, case_id)
    return Redirect(f"{base}/done")


def _keep_for_person(ctx: PageContext, journey: Journey, case_id: str) -> None:
    """On the page of who is signed in; with their consent the answers for another form."""
    if not journey.draft.about.person:
        return
    from functions.people.service import keep_sent

    keep_sent(ctx, journey.draft.about.person, journey.service, case_id, journey.answers())


def done(ctx: PageContext, draft: str) -> Page | Redirect:
    """The confirmation; it can be bookmarked until the draft ends."""
    from functions.cases.submitting import code_of

    journey = opening.open_journey(ctx, draft)
    base = opening.base_of(ctx, journey)
    if not journey.draft.done:
        return Redirect(f"{base}/check")
    completing, report = journey.draft.case_id, journey.service.is_report
    return Page(
        "apply/done.html",
        reference=journey.draft.reference,
        code=None if completing else code_of(ctx, journey.draft.id),
        sent_to=journey.draft.sent_to,
        completing=bool(completing),
        report=report,
        state=journey.service.state("open" if report else "submitted"),
        promised=form_views.time_text(journey.service.raw.get("clocks")),
        contact=ctx.city.config.get("contact", {}),
        forget=f"{base}/forget",
        **opening.around(ctx, journey),
    )


def eligibility(ctx: PageContext, draft: str) -> Page | Redirect:
    """Why somebody cannot get it, and what else there is. No error: nothing was answered wrongly."""
    from functions.services.eligibility_views import alternatives

    journey = opening.open_journey(ctx, draft)
    away = opening.detour(ctx, journey)
    if away:
        return away
    base = opening.base_of(ctx, journey)
    verdict = journey.decisions.eligibility()
    if verdict is None or not (journey.is_stopped or journey.is_refused):
        return Redirect(f"{base}/{applying.onward(journey)}")
    return Page(
        "apply/eligibility.html",
        because=verdict.because,
        instead=alternatives(ctx, verdict),
        answers=form_views.check_groups(journey, base),
        forget=f"{base}/forget",
        back=f"{base}/{TASKS if journey.has_tasks else journey.pages[0].id}",
        **opening.around(ctx, journey),
    )
