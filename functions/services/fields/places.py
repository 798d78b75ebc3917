"""Where something is: an address in the lines of the country, a landmark where there is no address, a point
on the map."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from functions.core.i18n import N_, language, pick, t
from functions.services.domain import Field
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, optional_label, wrong
from functions.services.fields.reading import clean, line, plain
from functions.services.fields.texts import too_long

ADDRESS_LINE = 120
LANDMARK = "landmark"
BOX = "lines"


class Address(Kind):
    """Kept as lines in the profile's order, one that was left empty stays an empty line; a landmark as
    `{"landmark": text}`."""

    component = "textarea"

    def parts(self, question: Field, rules: Rules) -> Sequence[str]:
        lines = [str(one["id"]) for one in rules.address]
        if question.raw.get("landmark"):
            return [*(lines or [BOX]), LANDMARK]
        return lines

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        view = super().view(question, typed, rules)
        return view | {"component": "inputs"} if self.parts(question, rules) else view

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        landmark = line(typed.get(f"{question.id}-{LANDMARK}", ""))
        names = [name for name in typed if name != f"{question.id}-{LANDMARK}"]
        if landmark and not any(clean(typed[name]) for name in names):
            problem = too_long(landmark, question.max_length, f"{question.id}-{LANDMARK}")
            return wrong(problem) if problem else ({LANDMARK: landmark}, ())
        if not rules.address:
            value = clean(typed[names[0]])
            problem = too_long(value, question.max_length, names[0])
            return wrong(problem) if problem else (value, ())
        return self._lines(question, typed, rules)

    def _lines(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        values, problems = [], []
        for one in rules.address:
            name = f"{question.id}-{one['id']}"
            value = line(typed[name])
            if one.get("pattern"):  # a code, written in capitals: TX, K1A 0B1
                value = plain(value).upper()
            values.append(value)
            if problem := _line_problem(value, one, name):
                problems.append(problem)
        return wrong(*problems) if problems else ("\n".join(values), ())

    def shown(self, question: Field, value: Any, rules: Rules) -> Typed:
        names = self.inputs(question, rules)
        if isinstance(value, Mapping):
            mark = f"{question.id}-{LANDMARK}"
            return dict.fromkeys(names, "") | {mark if mark in names else names[0]: str(value[LANDMARK])}
        boxes = [name for name in names if name != f"{question.id}-{LANDMARK}"]
        texts = str(value).split("\n", len(boxes) - 1) if len(boxes) > 1 else [str(value)]
        return dict.fromkeys(names, "") | dict(zip(boxes, texts, strict=False))

    def display(self, question: Field, value: Any, currency: str) -> str:
        if isinstance(value, Mapping):
            return t("Near: %(place)s", place=value.get(LANDMARK, ""))
        lines = [one for one in str(value).split("\n") if one]
        return ("" if language() == "zh-Hans" and not str(value).isascii() else ", ").join(lines)

    def export(self, question: Field, value: Any, currency: str) -> dict[str, str]:
        mark = isinstance(value, Mapping)
        lines = "" if mark or value is None else ", ".join(one for one in str(value).split("\n") if one)
        columns = {question.id: lines}
        if question.raw.get("landmark"):
            columns[f"{question.id}-{LANDMARK}"] = str(value[LANDMARK]) if mark else ""
        return columns

    def expression_value(self, question: Field, value: Any) -> Any:
        return value.get(LANDMARK, "") if isinstance(value, Mapping) else value

    def input_view(self, question: Field, part: str, rules: Rules) -> dict[str, Any]:
        view = super().input_view(question, part, rules)
        if part == LANDMARK:
            return view | {"label": t("No address? Describe a place nearby instead"), "autocomplete": None}
        if part in ("", BOX):
            return view | {"label": t("Address") if part else "", "multiline": True}
        one = next(each for each in rules.address if each["id"] == part)
        return view | {
            "label": optional_label(str(pick(one["label"])), bool(one.get("optional"))),
            "autocomplete": self._token(question, one),
        }

    def _token(self, question: Field, one: Mapping[str, Any]) -> str | None:
        """The line's own token; the last word of the question's (`shipping street-address`) gives way."""
        if not question.autocomplete or not one.get("autocomplete"):
            return None
        return " ".join([*question.autocomplete.split()[:-1], str(one["autocomplete"])])


def _line_problem(value: str, one: Mapping[str, Any], name: str) -> Problem | None:
    label = {"line": one["label"]}
    if not value:
        return None if one.get("optional") else Problem("missing", N_("Enter: %(line)s"), label, name)
    if problem := too_long(value, ADDRESS_LINE, name):
        return problem
    pattern = one.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        return Problem("format", N_("Check this line: %(line)s"), label, name)
    return None
