"""The readings queue: what the topic rule puts there, a batch at a time, each city in its own scope.

What is refused for its content goes to the refused queue with its reason and is counted in the city's table;
what crashes is reported alone, comes again and ends in the dead-letter queue. The rest of the batch is
stored.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import defaultdict
from typing import Any

from functions.core import clock, log, usage
from functions.core.context import Actor, Context
from functions.core.i18n import N_
from functions.core.scope import tenant_scope
from functions.core.settings import settings
from functions.sensing import service
from functions.sensing.log.taking import MQTT, Message
from functions.sensing.senml import SenmlError

RESERVE_MS = 3_000  # time that one city may need
COUNTS_AFTER_S = 900.0  # what a batch consumed is written seldom: a write for each would cost as much again
SEND_AT_ONCE = 10  # messages of one SendMessageBatch


def handle_readings(event: dict[str, Any], context: Any = None) -> dict[str, Any]:
    """Every record of the batch; answers which failed (SQS partial batch response)."""
    failed: list[str] = []
    strange: list[tuple[Message, SenmlError]] = []
    by_city: dict[str, list[Message]] = defaultdict(list)
    for record in event.get("Records", ()):
        try:
            message = _message(record)
            by_city[message.city].append(message)
        except SenmlError as error:
            strange.append((_unread(record), error))
    # Who sent little does not wait for who sent much. A batch of very many cities is finished in parts: what
    # was stored stays, the rest comes again, with the sessions of its cities at hand.
    for city_id, messages in sorted(by_city.items(), key=lambda one: len(one[1])):
        try:
            if clock.has_time(context, RESERVE_MS):
                failed += _take_city(city_id, messages)
            else:
                failed += [message.id for message in messages]
        except Exception:
            log.failure("readings of a city failed", city=city_id)
            failed += [message.id for message in messages]
    failed += _send_refused(strange)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _take_city(city_id: str, messages: list[Message]) -> list[str]:
    from functions.tenancy.registry import find_city

    city = find_city(city_id)
    if city is None or city.state != "live":
        return _send_refused([(message, SenmlError(N_("there is no such city"))) for message in messages])
    ctx = Context(city, Actor("system", "readings"), city.languages[0], clock.now(), messages[0].id)
    with usage.measured() as spent, tenant_scope(city, "readings"):
        taken = service.take_messages(ctx, messages)
        usage.count_units()
        usage.flush_if_due(after=COUNTS_AFTER_S)
    log.info(
        "readings", city=city_id, messages=len(messages), readings=taken.readings, refused=len(taken.refused),
        failed=len(taken.failed), calls=spent.calls, rcu=spent.rcu, wcu=spent.wcu,
    )  # fmt: skip
    return taken.failed + _send_refused(taken.refused)


def _message(record: dict[str, Any]) -> Message:
    """City and thing come from the topic, which the device's certificate allows, or from the interface, which
    alone may write ``via``; nothing comes from the payload."""
    try:
        body = json.loads(record["body"])
        topic = str(body["topic"]).split("/")
        return Message(
            id=str(record["messageId"]),
            city=topic[0],
            thing=topic[1],
            client=str(body.get("client", "")),
            certificate=str(body.get("principal", "")),
            received=int(body["received"]),
            payload=base64.b64decode(str(body.get("payload", "")), validate=True),
            via=str(body.get("via") or MQTT),
        )
    except (ValueError, KeyError, IndexError, TypeError, binascii.Error) as error:
        raise SenmlError(N_("the message does not come from the topic rule")) from error


def _unread(record: dict[str, Any]) -> Message:
    return Message(str(record["messageId"]), "", "", "", "", 0, str(record.get("body", "")).encode()[:200])


def _send_refused(refused: list[tuple[Message, SenmlError]]) -> list[str]:
    """Ids of those that the refused queue did not take: they come again."""
    from functions.core.aws import own_client

    failed: list[str] = []
    for start in range(0, len(refused), SEND_AT_ONCE):
        part = refused[start : start + SEND_AT_ONCE]
        entries = [{"Id": str(n), "MessageBody": _refused_body(*pair)} for n, pair in enumerate(part)]
        answer = own_client("sqs").send_message_batch(QueueUrl=settings().refused_queue_url, Entries=entries)
        failed += [part[int(entry["Id"])][0].id for entry in answer.get("Failed", ())]
    return failed


def _refused_body(message: Message, error: SenmlError) -> str:
    """For the operator: who, when, why, and the first 2,000 bytes of what was sent."""
    return json.dumps(
        {
            "city": message.city,
            "thing": message.thing,
            "received": message.received,
            "reason": str(error),
            "payload": base64.b64encode(message.payload[:2000]).decode(),
        }
    )
