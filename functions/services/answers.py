"""Stored answers as people read them: on the check page, on a clerk's desk, in a certificate."""

from __future__ import annotations

from functions.core.i18n import language, pick, t
from functions.services.domain import Field, Service


def display(field: Field, answer: str) -> str:
    """An answer in the current language: dates written out, a choice's label, an address on one line."""
    if not answer:
        return ""
    if field.type == "date":
        from functions.web.formats import day

        return day(answer)
    if field.type == "radios":
        label = field.options.get(answer)
        return pick(label) if label else answer
    if field.type == "declaration":
        return t("Yes")
    if field.type == "address":
        lines = [line for line in answer.split("\n") if line]
        return ("" if language() == "zh-Hans" and not answer.isascii() else ", ").join(lines)
    return answer


def displayed(service: Service, answers: dict[str, str]) -> dict[str, str]:
    """Every question's answer as :func:`display` writes it, files left out; unanswered ones are empty."""
    return {
        field.id: display(field, answers.get(field.id, ""))
        for field in service.fields
        if field.type != "file"
    }
