"""Pages of a long list by cursor: DynamoDB's last key, opaque in the address and bound to its list."""

from __future__ import annotations

import base64
import binascii
import json

from functions.core.errors import NotFound


def encode_cursor(last_key: dict[str, str] | None) -> str | None:
    """A cursor for `?after=`; None when there is nothing more. Keys and values are plain strings."""
    if not last_key:
        return None
    text = json.dumps(last_key, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> dict[str, str] | None:
    """The inverse; an empty cursor is None, a damaged one raises NotFound."""
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise NotFound from error
    if not isinstance(key, dict) or not all(isinstance(value, str) for value in key.values()):
        raise NotFound
    return key
