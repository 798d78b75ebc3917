"""Telling a device something by its shadow: the port, AWS IoT behind it, and a fake device.

A shadow is a document that AWS IoT keeps for a thing: what is desired, and what the device reports. A command
stands there as ``{name: {"value": ..., "id": ...}}`` and is answered with the same id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class ShadowNotReached(Exception):
    """AWS IoT did not take or answer the request; the same request may work later."""


class Shadows(Protocol):
    """Reads and writes shadows."""

    def desire(self, thing: str, state: Mapping[str, Any]) -> None:
        """Merge into what is desired of a thing (its full MQTT name); None removes. Raises
        ShadowNotReached."""

    def reported(self, thing: str) -> dict[str, Any]:
        """What the thing reports, {} when it has no shadow yet. Raises ShadowNotReached."""


class IotShadows:
    """AWS IoT's classic shadow, as the function itself."""

    def desire(self, thing: str, state: Mapping[str, Any]) -> None:
        """One UpdateThingShadow."""
        from botocore.exceptions import BotoCoreError, ClientError

        from functions.core.aws import own_client

        payload = json.dumps({"state": {"desired": dict(state)}}).encode()
        try:
            own_client("iot-data").update_thing_shadow(thingName=thing, payload=payload)
        except (BotoCoreError, ClientError) as error:
            raise ShadowNotReached(type(error).__name__) from error

    def reported(self, thing: str) -> dict[str, Any]:
        """One GetThingShadow. What a device reports is its own word: anything but an object counts as {}."""
        from botocore.exceptions import BotoCoreError, ClientError

        from functions.core.aws import own_client

        client = own_client("iot-data")
        try:
            body = client.get_thing_shadow(thingName=thing)["payload"].read()
        except client.exceptions.ResourceNotFoundException:
            return {}
        except (BotoCoreError, ClientError) as error:
            raise ShadowNotReached(type(error).__name__) from error
        found = json.loads(body).get("state", {}).get("reported")
        return found if isinstance(found, dict) else {}


@dataclass
class FakeShadows:
    """A device that does what it is told, at once (``obeys``), says no (``refuses``), or is silent."""

    obeys: bool = True
    refuses: bool = False
    desired: dict[str, dict[str, Any]] = field(default_factory=dict)

    def desire(self, thing: str, state: Mapping[str, Any]) -> None:
        """Merge."""
        self.desired.setdefault(thing, {}).update(state)

    def reported(self, thing: str) -> dict[str, Any]:
        """The same values back."""
        told = self.desired.get(thing, {}) if self.obeys or self.refuses else {}
        return {name: {**one, "ok": not self.refuses} for name, one in told.items() if one}
