"""What a service file means, beyond its shape. The rules stand in lint_*.py, by concept; each yields problems
with a path and one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from functions.services.errors import Problem
from functions.services.lint_base import RULES, Around, Looked, Rule


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, by their codes."""
    from functions.services import (  # noqa: F401 - importing registers
        lint_case,
        lint_documents,
        lint_eligibility,
        lint_expressions,
        lint_fields,
        lint_form,
        lint_guide,
        lint_samples,
        lint_texts,
        lint_workflow,
    )

    return tuple(sorted(RULES, key=lambda one: one.code))


def lint(definition: Mapping[str, Any], around: Around | None = None) -> list[Problem]:
    """Every problem of a definition (schemas.parse); empty when it may go live."""
    looked = Looked(definition, around or Around())
    found = [problem for one in rules() if not one.last for problem in one.problems(looked)]
    return found or [problem for one in rules() if one.last for problem in one.problems(looked)]
