"""Choosing: yes or no, one of, many of, a long list, a grade, a declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.core.i18n import N_, language, pick, t
from functions.services.domain import Field
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, wrong
from functions.services.fields.reading import clean, plain

MAX_ID = 60  # longer than any option's id
LONG_LIST = 15  # from here on a box to type in helps
YES = ("yes", "y", "true", "是", "有", "对")
NO = ("no", "n", "false", "否", "不是", "没有", "无")
# the five levels of 好差评; worst first
GRADES = (
    N_("Very dissatisfied"),
    N_("Dissatisfied"),
    N_("Fairly satisfied"),
    N_("Satisfied"),
    N_("Very satisfied"),
)


class OneOf(Kind):
    """One of the definition's options, kept by its id."""

    component = "radios"
    missing = N_("Choose one of the answers")

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
        chosen = typed.get(question.id, "").split("\n")
        return super().view(question, typed, rules) | {
            "options": [
                {"value": value, "text": text, "chosen": value in chosen}
                for value, text in self.options(question).items()
            ]
        }


class YesNo(OneOf):
    """Kept as `yes` or `no`."""

    missing = N_("Choose yes or no")

    def options(self, question: Field) -> dict[str, str]:
        return {"yes": t("Yes"), "no": t("No")}

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        said = plain(typed[question.id]).lower()
        if said in YES or said in NO:
            return ("yes" if said in YES else "no"), ()
        return wrong(Problem("choice", self.missing, part=question.id))

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        return super().view(question, typed, rules) | {"classes": "govuk-radios--inline"}


class Select(OneOf):
    """A list that may be long: up to 3,000 options. The label of an option, in any language, is as good as
    its id."""

    component = "select"

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        said = plain(typed[question.id])
        if said in question.options:
            return said, ()
        for value, label in question.options.items():
            if said.casefold() in (plain(text).casefold() for text in _texts(label)):
                return value, ()
        return wrong(Problem("choice", N_("Choose one of the answers"), part=question.id))

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        view = super().view(question, typed, rules)
        if len(view["options"]) < LONG_LIST:
            return view
        words = {
            "data-typeahead": "yes",
            "data-none": t("Nothing found"),
            "data-found": t("%(n)s found", n="{n}"),
            "data-more": t("Type more to see fewer"),
        }
        return view | {"attributes": words}


def _texts(label: Any) -> list[str]:
    return [str(text) for text in label.values()] if isinstance(label, Mapping) else [str(label)]


class ManyOf(OneOf):
    """Kept as a list of the options' ids, in the definition's order."""

    component = "checkboxes"
    missing = N_("Choose at least one of the answers")

    def read(self, question: Field, form: Mapping[str, list[str]], rules: Rules) -> Typed:
        ticked = [one[:MAX_ID] for one in form.get(question.id) or []]
        return {question.id: "\n".join(ticked[: len(question.options) + 1])}

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        chosen = [clean(one) for one in typed[question.id].split("\n") if clean(one)]
        if any(one not in question.options for one in chosen):
            return wrong(Problem("choice", self.missing, part=question.id))
        return [value for value in question.options if value in chosen], ()

    def shown(self, question: Field, value: Any, rules: Rules) -> Typed:
        return {question.id: "\n".join(str(one) for one in value)}

    def display(self, question: Field, value: Any, currency: str) -> str:
        labels = self.options(question)
        return ("、" if language() == "zh-Hans" else ", ").join(
            labels.get(str(one), str(one)) for one in value
        )

    def export(self, question: Field, value: Any, currency: str) -> dict[str, str]:
        return {question.id: "; ".join(str(one) for one in value or ())}


class Rating(OneOf):
    """A grade from 1 to `scale` (5 unless said), kept as a number; 1 is the worst. Five grades have words."""

    def options(self, question: Field) -> dict[str, str]:
        scale = int(question.raw.get("scale") or 5)
        words = GRADES if scale == len(GRADES) else ()
        return {str(n): t(words[n - 1]) if words else str(n) for n in range(scale, 0, -1)}

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        value = plain(typed[question.id])
        if value not in self.options(question):
            return wrong(Problem("choice", N_("Choose one of the answers"), part=question.id))
        return int(value), ()

    def display(self, question: Field, value: Any, currency: str) -> str:
        options = self.options(question)
        grade = t("%(grade)s of %(most)s", grade=value, most=len(options))
        label = options.get(str(value), str(value))
        return grade if label == str(value) else f"{label} ({grade})"

    def expression_value(self, question: Field, value: Any) -> Any:
        return int(value)


class Declaration(Kind):
    """A box to tick, kept as `yes`. The label is what is declared."""

    component = "declaration"
    missing = N_("Tick the box to go on")

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        return "yes", ()

    def display(self, question: Field, value: Any, currency: str) -> str:
        return t("Yes")
