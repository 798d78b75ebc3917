"""Pointers to the tasks queue, many at once."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import pytest

from functions.adapters.queue import Pointer, QueueNotReached, SqsQueue
from functions.core import aws
from tests.world import World

POINTERS = [Pointer("oakville", "usage", str(number)) for number in range(27)]


def ids(world: World) -> list[int]:
    found = [message for _ in range(3) for message in world.messages(world.tasks_url)]
    return sorted(int(message["id"]) for message in found)


def test_many_are_handed_over_ten_to_a_call(world: World) -> None:
    client, sizes = aws.own_client("sqs"), []
    send = client.send_message_batch

    def counted(**call: Any) -> Any:
        sizes.append(len(call["Entries"]))
        return send(**call)

    with patch.object(client, "send_message_batch", counted):
        SqsQueue(world.tasks_url).send_all(POINTERS)
    assert sorted(sizes) == [7, 10, 10]
    assert ids(world) == list(range(27))


def test_what_is_not_taken_is_told_and_the_rest_is_handed_over(world: World) -> None:
    client = aws.own_client("sqs")
    send = client.send_message_batch

    def refuse_one(**call: Any) -> Any:
        kept = [entry for entry in call["Entries"] if json.loads(entry["MessageBody"])["id"] != "3"]
        failed = [{"Id": "3"}] if len(kept) < len(call["Entries"]) else []
        return {**send(**{**call, "Entries": kept}), "Failed": failed}

    with (
        patch.object(client, "send_message_batch", refuse_one),
        pytest.raises(QueueNotReached, match="1 of 27"),
    ):
        SqsQueue(world.tasks_url).send_all(POINTERS)
    assert ids(world) == [number for number in range(27) if number != 3]
