"""Sources of readings: the secret of one city opens nothing in another, and the device of another city is
unknown. Each city's own network gets in with its own secret first."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from functions.core import clock
from functions.core.context import Context
from tests.isolation import ledger, snapshot
from tests.isolation.attacks import ControlFailedError, secrets_in
from tests.isolation.programs import ProgramAsk
from tests.isolation.town import Town, context, lay_source, thing
from tests.stack import CITIES

# What a refusal may leave at the address that was used.
COUNTS = ("item USAGE ", "item LIMIT#source-wrong#")


@dataclass(frozen=True)
class Network:
    """A town's source, its secret, and the DevEUI of the town's device."""

    town: Town
    source: str
    secret: str
    eui: str

    def message(self, at: Town, eui: str = "", secret: str | None = None) -> ProgramAsk:
        """An uplink to this source's number at a town's address."""
        document = {
            "end_device_ids": {"dev_eui": eui or self.eui},
            "uplink_message": {
                "session_key_id": "isolation",
                "decoded_payload": {"depth": 1.2},
                "received_at": clock.iso(clock.now()),
            },
        }
        key = self.secret if secret is None else secret
        return ProgramAsk("POST", f"/{at.id}/ingest/{self.source}/up", key=key, document=document)


def network(town: Town) -> Network:
    """A source of the town, whose device has a DevEUI."""
    from functions.sensing.registry import service

    eui = town.id.encode().hex()[:16].ljust(16, "0")
    secret = lay_source(town)
    with town.inside() as city:
        ctx: Context = context(city)
        service.change(ctx, thing(town), "device-changed", lambda device: replace(device, eui=eui))
    return Network(town, town.keys["source"], secret, eui)


@pytest.mark.parametrize("other", CITIES)
def test_secrets_and_devices_of_another_city_bring_no_reading(other: str, towns: dict[str, Town]) -> None:
    own = network(next(town for city, town in towns.items() if city != other))
    theirs = network(towns[other])
    for each in (own, theirs):
        answer = each.town.edge.ask(each.message(each.town))
        if answer.status != 202:
            raise ControlFailedError(f"{each.town.id}: {answer.status} {answer.text[:500]}")
    there, here = theirs.town, own.town
    attacks = {
        "my secret at their source": (theirs.message(there, secret=own.secret), 401),
        "my source at their address": (own.message(there), 401),
        "no secret": (theirs.message(there, secret=""), 401),
        "my cookies": (replace(theirs.message(there, secret=""), cookies=here.people["admin"].cookies), 401),
        "their secret at my source": (own.message(here, secret=theirs.secret), 401),
        "their source at my address": (theirs.message(here), 401),
        "their device through my source": (own.message(here, theirs.eui), 422),
    }
    before = snapshot.settled(there.stack, there.id)
    for what, (ask, status) in attacks.items():
        answer = there.edge.ask(ask)
        assert (what, answer.status) == (what, status), answer.text[:300]
        assert not list(secrets_in(answer, ask, there)), what
    changed = snapshot.changes(before, snapshot.settled(there.stack, there.id))
    assert [one for one in changed if not one.startswith(COUNTS)] == []
    ledger.cases["sources"] += 1
