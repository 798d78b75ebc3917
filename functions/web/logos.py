"""A city's logo from its configuration: `{"type", "data" (base64), "alt"}` or None."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

SVG = "image/svg+xml"
# A drawing opened by itself may style itself and do nothing else.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def address(city: Any) -> str | None:
    """What an <img> points to: our own page for a drawing, the picture itself (small) for other types."""
    logo = city.config.get("logo") if city else None
    if not logo:
        return None
    if logo["type"] != SVG:
        return f"data:{logo['type']};base64,{logo['data']}"
    return f"/{city.id}/logo.svg?v={hashlib.sha256(logo['data'].encode()).hexdigest()[:10]}"


def svg(logo: Mapping[str, str] | None) -> str | None:
    """The text of a drawn logo; None when there is none."""
    if not logo or logo["type"] != SVG:
        return None
    return base64.b64decode(logo["data"]).decode()
