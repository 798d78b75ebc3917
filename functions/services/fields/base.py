"""What all types of question share: the rules of the city, problems, and the behaviour of a plain one-line
question, which the others change.

A question's inputs are named by its id, by its id with a part (`since-day`) or, in a row of a group or table,
by `members.0.birth-day`. Ids hold no `-` and no `.`, so the names of two questions never meet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date
from typing import Any

from functions.core.i18n import N_, language, pick, t
from functions.services.domain import Field
from functions.services.fields.reading import clean

Typed = dict[str, str]
MAX_TYPED = 6000


@dataclass(frozen=True)
class Rules:
    """What checking needs of the city: `country` (two letters), today's date there, its `currency` (ISO 4217)
    and of its country's profile the blocks `identity` and `organisation` and the `address` lines
    (none: an address is one box). `bbox` is the city's west, south, east and north in degrees,
    `centre` the `lat` and `lon` of its middle."""

    country: str
    today: date
    identity: Mapping[str, Any] = made(default_factory=dict)
    address: Sequence[Mapping[str, Any]] = ()
    organisation: Mapping[str, Any] = made(default_factory=dict)
    currency: str = ""
    bbox: Sequence[float] = ()
    centre: Mapping[str, float] = made(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """Why an answer is refused: `code` for machines (missing format past future length min max choice check
    rule count), `message` an English message id or a definition's own text, `part` the input to go to.
    `field` is the cell's question when it is one of a group or table."""

    code: str
    message: str | Mapping[str, str]
    params: Mapping[str, object] = made(default_factory=dict)
    part: str = ""
    field: Field | None = None


Answer = tuple[Any, tuple[Problem, ...]]


def wrong(*problems: Problem) -> Answer:
    """A refusal."""
    return None, problems


def limit(question: Field, name: str) -> Any:
    """A limit of the definition's `validate`, or None."""
    return (question.raw.get("validate") or {}).get(name)


class Kind:
    """One type of question. As it stands: one input, whose cleaned text is the answer."""

    component = "input"
    asks = True  # False: nothing is typed into it
    missing = N_("Answer this question")
    inputmode: str | None = None
    input_type = "text"
    width = ""

    def parts(self, question: Field, rules: Rules) -> Sequence[str]:
        """The parts of its inputs' names, in the order in which they are asked; none: one input."""
        return ()

    def inputs(self, question: Field, rules: Rules) -> list[str]:
        """The names of its inputs."""
        return [f"{question.id}-{part}" for part in self.parts(question, rules)] or [question.id]

    def read(self, question: Field, form: Mapping[str, list[str]], rules: Rules) -> Typed:
        """What was typed, by input name."""
        return {name: (form.get(name) or [""])[0][:MAX_TYPED] for name in self.inputs(question, rules)}

    def is_empty(self, question: Field, typed: Typed) -> bool:
        """Nothing was answered."""
        return not any(clean(text) for text in typed.values())

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        """(the answer to store, what is wrong with it); called when something was typed."""
        raise NotImplementedError

    def shown(self, question: Field, value: Any, rules: Rules) -> Typed:
        """The inputs that show a stored answer again."""
        return {question.id: str(value)}

    def display(self, question: Field, value: Any, currency: str) -> str:
        """The answer as people read it, in the current language."""
        return str(value)

    def inline(self, question: Field, value: Any, currency: str) -> str:
        """The answer inside a sentence, on one line."""
        between = "，" if language() == "zh-Hans" else ", "
        return between.join(line for line in self.display(question, value, currency).split("\n") if line)

    def export(self, question: Field, value: Any, currency: str) -> dict[str, str]:
        """Column -> text for a table of answers; the same columns whatever was answered."""
        return {question.id: "" if value is None else str(value)}

    def whole(self, question: Field, rules: Rules) -> str:
        """The input to go to for a problem of the whole answer."""
        return self.inputs(question, rules)[0]

    def place(self, question: Field, problem: Problem) -> str:
        """Of which part of the question a problem speaks, in words; "" when of the whole."""
        return ""

    def expression_value(self, question: Field, value: Any) -> Any:
        """The answer as expressions see it."""
        return value

    def hint(self, question: Field, rules: Rules) -> str:
        """What the page says below the question; the definition's own words."""
        return str(pick(question.hint)) if question.hint else ""

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        """What its template needs beside the label: `component` and `inputs`."""
        return {"component": self.component, "inputs": self.input_views(question, typed, rules)}

    def input_views(self, question: Field, typed: Typed, rules: Rules) -> list[dict[str, Any]]:
        """One view an input: name, part, value, label (of a part), autocomplete, keyboard, width."""
        names = self.inputs(question, rules)
        parts = self.parts(question, rules) or [""]
        return [
            self.input_view(question, part, rules) | {"name": name, "value": typed.get(name, "")}
            for name, part in zip(names, parts, strict=True)
        ]

    def input_view(self, question: Field, part: str, rules: Rules) -> dict[str, Any]:
        """One input without its value."""
        return {
            "part": part,
            "label": "",
            "autocomplete": question.autocomplete,
            "type": self.input_type,
            "inputmode": self.inputmode,
            "width": self.width,
            "prefix": "",
            "suffix": "",
            "spellcheck": False,
        }


def optional_label(label: str, optional: bool) -> str:
    """The label, marked when the answer may be left out."""
    return t("%(question)s (optional)", question=label) if optional else label
