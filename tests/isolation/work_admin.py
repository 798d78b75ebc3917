"""The command line's function and the provisioner: each action on one's own city, and on the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.isolation.calls import invoke, refused
from tests.isolation.town import Town, thing


def _row(town: Town) -> dict[str, Any]:
    key = {"pk": {"S": f"CITY#{town.id}"}, "sk": {"S": "META"}}
    found: dict[str, Any] = town.stack.client("dynamodb").get_item(
        TableName=town.stack.outputs["PlatformTableName"], Key=key
    )["Item"]
    return found


def _digest(town: Town) -> str:
    return str(_row(town)["active_digest"]["S"])


def own_plan(town: Town) -> None:
    assert invoke(town, "admin", action="plan", city=town.id, digest=_digest(town))["same"] is True


def foreign_plan(own: Town, other: Town) -> list[Any]:
    """With the other's digest the answer is one's own configuration, which is another."""
    answer = invoke(own, "admin", action="plan", city=own.id, digest=_digest(other))
    assert answer["same"] is False
    assert answer["config"]["id"] == own.id
    return [answer]


def _head(town: Town) -> dict[str, Any]:
    with town.inside("admin") as city:
        of_file = {name: city.config.get(name) for name in ("id", "names", "languages", "residency")}
        return {**of_file, "plan": city.config["plan"]["name"]}


def own_begin(town: Town) -> None:
    assert invoke(town, "admin", action="apply-begin", head=_head(town), digest=_digest(town))["number"]


def foreign_begin(own: Town, other: Town) -> list[Any]:
    """A head that mixes both cities, with a digest that is live here: nothing is to be done."""
    mixed = {**_head(other), "id": own.id}
    return [invoke(own, "admin", action="apply-begin", head=mixed, digest=_digest(own))]


def own_step(town: Town) -> None:
    answer = invoke(town, "admin", action="apply-step", city=town.id, step="table", digest=_digest(town))
    assert answer["state"] in ("done", "waiting"), answer


def foreign_step(own: Town, other: Town) -> list[Any]:
    """The other city's configuration as a step of one's own."""
    with other.inside("admin") as city:
        config = json.loads(json.dumps(dict(city.config)))
    event = {"city": own.id, "step": "configuration", "digest": _digest(other), "config": config}
    return [refused(own, "admin", action="apply-step", **event)]


def own_city(action: str) -> Callable[[Town], None]:
    def control(town: Town) -> None:
        answer = invoke(town, "admin", action=action, city=town.id)
        assert answer, action

    return control


def only_own_city(action: str) -> Callable[[Town, Town], list[Any]]:
    """One's own city answers with nothing of the other; ids that try to name two cities are no cities."""

    def attack(own: Town, other: Town) -> list[Any]:
        said: list[Any] = [invoke(own, "admin", action=action, city=own.id)]
        for city in (f"{own.id}/../{other.id}", f"{own.id}#{other.id}", f"{other.id}*", f" {other.id}"):
            said.append(refused(own, "admin", action=action, city=city))
        return said

    return attack


def cities(town: Town) -> None:
    assert town.id in {row["id"] for row in invoke(town, "admin", action="cities")["cities"]}


def listed_cities(own: Town, _: Town) -> list[Any]:
    """The registry knows names and states only."""
    return [invoke(own, "admin", action="cities")]


def _scratch(town: Town) -> str:
    return f"scratch-{town.id}"


def own_device(function: str) -> Callable[[Town], None]:
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


def foreign_device_added(function: str) -> Callable[[Town, Town], list[Any]]:
    def attack(own: Town, other: Town) -> list[Any]:
        more = {"profile": "river-level", "renew": True} if function == "admin" else {}
        told = [
            refused(own, function, action="device-add", city=own.id, thing=name, **more)
            for name in _strange_things(other)
        ]
        _still_active(other)
        return told

    return attack


def foreign_device_revoked(function: str) -> Callable[[Town, Town], list[Any]]:
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


def own_device_renews(town: Town) -> None:
    more = {"profile": "river-level", "renew": True}
    invoke(town, "admin", action="device-add", city=town.id, thing=_scratch(town), **more)
    told = invoke(town, "admin", action="device-fetch-next", city=town.id, thing=_scratch(town))
    assert told == {"thing": _scratch(town)}
    invoke(town, "admin", action="device-revoke", city=town.id, thing=_scratch(town))


def foreign_device_renews(own: Town, other: Town) -> list[Any]:
    return [
        refused(own, "admin", action="device-fetch-next", city=own.id, thing=name)
        for name in (*_strange_things(other), thing(other))
    ]


def _still_active(town: Town) -> None:
    found = town.stack.client("iot").describe_certificate(certificateId=town.certificate_of_device)
    assert found["certificateDescription"]["status"] == "ACTIVE"


def own_structure(action: str) -> Callable[[Town], None]:
    def control(town: Town) -> None:
        assert invoke(town, "provisioner", action=action, city=town.id)

    return control


def foreign_structure(action: str) -> Callable[[Town, Town], list[Any]]:
    def attack(own: Town, other: Town) -> list[Any]:
        names = (f"{own.id}/../{other.id}", f"{other.id}*", f"{own.id}\n{other.id}", "*", "")
        told: list[Any] = [refused(own, "provisioner", action=action, city=name) for name in names]
        return [*told, invoke(own, "provisioner", action=action, city=own.id)]

    return attack


def own_list(town: Town) -> None:
    lines = f"thing,profile\n{_scratch(town)}-listed,river-level"
    assert invoke(town, "admin", action="device-import", city=town.id, list=lines)["lines"]


def foreign_list(own: Town, other: Town) -> list[Any]:
    """A line cannot name a thing of another city: such an id is none."""
    lines = "\n".join(["thing,profile", *(f"{name},river-level" for name in _strange_things(other))])
    answer = invoke(own, "admin", action="device-import", city=own.id, list=lines)
    assert answer["added"] == 0
    return [answer]


def own_claim(town: Town) -> None:
    made = invoke(town, "provisioner", action="claim-add", city=town.id)
    one = made["certificate_id"]
    gone = invoke(town, "provisioner", action="claim-revoke", city=town.id, certificate=one)
    assert gone["revoked"] == [one]


def foreign_claim_revoked(own: Town, other: Town) -> list[Any]:
    """Neither a device's certificate nor another city's claim."""
    theirs = invoke(other, "provisioner", action="claim-add", city=other.id)["certificate_id"]
    told = [
        refused(own, "provisioner", action="claim-revoke", city=own.id, certificate=one)
        for one in (other.certificate_of_device, theirs)
    ]
    _still_active(other)
    return told


def own_claim_made(town: Town) -> None:
    made = invoke(town, "admin", action="device-claim", city=town.id, name="isolation", days=1)
    assert "PRIVATE KEY" in made["bundle"]


def claim_made(own: Town, _: Town) -> list[Any]:
    """One's own certificate says one's own city."""
    made = invoke(own, "admin", action="device-claim", city=own.id, name="isolation", days=1)
    return [made["bundle"].partition("-----BEGIN")[0]]
