"""Parts of a form into which nothing is typed: statements, calculated values, and files, which are handed in
through functions.files."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from functions.core.i18n import N_, pick
from functions.services.domain import Field
from functions.services.fields import registry
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, limit

AMOUNT = Field({"id": "amount", "type": "money"})


class ShownOnly(Kind):
    """Nothing is asked, so nothing is read, and what somebody posts under its name is not looked at."""

    asks = False

    def inputs(self, question: Field, rules: Rules) -> list[str]:
        return []

    def read(self, question: Field, form: Mapping[str, list[str]], rules: Rules) -> Typed:
        return {}

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        return None, ()

    def shown(self, question: Field, value: Any, rules: Rules) -> Typed:
        return {}

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        return {"component": self.component, "inputs": []}


class Statement(ShownOnly):
    """What the city says between the questions."""

    component = "statement"

    def display(self, question: Field, value: Any, currency: str) -> str:
        return ""

    def export(self, question: Field, value: Any, currency: str) -> dict[str, str]:
        return {}

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        said = str(pick(question.raw.get("text") or {}))
        paragraphs = [part.strip() for part in said.split("\n\n") if part.strip()]
        return super().view(question, typed, rules) | {"paragraphs": paragraphs}


class Calculated(ShownOnly):
    """A value that the definition's formula gives: shown, never typed. Kept as a number or text; with `money`
    as minor units of the city's currency."""

    component = "calculated"

    def shown(self, question: Field, value: Any, rules: Rules) -> Typed:
        return {question.id: self.display(question, value, rules.currency)}

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        return super().view(question, typed, rules) | {"value": typed.get(question.id, "")}

    def display(self, question: Field, value: Any, currency: str) -> str:
        if question.raw.get("money") and isinstance(value, int | float | Decimal):
            return registry.kind_of(AMOUNT).display(AMOUNT, round(value), currency)
        unit = question.raw.get("unit")
        after = f" {pick(unit)}" if unit else ""
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return f"{value}{after}"
        places = limit(question, "decimals")
        figure = f"{round(Decimal(str(value)), 6 if places is None else int(places)):,f}"
        if places is None and "." in figure:
            figure = figure.rstrip("0").rstrip(".")
        return figure + after


class File(ShownOnly):
    """A document. It has a page and a place of its own; it is no answer."""

    component = "file"

    def display(self, question: Field, value: Any, currency: str) -> str:
        return ""

    def export(self, question: Field, value: Any, currency: str) -> dict[str, str]:
        return {}


def problem_of_upload() -> Problem:
    """A required file that was not handed in."""
    return Problem("missing", N_("Choose a file and upload it"))
