"""Each way in which a reading can lie about whose it is."""

from __future__ import annotations

import base64
import json
from typing import Any

from functions.core import clock, ids
from tests.isolation import snapshot
from tests.isolation.calls import invoke
from tests.isolation.town import Town, thing


def reading(
    town: Town, topic: str, payload: Any, certificate: str, client: str, **more: Any
) -> dict[str, Any]:
    """One message as the topic rule writes it."""
    body = {
        "payload": base64.b64encode(json.dumps(payload).encode()).decode(),
        "topic": topic,
        "principal": certificate,
        "client": client,
        "received": int(clock.now().timestamp() * 1000),
        **more,
    }
    record = {"messageId": ids.new_id(), "body": json.dumps(body)}
    return invoke(town, "readings", Records=[record])


def level(base: str = "") -> list[dict[str, Any]]:
    """A SenML pack with one harmless value."""
    return [{"bn": base, "n": "level", "u": "m", "v": 0.5}] if base else [{"n": "level", "u": "m", "v": 0.5}]


def own_reading(town: Town) -> None:
    before = snapshot.take(town.stack, town.id)
    topic, client = f"{town.id}/{thing(town)}/data", f"{town.id}:{thing(town)}"
    answer = reading(town, topic, level(), town.certificate_of_device, client)
    assert answer["batchItemFailures"] == []
    after = snapshot.take(town.stack, town.id)
    stored = {name for name in after if name.startswith("item LOG#")} - before.keys()
    assert stored, "the city's own reading was not stored"


def thing_of_the_other(own: Town, other: Town) -> list[Any]:
    """The other city's device under one's own topic."""
    topic, client = f"{own.id}/{thing(other)}/data", f"{own.id}:{thing(other)}"
    by_both = (own.certificate_of_device, other.certificate_of_device)
    return [reading(own, topic, level(), certificate, client) for certificate in by_both]


def payload_names_the_other(own: Town, other: Town) -> list[Any]:
    """One's own device whose payload, and whatever else a device can influence, speaks of the other city."""
    topic, client, mine = f"{own.id}/{thing(own)}/data", f"{own.id}:{thing(own)}", own.certificate_of_device
    said = [
        reading(own, topic, level(base), mine, client)
        for base in (
            f"{other.id}/{thing(other)}/",
            f"$aws/rules/x/{other.id}/{thing(other)}/",
            f"{other.id}:",
        )
    ]
    said.append(reading(own, topic, level(), mine, client, city=other.id, thing=thing(other)))
    for strange in (
        f"{own.id}/../{other.id}/{thing(other)}/data",
        f"{own.id}:{other.id}/{thing(other)}/data",
    ):
        said.append(reading(own, strange, level(), mine, client))
    return said


def certificate_of_mine(own: Town, other: Town) -> list[Any]:
    """The other city's topic with one's own certificate, should the broker ever let it through: refused and
    counted there, not stored."""
    topic = f"{other.id}/{thing(other)}/data"
    return [
        reading(own, topic, level(), own.certificate_of_device, client)
        for client in (f"{own.id}:{thing(own)}", f"{other.id}:{thing(other)}")
    ]
