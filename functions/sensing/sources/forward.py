"""Hands readings that came over HTTPS to the queue of their lane, in the form in which the topic rules write.

The readings function believes such a message because only the topic rules and the interface may send to these
queues (infra/template/queues.yaml)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from functions.core.errors import Unavailable
from functions.core.settings import settings

AT_ONCE = 10  # messages of one SendMessageBatch
BYTES_AT_ONCE = 200_000  # a batch may have 256 KB (Amazon SQS developer guide, message quotas)


def body(city: str, thing: str, rows: list[dict[str, Any]], received: int, source: str) -> str:
    """A message of the queue: the rows are a SenML pack, ``received`` Unix milliseconds."""
    pack = json.dumps(rows, allow_nan=False, separators=(",", ":"))
    return json.dumps(
        {
            "payload": base64.b64encode(pack.encode()).decode(),
            "topic": f"{city}/{thing}/http",
            "city": city,
            "thing": thing,
            "principal": "",
            "client": f"{city}:{thing}",
            "received": received,
            "via": f"http:{source}",
        }
    )


def send(bodies: Sequence[str], *, urgent: bool) -> None:
    """All of them, or Unavailable: the sender tries again, and what was taken twice is stored once."""
    from functions.core.aws import own_client

    known = settings()
    url = known.urgent_queue_url if urgent else known.readings_queue_url
    for part in _parts(bodies):
        entries = [{"Id": str(n), "MessageBody": text} for n, text in enumerate(part)]
        if own_client("sqs").send_message_batch(QueueUrl=url, Entries=entries).get("Failed"):
            raise Unavailable


def _parts(bodies: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = []
    size = BYTES_AT_ONCE
    for text in bodies:
        if size + len(text) > BYTES_AT_ONCE or len(parts[-1]) == AT_ONCE:
            parts.append([])
            size = 0
        parts[-1].append(text)
        size += len(text)
    return parts
