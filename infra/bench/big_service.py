"""A service of 200 questions and 200 rules, as a city's own definition: what publishing one costs."""

from __future__ import annotations

from typing import Any

QUESTIONS = 200
RULES = 200  # half of them conditions of pages, half rows of a decision table


def text(words: str) -> dict[str, str]:
    """The same length in both languages as people write."""
    english = f"{words} (demo): a sentence of a usual length for a form."
    return {"en": english, "zh-Hans": f"{words}（演示）：一句普通长度的话。"}


def definition(questions: int = QUESTIONS, rules: int = RULES) -> dict[str, Any]:
    """The definition as plain data, as a file of its own would say it."""
    return {
        "service": {
            "id": "big-permit",
            "version": 1,
            "name": text("Big permit"),
            "summary": text("A permit"),
            "kind": "confirmation",
            "audience": ["person"],
        },
        "guide": {"who_for": text("Everyone"), "steps": [text("You answer the questions")]},
        "tables": [_table(questions, rules // 2)],
        "form": {"pages": [_page(number, rules - rules // 2) for number in range(questions)]},
        "workflow": _workflow(),
        "clocks": {"promised": 5},
        "fee": {"lines": [_fee()]},
        "privacy": {
            "purpose": text("To decide"),
            "retention": {"draft_days": 7, "done_days": 365, "refused_days": 365},
        },
        "tests": [_sample(questions)],
    }


def _fee() -> dict[str, Any]:
    return {"id": "fee", "label": text("Fee"), "formula": "tables.price", "basis": text("Rules")}


def _page(number: int, conditions: int) -> dict[str, Any]:
    page: dict[str, Any] = {"id": f"p{number}", "fields": [_field(number)]}
    if 0 < number <= conditions:
        page["show_when"] = _condition(number - 1)
    return page


def _field(number: int) -> dict[str, Any]:
    common = {"id": f"q{number}", "label": text(f"Question {number}"), "missing": text("Answer this")}
    if number % 2:
        return {**common, "type": "number", "validate": {"min": 0, "max": 100000}}
    options = [{"id": f"o{at}", "label": text(f"Choice {at}")} for at in range(4)]
    return {**common, "type": "radios", "options": options}


def _condition(number: int) -> str:
    return f"q{number} >= 0" if number % 2 else f'q{number} == "o1"'


def _table(questions: int, rows: int) -> dict[str, Any]:
    conditions = [f"q{number} > {number + 1000}" for number in range(1, questions, 2)]
    return {
        "id": "price",
        "rows": [{"when": conditions[at % len(conditions)], "then": at * 100} for at in range(rows)],
        "otherwise": 500,
    }


def _workflow() -> dict[str, Any]:
    def state(name: str, **more: Any) -> dict[str, Any]:
        return {"id": name, "label": text(name), "next": text(name), **more}

    def action(name: str, start: str, end: str, role: str = "clerk", *requires: str) -> dict[str, Any]:
        return {"id": name, "from": [start], "to": end, "role": role, "requires": list(requires)}

    waiting = "waiting_for_applicant"
    return {
        "start": "submitted",
        "states": [
            state("submitted"),
            state(waiting, clock="off"),
            state("approved", terminal=True),
            state("refused", terminal=True),
        ],
        "actions": [
            action("approve", "submitted", "approved"),
            action("refuse", "submitted", "refused", "clerk", "reason"),
            action("send_back", "submitted", waiting, "clerk", "missing"),
            action("resubmit", waiting, "submitted", "applicant"),
        ],
    }


def _sample(questions: int) -> dict[str, Any]:
    answers = {f"q{number}": 5 if number % 2 else "o1" for number in range(questions)}
    expect = {"fee": 500, "outcome": "accepted"}
    return {"id": "complete", "name": "complete", "answers": answers, "expect": expect}
