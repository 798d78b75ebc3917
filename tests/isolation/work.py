"""A case for everything that is not a page: each kind of task, each action of the admin and provisioner
functions, each way in which a reading can lie. A new kind or action without a case fails the suite."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from functions.core import clock, ids
from functions.core.errors import Conflict, Invalid, NotFound, TownkitError
from tests.isolation import actors, snapshot
from tests.isolation.town import Town, thing

Key = tuple[str, str]


@dataclass(frozen=True)
class Work:
    """``control`` is the city's own use and raises when it does not succeed. ``attack`` uses the other town's
    ids in one's own name and answers what it was told. ``counts`` are records that a refusal may leave."""

    control: Callable[[Town], None]
    attack: Callable[[Town, Town], list[Any]]
    counts: tuple[str, ...] = ()


def invoke(town: Town, function: str, **event: Any) -> dict[str, Any]:
    """The deployed function's answer."""
    return town.stack.invoke(function, event)


def refused(town: Town, function: str, **event: Any) -> str:
    """Why a function refuses. It runs here, in its own role: a deployed one starts anew after each error."""
    from functions.tenancy.admin import handle_admin
    from functions.tenancy.provisioner import handle_provisioner

    handler = {"admin": handle_admin, "provisioner": handle_provisioner}[function]
    with actors.running_as(town.stack, function), pytest.raises(TownkitError) as refusal:
        handler(event)
    assert isinstance(refusal.value, NotFound | Invalid | Conflict)
    return f"{refusal.value} {getattr(refusal.value, 'fields', '')}"


# Tasks


def task(town: Town, kind: str, subject: str, city: str = "") -> dict[str, Any]:
    """One message, handed to the worker as its queue hands it over."""
    body = json.dumps({"city": city or town.id, "kind": kind, "id": subject})
    return invoke(town, "tasks", Records=[{"messageId": ids.new_id(), "body": body}])


def _own_task(kind: str) -> Callable[[Town], None]:
    def control(town: Town) -> None:
        answer = task(town, kind, clock.now().date().isoformat())
        assert answer["batchItemFailures"] == []

    return control


def _foreign_task(kind: str) -> Callable[[Town, Town], list[Any]]:
    """One's own city with ids of the other; and envelopes that try to name two cities at once."""

    def attack(own: Town, other: Town) -> list[Any]:
        subjects = [other.outbox, other.applications["sent"].id, f"../{other.id}"]
        said: list[Any] = [task(own, kind, subject) for subject in subjects]
        for city in (f"{own.id}/../{other.id}", f" {other.id}"):
            said.append(task(own, kind, other.outbox, city))
        return said

    return attack


def _own_mail(town: Town) -> None:
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


def _foreign_mail(own: Town, other: Town) -> list[Any]:
    before = len(own.stack.mail())
    said = _foreign_task("mail")(own, other)
    assert len(own.stack.mail()) == before
    return said


def _own_due(town: Town) -> None:
    """Done, and laid back, so that there is something to do when others try."""
    from tests.isolation.alarms import lay_due, waits

    assert task(town, "due", town.due)["batchItemFailures"] == []
    assert not waits(town, town.due)
    lay_due(town)


def _foreign_due(own: Town, other: Town) -> list[Any]:
    """A row of the other's due list, in one's own name: it stays, and nothing is done."""
    from tests.isolation.alarms import waits

    said = [*_foreign_task("due")(own, other), task(own, "due", other.due)]
    assert waits(other, other.due)
    return said


def _changes(town: Town) -> list[str]:
    """What changed in a city's cases."""
    found = snapshot.items(town.stack, town.id)
    return [item["sk"]["S"] for item in found if item["pk"]["S"].startswith("CHANGES#")]


def _own_change(town: Town) -> None:
    assert task(town, "change", _changes(town)[0])["batchItemFailures"] == []


def _foreign_change(own: Town, other: Town) -> list[Any]:
    return [*_foreign_task("change")(own, other), task(own, "change", _changes(other)[0])]


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


def _own_webhook(town: Town) -> None:
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


def _foreign_webhook(own: Town, other: Town) -> list[Any]:
    """One's own city with a delivery of the other."""
    return [*_foreign_task("webhook")(own, other), task(own, "webhook", other.webhook)]


def _own_file(town: Town) -> None:
    """A file that was looked at already: nothing to do, and nothing fails."""
    for kind in ("file", "wallet-keep"):
        assert task(town, kind, f"{town.applications['sent'].id}/{town.file}")["batchItemFailures"] == []


def _foreign_file(kind: str) -> Callable[[Town, Town], list[Any]]:
    """A file and a wallet of the other city, in one's own name."""

    def attack(own: Town, other: Town) -> list[Any]:
        sent = other.applications["sent"].id
        subjects = [f"{sent}/{other.file}", f"person.{other.citizen}/{other.held}", f"{sent}/../{other.file}"]
        return [task(own, kind, subject) for subject in subjects] + _foreign_task(kind)(own, other)

    return attack


# Readings


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


def _own_reading(town: Town) -> None:
    before = snapshot.take(town.stack, town.id)
    topic, client = f"{town.id}/{thing(town)}/data", f"{town.id}:{thing(town)}"
    answer = reading(town, topic, level(), town.certificate_of_device, client)
    assert answer["batchItemFailures"] == []
    after = snapshot.take(town.stack, town.id)
    stored = {name for name in after if name.startswith("item LOG#")} - before.keys()
    assert stored, "the city's own reading was not stored"


def _thing_of_the_other(own: Town, other: Town) -> list[Any]:
    """The other city's device under one's own topic."""
    topic, client = f"{own.id}/{thing(other)}/data", f"{own.id}:{thing(other)}"
    by_both = (own.certificate_of_device, other.certificate_of_device)
    return [reading(own, topic, level(), certificate, client) for certificate in by_both]


def _payload_names_the_other(own: Town, other: Town) -> list[Any]:
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


def _certificate_of_mine(own: Town, other: Town) -> list[Any]:
    """The other city's topic with one's own certificate, should the broker ever let it through: refused and
    counted there, not stored."""
    topic = f"{other.id}/{thing(other)}/data"
    return [
        reading(own, topic, level(), own.certificate_of_device, client)
        for client in (f"{own.id}:{thing(own)}", f"{other.id}:{thing(other)}")
    ]


# The command line's function


def _row(town: Town) -> dict[str, Any]:
    key = {"pk": {"S": f"CITY#{town.id}"}, "sk": {"S": "META"}}
    found: dict[str, Any] = town.stack.client("dynamodb").get_item(
        TableName=town.stack.outputs["PlatformTableName"], Key=key
    )["Item"]
    return found


def _digest(town: Town) -> str:
    return str(_row(town)["active_digest"]["S"])


def _own_plan(town: Town) -> None:
    assert invoke(town, "admin", action="plan", city=town.id, digest=_digest(town))["same"] is True


def _foreign_plan(own: Town, other: Town) -> list[Any]:
    """With the other's digest the answer is one's own configuration, which is another."""
    answer = invoke(own, "admin", action="plan", city=own.id, digest=_digest(other))
    assert answer["same"] is False
    assert answer["config"]["id"] == own.id
    return [answer]


def _head(town: Town) -> dict[str, Any]:
    with town.inside("admin") as city:
        of_file = {name: city.config.get(name) for name in ("id", "names", "languages", "residency")}
        return {**of_file, "plan": city.config["plan"]["name"]}


def _own_begin(town: Town) -> None:
    assert invoke(town, "admin", action="apply-begin", head=_head(town), digest=_digest(town))["number"]


def _foreign_begin(own: Town, other: Town) -> list[Any]:
    """A head that mixes both cities, with a digest that is live here: nothing is to be done."""
    mixed = {**_head(other), "id": own.id}
    return [invoke(own, "admin", action="apply-begin", head=mixed, digest=_digest(own))]


def _own_step(town: Town) -> None:
    answer = invoke(town, "admin", action="apply-step", city=town.id, step="table", digest=_digest(town))
    assert answer["state"] in ("done", "waiting"), answer


def _foreign_step(own: Town, other: Town) -> list[Any]:
    """The other city's configuration as a step of one's own."""
    with other.inside("admin") as city:
        config = json.loads(json.dumps(dict(city.config)))
    event = {"city": own.id, "step": "configuration", "digest": _digest(other), "config": config}
    return [refused(own, "admin", action="apply-step", **event)]


def _own_city(action: str) -> Callable[[Town], None]:
    def control(town: Town) -> None:
        answer = invoke(town, "admin", action=action, city=town.id)
        assert answer, action

    return control


def _only_own_city(action: str) -> Callable[[Town, Town], list[Any]]:
    """One's own city answers with nothing of the other; ids that try to name two cities are no cities."""

    def attack(own: Town, other: Town) -> list[Any]:
        said: list[Any] = [invoke(own, "admin", action=action, city=own.id)]
        for city in (f"{own.id}/../{other.id}", f"{own.id}#{other.id}", f"{other.id}*", f" {other.id}"):
            said.append(refused(own, "admin", action=action, city=city))
        return said

    return attack


def _cities(town: Town) -> None:
    assert town.id in {row["id"] for row in invoke(town, "admin", action="cities")["cities"]}


def _listed_cities(own: Town, _: Town) -> list[Any]:
    """The registry knows names and states only."""
    return [invoke(own, "admin", action="cities")]


def _scratch(town: Town) -> str:
    return f"scratch-{town.id}"


def _own_device(function: str) -> Callable[[Town], None]:
    """A device comes and goes; one that stays keeps its certificate for the attack."""

    def control(town: Town) -> None:
        more = {"profile": "river-level", "renew": True} if function == "admin" else {}
        made = invoke(town, function, action="device-add", city=town.id, thing=_scratch(town), **more)
        assert made["certificate_id"]
        gone = invoke(town, function, action="device-revoke", city=town.id, thing=_scratch(town))
        assert made["certificate_id"] in gone["revoked"]

    return control


def _strange_things(other: Town) -> list[str]:
    mine = thing(other)
    return [f"{other.id}:{mine}", f"../{other.id}:{mine}", f"{other.id}/{mine}", mine.upper(), f"{mine}#"]


def _foreign_device_added(function: str) -> Callable[[Town, Town], list[Any]]:
    def attack(own: Town, other: Town) -> list[Any]:
        more = {"profile": "river-level", "renew": True} if function == "admin" else {}
        told = [
            refused(own, function, action="device-add", city=own.id, thing=name, **more)
            for name in _strange_things(other)
        ]
        _still_active(other)
        return told

    return attack


def _foreign_device_revoked(function: str) -> Callable[[Town, Town], list[Any]]:
    def attack(own: Town, other: Town) -> list[Any]:
        told: list[Any] = [
            refused(own, function, action="device-revoke", city=own.id, thing=name)
            for name in _strange_things(other)
        ]
        if function == "admin":
            told.append(refused(own, function, action="device-revoke", city=own.id, thing=thing(other)))
        else:  # one's own thing of that name: there is none
            answer = invoke(own, function, action="device-revoke", city=own.id, thing=thing(other))
            assert answer["revoked"] == []
        _still_active(other)
        return told

    return attack


def _still_active(town: Town) -> None:
    found = town.stack.client("iot").describe_certificate(certificateId=town.certificate_of_device)
    assert found["certificateDescription"]["status"] == "ACTIVE"


def _own_structure(action: str) -> Callable[[Town], None]:
    def control(town: Town) -> None:
        assert invoke(town, "provisioner", action=action, city=town.id)

    return control


def _foreign_structure(action: str) -> Callable[[Town, Town], list[Any]]:
    def attack(own: Town, other: Town) -> list[Any]:
        names = (f"{own.id}/../{other.id}", f"{other.id}*", f"{own.id}\n{other.id}", "*", "")
        told: list[Any] = [refused(own, "provisioner", action=action, city=name) for name in names]
        return [*told, invoke(own, "provisioner", action=action, city=own.id)]

    return attack


def _own_list(town: Town) -> None:
    lines = f"thing,profile\n{_scratch(town)}-listed,river-level"
    assert invoke(town, "admin", action="device-import", city=town.id, list=lines)["lines"]


def _foreign_list(own: Town, other: Town) -> list[Any]:
    """A line cannot name a thing of another city: such an id is none."""
    lines = "\n".join(["thing,profile", *(f"{name},river-level" for name in _strange_things(other))])
    answer = invoke(own, "admin", action="device-import", city=own.id, list=lines)
    assert answer["added"] == 0
    return [answer]


def _own_claim(town: Town) -> None:
    made = invoke(town, "provisioner", action="claim-add", city=town.id)
    one = made["certificate_id"]
    gone = invoke(town, "provisioner", action="claim-revoke", city=town.id, certificate=one)
    assert gone["revoked"] == [one]


def _foreign_claim_revoked(own: Town, other: Town) -> list[Any]:
    """Neither a device's certificate nor another city's claim."""
    theirs = invoke(other, "provisioner", action="claim-add", city=other.id)["certificate_id"]
    told = [
        refused(own, "provisioner", action="claim-revoke", city=own.id, certificate=one)
        for one in (other.certificate_of_device, theirs)
    ]
    _still_active(other)
    return told


def _own_claim_made(town: Town) -> None:
    made = invoke(town, "admin", action="device-claim", city=town.id, name="isolation", days=1)
    assert "PRIVATE KEY" in made["bundle"]


def _claim_made(own: Town, _: Town) -> list[Any]:
    """One's own certificate says one's own city."""
    made = invoke(own, "admin", action="device-claim", city=own.id, name="isolation", days=1)
    return [made["bundle"].partition("-----BEGIN")[0]]


NIGHTLY = (
    "sweep", "left-files", "files-waiting", "wallet-reminders", "draft-reminders", "audit-root", "usage",
    "webhook-sweep", "readings-close", "readings-close-shard", "readings-file", "readings-old-files",
    "device-rotations", "device-certificates",
)  # fmt: skip
SIMPLE = ("due-list", "alarm-rounds")
DEVICES = {"device-add": _foreign_device_added, "device-revoke": _foreign_device_revoked}
WORK: dict[Key, Work] = {
    ("tasks", "mail"): Work(_own_mail, _foreign_mail),
    **{("tasks", kind): Work(_own_file, _foreign_file(kind)) for kind in ("file", "wallet-keep")},
    ("tasks", "change"): Work(_own_change, _foreign_change),
    ("tasks", "webhook"): Work(_own_webhook, _foreign_webhook),
    **{("tasks", kind): Work(_own_task(kind), _foreign_task(kind)) for kind in (*NIGHTLY, *SIMPLE)},
    ("tasks", "due"): Work(_own_due, _foreign_due),
    ("readings", "thing of the other"): Work(_own_reading, _thing_of_the_other),
    ("readings", "payload names the other"): Work(_own_reading, _payload_names_the_other),
    ("readings", "certificate of mine"): Work(_own_reading, _certificate_of_mine, ("item REFUSED ",)),
    ("admin", "plan"): Work(_own_plan, _foreign_plan),
    ("admin", "apply-begin"): Work(_own_begin, _foreign_begin),
    ("admin", "apply-step"): Work(_own_step, _foreign_step),
    ("admin", "cities"): Work(_cities, _listed_cities),
    **{
        ("admin", action): Work(_own_city(action), _only_own_city(action))
        for action in (
            "export", "upgrade-structure", "upgrade-items", "audit-verify", "audit-seal", "device-list",
            "device-simulation",
        )
    },
    **{
        (function, action): Work(_own_device(function), attack(function))
        for function in ("admin", "provisioner")
        for action, attack in DEVICES.items()
    },
    ("admin", "device-import"): Work(_own_list, _foreign_list),
    ("admin", "device-claim"): Work(_own_claim_made, _claim_made),
    ("provisioner", "claim-add"): Work(_own_structure("claim-add"), _foreign_structure("claim-add")),
    ("provisioner", "claim-revoke"): Work(_own_claim, _foreign_claim_revoked),
    **{
        ("provisioner", action): Work(_own_structure(action), _foreign_structure(action))
        for action in ("city-table", "city-devices", "city-describe")
    },
}  # fmt: skip


def leaks(work: Work, own: Town, other: Town) -> list[str]:
    """What was said of the other city, and what changed there. Raises when a control does not succeed."""
    work.control(other)
    before = snapshot.settled(own.stack, other.id)
    said = json.dumps(work.attack(own, other), ensure_ascii=False, default=str)
    found = [f"the answer says {word!r}" for word in other.secrets if word in said]
    changed = snapshot.changes(before, snapshot.settled(own.stack, other.id))
    return found + [change for change in changed if not change.startswith((*work.counts, "item USAGE "))]
