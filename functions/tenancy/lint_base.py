"""What the checks of a city's file share: the rule registry, findings, and the file they look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from functions.tenancy.country import Country, country, country_ids
from functions.tenancy.loader import LoadedCity
from functions.tenancy.schemas import CityFile
from functions.tenancy.source import Path, Place

Severity = Literal["error", "warning"]
Found = Iterator[tuple[Path, str]]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong, or (``warning``) that looks wrong. Only errors stop an apply."""

    place: Place
    code: str
    severity: Severity
    sentence: str

    def show(self, name: str) -> str:
        """``tenants/oakville.yaml:12:3: error contrast-low: ...``"""
        return f"{name}:{self.place.line}:{self.place.column}: {self.severity} {self.code}: {self.sentence}"


@dataclass(frozen=True)
class Looked:
    """What a check may look at. ``profile`` is None when the country is unknown (which is a finding of its
    own)."""

    loaded: LoadedCity
    today: date

    @property
    def city(self) -> CityFile:
        """The file as a model."""
        return self.loaded.city

    @property
    def data(self) -> dict[str, Any]:
        """The file as plain data."""
        data: dict[str, Any] = self.loaded.source.data
        return data

    @property
    def profile(self) -> Country | None:
        """The profile of the city's country."""
        return country(self.city.country) if self.city.country in country_ids() else None


Check = Callable[[Looked], Found]


@dataclass(frozen=True)
class Rule:
    """A check with its stable code; ``tests/bad/<code>.yaml`` is a file that it alone refuses."""

    code: str
    severity: Severity
    check: Check


RULES: list[Rule] = []


def rule(code: str, severity: Severity = "error") -> Callable[[Check], Check]:
    """Register a check."""

    def register(check: Check) -> Check:
        RULES.append(Rule(code, severity, check))
        return check

    return register
