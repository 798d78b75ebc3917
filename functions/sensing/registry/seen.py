"""When devices were last heard, and why one is not heard: what an installer and a city want to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from functions.core.context import Context
from functions.core.i18n import N_
from functions.sensing.registry.domain import PLANNED, RETIRED, REVOKED, Device

REFUSED_DAYS = 2
REFUSED_READ = 200
NO_CERTIFICATE = N_(
    "It has no certificate yet. Ask the city for its file, or switch it on so that it claims one."
)
NO_MESSAGE = N_("No message has come yet. Is it switched on, and has it a network?")
NOT_BELIEVED = N_("It is not believed: its certificate was revoked, or it is out of use.")


@dataclass(frozen=True)
class Heard:
    """``at``: Unix milliseconds of the last message, or None; ``values``: metric -> latest value;
    ``promise``: seconds within which it has promised to speak again."""

    at: int | None
    values: dict[str, float]
    promise: int | None = None


def heard(devices: Sequence[Device]) -> dict[str, Heard]:
    """By thing, for those that have ever been heard: one call a shard, or two."""
    from functions.sensing.log import read

    return {
        thing: Heard(
            state.received, {metric: reading.value for metric, reading in state.latest.items()}, state.promise
        )
        for thing, state in read.latest(devices).items()
    }


def why_silent(ctx: Context, device: Device) -> tuple[str, dict[str, Any]]:
    """Why nothing was heard of a device: a message id and what fills it. The newest refusal of the last two
    days comes first, since it says most."""
    from functions.sensing import service

    if device.state in (REVOKED, RETIRED):
        return NOT_BELIEVED, {}
    for refusal in service.refused_since(ctx, REFUSED_DAYS, REFUSED_READ):
        if refusal.thing == device.thing:
            return str(refusal.reason["message"]), dict(refusal.reason.get("params") or {})
    if device.state == PLANNED or not (device.certificates or device.eui):
        return NO_CERTIFICATE, {}
    return NO_MESSAGE, {}
