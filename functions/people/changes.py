"""What the forms of My page do; each answers with a redirect. Checks and audit are in service.py."""

from __future__ import annotations

from functions.core import limits
from functions.core.errors import Invalid, NotFound, RateLimited
from functions.people import cookies
from functions.people import service as people
from functions.people.domain import CONSENTS, Person
from functions.web import cookies as all_cookies
from functions.web.request import PageContext
from functions.web.responses import Redirect

CHANGES_PER_HOUR = 120


def _here(ctx: PageContext, page: str) -> Redirect:
    limits.hit(f"me#{ctx.actor.id}", CHANGES_PER_HOUR, 3600)
    return Redirect(f"/{ctx.city.id}/me/{page}")


def add(ctx: PageContext, person: Person) -> Redirect:
    """An application by reference and code; the same words whichever is wrong."""
    from functions.cases import reading

    reference, code = ctx.value("reference")[:64], ctx.value("code")[:64]
    if not reference or not code:
        return Redirect(f"/{ctx.city.id}/me/add?problem=missing")
    try:
        case_id = reading.find_for_applicant(ctx, reference, code, ctx.network)
    except RateLimited:
        return Redirect(f"/{ctx.city.id}/me/add?problem=limit")
    except NotFound:
        return Redirect(f"/{ctx.city.id}/me/add?problem=unknown")
    people.add_case(ctx, person, case_id, "reference")
    return Redirect(f"/{ctx.city.id}/me?done=added")


def forget_contact(ctx: PageContext, person: Person) -> Redirect:
    """Stop using a contact point; the last one stays."""
    done = _here(ctx, "details?done=contact")
    try:
        people.forget_contact(ctx, person, ctx.value("digest")[:64])
    except Invalid:
        return Redirect(f"/{ctx.city.id}/me/details?problem=last-contact")
    return done


def consents(ctx: PageContext, person: Person) -> Redirect:
    """Give or withdraw: every box as it is now."""
    done = _here(ctx, "details?done=consents")
    for purpose in CONSENTS:
        people.set_consent(ctx, person, purpose, given=purpose in ctx.form.get("consent", ()))
    return done


def forget_answer(ctx: PageContext, person: Person) -> Redirect:
    """Delete one kept answer."""
    done = _here(ctx, "details?done=answer")
    people.forget_answer(ctx, person, ctx.value("answer")[:64])
    return done


def language(ctx: PageContext, person: Person) -> Redirect:
    """The language of their pages and messages."""
    done, lang = _here(ctx, "details?done=language"), ctx.value("lang")[:20]
    people.set_language(ctx, person, lang)
    all_cookies.set_plain(ctx, all_cookies.LANG, lang, all_cookies.YEAR)
    return done


def sign_out(ctx: PageContext, person: Person) -> Redirect:
    """End the session here, and close what is the person's."""
    people.sign_out(ctx, person)
    _close(ctx, person)
    return Redirect(f"/{ctx.city.id}/me/signed-out")


def _close(ctx: PageContext, person: Person) -> None:
    """The browser may be somebody else's next: it opens no application and no unfinished form of this person
    any more, and a code that was asked for while signed in signs nobody in."""
    from functions.cases import visitors

    cookies.clear(ctx)
    cookies.clear_asked(ctx)
    all_cookies.clear(ctx, visitors.STATUS)
    visitors.forget_drafts(ctx, person.things)


def sign_out_everywhere(ctx: PageContext, person: Person) -> Redirect:
    """End every session of this person."""
    people.end_sessions(ctx, person)
    _close(ctx, person)
    return Redirect(f"/{ctx.city.id}/me/signed-out")


def erase(ctx: PageContext, person: Person) -> Redirect:
    """Delete the record, when it was confirmed."""
    if ctx.value("confirm") != "yes":
        return Redirect(f"/{ctx.city.id}/me/erase?problem=confirm")
    people.erase(ctx, person)
    _close(ctx, person)
    return Redirect(f"/{ctx.city.id}/me/erased")
