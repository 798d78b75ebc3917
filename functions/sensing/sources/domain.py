"""A source: a way over HTTPS by which readings of a city's devices come in. Its secret is derived from the
city's own key, so it can be shown once without being stored. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.api.webhook_domain import secret_text, sign
from functions.core import clock, ids
from functions.core.errors import Invalid, TownkitError
from functions.core.i18n import N_

TTS, CHIRPSTACK, VENDOR = "tts", "chirpstack", "vendor"
KINDS = {
    TTS: N_("The Things Stack v3 (webhook)"),
    CHIRPSTACK: N_("ChirpStack v4 (HTTP integration)"),
    VENDOR: N_("A vendor's cloud or an operator's platform (signed)"),
}
MAX_SOURCES = 20  # of a city, revoked ones included while they are kept
MAX_NAME = 60
MAX_BYTES = 128 * 1024
PER_MINUTE = 600  # messages of a source, unless the city's plan says otherwise
WRONG_PER_MINUTE = 30  # wrong secrets from one network
SHOW_FOR = timedelta(minutes=10)  # after making or renewing a secret, and once
OVERLAP = timedelta(hours=24)  # how long the secret before is still believed
KEEP_REVOKED = timedelta(days=90)
KEEP_COUNTS = timedelta(days=35)
KEEP_SEEN = timedelta(hours=24)
FRESH = timedelta(minutes=5)  # a signature older or newer than this is refused
_BEARER = re.compile(r"townkit_in_[\w-]{43}")


class SourceRefused(TownkitError):
    """No such source here, or not its secret or signature: callers cannot tell which."""

    code, status = "unauthorized", 401
    message = N_("The address, the secret or the signature of this source is not valid")


@dataclass(frozen=True)
class Source:
    """``mapping`` is the name of the mapping that profiles declare for a vendor; ``shapes`` are its ``(path
    of the rows or "", path of the device)``. ``generation`` counts secrets; the one before is believed until
    ``overlap_until``."""

    id: str
    kind: str
    name: str
    made_by: str
    made_at: str
    mapping: str = ""
    shapes: tuple[tuple[str, str], ...] = ()
    generation: int = 1
    changed_at: str = ""
    overlap_until: str = ""
    revoked_at: str = ""

    def generations(self, now: datetime) -> tuple[int, ...]:
        """The secrets that are believed now."""
        if self.revoked_at:
            return ()
        if self.overlap_until > clock.iso(now):
            return (self.generation, self.generation - 1)
        return (self.generation,)


def secret(key: bytes, source_id: str, generation: int) -> bytes:
    """32 bytes from the city's key for sources."""
    return hmac.new(key, f"{source_id}.{generation}".encode(), hashlib.sha256).digest()


def written(kind: str, found: bytes) -> str:
    """A secret as it is given to whoever sets the source up."""
    if kind == VENDOR:
        return secret_text(found)
    return "townkit_in_" + base64.urlsafe_b64encode(found).decode().rstrip("=")


def is_bearer(header: str, secrets: tuple[bytes, ...]) -> bool:
    """Whether an ``Authorization`` header carries one of the secrets; each is compared in constant time."""
    scheme, _, token = header.strip().partition(" ")
    given = token.strip() if scheme.lower() == "bearer" and _BEARER.fullmatch(token.strip()) else ""
    same = [ids.same(given, written(TTS, one)) for one in secrets]
    return any(same)


def is_signed(headers: dict[str, str], body: bytes, secrets: tuple[bytes, ...], now: datetime) -> bool:
    """Whether a message is signed as Standard Webhooks says (``webhook-id``, ``webhook-timestamp``,
    ``webhook-signature``), with one of the secrets, within five minutes."""
    message_id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (1 <= len(message_id) <= 200 and at.isascii() and at.isdigit() and len(at) <= 11):
        return False
    moment = datetime.fromtimestamp(int(at), now.tzinfo)
    given = headers.get("webhook-signature", "").split(" ")[:5]
    same = [
        ids.same(one, sign(found, message_id, moment, body)["webhook-signature"])
        for found in secrets
        for one in given
    ]
    return any(same) and abs(moment - now) <= FRESH


def check_wanted(name: str, kind: str, mapping: str, mappings: tuple[str, ...]) -> None:
    """What an admin asked for. Raises Invalid naming what is wrong."""
    problems = {}
    if not 3 <= len(name) <= MAX_NAME:
        problems["name"] = N_("Enter a name of 3 to 60 characters that tells who sends")
    if kind not in KINDS:
        problems["kind"] = N_("Choose who sends")
    if kind == VENDOR and mapping not in mappings:
        problems["mapping"] = N_("Choose the form in which the vendor sends")
    if problems:
        raise Invalid(problems)
