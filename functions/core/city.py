"""A city as the code holds it: its registry row and its compiled configuration. Holding one is the right
to open its scope, so only functions/tenancy/registry.py makes them (tests look for any other use of
``seal``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Compiled = Mapping[str, Any]
CITY_ID = re.compile(r"[a-z][a-z0-9-]{0,29}[a-z0-9]")
_SEAL = object()


@dataclass(frozen=True, slots=True)
class City:
    """``config`` is the compiled configuration (docs/architecture.md, "Compiled configuration"), read-only by
    agreement; ``version`` its number. ``created``: when it was begun, since another city may have had its id
    before."""

    id: str
    state: str
    config: Compiled
    version: int
    _seal: object = None
    created: str = ""

    def __post_init__(self) -> None:
        if self._seal is not _SEAL:
            raise TypeError("a City comes from functions.tenancy.registry only")

    @property
    def languages(self) -> list[str]:
        """BCP 47 tags, the default first."""
        return list(self.config["languages"])

    @property
    def zone(self) -> str:
        """IANA time zone name."""
        return str(self.config["zone"])

    def name(self, lang: str) -> str:
        """The city's name in a language, else in its default language."""
        names = self.config["names"]
        return str(names.get(lang) or names[self.languages[0]])

    def service(self, service_id: str) -> dict[str, Any] | None:
        """The resolved definition of an enabled service, or None."""
        found: dict[str, Any] | None = self.config.get("services", {}).get(service_id)
        return found

    def department(self, department_id: str) -> dict[str, Any] | None:
        """The department's record, or None."""
        found: dict[str, Any] | None = self.config.get("departments", {}).get(department_id)
        return found

    def limit(self, name: str, default: int) -> int:
        """A number of the plan's limits."""
        return int(self.config.get("plan", {}).get("limits", {}).get(name, default))


def seal(city_id: str, state: str, config: Compiled, version: int, created: str = "") -> City:
    """For functions/tenancy/registry.py: a City of a registry row that was read or is being written."""
    if not CITY_ID.fullmatch(city_id):
        raise ValueError("not a city id")
    return City(city_id, state, config, version, _SEAL, created)
