"""Each kind of task: the city's own, and with ids of the other city."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from functions.core import clock, ids
from tests.isolation import snapshot
from tests.isolation.calls import invoke
from tests.isolation.town import Town


def task(town: Town, kind: str, subject: str, city: str = "") -> dict[str, Any]:
    """One message, handed to the worker as its queue hands it over."""
    body = json.dumps({"city": city or town.id, "kind": kind, "id": subject})
    return invoke(town, "tasks", Records=[{"messageId": ids.new_id(), "body": body}])


def own_task(kind: str) -> Callable[[Town], None]:
    def control(town: Town) -> None:
        answer = task(town, kind, clock.now().date().isoformat())
        assert answer["batchItemFailures"] == []

    return control


def foreign_task(kind: str) -> Callable[[Town, Town], list[Any]]:
    """One's own city with ids of the other; and envelopes that try to name two cities at once."""

    def attack(own: Town, other: Town) -> list[Any]:
        subjects = [other.outbox, other.applications["sent"].id, f"../{other.id}"]
        said: list[Any] = [task(own, kind, subject) for subject in subjects]
        for city in (f"{own.id}/../{other.id}", f" {other.id}"):
            said.append(task(own, kind, other.outbox, city))
        return said

    return attack


def own_mail(town: Town) -> None:
    """Sends the mail; then the row is laid back, so that there is something to send when others try."""
    key = {"pk": {"S": "OUTBOX"}, "sk": {"S": town.outbox}}
    client, table = town.stack.client("dynamodb"), snapshot.table(town.stack, town.id)
    row = client.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    pending = {k: v for k, v in row.items() if k not in ("lease_until", "sent_at")} | {
        "status": {"S": "pending"}
    }
    client.put_item(TableName=table, Item=pending)
    before = len(town.stack.mail())
    assert task(town, "mail", town.outbox)["batchItemFailures"] == []
    assert len(town.stack.mail()) == before + 1
    client.put_item(TableName=table, Item=pending)


def foreign_mail(own: Town, other: Town) -> list[Any]:
    before = len(own.stack.mail())
    said = foreign_task("mail")(own, other)
    assert len(own.stack.mail()) == before
    return said


def own_due(town: Town) -> None:
    """Done, and laid back, so that there is something to do when others try."""
    from tests.isolation.alarms import lay_due, waits

    assert task(town, "due", town.due)["batchItemFailures"] == []
    assert not waits(town, town.due)
    lay_due(town)


def foreign_due(own: Town, other: Town) -> list[Any]:
    """A row of the other's due list, in one's own name: it stays, and nothing is done."""
    from tests.isolation.alarms import waits

    said = [*foreign_task("due")(own, other), task(own, "due", other.due)]
    assert waits(other, other.due)
    return said


def _changes(town: Town) -> list[str]:
    """What changed in a city's cases."""
    found = snapshot.items(town.stack, town.id)
    return [item["sk"]["S"] for item in found if item["pk"]["S"].startswith("CHANGES#")]


def own_change(town: Town) -> None:
    assert task(town, "change", _changes(town)[0])["batchItemFailures"] == []


def foreign_change(own: Town, other: Town) -> list[Any]:
    return [*foreign_task("change")(own, other), task(own, "change", _changes(other)[0])]


def _lay_delivery(town: Town, next_at: str) -> str:
    """A webhook of the town that is told of nothing else, and what it is still to be told."""
    from functions.api import webhook_domain, webhook_store
    from functions.core.store import transaction
    from tests.isolation.programs import NOWHERE, WEBHOOK, key_of

    key = key_of(town, "webhooks").split("_")[2]
    change, webhook_id, now = _changes(town)[0], ids.new_id(), clock.now()
    made = webhook_domain.Webhook(webhook_id, WEBHOOK["url"], "", key, NOWHERE, clock.iso(now))
    with town.inside():
        with transaction() as tx:
            webhook_store.add(tx, made)
        webhook_store.add_delivery(webhook_id, change, clock.parse(next_at))
    return f"{webhook_id}/{change}"


def _delivery(town: Town, subject: str) -> dict[str, Any]:
    webhook_id, _, change = subject.partition("/")
    key = {"pk": {"S": f"DELIVERY#{webhook_id}"}, "sk": {"S": change}}
    found: dict[str, Any] = town.stack.client("dynamodb").get_item(
        TableName=snapshot.table(town.stack, town.id), Key=key, ConsistentRead=True
    )["Item"]
    return found


def own_webhook(town: Town) -> None:
    """Tried, and to be tried again, since nobody answers; then both are taken away, and another one that is
    not due lies there for others to try."""
    subject = _lay_delivery(town, "2026-01-01T00:00:00.000Z")
    assert task(town, "webhook", subject)["batchItemFailures"] == []
    assert _delivery(town, subject)["attempts"]["N"] == "1"
    client, table = town.stack.client("dynamodb"), snapshot.table(town.stack, town.id)
    webhook_id, _, change = subject.partition("/")
    for pk, sk in ((f"DELIVERY#{webhook_id}", change), ("WEBHOOKS", webhook_id)):
        client.delete_item(TableName=table, Key={"pk": {"S": pk}, "sk": {"S": sk}})
    town.webhook = _lay_delivery(town, "2099-01-01T00:00:00.000Z")


def foreign_webhook(own: Town, other: Town) -> list[Any]:
    """One's own city with a delivery of the other."""
    return [*foreign_task("webhook")(own, other), task(own, "webhook", other.webhook)]


def own_file(town: Town) -> None:
    """A file that was looked at already: nothing to do, and nothing fails."""
    for kind in ("file", "wallet-keep"):
        assert task(town, kind, f"{town.applications['sent'].id}/{town.file}")["batchItemFailures"] == []


def foreign_file(kind: str) -> Callable[[Town, Town], list[Any]]:
    """A file and a wallet of the other city, in one's own name."""

    def attack(own: Town, other: Town) -> list[Any]:
        sent = other.applications["sent"].id
        subjects = [f"{sent}/{other.file}", f"person.{other.citizen}/{other.held}", f"{sent}/../{other.file}"]
        return [task(own, kind, subject) for subject in subjects] + foreign_task(kind)(own, other)

    return attack
