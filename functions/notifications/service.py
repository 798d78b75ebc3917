"""Use cases: put a message into a transaction, point the worker to it after the commit, send it, sweep
what is left. What a case's applicant is told is kept as a letter, too, for them to read again."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.adapters.mail import Mail, Mailer, MailNotAccepted, SesMailer
from functions.adapters.queue import Pointer, Queue, QueueNotReached, SqsQueue
from functions.adapters.sms import Sms, SmsNotAccepted, SmsSender, SnsSms
from functions.core import i18n, log
from functions.core.context import Context
from functions.core.settings import settings
from functions.core.store import failed_conditions, transaction
from functions.notifications import store
from functions.notifications.domain import COMPOSERS, MESSAGES, may_try, split_message

KIND = "mail"


def enqueue(tx: TransactWrite, ctx: Context, event: str, case_id: str) -> str:
    """Add the message of an event (a key of MESSAGES with a case's id, or of COMPOSERS with what its composer
    takes) to the transaction; answers the row's id for :func:`point`."""
    if event not in MESSAGES and event not in COMPOSERS:
        raise ValueError(f"no message is called {event}")
    return store.add(tx, event, case_id, ctx.now)


def tell_once(ctx: Context, event: str, subject: str, row_id: str, queue: Queue | None = None) -> bool:
    """A message of its own, at most one for ever under this row id; answers whether this call made it."""
    if event not in COMPOSERS:
        raise ValueError(f"no message is called {event}")
    try:
        with transaction() as tx:
            store.add(tx, event, subject, ctx.now, row_id)
    except TransactWriteError as error:
        if not failed_conditions(error):
            raise
        return False
    point(ctx, row_id, queue)
    return True


def point(ctx: Context, row_id: str, queue: Queue | None = None) -> None:
    """Tell the worker, after the commit. When the queue cannot be reached the row stays pending and the
    sweep tells."""
    sender = queue or SqsQueue(settings().tasks_queue_url)
    try:
        sender.send(Pointer(ctx.city.id, KIND, row_id))
    except QueueNotReached:
        log.failure("pointer not sent", city=ctx.city.id, row=row_id)


def deliver(ctx: Context, row_id: str, mailer: Mailer | None = None, texter: SmsSender | None = None) -> None:
    """Send a pending row's message. Nothing happens for a row that is gone, sent or being sent.

    Raises MailNotAccepted or SmsNotAccepted after giving the row back: the queue tries again."""
    row = store.claim(row_id, ctx.now)
    if row is None:
        return
    message, letter = _compose(ctx, row)
    try:
        if isinstance(message, Mail):
            (mailer or SesMailer(settings().mail_from)).send(message)
        elif message is not None:
            (texter or SnsSms()).send(message)
    except (MailNotAccepted, SmsNotAccepted):
        store.release(row_id)
        raise
    meter = "mails" if isinstance(message, Mail) else "sms" if message else None
    store.mark_sent(row_id, ctx.now, meter, letter)


def sweep(ctx: Context, queue: Queue | None = None) -> int:
    """Send a pointer for every row that is pending and free; answers how many."""
    count = 0
    for row in store.pending():
        lease = datetime.fromtimestamp(int(row.lease_until), UTC) if row.lease_until else None
        if may_try(int(row.attempts), lease, ctx.now):
            point(ctx, row.sk, queue)
            count += 1
    return count


def sweep_task(ctx: Context, _: str) -> None:
    """The nightly message to a city."""
    sweep(ctx)


def letters_of(case_id: str) -> list[store.LetterItem]:
    """What was written to a case's applicant, latest first: one call."""
    return store.letters_of(case_id)


def _compose(ctx: Context, row: store.OutboxItem) -> tuple[Mail | Sms | None, store.LetterItem | None]:
    """The message (None: nobody to write to), and the letter that is kept when it is about a case."""
    if row.event in COMPOSERS:
        module, _, name = COMPOSERS[row.event].partition(":")
        return getattr(import_module(module), name)(ctx, row.event, row.case_id), None
    return _about_case(ctx, row)


def _about_case(ctx: Context, row: store.OutboxItem) -> tuple[Mail | Sms | None, store.LetterItem | None]:
    """As the case is now, in the language of the application. Who gave no e-mail address but is signed up
    with a phone number gets a short text message; the letter is on their page."""
    from functions.cases.service import case_for_message
    from functions.services.definitions import definition_for_case

    case = case_for_message(row.case_id)
    if case is None:
        return None, None
    city = ctx.city
    service = definition_for_case(city, case.service, case.definition) or {}
    lang = case.lang if case.lang in city.languages else city.languages[0]
    with i18n.use_language(lang):
        subject, body = split_message(_render(row.event, ctx, case, service))
        sender = city.name(lang)
        letter = store.letter(case.id, row, lang, subject, body, ctx.now)
        if case.email:
            reply_to = str(city.config.get("contact", {}).get("email", ""))
            return Mail(case.email, subject, body, sender, reply_to), letter
        from functions.people.messages import compose_news

        return compose_news(ctx, case.person, case.reference, subject, body), letter


def _render(event: str, ctx: Context, case: Any, service: dict[str, Any]) -> str:
    from functions.cases.form_views import time_text
    from functions.web.rendering import environment

    template = environment().get_template(f"messages/{MESSAGES[event]}")
    lang = i18n.language()
    base = f"{settings().public_url}/{ctx.city.id}"
    return template.render(
        city_name=ctx.city.name(lang),
        service_name=i18n.pick(service["service"]["name"]) if service else case.reference,
        service_address=f"{base}/services/{case.service}",
        promised=time_text(service.get("clocks")),
        report=case.is_report,
        reference=case.reference,
        status_address=f"{base}/status?reference={case.reference}",
        missing=[(_label(service, item.field), item.note) for item in case.missing],
        reason=case.reason,
        contact=ctx.city.config.get("contact", {}),
    )


def _label(service: dict[str, Any], field_id: str) -> str:
    from functions.services.domain import Service

    field = Service(service).field(field_id) if service else None
    return i18n.pick(field.label) if field else field_id
