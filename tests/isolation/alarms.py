"""An emergency device of a town with a contact, a call that runs and an alarm, and rows of the due list."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from functions.core import clock

if TYPE_CHECKING:
    from tests.isolation.town import Town

SHARED = "environment"  # the operator's department, of this id in both cities
FAR = clock.parse("2099-01-01T00:00:00.000Z")


def button(town: Town) -> str:
    """The town's own call button."""
    return f"isolation-button-{town.id}"


def contact(town: Town) -> str:
    """Who is called."""
    return f"isolation@contact-of-{town.id}.example"


def lay_call(town: Town) -> None:
    """Register the button, with an alarm and a call that both stand still: nothing follows from them by
    itself, so that whatever changes was done by who knocks."""
    from functions.core import keys
    from functions.core.store import transaction
    from functions.sensing.alarms import due, opening, sos, sos_test
    from functions.sensing.domain import Reading
    from functions.sensing.registry import service, store
    from functions.sensing.registry.domain import ACTIVE, Device
    from functions.sensing.rules.domain import Change
    from tests.isolation.town import context

    with town.inside("tasks") as city:
        ctx = context(city)
        contacts = ({"name": "Rosa (demo)", "email": contact(town)},)
        device = store.find(button(town))
        if device is None:
            device = Device(
                button(town), "sos-button", button(town), ACTIVE, clock.iso(ctx.now), department=SHARED,
                contacts=contacts,
            )  # fmt: skip
            device = service.save(ctx, device, None, "device-added")
        at = int(ctx.now.timestamp() * 1000)
        reading = Reading(at, "sos", 1.0)
        change = Change("sos", "sos", "raised", "critical", at, reading, (reading,), 1.0, 0.5)
        with transaction() as tx:
            after = opening.apply(tx, ctx, device, [change])
        due.DueItem(keys.DUE, after.row).delete()
        sos.CallItem(
            keys.sos(device.thing), f"CALL#{at:015d}#sos", state=sos.CALLING, step=99,
            begun=clock.iso(ctx.now), log=[],
        ).save()  # fmt: skip
        for day in (-1, 0, 1):  # the daily test has been
            date = (ctx.now + timedelta(days=day)).date().isoformat()
            sos_test.TrialItem(keys.SOS_TESTS, date, state=sos_test.PASSED, begun=clock.iso(ctx.now)).save()
        town.call = sos.code_of(ctx, device.thing, "sos", at, "0")
    town.secrets.append(contact(town))
    town.due = lay_due(town)


def lay_due(town: Town) -> str:
    """A row of the due list of which nothing follows; the tick does not reach it."""
    from functions.sensing.alarms import due

    with town.inside("tasks"):
        data = {"thing": button(town), "rule": "sos", "raised": 0, "n": 0, "seconds": 300}
        return due.put(FAR, "repeat", f"{button(town)}#isolation", data)


def waits(town: Town, name: str) -> bool:
    """Whether a row is still there."""
    from functions.core import keys
    from tests.isolation import snapshot

    found = snapshot.items(town.stack, town.id)
    return any(item["pk"]["S"] == keys.DUE and item["sk"]["S"] == name for item in found)
