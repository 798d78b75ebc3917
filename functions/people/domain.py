"""People as one city knows them: contact points, levels of assurance, consents, grounds. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from functions.core.i18n import N_
from functions.services.domain import ASSURANCE

ContactKind = Literal["email", "phone"]
CODE_LIFE = timedelta(minutes=10)
CODE_TRIES = 5
CODE_DIGITS = 6
# Longer than 20 hours, so nobody is timed out of a form (WCAG 2.2, 2.2.1).
SESSION_LIFE = timedelta(hours=24)
MAX_CONTACTS, MAX_KNOWN = 5, 30
MAX_NAME = 200

# What a person may agree to, beyond what a service needs: id -> (what, what it means)
CONSENTS: dict[str, tuple[str, str]] = {
    "answers": (
        N_("Use my answers again"),
        N_(
            "We keep your name, address and the like, and offer them in your next form. "
            "You see them and can change them."
        ),
    ),
    "documents": (
        N_("Use my documents again"),
        N_("We keep documents that you handed in or got from us, and offer them when you need them again."),
    ),
}  # fmt: skip
# Questions whose answers may be offered again; others are asked anew each time.
REUSABLE = (
    "name", "birth_date", "email", "phone", "address", "organisation", "postcode", "identity_number",
    "organisation_number", "vehicle_plate", "contact_name", "contact_phone", "delivery_address",
)  # fmt: skip
# For whom somebody applies, and by what right: kind -> ground -> words. The city checks the ground; nothing
# here says what the law of a country allows.
GROUNDS: dict[str, dict[str, str]] = {
    "child": {"parent": N_("For a child, as a parent"), "guardian": N_("For a child, as the guardian")},
    "household": {"member": N_("For my household, as a member of it")},
    "organisation": {
        "representative": N_("For a firm or an organisation, as its legal representative"),
        "authorised": N_("For a firm or an organisation, with its authority"),
    },
    "other": {
        "authority": N_("For somebody else, with their written authority"),
        "guardian": N_("For somebody else, as their guardian"),
        "relative": N_("For a relative who asked me to"),
    },
}
# Which document a clerk saw; never its number or a copy.
SEEN_DOCUMENTS: dict[str, str] = {
    "identity_card": N_("Identity card"),
    "passport": N_("Passport"),
    "residence_permit": N_("Residence permit"),
    "driving_licence": N_("Driving licence"),
    "known": N_("No document; personally known"),
}
# How sure the city is who somebody is, in words for them
LEVELS = {
    "none": N_("Not confirmed"),
    "contact": N_("We reached you with a code"),
    "clerk": N_("A member of staff saw you and your document"),
    "identity": N_("Confirmed by the national sign-in"),
}
# Answers are plain data of the person; only these fit into a few kilobytes for certain.
MAX_ANSWER = 1000


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact point that was reached by a code. ``value``: an address in lower case, or a number in
    E.164."""

    digest: str
    kind: ContactKind
    value: str
    at: str

    @property
    def masked(self) -> str:
        """What its owner recognises and a stranger cannot use."""
        return mask_contact(self.kind, self.value)


@dataclass(frozen=True)
class Person:
    """One person's record. ``things``: id of a draft or its case -> what it is; ``consents``: id -> since
    when it is given; ``known``: what a question asks for -> answer; ``epoch`` ends older sessions when it
    grows."""

    id: str
    lang: str
    created_at: str
    assurance: str = "contact"
    epoch: int = 0
    contacts: tuple[Contact, ...] = ()
    things: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    consents: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)

    def agrees(self, purpose: str) -> bool:
        """Whether a consent is given now."""
        return purpose in self.consents

    def contact(self, kind: str) -> Contact | None:
        """The first contact point of a kind."""
        return next((one for one in self.contacts if one.kind == kind), None)


def reaches(level: str, wanted: str) -> bool:
    """Whether a level of assurance is at least another one."""
    return ASSURANCE.index(level) >= ASSURANCE.index(wanted)


_EMAIL = re.compile(r"[^@\s\"<>(),:;\[\]\\]{1,64}@(?=.{1,253}$)(?:[^\s@.,:;]{1,63}\.)+[^\s@.,:;\d]{2,63}")


def normal_email(text: str) -> str | None:
    """An address as it is compared: lower case, half-width; None when it cannot be one (RFC 5321 section
    4.5.3.1 for the lengths)."""
    import unicodedata

    address = unicodedata.normalize("NFKC", text).strip().lower()
    return address if len(address) <= 254 and _EMAIL.fullmatch(address) else None


def mask_contact(kind: str, value: str) -> str:
    """``m***@citizen.example``, ``+1******0143``."""
    if kind == "phone":
        return f"{value[:2]}{'*' * max(1, len(value) - 6)}{value[-4:]}"
    user, _, domain = value.partition("@")
    return f"{user[:1]}***@{domain}"


def ground_of(choice: str) -> tuple[str, str] | None:
    """``child.parent`` as it is posted to (kind, ground); ``self`` has no ground; None for anything else."""
    if choice == "self":
        return "self", ""
    kind, _, ground = choice.partition(".")
    return (kind, ground) if ground in GROUNDS.get(kind, {}) else None


def ground_words(kind: str, ground: str) -> str:
    """A message id for a recorded ground; empty for somebody who applied for themselves."""
    return GROUNDS.get(kind, {}).get(ground, "")
