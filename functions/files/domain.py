"""What may be handed in: keys, types by their first bytes, limits. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

MB = 1024 * 1024
NAME_LENGTH = 120
# First bytes: ISO 32000-1 section 7.5.2, ISO/IEC 10918-1 annex B, PNG specification section 5.2
SIGNATURES = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}


@dataclass(frozen=True)
class UploadedFile:
    """A file that was handed in. `type` is what its first bytes say, `size` in bytes, `key` where it lies."""

    id: str
    document: str
    name: str
    size: int
    type: str
    key: str

    def to_json(self) -> dict[str, Any]:
        """Plain, for a draft's or a case's item."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> UploadedFile:
        """The inverse of :meth:`to_json`."""
        return cls(raw["id"], raw["document"], raw["name"], int(raw["size"]), raw["type"], raw["key"])


def key_prefix(city_id: str, owner_id: str, file_id: str) -> str:
    """Where a file of a draft or a case goes; the file's own name follows."""
    return f"{city_prefix(city_id)}{owner_id}/{file_id}/"


def city_prefix(city_id: str) -> str:
    """Where all uploads of a city lie."""
    return f"cities/{city_id}/uploads/"


def owner_in(key: str, prefix: str) -> str:
    """The draft or case that a key under `city_prefix` belongs to."""
    return key.removeprefix(prefix).partition("/")[0]


def name_in(key: str, prefix: str) -> str | None:
    """The file's own name, or None when the key does not lie directly under the prefix."""
    name = key.removeprefix(prefix)
    if not key.startswith(prefix) or "/" in name or not name.strip("."):
        return None
    return name


def display_name(name: str) -> str:
    """A name as shown to people: without control characters, shortened in the middle."""
    clean = "".join(char for char in _as_utf8(name) if char.isprintable()).strip() or "file"
    if len(clean) <= NAME_LENGTH:
        return clean
    return f"{clean[: NAME_LENGTH - 20]}…{clean[-19:]}"


def _as_utf8(name: str) -> str:
    """Browsers send names as UTF-8; a storage that read the bytes as Latin-1 (the local cloud does) is put
    right."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def type_of(head: bytes) -> str | None:
    """`pdf`, `jpeg`, `png`, or None for anything else."""
    return next((name for name, start in SIGNATURES.items() if head.startswith(start)), None)


def refusal(size: int, kind: str | None, accept: Sequence[str], max_mb: int) -> str | None:
    """Why a file cannot be taken: `missing` (empty), `size`, `type`; None when it can."""
    if size == 0:
        return "missing"
    if size > max_mb * MB:
        return "size"
    return None if kind in accept else "type"
