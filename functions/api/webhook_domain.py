"""Webhooks: which addresses may be one, how a message is signed, when it is tried again. Pure.

Signatures and headers follow Standard Webhooks (https://www.standardwebhooks.com): ``webhook-id``,
``webhook-timestamp`` and ``webhook-signature: v1,<base64>`` over ``id.timestamp.body``."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from functions.core.i18n import N_

MAX_WEBHOOKS = 10  # of a city
MAX_URL = 500
MAX_NOTE = 60
# After the first try, how long until the next; a tenth more or less, so that not all come at once.
RETRIES = (
    timedelta(minutes=5),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=20),
)
JITTER_TENTHS = 1
KEEP_DELIVERY = timedelta(days=7)
LONGEST_DELAY = 900  # seconds that the queue can hold a message back
ACTIVE, FAILING, KEY_GONE = "active", "failing", "key_gone"
STATES = (ACTIVE, FAILING, KEY_GONE)
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.I)
_NOT_PUBLIC = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Webhook:
    """A registration. ``departments`` and ``key`` are those of the key that made it; ``quiet_until`` while
    its receiver does not answer; ``why`` is the last failure."""

    id: str
    url: str
    note: str
    key: str
    departments: tuple[str, ...]
    made_at: str
    state: str = ACTIVE
    quiet_until: str = ""
    why: str = ""


@dataclass(frozen=True)
class Delivery:
    """One change that one webhook is to be told. ``attempts`` is how often it was tried."""

    webhook: str
    change: str
    attempts: int
    next_at: str


def url_problem(url: str) -> str | None:
    """Why an address cannot be a webhook (a message id), or None. What its name stands for is looked at
    again each time something is sent there."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return N_("Enter a whole address, like https://example.com/changes")
    if len(url) > MAX_URL or not url.isascii() or any(c <= " " for c in url):
        return N_("Enter a whole address, like https://example.com/changes")
    if parts.scheme != "https":
        return N_("The address must begin with https://")
    if (
        parts.username is not None
        or parts.password is not None
        or parts.fragment
        or port not in (None, 443, 8443)
    ):
        return N_("Give the address without a user, a fragment or an unusual port")
    if _is_address(host):
        return None if is_public(host) else N_("The address must be reachable from the internet")
    if not _HOST.fullmatch(host) or host.lower().rpartition(".")[2] in _NOT_PUBLIC:
        return N_("The address must be reachable from the internet")
    return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the internet (IANA's registries of special-purpose addresses).
    Addresses inside addresses (mapped, 6to4, Teredo, NAT64) count as what they carry."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if found.is_site_local:  # not global either, though the registries do not list it any more
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def secret_text(secret: bytes) -> str:
    """A secret as its receiver is given it."""
    return "whsec_" + base64.b64encode(secret).decode()


def sign(secret: bytes, message_id: str, moment: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message. Its receiver refuses old times, so a message that was overheard is of no
    use later."""
    at = str(int(moment.timestamp()))
    mac = hmac.new(secret, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": at,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def message_id(webhook_id: str, change_id: str) -> str:
    """The same for every try, so that a receiver can drop what it has already."""
    return "msg_" + hashlib.sha256(f"{webhook_id}#{change_id}".encode()).hexdigest()[:32]


def next_try(attempts: int, now: datetime, chance: float) -> datetime | None:
    """When a message that failed ``attempts`` times is tried again; None: never. ``chance`` is drawn from
    0 to 1."""
    if attempts > len(RETRIES):
        return None
    wait = RETRIES[attempts - 1]
    return now + wait + wait * (2 * chance - 1) * JITTER_TENTHS / 10


def delay_until(moment: datetime, now: datetime) -> int:
    """Seconds that the queue holds a pointer back; a longer wait takes several turns."""
    return max(0, min(LONGEST_DELAY, round((moment - now).total_seconds())))
