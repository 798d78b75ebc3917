"""Photos as they are kept: upright, and without what the camera wrote beside the picture (place, time, owner,
a preview). Only the tasks worker comes here: the library is in its own layer."""

from __future__ import annotations

from io import BytesIO
from typing import Any

QUALITY = 90
MAX_PIXELS = (
    40_000_000  # decoded, about 120 MB; a larger photo is read at half its size, another image refused
)
# What stays of an image's notes: the colours' meaning. Everything else may name a place or a person.
KEPT = ("icc_profile",)


class UnusableImage(Exception):
    """Nobody could open it: broken, cut off, or of a size that no camera makes."""


def prepare(data: bytes, kind: str) -> bytes:
    """The image (`jpeg` or `png`), turned upright and written anew. Raises UnusableImage."""
    from PIL import Image, ImageFile, ImageOps

    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as opened:
            _shrink(opened)
            upright: Any = ImageOps.exif_transpose(opened)
            upright.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnusableImage(type(error).__name__) from error
    kept = {name: upright.info[name] for name in KEPT if upright.info.get(name)}
    upright.info = dict(kept)
    out = BytesIO()
    if kind == "png":
        upright.save(out, "PNG", optimize=False, **kept)
    else:
        picture = upright if upright.mode in ("RGB", "L") else upright.convert("RGB")
        picture.info = dict(kept)
        picture.save(out, "JPEG", quality=QUALITY, **kept)
    return out.getvalue()


def _shrink(opened: Any) -> None:
    width, height = opened.size
    if width * height <= MAX_PIXELS:
        return
    if opened.format not in ("JPEG", "MPO") or width * height > 4 * MAX_PIXELS:
        raise UnusableImage("too many pixels")
    opened.draft("RGB", (width // 2, height // 2))
