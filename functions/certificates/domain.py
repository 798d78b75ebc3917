"""Validity, masking and the token of a certificate. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

State = Literal["valid", "expired", "revoked"]
Text = dict[str, str]  # BCP 47 tag -> text
MASK = "*"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was certified, as it was said on that day: later edits of the service or the case change nothing
    here."""

    digest: str
    number: str
    case_id: str
    service: str
    department: str
    type: Text
    title: Text
    text: Text
    subject: str
    issued_at: datetime
    valid_until: date | None
    revoked_at: datetime | None = None
    revoked_by: str = ""
    revoked_reason: str = ""

    def state(self, today: date) -> State:
        """``today`` is the city's date; the last day of validity counts."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.valid_until and today > self.valid_until else "valid"


def token(key: bytes, case_id: str) -> str:
    """The 128-bit part of the verification address: HMAC-SHA-256 under the city's key, cut to 16 bytes (RFC
    2104 section 5 allows it), URL-safe base64 without padding: 22 characters."""
    return (
        base64.urlsafe_b64encode(hmac.new(key, case_id.encode(), hashlib.sha256).digest()[:16])
        .rstrip(b"=")
        .decode()
    )


def masked_name(name: str) -> str:
    """A name that its holder recognises and a stranger cannot complete: the first character of each word,
    then three stars; of a name in Han characters the first character and a star for each other one."""
    words = name.split()
    return " ".join(_masked_word(word) for word in words)


def _masked_word(word: str) -> str:
    if len(word) > 1 and all(_is_han(ch) for ch in word):
        return word[0] + MASK * (len(word) - 1)
    return word[0] + MASK * 3


def _is_han(ch: str) -> bool:
    return unicodedata.name(ch, "").startswith("CJK ")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of ``{name}`` and the like, without Python's format language: what is not
    known stays as it is, and a value is never read as a placeholder."""
    out, rest = [], text
    while "{" in rest:
        before, _, tail = rest.partition("{")
        name, closed, after = tail.partition("}")
        known = bool(closed) and name in values
        out += [before, values[name] if known else "{"]
        rest = after if known else tail
    return "".join([*out, rest])
