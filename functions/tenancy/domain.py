"""What the registry knows of a city and how an apply moves on. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

from functions.core.errors import Conflict

NEW, ONBOARDING, LIVE = "new", "onboarding", "live"
DONE, WAITING, FAILED = "done", "waiting", "failed"
PAGES = ("privacy", "accessibility", "terms", "contact", "status")


@dataclass(frozen=True)
class CityRow:
    """A registry row. ``active`` is the number of the configuration that is live (0: none), ``pending`` of
    the one that an apply brings in; ``revision`` rises with every change."""

    id: str
    state: str
    names: dict[str, str]
    languages: list[str]
    plan: str
    residency: str
    active: int
    active_digest: str
    pending: int
    pending_digest: str
    revision: int
    created_at: str
    changed_at: str


@dataclass(frozen=True)
class StepRow:
    """One onboarding step as it stands."""

    name: str
    state: str
    mark: str
    reason: str
    at: str


@dataclass(frozen=True)
class ConfigRecord:
    """A numbered configuration with the file that it came from."""

    number: int
    digest: str
    config: dict[str, Any] = field(repr=False)
    source: str = field(repr=False)
    applied_at: str = ""


def digest_of(config: Any) -> str:
    """sha256 (hex) of the canonical JSON: two configurations with one digest are the same."""
    canonical = json.dumps(config, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def begin(row: CityRow | None, head: dict[str, Any], digest: str, now: str) -> CityRow:
    """The row after an apply of ``digest`` began. ``head`` is ``{id, names, languages, plan, residency}``.

    An apply that is under way with the same digest is joined; one with another digest is overtaken."""
    if row is None:
        row = CityRow(head["id"], NEW, {}, [], "", "", 0, "", 0, "", 0, now, now)
    if digest in (row.pending_digest, row.active_digest if not row.pending else ""):
        return row
    number = max(row.active, row.pending) + 1
    return replace(
        row,
        state=row.state if row.state == LIVE else ONBOARDING,
        names=row.names if row.state == LIVE else head["names"],
        languages=row.languages if row.state == LIVE else head["languages"],
        pending=number,
        pending_digest=digest,
        revision=row.revision + 1,
        changed_at=now,
    )


def finish(row: CityRow, config: dict[str, Any], digest: str, now: str) -> CityRow:
    """The row after the configuration ``digest`` went live. Raises Conflict when a later apply has begun."""
    if row.active_digest == digest and not row.pending:
        return row
    if row.pending_digest != digest:
        raise Conflict("A later apply of this city has begun; this one stops here.")
    return replace(
        row,
        state=LIVE,
        names=config["names"],
        languages=config["languages"],
        plan=config["plan"]["name"],
        residency=config["residency"],
        active=row.pending,
        active_digest=digest,
        pending=0,
        pending_digest="",
        revision=row.revision + 1,
        changed_at=now,
    )


def unpublished(config: dict[str, Any]) -> list[str]:
    """Legal pages that a configuration lacks in a language of the city: such a city cannot go live."""
    legal = config.get("legal", {})
    return [
        f"{page} ({lang})"
        for page in PAGES
        for lang in config["languages"]
        if not legal.get(page, {}).get(lang, {}).get("sections")
    ]
