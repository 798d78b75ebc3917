"""Which kind a type of question is, and what can be done with any question whatever its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.core.i18n import N_, pick, t
from functions.services.domain import Field, Service
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, limit, optional_label

KINDS: dict[str, Kind] = {}


def kind_of(question: Field) -> Kind:
    """How questions of its type behave."""
    return KINDS[question.type]


def inputs(question: Field, rules: Rules) -> list[str]:
    """The names of a question's inputs; of rows, those of the first one; of what is only shown, none."""
    return kind_of(question).inputs(question, rules)


def own(question: Field, typed: Mapping[str, str]) -> Typed:
    """Of what was typed on a whole page, what belongs to this question."""
    name, parts = question.id, (f"{question.id}-", f"{question.id}.")
    return {key: text for key, text in typed.items() if key == name or key.startswith(parts)}


def read(question: Field, form: Mapping[str, list[str]], rules: Rules) -> Typed:
    """What was typed, by input name."""
    return kind_of(question).read(question, form, rules)


def shown(question: Field, value: Any, rules: Rules) -> Typed:
    """The inputs that show a stored answer again, or empty ones."""
    kind = kind_of(question)
    if question.type in ("group", "table"):
        return kind.shown(question, value or [], rules)
    if value is None or value == "":
        return dict.fromkeys(kind.inputs(question, rules), "")
    return kind.shown(question, value, rules)


def as_typed(question: Field, value: Any, rules: Rules) -> Typed:
    """The inputs of an answer in a sample case: a JSON value, or text as a person types it. A value of
    another shape stands in the first input, so that checking refuses it."""
    names = inputs(question, rules)
    if isinstance(value, str) and names == [question.id]:
        return {question.id: value}
    try:
        return shown(question, value, rules)
    except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        return {name: str(value) for name in names[:1]}


def check(
    question: Field,
    typed: Mapping[str, str],
    rules: Rules,
    required: bool = True,
    answers: Mapping[str, Any] | None = None,
) -> Answer:
    """(the answer to store, what is wrong with it). The answer is None when there is none or it is refused.
    `typed` may hold other questions' inputs, too; `answers` are the other answers that `not_before` needs."""
    kind = kind_of(question)
    if not kind.asks:
        return None, ()
    names = kind.inputs(question, rules)
    mine = dict.fromkeys(names, "") | own(question, typed)
    if kind.is_empty(question, mine):
        return (None, (Problem("missing", kind.missing, part=names[0]),)) if required else (None, ())
    answer, problems = kind.check(question, mine, rules)
    if not problems and (problem := _too_early(question, answer, answers or {}, names[0])):
        return None, (problem,)
    return answer, problems


def _too_early(question: Field, answer: Any, answers: Mapping[str, Any], name: str) -> Problem | None:
    """The problem of a date that must not be before another answer; as far as both are known."""
    other = answers.get(str(limit(question, "not_before") or ""))
    start = answer.get("from") if isinstance(answer, Mapping) else answer
    if isinstance(other, Mapping):
        other = other.get("to")
    if not isinstance(other, str) or not isinstance(start, str) or not other:
        return None
    known = min(len(start), len(other))
    if start[:known] >= other[:known]:
        return None
    from functions.services.fields.dates import date_text

    return Problem("min", N_("The date must not be before %(date)s"), {"date": date_text(other)}, name)


def display(question: Field, value: Any, currency: str = "") -> str:
    """An answer in the current language, `\\n` between lines: dates written out, a choice's label. `currency`
    is the city's; amounts are written with it."""
    return "" if value is None or value == "" else kind_of(question).display(question, value, currency)


def displayed(service: Service, answers: Mapping[str, Any], currency: str = "") -> dict[str, str]:
    """Every question's answer as :func:`display` writes it, files and statements left out; unanswered ones
    are empty."""
    return {
        question.id: display(question, answers.get(question.id), currency)
        for question in service.fields
        if question.type not in ("file", "statement")
    }


def inline(question: Field, value: Any, currency: str = "") -> str:
    """An answer inside a sentence of a letter or certificate: on one line, of a name the full name only."""
    return "" if value is None or value == "" else kind_of(question).inline(question, value, currency)


def export(question: Field, value: Any, currency: str = "") -> dict[str, str]:
    """Column -> text for a table of answers, the same columns whatever was answered. Numbers and amounts with
    a point, dates as ISO 8601; a group's rows are joined by ` | `."""
    return kind_of(question).export(question, None if value == "" else value, currency)


def expression_value(question: Field, value: Any) -> Any:
    """An answer as expressions see it; None when the question was not answered."""
    return None if value is None or value == "" else kind_of(question).expression_value(question, value)


def sentence(question: Field, problem: Problem) -> str:
    """What the page says about a problem; an empty question has words of its own in the definition."""
    asked = problem.field or question
    if problem.code == "missing" and asked.missing is not None and not problem.params:
        return str(pick(asked.missing))
    if isinstance(problem.message, Mapping):
        return str(pick(problem.message))
    words = {key: pick(one) if isinstance(one, Mapping) else one for key, one in problem.params.items()}
    said = t(problem.message, **words)
    place = kind_of(question).place(question, problem)
    return t("%(question)s: %(answer)s", question=place, answer=said) if place else said


def view(
    question: Field,
    typed: Mapping[str, str],
    rules: Rules,
    *,
    required: bool = True,
    heading: bool = False,
) -> dict[str, Any]:
    """What `apply/fields/question.html` shows: `{id, type, component, label, hint, heading, required, inputs,
    ...}`. With `heading` its label or legend is the page's h1."""
    kind = kind_of(question)
    return {
        "id": question.id,
        "type": question.type,
        "label": optional_label(str(pick(question.label)), kind.asks and not required),
        "hint": kind.hint(question, rules),
        "purpose": str(pick(question.raw["purpose"])) if question.raw.get("purpose") else "",
        "heading": heading,
        "required": required,
        "size": "",
        **kind.view(question, own(question, typed), rules),
    }
