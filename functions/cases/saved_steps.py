"""Save and come back: the page with number, code and link, coming back with them, forgetting a form on this
device, leaving a delicate one at once, and what a new version of a form changed."""

from __future__ import annotations

from functions.cases import applying, opening, resuming, saving, visitors
from functions.cases.journey import Journey
from functions.core.errors import NotFound, RateLimited
from functions.core.i18n import N_, pick, t
from functions.services import fields
from functions.services.domain import Field, Service
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

MAIL_PAGE = "save"  # where a refused address waits; no page of a form may be called so
EMAIL = Field({"id": "email", "type": "email", "label": {}})
PROBLEMS = {
    "email": {"email": N_("Enter an email address in the correct format, like name@example.com")},
    "contact": {"email": N_("Enter an email address, or a mobile phone number of this country")},
    "wish": {"now": N_("Choose what we should send you")},
    "number": {"number": N_("Enter the number of what you saved")},
    "code": {"code": N_("Enter your code")},
    "unknown": {"number": resuming.UNKNOWN},
}


def _errors(ctx: PageContext) -> dict[str, str]:
    return {name: t(text) for name, text in PROBLEMS.get(ctx.query.get("problem", ""), {}).items()}


def save_page(ctx: PageContext, draft: str) -> Page | Redirect:
    """Number, code and link; until when; a mail and a reminder for those who want them."""
    journey = opening.open_journey(ctx, draft)
    if journey.draft.done:
        return Redirect(f"{opening.base_of(ctx, journey)}/done")
    base, found = opening.base_of(ctx, journey), journey.draft
    errors = _errors(ctx)
    return Page(
        "apply/save.html",
        number=found.number,
        code=resuming.code_of(ctx, found.id) if found.number else "",
        link=ctx.url(f"/resume?number={found.number}"),
        address=f"{base}/save",
        forget=f"{base}/forget",
        print=f"{base}/print",
        email=found.attempts.get(MAIL_PAGE, {}).get("email", "") if errors else found.mail_to,
        reminder=found.reminder,
        texts=_texts(ctx),
        told=ctx.query.get("told", ""),
        errors=errors,
        back=f"{base}/{applying.onward(journey)}",
        **opening.around(ctx, journey),
    )


def save(ctx: PageContext, draft: str) -> Redirect:
    """Make the number, or send the mail that was asked for."""
    journey = opening.open_journey(ctx, draft)
    base = opening.base_of(ctx, journey)
    if journey.draft.done:
        return Redirect(f"{base}/done")
    found = resuming.give_number(ctx, journey.draft)
    if ctx.value("action") != "mail":
        return Redirect(f"{base}/save")
    return Redirect(f"{base}/save?{_mail(ctx, journey, found.number)}")


def _mail(ctx: PageContext, journey: Journey, number: str) -> str:
    """Put the mail on its way; answers the query of the page that follows."""
    draft, wanted = journey.draft, {name: bool(ctx.value(name)) for name in ("now", "remind")}
    typed = {"email": ctx.value("email")[:320]}
    if not any(wanted.values()) and not draft.reminder:
        saving.keep_attempt(draft, MAIL_PAGE, typed)
        return "problem=wish"
    address = _address(ctx, journey, typed)
    if any(wanted.values()) and not address:
        saving.keep_attempt(draft, MAIL_PAGE, typed)
        return "problem=contact" if _texts(ctx) else "problem=email"
    resuming.ask_for_mail(ctx, draft, address, ctx.network, **wanted)
    return "told=sent" if wanted["now"] else "told=remind" if wanted["remind"] else "told=none"


def _texts(ctx: PageContext) -> bool:
    """Whether the city sends text messages."""
    from functions.people.budget import sends_sms

    return sends_sms(ctx)


def _address(ctx: PageContext, journey: Journey, typed: dict[str, str]) -> str:
    """The e-mail address, or where the city sends text messages the phone number of its country; empty
    when it is neither."""
    if typed["email"] and "@" not in typed["email"].replace("＠", "@") and _texts(ctx):
        from functions.people.phones import normal_phone

        return normal_phone(ctx.city, typed["email"]) or ""
    address, problems = fields.check(EMAIL, typed, journey.rules, required=False)
    return "" if problems else str(address or "")


def resume_page(ctx: PageContext) -> Page:
    """The form that asks for number and code."""
    return Page(
        "apply/resume.html",
        number=ctx.query.get("number", "")[:32],
        errors=_errors(ctx),
        back=f"/{ctx.city.id}",
        section="services",
    )


def resume(ctx: PageContext) -> Page | Redirect:
    """Open what was saved on this device, or say that the two do not belong together - the same words
    whichever is wrong."""
    from urllib.parse import urlencode

    number, code = ctx.value("number")[:64], ctx.value("code")[:64]
    problem = "number" if not number else "code" if not code else ""
    if not problem:
        try:
            found = resuming.find_saved(ctx, number, code, ctx.network)
        except RateLimited:
            raise
        except NotFound:
            problem = "unknown"
        else:
            return _resumed(ctx, found)
    return Redirect(f"/{ctx.city.id}/resume?{urlencode({'problem': problem, 'number': number})}")


def _resumed(ctx: PageContext, found: resuming.Found) -> Page | Redirect:
    if found.draft is None:
        return Page(
            "apply/ended.html",
            status=410,
            ends=found.ends,
            over=found.ends < ctx.now,
            back=f"/{ctx.city.id}/services",
            section="services",
        )
    visitors.remember_draft(ctx, found.draft.id)
    journey = opening.open_journey(ctx, found.draft.id)
    away = opening.detour(ctx, journey)
    return away or Redirect(f"{opening.base_of(ctx, journey)}/{applying.onward(journey)}")


def forget(ctx: PageContext, draft: str) -> Redirect:
    """This device forgets the form; what was written is kept, or deleted when asked."""
    found = visitors.open_draft(ctx, draft)
    visitors.forget_draft(ctx, draft)
    if not ctx.value("delete") or found.done:
        return Redirect(f"/{ctx.city.id}/left?done=forgotten")
    _delete(ctx, draft)
    return Redirect(f"/{ctx.city.id}/left?done=deleted")


def _delete(ctx: PageContext, draft_id: str) -> None:
    from functions.core import audit
    from functions.core.context import Actor, Context

    saving.delete_draft(draft_id)
    actor = Actor("citizen", draft_id)
    audit.record("draft", draft_id, "deleted", Context(ctx.city, actor, ctx.lang, ctx.now, ctx.request_id))


def safety(ctx: PageContext, draft: str) -> Page | Redirect:
    """Before a delicate form begins: how to leave it at once, and what stays on the device."""
    journey = opening.open_journey(ctx, draft)
    away = opening.detour(ctx, journey)
    if away:
        return away
    return Page(
        "apply/safety.html",
        onward=f"{opening.base_of(ctx, journey)}/{applying.onward(journey)}",
        back=opening.start_of(ctx, journey),
        **opening.around(ctx, journey),
    )


def leave(ctx: PageContext, draft: str) -> Redirect:
    """Away at once: this device forgets the form, and the next page says nothing about it. Works for a draft
    that is there no more, too."""
    visitors.leave_draft(ctx, draft)
    return Redirect(f"/{ctx.city.id}/left")


def left_page(ctx: PageContext) -> Page:
    """After leaving or forgetting: a page that names no service."""
    return Page(
        "apply/left.html",
        done=ctx.query.get("done", ""),
        can_delete=visitors.left_draft(ctx) is not None,
        section="",
    )


def delete_left(ctx: PageContext) -> Redirect:
    """Delete what was written in the form that was just left here."""
    found = visitors.left_draft(ctx)
    if found is None:
        return Redirect(f"/{ctx.city.id}/left")
    visitors.forget_left(ctx)
    from functions.cases.drafts import find_draft

    draft = find_draft(ctx, found)
    if draft is not None and not draft.done:
        _delete(ctx, found)
    return Redirect(f"/{ctx.city.id}/left?done=deleted")


def changed_page(ctx: PageContext, draft: str) -> Page | Redirect:
    """The questions that a new version of the form added or changed."""
    journey = opening.open_journey(ctx, draft)
    if journey.draft.done or not journey.draft.changes:
        return Redirect(f"{opening.base_of(ctx, journey)}/{applying.onward(journey)}")
    changes = journey.draft.changes
    return Page(
        "apply/changed.html",
        new=_labels(journey.service, changes.get("new", [])),
        changed=_labels(journey.service, changes.get("changed", [])),
        dropped=_labels(journey.service, changes.get("dropped", [])),
        address=f"{opening.base_of(ctx, journey)}/changed",
        **opening.around(ctx, journey),
    )


def _labels(service: Service, names: list[str]) -> list[str]:
    found = (service.field(name) for name in names)
    return [pick(field.label) for field in found if field and field.type != "statement"]


def go_on_after_change(ctx: PageContext, draft: str) -> Redirect:
    """The changes were read; on to what is open."""
    journey = opening.open_journey(ctx, draft)
    if not journey.draft.done and journey.draft.changes:
        saving.forget_changes(journey.draft)
    return Redirect(f"{opening.base_of(ctx, journey)}/{applying.onward(journey)}")
