"""Keys: how one is written, what it may do, how long it lives. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.core import clock
from functions.core.context import Actor
from functions.core.errors import Invalid
from functions.core.i18n import N_
from functions.identity.domain import CLERK, Staff

PREFIX = "townkit"  # what scanners for leaked secrets can look for
# What a key may be made for; reading services needs none.
SCOPES = {
    "cases:read": N_("Read cases and their documents"),
    "cases:write": N_("Change the state of cases"),
    "applications:submit": N_("Send applications"),
    "webhooks:manage": N_("Register webhooks"),
}
LIFETIMES = (30, 90, 180, 365)  # days
MAX_KEYS = 30  # of a city, revoked and expired ones included while they are kept
MAX_NAME = 60
KEEP_ENDED = timedelta(days=90)
SHOW_FOR = timedelta(minutes=10)  # after making it, and once
# Requests in a minute, unless the city's plan says otherwise.
PER_KEY, PER_CITY = 120, 600
_KEY = re.compile(rf"{PREFIX}_([a-z][a-z0-9-]{{0,29}}[a-z0-9])_([0-9a-z]{{26}})_([\w-]{{43}})")


@dataclass(frozen=True)
class Key:
    """A key as stored: never the secret itself. ``departments`` are those whose cases exist for it."""

    id: str
    name: str
    scopes: tuple[str, ...]
    departments: tuple[str, ...]
    made_by: str
    made_at: str
    expires_at: str
    revoked_at: str = ""
    last_used: str = ""
    digest: str = ""

    def state(self, now: datetime) -> str:
        """``live``, ``expired`` or ``revoked``."""
        if self.revoked_at:
            return "revoked"
        return "expired" if clock.iso(now) >= self.expires_at else "live"

    @property
    def actor(self) -> Actor:
        """Who a request with this key is, in the audit: its name with its id, since names may repeat."""
        return Actor("api", f"{self.name} ({self.id[-6:]})", self.name)

    @property
    def staff(self) -> Staff:
        """The key as the use cases of the desk know somebody who works in departments."""
        return Staff(self.actor.id, self.name, (CLERK,), self.departments)


def write(city_id: str, key_id: str, secret: str) -> str:
    """The whole key, as a program sends it."""
    return f"{PREFIX}_{city_id}_{key_id}_{secret}"


def read(header: str, city_id: str) -> tuple[str, str] | None:
    """(key id, secret) of an ``Authorization`` header for this city; None for anything else."""
    kind, _, text = header.strip().partition(" ")
    found = _KEY.fullmatch(text.strip()) if kind.lower() == "bearer" else None
    if found is None or found[1] != city_id:
        return None
    return found[2], found[3]


@dataclass(frozen=True)
class Wanted:
    """What an admin asked for, as typed."""

    name: str
    scopes: tuple[str, ...]
    departments: tuple[str, ...]
    days: int


def check_wanted(wanted: Wanted, departments: tuple[str, ...]) -> None:
    """Raise Invalid naming what is wrong; ``departments`` are the city's."""
    problems = {}
    if not 3 <= len(wanted.name) <= MAX_NAME:
        problems["name"] = N_("Enter a name of 3 to 60 characters that tells which program uses the key")
    if not wanted.scopes or not set(wanted.scopes) <= SCOPES.keys():
        problems["scopes"] = N_("Choose what the key may do")
    if not wanted.departments or not set(wanted.departments) <= set(departments):
        problems["departments"] = N_("Choose at least one department")
    if wanted.days not in LIFETIMES:
        problems["days"] = N_("Choose how long the key is valid")
    if problems:
        raise Invalid(problems)
