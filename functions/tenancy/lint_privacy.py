"""Checks: retention against the country's rules, and legal pages that can be published."""

from __future__ import annotations

from typing import Any

from functions.tenancy.legal import missing
from functions.tenancy.lint_base import Found, Looked, rule

_FIELDS = {
    "publisher": ("contact", "publisher"),
    "hours": ("contact", "hours"),
    "privacy_email": ("privacy", "email"),
    "accessibility_email": ("contact", "accessibility_email"),
    "reviewed": ("texts_reviewed",),
}


@rule("retention-too-short")
def retention_too_short(file: Looked) -> Found:
    """The shortest time of the country's profile."""
    kept = file.city.privacy.retention.model_dump()
    for one in file.profile.retention if file.profile else []:
        if one.active and one.shortest and kept[one.kind] < one.shortest:
            yield (
                ("privacy", "retention", one.kind),
                f"{kept[one.kind]} days are too short; {one.shortest} or more: {one.rule['en'].rstrip('.')}",
            )


@rule("retention-too-long")
def retention_too_long(file: Looked) -> Found:
    """The longest time of the country's profile."""
    kept = file.city.privacy.retention.model_dump()
    for one in file.profile.retention if file.profile else []:
        if one.active and one.longest and kept[one.kind] > one.longest:
            yield (
                ("privacy", "retention", one.kind),
                f"{kept[one.kind]} days are too long; {one.longest} or less: {one.rule['en'].rstrip('.')}",
            )


@rule("legal-page-incomplete")
def legal_page_incomplete(file: Looked) -> Found:
    """Every footer links five legal pages; a city that lacks one cannot go live."""
    if file.profile is None or not set(file.city.languages) <= {"en", "zh-Hans"}:
        return
    pages: dict[str, list[str]] = {}
    for page, _, what in missing(file.city, file.profile):
        if what in _FIELDS and not _given(file, what):
            pages.setdefault(what, []).append(page)
    for what, names in pages.items():
        path = _FIELDS[what]
        listed = ", ".join(sorted(set(names)))
        yield path, f'without "{".".join(path)}" these pages cannot be published: {listed}'


def _given(file: Looked, what: str) -> bool:
    """A field that is there but lacks a language is a missing translation, which has its own check."""
    value: Any = file.data
    for part in _FIELDS[what]:
        value = value.get(part) if isinstance(value, dict) else None
    return value is not None
