"""What may be handed in and what becomes of it: names, kinds, limits, states. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from functions.core.i18n import N_

MB = 1024 * 1024
NAME_LENGTH = 120
PER_OWNER = 50  # files of one draft, case or wallet at a time
# Kind -> what its names end in; the first is the usual one.
ENDINGS = {"pdf": ("pdf",), "jpeg": ("jpg", "jpeg", "jpe", "jfif"), "png": ("png",)}
CHECKING, CLEAN, INFECTED, NOT_CHECKED, UNUSABLE = "checking", "clean", "infected", "not_checked", "unusable"
State = Literal["checking", "clean", "infected", "not_checked", "unusable"]
REFUSED = (INFECTED, UNUSABLE)  # never given out; another file is asked for
# state -> (label, colour of its tag)
STATES: dict[str, tuple[str, str]] = {
    CHECKING: (N_("Being checked"), "blue"),
    CLEAN: (N_("Checked, no harmful software found"), "green"),
    INFECTED: (N_("Contains harmful software"), "red"),
    NOT_CHECKED: (N_("Not checked for harmful software"), "yellow"),
    UNUSABLE: (N_("Cannot be opened"), "red"),
}


@dataclass(frozen=True)
class UploadedFile:
    """A file that was handed in. `type` is what its content says, `size` in bytes, `key` where it lies."""

    id: str
    document: str
    name: str
    size: int
    type: str
    key: str
    version: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain, for a draft's or a case's item."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> UploadedFile:
        """The inverse of :meth:`to_json`."""
        values = {name: raw[name] for name in ("id", "document", "name", "type", "key")}
        return cls(**values, size=int(raw["size"]), version=raw.get("version", ""))


@dataclass(frozen=True)
class StoredFile:
    """What is known of a file since it was handed in. `size` in bytes is that of the prepared file. `grade`
    is how far it is trusted (A to D), `seen` how a clerk checked it. `held` names the document of a person's
    wallet that it is a copy of. `version` is the one that was looked at: what somebody puts under the same
    key later is not it."""

    id: str
    name: str
    key: str
    size: int
    type: str
    state: str = CHECKING
    grade: str = "C"
    checked_by: str = ""
    checked_at: str = ""
    seen: str = ""
    held: str = ""
    version: str = ""

    @property
    def refused(self) -> bool:
        """Another file is needed in its place."""
        return self.state in REFUSED

    @property
    def label(self) -> str:
        """A message id."""
        if self.held and self.state == CHECKING:
            return N_("From your documents; a copy for this purpose is made when you send the form")
        return STATES[self.state][0]

    @property
    def colour(self) -> str:
        """Of its tag."""
        return STATES[self.state][1]


def key_prefix(city_id: str, owner_id: str, file_id: str) -> str:
    """Where a file of a draft or a case goes; the file's own name follows."""
    return f"{city_prefix(city_id)}{owner_id}/{file_id}/"


def city_prefix(city_id: str) -> str:
    """Where all uploads of a city lie."""
    return f"cities/{city_id}/uploads/"


def owner_in(key: str, prefix: str) -> str:
    """The draft or case that a key under `city_prefix` belongs to."""
    return key.removeprefix(prefix).partition("/")[0]


def owner_and_file(key: str) -> tuple[str, str]:
    """The ids of the owner and of the file in the key of any city's upload."""
    _, _, _, owner, file, _ = key.split("/", 5)
    return owner, file


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


def ending_of(name: str) -> str:
    """What a name ends in, in lower case: `pdf` of `Bill.PDF`; empty when it has no ending."""
    stem, dot, ending = name.rpartition(".")
    says_a_type = dot and stem and len(ending) <= 5 and ending.isalnum() and not ending.isdigit()
    return ending.lower() if says_a_type else ""


def refusal(size: int, kind: str | None, name: str, accept: Sequence[str], max_mb: int) -> str | None:
    """Why a file cannot be taken: `missing` (empty), `size`, `heic`, `type`, `name` (it says another type
    than the content is); None when it can."""
    if size == 0:
        return "missing"
    if size > max_mb * MB:
        return "size"
    if kind == "heic":
        return "heic"
    if kind is None or kind not in accept:
        return "type"
    ending = ending_of(display_name(name))
    return "name" if ending and ending not in ENDINGS[kind] else None
