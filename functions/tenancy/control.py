"""Asking the provisioner function: everything that needs control-plane rights goes through here."""

from __future__ import annotations

import json
from typing import Any

from functions.core.aws import own_client
from functions.core.errors import Unavailable
from functions.core.settings import settings


def ask(action: str, city_id: str, **more: Any) -> dict[str, Any]:
    """The provisioner's answer. Raises Unavailable with its words when it failed."""
    event = {"action": action, "city": city_id, **more}
    answer = own_client("lambda").invoke(
        FunctionName=settings().provisioner, Payload=json.dumps(event).encode()
    )
    body = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        raise Unavailable(
            f"the provisioner failed: {body.get('errorMessage') if isinstance(body, dict) else body}"
        )
    return dict(body)
