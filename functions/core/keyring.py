"""Keys of one use in one city, derived from the stage's secret; none is stored."""

from __future__ import annotations

import hashlib
import hmac

from functions.core.settings import secret


def city_key(city_id: str, use: str) -> bytes:
    """HMAC-SHA256 of ``use:city`` under the stage's secret (32 bytes)."""
    return hmac.new(secret().encode(), f"{use}:{city_id}".encode(), hashlib.sha256).digest()
