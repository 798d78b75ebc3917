"""What is sent to people and admins, composed in the worker: a code, news by text message, the word that the
day's text messages are used up. No message holds an answer or what an application is about in a text
message."""

from __future__ import annotations

from typing import Any

from functions.adapters.mail import Mail
from functions.adapters.sms import Sms
from functions.core import clock, i18n
from functions.core.context import Context
from functions.core.settings import settings
from functions.notifications.domain import split_message
from functions.people import budget, codes, store
from functions.people.errors import SmsSpent
from functions.people.phones import normal_phone


def compose_code(ctx: Context, _: str, challenge: str) -> Mail | Sms | None:
    """The code, in the language in which it was asked for; None when it was used or has ended, and for a
    number that is not of the city's country."""
    item = store.get_code(challenge)
    if item is None or int(item.ends) <= clock.epoch(ctx.now):
        return None
    with i18n.use_language(_offered(ctx, item.lang)):
        told = {"code": codes.code_of(ctx, challenge), "city_name": ctx.city.name(i18n.language())}
        if item.kind == "phone":
            return _text(ctx, item.contact, "sms-code.txt", told)
        return _mail(ctx, item.contact, "code.txt", told)


def compose_news(ctx: Context, person_id: str, reference: str, subject: str, body: str) -> Mail | Sms | None:
    """A letter to somebody who gave no address in the form: to the contact point they signed in with. A phone
    gets a word only, while the city's text messages last; the letter is on their page."""
    person = store.get_person(person_id) if person_id else None
    if person is None:
        return None
    email, phone = person.contact("email"), person.contact("phone")
    if email:
        return Mail(email.value, subject, body, ctx.city.name(i18n.language()), _reply_to(ctx))
    if phone is None:
        return None
    try:
        budget.take_sms(ctx)
    except SmsSpent:
        return None
    told = {"reference": reference, "city_name": ctx.city.name(i18n.language())}
    address = f"{settings().public_url}/{ctx.city.id}/me"
    return _text(ctx, phone.value, "sms-news.txt", {**told, "address": address})


def compose_spent(ctx: Context, _: str, number: str) -> Mail | None:
    """To one of the city's admins, in the city's own language."""
    admins = budget.admins(ctx)
    if int(number) >= len(admins):
        return None
    with i18n.use_language(ctx.city.languages[0]):
        told = {"city_name": ctx.city.name(i18n.language()), "budget": ctx.city.limit("sms_per_day", 0)}
        return _mail(ctx, admins[int(number)], "sms-spent.txt", told)


def _offered(ctx: Context, lang: str) -> str:
    return lang if lang in ctx.city.languages else ctx.city.languages[0]


def _reply_to(ctx: Context) -> str:
    return str(ctx.city.config.get("contact", {}).get("email", ""))


def _render(template: str, told: dict[str, Any]) -> str:
    from functions.web.rendering import environment

    return str(environment().get_template(f"messages/{template}").render(told))


def _mail(ctx: Context, to: str, template: str, told: dict[str, Any]) -> Mail:
    subject, body = split_message(_render(template, told))
    return Mail(to, subject, body, ctx.city.name(i18n.language()), _reply_to(ctx))


def _text(ctx: Context, to: str, template: str, told: dict[str, Any]) -> Sms | None:
    """None for a number that is not of the city's own country: it cannot have come here through the page."""
    if normal_phone(ctx.city, to) != to:
        return None
    return Sms(to, " ".join(_render(template, told).split()))
