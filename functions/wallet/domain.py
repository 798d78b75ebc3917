"""Kinds of document, trust, and which one fits where. Pure."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from functions.core.i18n import N_
from functions.services.domain import GRADES, WALLET_TYPES

Source = Literal["import", "issued", "lookup"]
# The twelve kinds that other authorities issue; the city keeps them for their holder and issues none of them.
KINDS: dict[str, str] = {
    "identity_card": N_("Identity card"),
    "household_register": N_("Household register"),
    "marriage_certificate": N_("Marriage certificate"),
    "birth_certificate": N_("Birth certificate"),
    "business_licence": N_("Business licence"),
    "property_certificate": N_("Property certificate"),
    "driving_licence": N_("Driving licence"),
    "social_security_card": N_("Social security card"),
    "disability_certificate": N_("Disability certificate"),
    "old_age_card": N_("Senior card"),
    "health_certificate": N_("Health certificate"),
    "vehicle_licence": N_("Vehicle licence"),
}
assert tuple(KINDS) == WALLET_TYPES
OWN = "city_certificate"  # what the city itself has certified
TRUST: dict[str, str] = {
    "A": N_("Issued by the city"),
    "B": N_("Checked by a clerk"),
    "C": N_("Handed in, not checked yet"),
    "D": N_("Only stated, nothing handed in"),
}
SOURCES: dict[str, str] = {
    "import": N_("Handed in by you"),
    "issued": N_("Issued by the city"),
    "lookup": N_("Looked up with whoever issued it"),
}
MAX_HELD = 40
MAX_ISSUER, MAX_NUMBER = 120, 60
REMIND_BEFORE = timedelta(days=60)


@dataclass(frozen=True)
class Held:
    """A document of a person. Of its number only a keyed digest and the last four characters are kept. `file`
    is the id of what was handed in; `certificate` the digest of a certificate's token. `expires` is the last
    day on which it is valid."""

    id: str
    kind: str
    grade: str
    source: str
    created_at: str
    name: str = ""
    number_hash: str = ""
    last4: str = ""
    issuer: str = ""
    issued: str = ""
    expires: str = ""
    file: str = ""
    certificate: str = ""
    case_id: str = ""
    checked_by: str = ""
    checked_at: str = ""
    seen: str = ""
    remind: bool = False

    def is_valid(self, today: date) -> bool:
        """Whether its last day is not over."""
        return not self.expires or today.isoformat() <= self.expires

    @property
    def trust(self) -> str:
        """A message id."""
        return TRUST[self.grade]


def fits(held: Held, document: Mapping[str, Any], today: date) -> bool:
    """Whether it may stand for a document of a service: of the wanted kind, trusted enough, valid, and with
    something to show."""
    wanted = document.get("source") == "wallet" and document.get("wallet_type") == held.kind
    least = GRADES.index(str(document.get("min_grade") or "D"))
    return bool(wanted and held.file and GRADES.index(held.grade) <= least and held.is_valid(today))


def fitting(documents: Iterable[Held], document: Mapping[str, Any], today: date) -> list[Held]:
    """Those that fit, most trusted first."""
    return sorted((one for one in documents if fits(one, document, today)), key=lambda one: one.grade)


def number_digest(key: bytes, number: str) -> str:
    """HMAC-SHA-256 (hex) of a number in one form, so that a short number cannot be guessed from it without
    the city's key."""
    return hmac.new(key, normal_number(number).encode(), hashlib.sha256).hexdigest()


def normal_number(number: str) -> str:
    """Half-width capitals and digits only."""
    wide = unicodedata.normalize("NFKC", number).upper()
    return "".join(char for char in wide if char.isalnum())


def last_four(number: str) -> str:
    """The end of a number; nothing of one that is so short that four characters would say it."""
    normal = normal_number(number)
    return normal[-4:] if len(normal) > 6 else ""


def remind_on(expires: str) -> str:
    """The day on which to remind of an end."""
    return (date.fromisoformat(expires) - REMIND_BEFORE).isoformat()
