"""Use cases: put a message into a transaction, point the worker to it after the commit, send it, sweep
what is left. What a case's applicant is told is kept as a letter, too, for them to read again."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.adapters import queue as tasks
from functions.adapters.mail import Mail, Mailer, MailNotAccepted, SesMailer
from functions.adapters.queue import Queue
from functions.adapters.sms import Sms, SmsNotAccepted, SmsSender, SnsSms
from functions.core.context import Context
from functions.core.settings import settings
from functions.core.store import failed_conditions, transaction
from functions.notifications import store
from functions.notifications.domain import COMPOSERS, Letter, may_try

KIND = "mail"


def enqueue(tx: TransactWrite, ctx: Context, event: str, subject: str) -> str:
    """Add the message of an event (a key of COMPOSERS, with what its composer takes) to the transaction;
    answers the row's id for :func:`point`. Raises ValueError for an event that nobody composes."""
    if event not in COMPOSERS:
        raise ValueError(f"no message is called {event}")
    return store.add(tx, event, subject, ctx.now)


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
    tasks.point(ctx.city.id, KIND, row_id, queue=queue)


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
    store.mark_sent(row, ctx.now, meter, letter)


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


def _compose(ctx: Context, row: store.OutboxItem) -> tuple[Mail | Sms | None, Letter | None]:
    """The message (None: nobody to write to), and the letter that is kept when it is about a case."""
    module, _, name = COMPOSERS[row.event].partition(":")
    made = getattr(import_module(module), name)(ctx, row.event, row.case_id)
    return (made.message, made) if isinstance(made, Letter) else (made, None)
