"""Use cases of webhooks: register, list, remove; tell them of a change, try again, give up with a word to the
city's admins."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

from pynamodb.exceptions import TransactWriteError

from functions.adapters import queue as tasks
from functions.adapters.caller import Caller, HttpsCaller, NotDelivered
from functions.adapters.queue import Queue
from functions.api import store as key_store
from functions.api import webhook_store as store
from functions.api.domain import Key
from functions.api.webhook_domain import (
    ACTIVE,
    FAILING,
    KEY_GONE,
    MAX_NOTE,
    MAX_WEBHOOKS,
    RETRIES,
    Delivery,
    Webhook,
    delay_until,
    is_public,
    message_id,
    next_try,
    sign,
    url_problem,
)
from functions.core import audit, clock, ids
from functions.core.context import Context
from functions.core.errors import Invalid, NotFound
from functions.core.i18n import N_
from functions.core.keyring import city_key
from functions.core.store import failed_conditions, transaction

WEBHOOK = "webhook"  # a kind of tasks
KNOWN_FOR_S = 30.0
GONE = 410  # the receiver says itself that it wants no more (RFC 9110 section 15.5.11)
_known: dict[str, tuple[float, bool]] = {}


def secret_of(ctx: Context, webhook_id: str) -> bytes:
    """What its messages are signed with (256 bits): derived from the city's own key, not stored."""
    return hmac.new(city_key(ctx.city.id, "webhook"), webhook_id.encode(), hashlib.sha256).digest()


def wanted(ctx: Context) -> bool:
    """Whether the city has any webhook; remembered for half a minute, so that a change costs no call."""
    now = time.monotonic()
    found = _known.get(ctx.city.id)
    if found is None or now - found[0] > KNOWN_FOR_S:
        found = (now, any(webhook.state == ACTIVE for webhook in store.every()))
        _known[ctx.city.id] = found
    return found[1]


def register(ctx: Context, key: Key, url: str, note: str) -> Webhook:
    """A new webhook of a key, for the key's departments. Raises Invalid."""
    problems = {
        name: text for name, text in (("url", url_problem(url)), ("note", _note_problem(note))) if text
    }
    if not problems and len(store.every()) >= MAX_WEBHOOKS:
        problems["url"] = N_("The city has too many webhooks. Remove those that nobody needs.")
    if problems:
        raise Invalid(problems)
    made = Webhook(ids.new_id(ctx.now), url, note.strip(), key.id, key.departments, clock.iso(ctx.now))
    with transaction() as tx:
        store.add(tx, made)
        _record(tx, ctx, made.id, "webhook_made", {"key": key.name})
    _known.pop(ctx.city.id, None)
    return made


def _note_problem(note: str) -> str | None:
    return N_("Use 60 characters or fewer") if len(note) > MAX_NOTE else None


def list_webhooks(key: Key) -> list[Webhook]:
    """Those that this key made. One call."""
    return [webhook for webhook in store.every() if webhook.key == key.id]


def remove(ctx: Context, webhook_id: str, key: Key | None = None) -> None:
    """Nothing is sent there any more; ``key`` may remove its own only. Raises NotFound."""
    found = store.get(webhook_id)
    if found is None or (key is not None and found.key != key.id):
        raise NotFound
    try:
        with transaction() as tx:
            store.remove(tx, webhook_id)
            _record(tx, ctx, webhook_id, "webhook_removed", {})
    except TransactWriteError as error:
        if failed_conditions(error):
            raise NotFound from error
        raise


def _record(tx: Any, ctx: Context, webhook_id: str, action: str, detail: dict[str, object]) -> None:
    chain = audit.read_chain("webhook", webhook_id)
    audit.append(tx, chain, action, ctx, detail)
    audit.close(tx, chain)


# Telling


def fan_out(ctx: Context, change_id: str, queue: Queue | None = None) -> None:
    """The task that follows a change: a delivery for each webhook that may know of it."""
    from functions.cases import changes

    change = changes.find(change_id)
    if change is None:
        return
    told = [
        webhook.id
        for webhook in store.every()
        if webhook.state == ACTIVE and change.department in webhook.departments
    ]
    for webhook_id in told:
        store.add_delivery(webhook_id, change_id, ctx.now)
    changes.mark_told(change_id)
    for webhook_id in told:
        tasks.point(ctx.city.id, WEBHOOK, f"{webhook_id}/{change_id}", queue=queue)


def deliver(ctx: Context, subject: str, caller: Caller | None = None, queue: Queue | None = None) -> None:
    """The task of one delivery, ``<webhook>/<change>``: send it, or wait until it is its time."""
    webhook_id, _, change_id = subject.partition("/")
    delivery = store.claim(webhook_id, change_id, ctx.now) if webhook_id and change_id else None
    if delivery is None:
        return
    webhook = store.get(webhook_id)
    if webhook is None or webhook.state != ACTIVE:
        store.finish(delivery)
    elif not _has_live_key(ctx, webhook):
        _stop(ctx, webhook, KEY_GONE, "")
        store.finish(delivery)
    elif (due := max(delivery.next_at, webhook.quiet_until)) > clock.iso(ctx.now):
        _wait(ctx, delivery, delivery.attempts, due, queue)
    else:
        _send(ctx, webhook, delivery, caller or HttpsCaller(is_public), queue)


def _has_live_key(ctx: Context, webhook: Webhook) -> bool:
    key = key_store.get(webhook.key)
    return key is not None and key.state(ctx.now) == "live"


def _wait(ctx: Context, delivery: Delivery, attempts: int, due: str, queue: Queue | None) -> None:
    moment = clock.parse(due)
    store.put_back(delivery, attempts, moment)
    subject = f"{delivery.webhook}/{delivery.change}"
    tasks.point(ctx.city.id, WEBHOOK, subject, delay_until(moment, ctx.now), queue)


def _send(ctx: Context, webhook: Webhook, delivery: Delivery, caller: Caller, queue: Queue | None) -> None:
    from functions.cases import changes

    change = changes.find(delivery.change)
    if change is None:
        store.finish(delivery)
        return
    sent_as = message_id(webhook.id, change.id)
    body = json.dumps(message(ctx, change), ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "Townkit"}
    headers |= sign(secret_of(ctx, webhook.id), sent_as, ctx.now, body)
    try:
        status = caller.post(webhook.url, headers, body)
        why = "" if 200 <= status < 300 else f"status {status}"
    except NotDelivered as failure:
        status, why = 0, str(failure)
    if why:
        _failed(ctx, webhook, delivery, why, status == GONE, queue)
        return
    store.finish(delivery)
    if webhook.why:
        store.note_success(webhook.id)


def message(ctx: Context, change: Any) -> dict[str, Any]:
    """What a webhook is sent: nothing personal; the program reads the case if it may."""
    from functions.api.views import change_view

    return {"type": "case.changed", "city": ctx.city.id, "data": change_view(change)}


def _failed(
    ctx: Context, webhook: Webhook, delivery: Delivery, why: str, final: bool, queue: Queue | None
) -> None:
    attempts = delivery.attempts + 1
    again = None if final else next_try(attempts, ctx.now, _chance(delivery, attempts))
    if again is None:
        _stop(ctx, webhook, FAILING, why)
        store.finish(delivery)
        return
    store.note_failure(webhook.id, ctx.now + RETRIES[0] / 2, why)
    _wait(ctx, delivery, attempts, clock.iso(again), queue)


def _chance(delivery: Delivery, attempts: int) -> float:
    """From 0 to 1, evenly spread over deliveries."""
    return int(ids.digest(f"{delivery.webhook}{delivery.change}{attempts}")[:8], 16) / 0xFFFFFFFF


def _stop(ctx: Context, webhook: Webhook, state: str, why: str) -> None:
    """Switch it off and tell the admins, both or neither; once."""
    from functions.api import notices
    from functions.notifications import service as notifications

    rows: list[str] = []
    try:
        with transaction() as tx:
            store.stop(tx, webhook.id, state, why)
            _record(tx, ctx, webhook.id, "webhook_stopped", {"state": state})
            rows = notices.enqueue(tx, ctx, webhook.id)
    except TransactWriteError as error:
        if not failed_conditions(error):
            raise
        return
    _known.pop(ctx.city.id, None)
    for row in rows:
        notifications.point(ctx, row)


def sweep_task(ctx: Context, _: str = "", queue: Queue | None = None) -> None:
    """Nightly: what lost its pointer gets a new one."""
    from functions.cases import changes

    for change_id in changes.untold(ctx.now - timedelta(minutes=5)):
        changes.tell(ctx, change_id, queue=queue)
    for webhook in store.every():
        if webhook.state == ACTIVE:
            for change_id in store.overdue(webhook.id, ctx.now - timedelta(hours=1)):
                tasks.point(ctx.city.id, WEBHOOK, f"{webhook.id}/{change_id}", queue=queue)
