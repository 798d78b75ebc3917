"""Sending pointers to the tasks worker: the port, Amazon SQS behind it, and a fake. A message names a
city, a kind and an id; it carries no personal content."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from functions.core import log
from functions.core.settings import settings

SEND_AT_ONCE = 10  # messages of one SendMessageBatch
CALLS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Pointer:
    """What the worker reads again inside the city's scope."""

    city: str
    kind: str
    id: str

    def to_json(self) -> str:
        return json.dumps({"city": self.city, "kind": self.kind, "id": self.id}, separators=(",", ":"))


class QueueNotReached(Exception):
    """The queue did not take the message."""


class Queue(Protocol):
    """Takes pointers."""

    def send(self, pointer: Pointer, delay: int = 0) -> None:
        """Hand the pointer over; it is given out after ``delay`` seconds (at most 900). Raises
        QueueNotReached."""

    def send_all(self, pointers: Sequence[Pointer]) -> None:
        """Hand many over; what was taken stays. Raises QueueNotReached when not all were."""


class SqsQueue:
    """Amazon SQS, as the function itself."""

    def __init__(self, url: str) -> None:
        self.url = url

    def send(self, pointer: Pointer, delay: int = 0) -> None:
        """One message."""
        from botocore.exceptions import BotoCoreError, ClientError

        from functions.core.aws import own_client

        try:
            own_client("sqs").send_message(
                QueueUrl=self.url, MessageBody=pointer.to_json(), DelaySeconds=delay
            )
        except (BotoCoreError, ClientError) as error:
            raise QueueNotReached(type(error).__name__) from error

    def send_all(self, pointers: Sequence[Pointer]) -> None:
        """Ten to a call, eight calls at once."""
        from concurrent.futures import ThreadPoolExecutor

        parts = [pointers[start : start + SEND_AT_ONCE] for start in range(0, len(pointers), SEND_AT_ONCE)]
        with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
            left = sum(pool.map(self._send_part, parts))
        if left:
            raise QueueNotReached(f"{left} of {len(pointers)} messages were not taken")

    def _send_part(self, part: Sequence[Pointer]) -> int:
        """How many were not taken."""
        from botocore.exceptions import BotoCoreError, ClientError

        from functions.core.aws import own_client

        entries = [{"Id": str(n), "MessageBody": pointer.to_json()} for n, pointer in enumerate(part)]
        try:
            answer = own_client("sqs").send_message_batch(QueueUrl=self.url, Entries=entries)
        except (BotoCoreError, ClientError):
            log.failure("messages not sent", count=len(part))
            return len(part)
        return len(answer.get("Failed", ()))


def point(city_id: str, kind: str, subject: str, delay: int = 0, queue: Queue | None = None) -> None:
    """Tell the tasks worker after a commit, now or in up to 900 seconds. A queue that cannot be reached
    is logged only: whoever calls this has a row that a sweep finds."""
    try:
        (queue or SqsQueue(settings().tasks_queue_url)).send(Pointer(city_id, kind, subject), delay)
    except QueueNotReached:
        log.failure("pointer not sent", city=city_id, kind=kind, subject=subject)


@dataclass
class FakeQueue:
    """Keeps what was sent; refuses while `failing`."""

    sent: list[Pointer] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)
    failing: bool = False

    def send(self, pointer: Pointer, delay: int = 0) -> None:
        """Keep the pointer, or raise QueueNotReached."""
        if self.failing:
            raise QueueNotReached("failing")
        self.sent.append(pointer)
        self.delays.append(delay)

    def send_all(self, pointers: Sequence[Pointer]) -> None:
        """As many times :meth:`send`."""
        for pointer in pointers:
            self.send(pointer)
