"""Who somebody is and how to reach them: name, e-mail, phone, and the numbers of persons, organisations and
vehicles. The libraries with big tables are imported only when such an answer is checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from functions.core.i18n import N_, pick, t
from functions.services.domain import Field
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, optional_label, wrong
from functions.services.fields.reading import compact, line, plain
from functions.services.fields.texts import too_long

FULL_NAME = "full"
# part of a name -> (label, autocomplete token when it is the person's own)
NAME_PARTS = {
    FULL_NAME: (N_("Full name"), "name"),
    "given": (N_("Given names"), "given-name"),
    "family": (N_("Family name"), "family-name"),
    "former": (N_("Former name"), None),
    "other": (N_("Other names"), "additional-name"),
}
_EMAIL = re.compile(r"[^@\s,;<>()\[\]\\\"]+@[^@\s,;<>()\[\]\\\"_.-][^@\s,;<>()\[\]\\\"_]*\.[^@\s\W\d_]{2,}")


class Name(Kind):
    """One box for the whole name; `parts` add further ones, all of them optional."""

    def parts(self, question: Field, rules: Rules) -> Sequence[str]:
        own = question.raw.get("parts") or ()
        return (FULL_NAME, *own) if own else ()

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        view = super().view(question, typed, rules)
        return view | {"component": "inputs"} if self.parts(question, rules) else view

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        values = {name: line(text) for name, text in typed.items()}
        problems = tuple(
            problem
            for name, value in values.items()
            if (problem := too_long(value, question.max_length, name))
        )
        parts = self.parts(question, rules)
        if not parts:
            return wrong(*problems) if problems else (values[question.id], ())
        if not values[f"{question.id}-{FULL_NAME}"]:
            message = N_("Enter the full name")
            problems = (Problem("missing", message, part=f"{question.id}-{FULL_NAME}"), *problems)
        if problems:
            return wrong(*problems)
        return {
            part: values[f"{question.id}-{part}"] for part in parts if values[f"{question.id}-{part}"]
        }, ()

    def shown(self, question: Field, value: Any, rules: Rules) -> Typed:
        known = value if isinstance(value, Mapping) else {FULL_NAME: str(value)}
        parts = self.parts(question, rules)
        if not parts:
            return {question.id: str(known.get(FULL_NAME, ""))}
        return {f"{question.id}-{part}": str(known.get(part, "")) for part in parts}

    def display(self, question: Field, value: Any, currency: str) -> str:
        if not isinstance(value, Mapping):
            return str(value)
        more = [
            t("%(question)s: %(answer)s", question=t(NAME_PARTS[part][0]), answer=text)
            for part, text in value.items()
            if part != FULL_NAME
        ]
        return "\n".join([str(value.get(FULL_NAME, "")), *more])

    def inline(self, question: Field, value: Any, currency: str) -> str:
        return str(self.expression_value(question, value))

    def export(self, question: Field, value: Any, currency: str) -> dict[str, str]:
        known = value if isinstance(value, Mapping) else {FULL_NAME: value or ""}
        columns = {question.id: str(known.get(FULL_NAME, ""))}
        return columns | {
            f"{question.id}-{p}": str(known.get(p, "")) for p in question.raw.get("parts") or ()
        }

    def expression_value(self, question: Field, value: Any) -> Any:
        return value.get(FULL_NAME, "") if isinstance(value, Mapping) else value

    def input_view(self, question: Field, part: str, rules: Rules) -> dict[str, Any]:
        view = super().input_view(question, part, rules)
        if not part:
            return view
        label, token = NAME_PARTS[part]
        own = question.autocomplete is not None
        return view | {
            "label": optional_label(t(label), part != FULL_NAME),
            "autocomplete": token if own else None,
        }


class Email(Kind):
    inputmode = "email"
    input_type = "email"

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        value = plain(typed[question.id]).replace(" ", "").rstrip(".,;。")
        if len(value) > 254 or not _EMAIL.fullmatch(value) or ".." in value:
            message = N_("Enter an email address in the correct format, like name@example.com")
            return wrong(Problem("format", message, part=question.id))
        return value, ()


class Phone(Kind):
    """Kept as E.164 (`+12025550143`); numbers of other countries begin with +."""

    inputmode = "tel"
    input_type = "tel"
    width = "govuk-input--width-20"

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        import phonenumbers

        bad = Problem("format", N_("Enter a real phone number, with the area code"), part=question.id)
        try:
            number = phonenumbers.parse(plain(typed[question.id]), rules.country.upper())
        except phonenumbers.NumberParseException:
            return wrong(bad)
        if not phonenumbers.is_possible_number(number):
            return wrong(bad)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), ()


class DocumentNumber(Kind):
    """A number as it is printed: letters and digits, checked by python-stdnum where the country's profile
    names a module (`cn.ric`, `us.ein`)."""

    width = "govuk-input--width-20"

    def __init__(self, block: str) -> None:
        self.block = block

    def _profile(self, rules: Rules) -> Mapping[str, Any]:
        found: Mapping[str, Any] = getattr(rules, self.block)
        return found

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        value = compact(typed[question.id]).upper()
        if not re.fullmatch(r"[0-9A-Z./]{2,40}", value):
            message = N_("Enter the number as it is printed on the document")
            return wrong(Problem("format", message, part=question.id))
        module = self._profile(rules).get("module")
        if module and not _passes(str(module), value):
            message = N_("Check the number: at least one character is wrong")
            return wrong(Problem("check", message, part=question.id))
        return value, ()

    def hint(self, question: Field, rules: Rules) -> str:
        own, profile = super().hint(question, rules), self._profile(rules)
        return f"{own} {pick(profile['label'])}: {pick(profile['hint'])}".strip() if profile else own


def _passes(module: str, value: str) -> bool:
    """python-stdnum's check of a number without blanks."""
    from importlib import import_module

    return bool(import_module(f"stdnum.{module}").is_valid(value))


class VehiclePlate(Kind):
    """Letters of any script, digits, no separators: plates differ too much between and inside countries to
    refuse more."""

    width = "govuk-input--width-10"

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        value = re.sub(r"[\s\-·•.・]", "", compact(typed[question.id])).upper()
        if not 2 <= len(value) <= 12 or not value.isalnum():
            message = N_("Enter the letters and numbers of the number plate")
            return wrong(Problem("format", message, part=question.id))
        return value, ()
