"""Choosing: yes or no, one of, many of, a long list, a grade, a declaration."""

from __future__ import annotations

from typing import Any

from functions.core.i18n import N_, pick, t
from functions.services.domain import Field
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, wrong
from functions.services.fields.reading import clean


class OneOf(Kind):
    """One of the definition's options, by its id."""

    component = "radios"

    def options(self, question: Field) -> dict[str, str]:
        """value -> label in the current language, in order."""
        return {value: str(pick(label)) for value, label in question.options.items()}

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        value = clean(typed[question.id])
        if value not in self.options(question):
            return wrong(Problem("choice", N_("Choose one of the answers"), part=question.id))
        return value, ()

    def display(self, question: Field, value: Any, currency: str) -> str:
        return self.options(question).get(str(value), str(value))

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        chosen = typed.get(question.id, "")
        return super().view(question, typed, rules) | {
            "options": [
                {"value": value, "text": text, "chosen": value == chosen}
                for value, text in self.options(question).items()
            ]
        }


class Declaration(Kind):
    """A box to tick. The label is what is declared."""

    component = "declaration"
    missing = N_("Tick the box to go on")

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        return "yes", ()

    def display(self, question: Field, value: Any, currency: str) -> str:
        return t("Yes")
