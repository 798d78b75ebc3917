"""The linter of a city's file: meaning, not only shape. Every rule has a code, a severity, a sentence and a
place."""

from __future__ import annotations

from datetime import date
from functools import cache

from functions.tenancy.lint_base import RULES, Finding, Looked, Rule
from functions.tenancy.loader import LoadedCity


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of the file."""
    from functions.tenancy import (  # noqa: F401 - importing registers
        lint_calendar,
        lint_identity,
        lint_look,
        lint_people,
        lint_privacy,
        lint_rules,
        lint_sensors,
        lint_services,
    )

    return tuple(RULES)


def lint(loaded: LoadedCity, today: date) -> list[Finding]:
    """Everything that is wrong with the file's meaning, in the order of its lines."""
    looked = Looked(loaded, today)
    return sorted(
        Finding(loaded.source.place(path), one.code, one.severity, sentence)
        for one in rules()
        for path, sentence in one.check(looked)
    )


def errors(findings: list[Finding]) -> list[Finding]:
    """Those that stop an apply."""
    return [finding for finding in findings if finding.severity == "error"]
