"""An emergency device of a town with a contact, a call that runs and an alarm, and rows of the due list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.core import clock

if TYPE_CHECKING:
    from tests.isolation.town import Town

SHARED = "environment"  # the operator's department, of this id in both cities
LONG_AGO = clock.parse("2026-01-01T00:00:00.000Z")


def button(town: Town) -> str:
    """The town's own call button."""
    return f"isolation-button-{town.id}"


def contact(town: Town) -> str:
    """Who is called."""
    return f"isolation@contact-of-{town.id}.example"


def lay_call(town: Town) -> None:
    """Register the button, raise its alarm, begin its call; the address that its contact was sent."""
    from functions.sensing.alarms import opening, sos
    from functions.sensing.alarms import store as alarms
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
                contacts=contacts, commands=True,
            )  # fmt: skip
            device = service.save(ctx, device, None, "device-added")
        at = int(ctx.now.timestamp() * 1000)
        reading = Reading(at, "sos", 1.0)
        change = Change("sos", "sos", "raised", "critical", at, reading, (reading,), 1.0, 0.5)
        opening.raise_alone(ctx, device, [change])
        alarm = alarms.get(device.thing, "sos")
        assert alarm
        sos.begin(ctx, device, alarm)
        town.call = sos.code_of(ctx, device.thing, "sos", alarm.episode.raised, "0")
    town.secrets.append(contact(town))


def lay_due(town: Town) -> str:
    """A row that is due: what follows from the button's alarm."""
    from functions.sensing.alarms import due

    with town.inside("tasks"):
        data = {"thing": button(town), "rules": ["sos"]}
        return due.put(LONG_AGO, "follow", f"{button(town)}#isolation", data)


def waits(town: Town, name: str) -> bool:
    """Whether a row is still there."""
    from functions.core import keys
    from tests.isolation import snapshot

    found = snapshot.items(town.stack, town.id)
    return any(item["pk"]["S"] == keys.DUE and item["sk"]["S"] == name for item in found)
