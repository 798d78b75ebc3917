"""Save and come back: a draft gets a number, and a code that the city's key derives from it. Both together
open it on any device until it ends. A mail with them, and one reminder before the end, go out when asked
for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.cases.drafts import Draft, DraftItem, find_draft
from functions.core import audit, clock, ids, keys, limits
from functions.core.context import Actor, Context
from functions.core.errors import Conflict, NotFound, RateLimited
from functions.core.i18n import N_
from functions.core.keyring import city_key
from functions.core.store import CityModel, contended, failed_conditions, transaction

TRIES = 5
CODE_TRIES, NETWORK_TRIES, WINDOW_S = 5, 30, 3600
MAILS_PER_DRAFT, MAILS_PER_ADDRESS, MAILS_PER_NETWORK, DAY_S = 5, 10, 60, 86400
TELL_ENDED = timedelta(days=30)  # so long the number still says that the draft has ended
REMIND_BEFORE = timedelta(days=2)
UNKNOWN = N_("We cannot find saved answers with this number and code")


class ResumeItem(CityModel):
    """A number in its normal form -> the draft, and when that ends."""

    draft_id = UnicodeAttribute()
    ends = UnicodeAttribute()


@dataclass(frozen=True, slots=True)
class Found:
    """What a number and a code open: the draft, or None when it ended at ``ends`` or was deleted."""

    draft: Draft | None
    ends: datetime


def code_of(ctx: Context, draft_id: str) -> str:
    """The code of a draft: derived, never stored."""
    return ids.derived_code(city_key(ctx.city.id, "draft-code"), draft_id)


def give_number(ctx: Context, draft: Draft) -> Draft:
    """The draft with a number, made at the first time of asking. One transaction."""
    if draft.number:
        return draft
    for _ in range(TRIES):
        number = ids.new_reference()
        pointer = ResumeItem(
            keys.resume(ids.normal(number)),
            keys.META,
            draft_id=draft.id,
            ends=clock.iso(draft.ends),
            ttl=clock.epoch(draft.ends + TELL_ENDED),
        )
        try:
            with transaction() as tx:
                tx.save(pointer, condition=ResumeItem.pk.does_not_exist())
                tx.update(
                    DraftItem(keys.draft(draft.id), keys.META),
                    actions=[DraftItem.number.set(number)],
                    condition=DraftItem.pk.exists() & DraftItem.number.does_not_exist(),
                )
        except TransactWriteError as error:
            if not (failed_conditions(error) or contended(error)):
                raise
            again = find_draft(ctx, draft.id)
            if again is None or again.number:
                return again or draft
            continue
        return replace(draft, number=number)
    raise Conflict


def find_by_number(number: str) -> tuple[str, datetime] | None:
    """(draft's id, when it ends) of a number as typed; one call."""
    normal = ids.normal(number)[:32]
    if not normal:
        return None
    try:
        item = ResumeItem.get(keys.resume(normal), keys.META)
    except ResumeItem.DoesNotExist:
        return None
    return item.draft_id, clock.parse(item.ends)


def find_saved(ctx: Context, number: str, code: str, network: str) -> Found:
    """What a number and a code open; recorded. The answer is the same for an unknown number and a wrong code;
    after five wrong codes the number is locked for an hour, after thirty the network is.

    Raises NotFound, or RateLimited when locked."""
    normal = ids.normal(number)[:32]
    limits.check(f"resume#{normal}", CODE_TRIES, WINDOW_S)
    limits.check(f"resume-network#{network}", NETWORK_TRIES, WINDOW_S)
    pointer = find_by_number(normal)
    expected = ids.normal(code_of(ctx, pointer[0] if pointer else "nothing"))
    if pointer and ids.same(ids.digest(expected), ids.digest(ids.normal(code))):
        return _open(ctx, *pointer)
    limits.hit(f"resume-network#{network}", NETWORK_TRIES, WINDOW_S)
    try:
        limits.hit(f"resume#{normal}", CODE_TRIES, WINDOW_S)
    except RateLimited:
        audit.record("sign-in", "resume", "locked", ctx, {"number": ids.digest(normal)[:12]})
        raise
    raise NotFound(UNKNOWN)


def _open(ctx: Context, draft_id: str, ends: datetime) -> Found:
    draft = find_draft(ctx, draft_id)
    if draft is not None:
        reader = Context(ctx.city, Actor("citizen", draft_id), ctx.lang, ctx.now, ctx.request_id)
        audit.record("draft", draft_id, "resumed", reader)
    return Found(draft, ends)


def open_paper(ctx: Context, number: str, departments: tuple[str, ...]) -> Draft:
    """The draft whose printed form a clerk types in: from here on its channel is `paper`, and who types is
    kept and recorded. Raises NotFound for an unknown number, a draft that ended, and a service of another
    department."""
    from functions.cases import saving

    pointer = find_by_number(number)
    draft = find_draft(ctx, pointer[0]) if pointer else None
    raw = ctx.city.service(draft.service) if draft else None
    if draft is None or raw is None or raw["service"]["department"] not in departments:
        raise NotFound(N_("We cannot find a form with this number"))
    audit.record("draft", draft.id, "paper_opened", ctx, {"service": draft.service})
    about = replace(draft.about, channel="paper", by=ctx.actor.id)
    if not draft.done and about != draft.about:
        saving.take_over(draft, about)
    return replace(draft, about=about)


def ask_for_mail(ctx: Context, draft: Draft, address: str, network: str, *, now: bool, remind: bool) -> None:
    """Send number, code and link to an address now, and/or one reminder before the draft ends; without either
    the address is forgotten. Raises RateLimited."""
    from functions.notifications import service as notifications

    if now:
        limits.hit(f"draft-mail#{draft.id}", MAILS_PER_DRAFT, DAY_S)
        limits.hit(f"draft-mail-to#{ids.digest(address.lower())[:16]}", MAILS_PER_ADDRESS, DAY_S)
        limits.hit(f"draft-mail-network#{network}", MAILS_PER_NETWORK, DAY_S)
    item = DraftItem(keys.draft(draft.id), keys.META)
    actions: list[Any] = [DraftItem.mail_to.set(address) if now or remind else DraftItem.mail_to.remove()]
    if remind:
        due = max(draft.ends - REMIND_BEFORE, ctx.now)
        actions += [
            DraftItem.list_key.set(keys.REMINDERS),
            DraftItem.list_sort.set(f"{clock.iso(due)}#{draft.id}"),
        ]
    else:
        actions += [DraftItem.list_key.remove(), DraftItem.list_sort.remove()]
    pointer = None
    with transaction() as tx:
        tx.update(item, actions=actions, condition=DraftItem.done_at.does_not_exist() & DraftItem.pk.exists())
        if now:
            pointer = notifications.enqueue(tx, ctx, "draft-saved", draft.id)
    if pointer:
        notifications.point(ctx, pointer)


def remind_due(ctx: Context, _: str = "") -> int:
    """The nightly task: one mail for each draft whose reminder is due; answers how many. A repeat sends none
    twice."""
    found = DraftItem.listed.query(keys.REMINDERS, DraftItem.list_sort <= f"{clock.iso(ctx.now)}~")
    return sum(_remind(ctx, item.pk.removeprefix(keys.draft(""))) for item in found)


def _remind(ctx: Context, draft_id: str) -> int:
    from functions.notifications import service as notifications

    draft = find_draft(ctx, draft_id)
    if draft is None or draft.done or not draft.reminder:
        return 0
    try:
        with transaction() as tx:
            _forget_reminder(tx, draft_id)
            pointer = notifications.enqueue(tx, ctx, "draft-reminder", draft_id)
    except TransactWriteError as error:
        if not failed_conditions(error):
            raise
        return 0
    notifications.point(ctx, pointer)
    return 1


def _forget_reminder(tx: TransactWrite, draft_id: str) -> None:
    tx.update(
        DraftItem(keys.draft(draft_id), keys.META),
        actions=[DraftItem.list_key.remove(), DraftItem.list_sort.remove()],
        condition=DraftItem.list_key.exists(),
    )
