"""Checks: what a person reads before starting."""

from __future__ import annotations

from functions.services.lint_base import Found, Looked, rule


@rule("visit-without-reason")
def visit_without_reason(file: Looked) -> Found:
    """Who must come in is told why."""
    visits = file.raw["guide"]["visits"]
    if visits["count"] and not visits["reason"]:
        yield "guide.visits", "a visit needs its reason"


@rule("appeal-missing")
def appeal_missing(file: Looked) -> Found:
    """Where a refusal is possible, the guide or the country's profile says where to contest it."""
    refusable = any(file.stage(name) == "refused" and name != "withdrawn" for name in file.reached)
    if refusable and not file.raw["guide"]["appeal"] and not file.around.appeal:
        yield "guide", "a refusal is possible, so the guide needs `appeal`: the country's profile names none"


@rule("appeal-without-basis")
def appeal_without_basis(file: Looked) -> Found:
    """A time for an appeal names the law that gives it."""
    appeal = file.raw["guide"]["appeal"]
    if appeal and appeal["deadline_days"] is not None and not appeal["basis"]:
        yield "guide.appeal.deadline_days", "a time for an appeal needs its basis"


@rule("keywords-missing")
def keywords_missing(file: Looked) -> Found:
    """Words for the finder are there in every language of the city, once one of them has some."""
    keywords = file.raw["service"]["keywords"]
    for lang in file.around.languages:
        if keywords and not keywords.get(lang):
            yield "service.keywords", f"has no words in {lang}"
