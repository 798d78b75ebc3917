"""Two cities, and files as people hand them in."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from tests.emptied import towns, world

__all__ = ["towns", "world"]

DOCUMENT = {"id": "proof", "accept": ["pdf", "jpeg", "png"], "max_mb": 1, "max_files": 3}
PDF = b"%PDF-1.7 a bill (demo)"
NORTH = {1: "N", 2: (51.0, 30.0, 0.0), 3: "W", 4: (0.0, 7.0, 0.0)}  # GPS tags: latitude and longitude
GPS, ORIENTATION, MODEL = 0x8825, 0x0112, 0x0110


def photo(kind: str = "JPEG", orientation: int = 6, size: tuple[int, int] = (60, 40), **more: Any) -> bytes:
    """A picture, red on the left and blue on the right, as a camera that was held sideways writes it: with
    a place, a model and how it was held."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[ORIENTATION], exif[MODEL] = orientation, "Camera (demo)"
    exif.get_ifd(GPS).update(NORTH)
    out = io.BytesIO()
    picture.save(out, kind, exif=exif, **more)
    return out.getvalue()
