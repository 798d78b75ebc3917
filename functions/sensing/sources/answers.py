"""Tells a device, on its own topic, that a message of it was not stored, and why.

At most one answer a device and batch, and so many an hour: a device that sends nonsense does not make us send
nonsense."""

from __future__ import annotations

import json
from collections.abc import Iterable

from functions.core import limits, log
from functions.core.context import Context
from functions.core.errors import RateLimited
from functions.core.i18n import fill, t
from functions.sensing.senml import SenmlError
from functions.sensing.sources import topics

PER_HOUR = 12  # answers to a device


def tell(ctx: Context, refused: Iterable[tuple[str, int, SenmlError]]) -> int:
    """Answer ``(thing, received in Unix milliseconds, why)``; things must be registered ones. How many
    answers were sent. An answer that cannot be sent is logged and forgotten: the refusal is kept anyway."""
    latest: dict[str, tuple[int, SenmlError, int]] = {}
    for thing, received, error in refused:
        count = latest[thing][2] + 1 if thing in latest else 1
        latest[thing] = (received, error, count)
    sent = 0
    for thing, (received, error, count) in latest.items():
        try:
            limits.hit(f"answers#{thing}", PER_HOUR, 3600)
        except RateLimited:
            continue
        sent += _publish(ctx, thing, body(received, error, count))
    return sent


def body(received: int, error: SenmlError, count: int) -> str:
    """``{"received": ms, "code": message id, "reason": text, "record"?, "refused": n}``: the reason in the
    language of the context, the code the same in all."""
    found = {
        "received": received,
        "refused": count,
        "code": error.message,
        "reason": fill(t(error.message), error.params),
    }
    if error.record:
        found["record"] = error.record
    return json.dumps(found, ensure_ascii=False)


def _publish(ctx: Context, thing: str, text: str) -> bool:
    from functions.core.aws import own_client

    try:
        own_client("iot-data").publish(topic=topics.refused(ctx.city.id, thing), qos=0, payload=text.encode())
    except Exception:
        log.failure("answer to a device failed", city=ctx.city.id, thing=thing)
        return False
    return True
