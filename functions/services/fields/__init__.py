"""The types of question that a form can ask: how each is typed, read kindly, checked, kept, shown again,
written out, exported and seen by expressions. Pure: no store, no clock.

An answer is a JSON value (docs of each module), None when the question was not answered. `Typed` maps the
names of inputs to what was typed, so that a page can show a refused attempt exactly as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.core.i18n import pick, t
from functions.services.domain import Field, Service
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, optional_label
from functions.services.fields.choices import Declaration, OneOf
from functions.services.fields.dates import Date, date_parts
from functions.services.fields.people import DocumentNumber, Email, Name, Phone, VehiclePlate
from functions.services.fields.places import Address
from functions.services.fields.shown_only import File, problem_of_upload
from functions.services.fields.texts import Textarea, TextLine

__all__ = [
    "KINDS", "Answer", "Kind", "Problem", "Rules", "Typed", "as_typed", "check", "date_parts", "display",
    "displayed", "export", "expression_value", "inputs", "kind_of", "own", "problem_of_upload", "read",
    "rules_of", "sentence", "shown", "view",
]  # fmt: skip

KINDS: dict[str, Kind] = {
    "text": TextLine(),
    "textarea": Textarea(),
    "date": Date(),
    "radios": OneOf(),
    "checkbox": Declaration(),
    "declaration": Declaration(),
    "name": Name(),
    "address": Address(),
    "email": Email(),
    "phone": Phone(),
    "identity_number": DocumentNumber("identity"),
    "organisation_number": DocumentNumber("organisation"),
    "vehicle_plate": VehiclePlate(),
    "file": File(),
}


def kind_of(question: Field) -> Kind:
    """How questions of its type behave."""
    return KINDS[question.type]


def rules_of(config: Mapping[str, Any], today: Any) -> Rules:
    """The rules of a city's compiled configuration on the city's date."""
    profile: Mapping[str, Any] = config.get("country_profile") or {}
    return Rules(
        str(config["country"]),
        today,
        profile.get("identity") or {},
        (profile.get("address") or {}).get("lines") or (),
        profile.get("organisation") or {},
        profile.get("plate") or {},
        str(config.get("currency") or ""),
        config.get("bbox") or (),
    )


def inputs(question: Field, rules: Rules) -> list[str]:
    """The names of a question's inputs; of rows, those of the first one."""
    return kind_of(question).inputs(question, rules)


def own(question: Field, typed: Mapping[str, str]) -> Typed:
    """Of what was typed on a whole page, what belongs to this question."""
    name = question.id
    return {
        key: text for key, text in typed.items() if key == name or key.startswith((f"{name}-", f"{name}."))
    }


def read(question: Field, form: Mapping[str, list[str]], rules: Rules) -> Typed:
    """What was typed, by input name."""
    return kind_of(question).read(question, form, rules)


def shown(question: Field, value: Any, rules: Rules) -> Typed:
    """The inputs that show a stored answer again."""
    if value is None or value == "":
        return dict.fromkeys(inputs(question, rules), "")
    return kind_of(question).shown(question, value, rules)


def as_typed(question: Field, value: Any, rules: Rules) -> Typed:
    """The inputs of an answer in a sample case: a JSON value, or text as a person types it."""
    names = inputs(question, rules)
    if isinstance(value, str) and names == [question.id]:
        return {question.id: value}
    return shown(question, value, rules)


def check(
    question: Field,
    typed: Mapping[str, str],
    rules: Rules,
    required: bool = True,
) -> Answer:
    """(the answer to store, what is wrong with it). The answer is None when there is none or it is refused;
    `typed` may hold other questions' inputs, too."""
    kind = kind_of(question)
    names = kind.inputs(question, rules)
    mine = dict.fromkeys(names, "") | own(question, typed)
    if kind.is_empty(question, mine):
        return (None, (Problem("missing", kind.missing, part=names[0]),)) if required else (None, ())
    return kind.check(question, mine, rules)


def display(question: Field, value: Any, currency: str = "") -> str:
    """An answer in the current language, `\\n` between lines: dates written out, a choice's label. `currency`
    is the city's; amounts are written with it."""
    return "" if value is None or value == "" else kind_of(question).display(question, value, currency)


def displayed(service: Service, answers: Mapping[str, Any], currency: str = "") -> dict[str, str]:
    """Every question's answer as :func:`display` writes it, files left out; unanswered ones are empty."""
    return {
        question.id: display(question, answers.get(question.id), currency)
        for question in service.fields
        if question.type != "file"
    }


def export(question: Field, value: Any, currency: str = "") -> dict[str, str]:
    """Column -> text for a table of answers. Numbers and amounts with a point, dates as ISO 8601."""
    return kind_of(question).export(question, None if value == "" else value, currency)


def expression_value(question: Field, value: Any) -> Any:
    """An answer as expressions see it; None when the question was not answered."""
    return None if value is None or value == "" else kind_of(question).expression_value(question, value)


def sentence(question: Field, problem: Problem) -> str:
    """What the page says about a problem; an empty question has words of its own in the definition."""
    if problem.code == "missing" and question.missing is not None and not problem.params:
        return str(pick(question.missing))
    if isinstance(problem.message, Mapping):
        return str(pick(problem.message))
    words = {key: pick(one) if isinstance(one, Mapping) else one for key, one in problem.params.items()}
    return t(problem.message, **words)


def view(
    question: Field, typed: Mapping[str, str], rules: Rules, *, required: bool = True, heading: bool = False
) -> dict[str, Any]:
    """What `apply/fields/question.html` shows: `{id, type, component, label, hint, heading, required, inputs,
    ...}`. With `heading` its label or legend is the page's h1."""
    kind = kind_of(question)
    return {
        "id": question.id,
        "type": question.type,
        "label": optional_label(str(pick(question.label)), not required),
        "hint": kind.hint(question, rules),
        "purpose": str(pick(question.raw["purpose"])) if question.raw.get("purpose") else "",
        "heading": heading,
        "required": required,
        **kind.view(question, own(question, typed), rules),
    }
