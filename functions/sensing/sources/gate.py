"""The interface of sources: who speaks, what it says, to the queue, and an answer.

The answer is 202 only after the queue took everything that is usable; what is refused is named with its
reason."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from functions.core.context import Actor
from functions.core.errors import Invalid
from functions.core.i18n import N_, fill, t
from functions.sensing.registry import service as register
from functions.sensing.registry.domain import ACTIVE, PLANNED, Device
from functions.sensing.senml import SenmlError
from functions.sensing.sources import domain, forward, refusals, service, store
from functions.sensing.sources.domain import Source
from functions.sensing.sources.hear import Heard, hear
from functions.web.request import PageContext
from functions.web.responses import Json

ROWS_AT_ONCE = 500  # records of one message of the queue
REFUSALS_KEPT = 50  # of one request; all are counted


def answer(ctx: PageContext) -> Json:
    """A request under the address of the sources: the first part names one, what follows is the sender's.

    Raises SourceRefused, RateLimited, Invalid, Unavailable."""
    if len(ctx.body) > domain.MAX_BYTES:
        raise Invalid(message=N_("The body is too large"))
    source = service.let_in(ctx, ctx.path.removeprefix(f"/{ctx.city.id}/ingest/").partition("/")[0])
    key = ctx.headers.get("webhook-id", "") if source.kind == domain.VENDOR else ctx.request_id
    heard = hear(ctx, source, ctx.body, ctx.query.get("event", "up"), key)
    seen = hashlib.sha256(heard.key.encode()).hexdigest()[:32]
    if not heard.word and store.is_seen(source.id, seen):
        heard.word = N_("this message has been dealt with already")
    if heard.word:
        return Json({"taken": 0, "note": t(heard.word)})
    _begin(ctx, source, heard)
    taken = _pass_on(ctx, source, heard)
    _keep_refused(ctx, source, heard)
    if taken:  # what was refused as a whole may be sent again when its cause is mended
        store.mark_seen(source.id, seen, ctx.now)
    store.count(source.id, ctx.now, taken, len(heard.refused))
    return _answer(heard, taken)


def _begin(ctx: PageContext, source: Source, heard: Heard) -> None:
    """Devices that the city has put on its list are in use from their first message on."""
    ctx.actor = Actor("api", f"{source.name} ({source.id[-6:]})", source.name)
    for thing in heard.planned:
        register.change(ctx, thing, "device-heard", _in_use, {"source": source.id})


def _in_use(device: Device) -> Device:
    return replace(device, state=ACTIVE) if device.state == PLANNED else device


def _pass_on(ctx: PageContext, source: Source, heard: Heard) -> int:
    """Send what is usable to the queues of its lanes; how many messages."""
    lanes: dict[bool, list[str]] = {False: [], True: []}
    received = int(ctx.now.timestamp() * 1000)
    for thing, rows in heard.rows.items():
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            lanes[thing in heard.urgent].append(forward.body(ctx.city.id, thing, part, received, source.id))
    for urgent, bodies in lanes.items():
        forward.send(bodies, urgent=urgent)
    return sum(map(len, lanes.values()))


def _keep_refused(ctx: PageContext, source: Source, heard: Heard) -> None:
    received = int(ctx.now.timestamp() * 1000)
    kept = [refusals.of(received, name, error, source.id) for _, name, error in heard.refused]
    refusals.keep([(f"{ctx.request_id}-{n}", one) for n, one in enumerate(kept[:REFUSALS_KEPT])])


def _answer(heard: Heard, taken: int) -> Json:
    refused = [
        {"message": number, "device": name, "reason": reason(error)} for number, name, error in heard.refused
    ]
    body: dict[str, Any] = {"taken": taken, "refused": refused}
    if taken:
        return Json(body, status=202)
    return Json({"code": "refused", "message": refused[0]["reason"], **body}, status=422)


def reason(error: SenmlError) -> str:
    """Why, in the language of the request."""
    text = fill(t(error.message), error.params)
    return t("Record %(number)s: %(reason)s", number=error.record, reason=text) if error.record else text
