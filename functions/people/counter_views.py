"""The counter's page: three things to do and a list of what one began."""

from __future__ import annotations

from collections.abc import Callable

from functions.core.errors import Conflict, Forbidden, Invalid, NotFound
from functions.core.i18n import N_, pick, t
from functions.identity.domain import Staff
from functions.people import counter
from functions.people.domain import SEEN_DOCUMENTS
from functions.people.starting import choices
from functions.services.domain import Service
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

DONE = {"seen": N_("It is recorded that you saw the person")}


def _staff(ctx: PageContext) -> Staff:
    """Raises NotFound for roles that have no business here."""
    if ctx.staff is None or not ctx.staff.may_serve:
        raise NotFound
    return ctx.staff


def show(ctx: PageContext) -> Page:
    """The page, or the question for whom a chosen service is. Four calls at most."""
    return _page(ctx, _staff(ctx), {})


def _page(ctx: PageContext, staff: Staff, errors: dict[str, str]) -> Page:
    from functions.cases.domain import STATES

    offered = counter.offered(ctx, staff)
    wanted = ctx.query.get("service") or ctx.value("service")
    chosen = next((one for one in offered if one.id == wanted), None)
    names = {one.id: pick(one.name) for one in offered}
    done = DONE.get(ctx.query.get("done", ""))
    return Page(
        "console/counter.html",
        status=422 if errors else 200,
        services=[(one.id, pick(one.name)) for one in offered],
        chosen=chosen,
        choices=[(value, t(words)) for value, words in choices(chosen)] if chosen else [],
        documents=[(id, t(words)) for id, words in SEEN_DOCUMENTS.items()],
        identifies=staff.may_identify,
        begun=[
            (one, names.get(one.service, one.service), t(STATES[one.state][1]) if one.state else "")
            for one in counter.begun_by(staff)
        ],
        typed={name: ctx.value(name) for name in ("reference", "who", "document", "for", "for_name")},
        done=t(done) if done else "",
        errors={name: t(text) for name, text in errors.items()},
        section="counter",
        back=f"/{ctx.city.id}/console/counter" if chosen else None,
    )


def use(ctx: PageContext) -> Page | Redirect:
    """Do what a form of the page asks for; what is wrong with it is said on the page."""
    staff, do = _staff(ctx), ACTIONS.get(ctx.value("do"))
    if do is None:
        raise NotFound
    try:
        return do(ctx, staff)
    except Invalid as problem:
        return _page(ctx, staff, problem.fields)
    except (Conflict, NotFound) as problem:
        return _page(ctx, staff, {"reference": problem.message})


def _start(ctx: PageContext, staff: Staff) -> Redirect:
    """Begin a draft; a service that is not only for oneself asks for whom first."""
    service = next((one for one in counter.offered(ctx, staff) if one.id == ctx.value("service")), None)
    if service is None:
        raise Invalid({"service": N_("Choose a service")})
    offered, choice = choices(service), ctx.value("for")
    ask = len(offered) > 1 or offered[0][0] != "self"
    if ask and not choice and not ctx.value("for_asked"):
        return Redirect(f"/{ctx.city.id}/console/counter?service={service.id}")
    draft_id = counter.start(ctx, staff, service, choice or _only(offered), ctx.value("for_name")[:400])
    return _into(ctx, draft_id, service)


def _only(offered: list[tuple[str, str]]) -> str:
    return offered[0][0] if len(offered) == 1 else ""


def _into(ctx: PageContext, draft_id: str, service: Service) -> Redirect:
    from functions.cases import applying, visitors

    visitors.remember_draft(ctx, draft_id)
    return Redirect(f"/{ctx.city.id}/apply/{draft_id}/{applying.entrance(service)}")


def _reopen(ctx: PageContext, staff: Staff) -> Redirect:
    from functions.cases import visitors

    draft_id = counter.reopen(ctx, staff, ctx.value("draft")[:64])
    visitors.remember_draft(ctx, draft_id)
    return Redirect(f"/{ctx.city.id}/apply/{draft_id}/check")


def _complete(ctx: PageContext, staff: Staff) -> Redirect:
    from functions.cases import visitors

    draft_id = counter.complete(ctx, staff, ctx.value("reference")[:64])
    visitors.remember_draft(ctx, draft_id)
    return Redirect(f"/{ctx.city.id}/apply/{draft_id}/check")


def _seen(ctx: PageContext, staff: Staff) -> Redirect:
    if not staff.may_identify:
        raise Forbidden(N_("Your role cannot record this"))
    counter.record_seen(ctx, staff, ctx.value("who")[:300], ctx.value("document"))
    return Redirect(f"/{ctx.city.id}/console/counter?done=seen")


ACTIONS: dict[str, Callable[[PageContext, Staff], Redirect]] = {
    "start": _start,
    "reopen": _reopen,
    "complete": _complete,
    "seen": _seen,
}
