"""The pages of alarms, rules, calls for help and sources, walked as an administrator and a contact do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.core import clock, keys
from functions.core.scope import tenant_scope
from functions.core.store import transaction

if TYPE_CHECKING:
    from infra.bench.walk import Counted

CITY, BUTTON, OWNER = "oakville", "button-of-the-bench", "environment"


def lay_call(browser: Counted) -> str:
    """A call button with a contact, an alarm and a call that stands still; the code of the contact's link."""
    from functions.sensing.alarms import opening, sos
    from functions.sensing.domain import Reading
    from functions.sensing.registry import service
    from functions.sensing.registry.domain import ACTIVE, Device
    from functions.sensing.rules.domain import Change

    home = browser.world.oakville
    ctx = browser.world.context(home)
    at = int(ctx.now.timestamp() * 1000)
    reading = Reading(at, "sos", 1.0)
    change = Change("sos", "sos", "raised", "critical", at, reading, (reading,), 1.0, 0.5)
    with tenant_scope(home):
        device = Device(
            BUTTON, "sos-button", "Button (demo)", ACTIVE, clock.iso(ctx.now), department=OWNER,
            contacts=({"name": "Rosa (demo)", "email": "rosa@citizen.example"},),
        )  # fmt: skip
        device = service.save(ctx, device, None, "device-added")
        with transaction() as tx:
            opening.apply(tx, ctx, device, [change])
        sos.CallItem(
            keys.sos(BUTTON), f"CALL#{at:015d}#sos", state=sos.CALLING, step=99,
            begun=clock.iso(ctx.now), log=[],
        ).save()  # fmt: skip
        return sos.code_of(ctx, BUTTON, "sos", at, "0")


def look_after_alarms(browser: Counted) -> None:
    """Lists, an alarm that is muted, a call that is answered, rules and sources."""
    code, console = lay_call(browser), f"/{CITY}/console"
    token = browser.get(f"{console}/alarms?department={OWNER}").page.select_one("input[name=_csrf]")
    if token is None:
        raise LookupError("no form on the list of alarms")
    sign = {"_csrf": str(token["value"])}
    browser.post(f"{console}/alarms", sign | {"level": "high"})
    for path in (
        f"alarms/{BUTTON}.sos", f"commands/{BUTTON}", "calls", f"calls/{BUTTON}", "rules", "sources",
        "rules/try?profile=river-level&rule=high-water&go=1",
    ):  # fmt: skip
        browser.get(f"{console}/{path}")
    browser.post(f"{console}/commands/{BUTTON}", sign | {"do": "withdraw"})
    browser.post(f"{console}/calls/{BUTTON}", sign | {"name-1": "Rosa", "email-1": "rosa@citizen.example"})
    browser.post(
        f"{console}/rules", sign | {"profile": "river-level", "rule": "faulty-level", "state": "off"}
    )
    browser.post(f"{console}/sources", sign | {"kind": "tts", "name": "Network (demo)"})
    browser.post(f"{console}/alarms/{BUTTON}.sos", sign | {"do": "mute", "hours": "1"})
    browser.get(f"/{CITY}/sos/{code}")
    browser.post(f"/{CITY}/sos/{code}", sign)
