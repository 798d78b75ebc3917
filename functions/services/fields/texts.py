"""Words: one line, or several."""

from __future__ import annotations

from typing import Any

from functions.core.i18n import N_
from functions.services.domain import Field
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, limit, wrong
from functions.services.fields.reading import clean, line


def too_long(value: str, most: int, name: str) -> Problem | None:
    """The problem of a text with more than `most` characters."""
    if len(value) <= most:
        return None
    return Problem("length", N_("Use %(limit)s characters or fewer"), {"limit": most}, name)


class TextLine(Kind):
    """One line: `Kind` with a length."""

    def tidy(self, text: str) -> str:
        """The text as it is kept."""
        return line(text)

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        value = self.tidy(typed[question.id])
        if problem := too_long(value, question.max_length, question.id):
            return wrong(problem)
        least = limit(question, "min_length")
        if least and len(value) < least:
            message = N_("Use %(limit)s characters or more")
            return wrong(Problem("length", message, {"limit": least}, question.id))
        return value, ()

    def input_view(self, question: Field, part: str, rules: Rules) -> dict[str, Any]:
        return super().input_view(question, part, rules) | {"spellcheck": None}


class Textarea(TextLine):
    """Several lines."""

    component = "textarea"

    def tidy(self, text: str) -> str:
        return clean(text)
