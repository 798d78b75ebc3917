"""Calls of the deployed functions that serve no page."""

from __future__ import annotations

from typing import Any

import pytest

from functions.core.errors import Conflict, Invalid, NotFound, TownkitError
from tests.isolation import actors
from tests.isolation.town import Town


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
