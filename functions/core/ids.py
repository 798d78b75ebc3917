"""Identifiers and secrets. Nothing else in the code draws random numbers for them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

from functions.core import clock

ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # no 0/o, 1/i/l, u: read aloud and typed from paper


def _draw(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_id(moment: datetime | None = None) -> str:
    """A sortable id of 26 characters: 48 bits of milliseconds in hex (12), then 14 drawn ones (68 bits)."""
    stamp = int((moment or clock.now()).timestamp() * 1000)
    return f"{stamp:012x}{_draw(14)}"


def is_id(text: str) -> bool:
    """Whether a text can be one of :func:`new_id`."""
    return len(text) == 26 and text.isascii() and text.isalnum()


def new_reference() -> str:
    """A person's reference, ``K7QF-2M9X-4T``: 10 characters, 49 bits. It finds a case, it opens nothing
    alone."""
    text = _draw(10).upper()
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def new_code() -> str:
    """The secret that goes with a reference: 12 characters, 58 bits (architecture section 8 asks for 50)."""
    text = _draw(12)
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def derived_code(key: bytes, subject: str) -> str:
    """A code like :func:`new_code` that the city's key reproduces for its subject, so it need not be
    stored to be shown again (a second click on submit, a confirmation that was bookmarked)."""
    number = int.from_bytes(hmac.new(key, subject.encode(), hashlib.sha256).digest(), "big")
    text = ""
    for _ in range(12):
        number, place = divmod(number, len(ALPHABET))
        text += ALPHABET[place]
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def new_token() -> str:
    """An unguessable address part: 128 bits, URL-safe."""
    return secrets.token_urlsafe(16)


def normal(text: str) -> str:
    """A reference or a code as typed by a person, without spaces, hyphens and case."""
    return "".join(ch for ch in text.lower() if ch.isalnum())


def digest(secret: str) -> str:
    """What is stored of a drawn secret: SHA-256, hex. The secrets have 50 bits or more, so no slow hash is
    needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
