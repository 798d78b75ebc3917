"""Signing in without a password: a contact point, a code, done. The same pages add another contact point."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from functions.core.errors import RateLimited
from functions.core.i18n import N_, t
from functions.people import budget, codes, cookies
from functions.people import service as people
from functions.people.domain import CODE_LIFE, Contact, Person, normal_email
from functions.people.errors import CodeEnded, CodeWrong, ContactTaken, SmsSpent
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

PROBLEMS = {
    "missing": N_("Enter an email address or a mobile phone number"),
    "email": N_("Enter an email address in the correct format, like name@example.com"),
    "phone": N_("Enter a mobile phone number of this country, or an email address"),
    "no-sms": N_("This city sends no text messages. Enter an email address."),
    "sms-spent": N_("No more text messages can be sent today. Enter an email address."),
    "limit": N_("Too many codes were asked for. Wait an hour, or use your reference and code."),
    "code-missing": N_("Enter the code that we sent you"),
    "code-wrong": N_("This is not the code that we sent. Look again and type all six digits."),
    "code-ended": N_("This code cannot be used any more. Ask for a new one."),
    "taken": N_("This is used by another My page. Sign in there with it, or use another one."),
}


def _problem(ctx: PageContext, field: str) -> dict[str, str]:
    text = PROBLEMS.get(ctx.query.get("problem", ""))
    return {field: t(text)} if text else {}


def safe_then(ctx: PageContext, wanted: str) -> str:
    """Where to go after signing in: a page of this city, with at most the name of a service, else My page."""
    home = re.escape(f"/{ctx.city.id}")
    fits = re.fullmatch(rf"{home}/[A-Za-z0-9/_-]{{1,200}}(\?service=[a-z0-9-]{{1,80}})?", wanted)
    inside = fits and "//" not in wanted and not wanted.startswith(f"/{ctx.city.id}/console")
    return wanted if inside else f"/{ctx.city.id}/me"


def sign_in(ctx: PageContext) -> Page:
    """Asks for an e-mail address or a phone number."""
    return Page(
        "people/sign_in.html",
        then=safe_then(ctx, ctx.query.get("then", "")),
        sms=budget.sends_sms(ctx),
        spent=ctx.query.get("problem") == "sms-spent",
        adding=False,
        errors=_problem(ctx, "contact"),
        back=f"/{ctx.city.id}",
        section="me",
    )


def new_contact(ctx: PageContext, person: Person) -> Page:
    """Asks for another way to reach somebody who is signed in."""
    return Page(
        "people/sign_in.html",
        then=f"/{ctx.city.id}/me/details",
        sms=budget.sends_sms(ctx),
        spent=ctx.query.get("problem") == "sms-spent",
        adding=True,
        errors=_problem(ctx, "contact"),
        back=f"/{ctx.city.id}/me/details",
        section="me",
    )


def ask(ctx: PageContext) -> Redirect:
    """Send a code. The answer is the same whether anybody signed in with that before."""
    return _ask(ctx, None, "sign-in")


def ask_for_contact(ctx: PageContext, person: Person) -> Redirect:
    """Send a code to another contact point."""
    return _ask(ctx, person, "contact")


def _ask(ctx: PageContext, person: Person | None, page: str) -> Redirect:
    then = safe_then(ctx, ctx.value("then"))
    contact = _contact(ctx, ctx.value("contact")[:300])
    problem = contact if isinstance(contact, str) else ""
    if isinstance(contact, Contact):
        try:
            challenge = codes.ask(ctx, contact, ctx.network, person)
        except SmsSpent:
            problem = "sms-spent"
        except RateLimited:
            problem = "limit"
        else:
            cookies.write_asked(ctx, cookies.Asked(challenge, contact.kind, contact.masked, then))
            return Redirect(f"/{ctx.city.id}/me/code")
    return Redirect(f"/{ctx.city.id}/me/{page}?{urlencode({'problem': problem, 'then': then})}")


def _contact(ctx: PageContext, typed: str) -> Contact | str:
    """The contact point, or the name of what is wrong with it."""
    if not typed:
        return "missing"
    if "@" in typed or "＠" in typed:
        address = normal_email(typed)
        return codes.contact_of(ctx, "email", address) if address else "email"
    if not any(char.isdigit() for char in typed):
        return "email"
    if not budget.sends_sms(ctx):
        return "no-sms"
    from functions.people.phones import normal_phone

    number = normal_phone(ctx.city, typed)
    return codes.contact_of(ctx, "phone", number) if number else "phone"


def code(ctx: PageContext) -> Page | Redirect:
    """Asks for the code that was sent."""
    asked = cookies.read_asked(ctx)
    if asked is None:
        return Redirect(f"/{ctx.city.id}/me/sign-in?problem=code-ended")
    return Page(
        "people/code.html",
        asked=asked,
        minutes=int(CODE_LIFE.total_seconds() // 60),
        errors=_problem(ctx, "code"),
        back=f"/{ctx.city.id}/me/sign-in",
        section="me",
    )


def redeem(ctx: PageContext) -> Redirect:
    """Check the code: signed in, or with one more contact point."""
    asked, here = cookies.read_asked(ctx), f"/{ctx.city.id}/me/code"
    if asked is None:
        return Redirect(f"/{ctx.city.id}/me/sign-in?problem=code-ended")
    typed = ctx.value("code")[:40]
    if not typed:
        return Redirect(f"{here}?problem=code-missing")
    try:
        person = codes.redeem(ctx, asked.challenge, typed, ctx.network)
    except CodeWrong:
        return Redirect(f"{here}?problem=code-wrong")
    except (CodeEnded, ContactTaken) as ended:
        cookies.clear_asked(ctx)
        problem = "taken" if isinstance(ended, ContactTaken) else "code-ended"
        page = "contact" if isinstance(ended, ContactTaken) else "sign-in"
        return Redirect(f"/{ctx.city.id}/me/{page}?{urlencode({'problem': problem, 'then': asked.then})}")
    cookies.clear_asked(ctx)
    cookies.write(ctx, person)
    _add_what_is_open(ctx, person)
    return Redirect(asked.then)


def _add_what_is_open(ctx: PageContext, person: Person) -> None:
    """The application whose reference and code were given in this browser is on their page from now on - when
    it names their contact point: on a shared device it may be somebody else's."""
    from functions.cases import visitors

    case_id = visitors.remembered_case(ctx)
    if case_id and people.is_named_in(person, case_id):
        people.add_case(ctx, person, case_id, "signed_in")


def signed_out(ctx: PageContext) -> Page:
    """Says so."""
    return Page("people/signed_out.html", erased=False, section="me")


def erased(ctx: PageContext) -> Page:
    """Says what is gone and what stays."""
    return Page("people/signed_out.html", erased=True, section="me")
