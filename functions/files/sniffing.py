"""What a file is, by its content: puremagic's table of signatures decides, not the name and not what the
browser said."""

from __future__ import annotations

# media type as puremagic names it -> our kind; HEIC (what some phones make) only to be refused in plain words
KINDS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpeg",
    "image/png": "png",
    "image/heif": "heic",
    "image/heic": "heic",
}


def kind_of(head: bytes) -> str | None:
    """`pdf`, `jpeg`, `png`, `heic`, or None for anything else. `head`: the first bytes, 2 KB are plenty."""
    import puremagic  # 6 ms, for an upload only

    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    best = max(match.confidence for match in found)
    kinds = (KINDS.get(match.mime_type) for match in found if match.confidence == best)
    return next((kind for kind in kinds if kind), None)
