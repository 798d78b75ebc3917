"""Checks: pages, sections, and ids."""

from __future__ import annotations

from itertools import pairwise

from functions.services.expressions import FUNCTIONS
from functions.services.lint_base import Found, Looked, rule, twice

# last parts of addresses that the form itself uses (functions/cases/pages.py)
PAGES_OF_THE_FORM = (
    "changed",
    "check",
    "done",
    "eligibility",
    "exit",
    "forget",
    "print",
    "remove",
    "safety",
    "save",
    "submit",
    "tasks",
    "uploaded",
)
# names that expressions know already, and words of the language itself (CEL specification, "Lexis")
SCOPE = frozenset(("today", "applicant", "assurance", "answered", "documents", "tables"))
WORDS_OF_CEL = """
    true false null in as break const continue else for function if import let loop package namespace return
    var void while bool bytes duration dyn list map timestamp type uint
"""
RESERVED = frozenset(WORDS_OF_CEL.split())


@rule("id-twice")
def id_twice(file: Looked) -> Found:
    """An id is used once among its like."""
    for path, ids in _lists(file).items():
        for name in twice(ids):
            at = len(ids) - 1 - ids[::-1].index(name)
            where = path if path == "form" else f"{path}.#{at}"
            yield where, f'the id "{name}" is used twice'


def _lists(file: Looked) -> dict[str, list[str]]:
    raw, form = file.raw, file.raw["form"] or {}
    named = {
        "form.pages": form.get("pages", ()),
        "form.sections": form.get("sections", ()),
        "documents": raw["documents"],
        "workflow.states": file.flow["states"],
        "workflow.actions": file.flow["actions"],
        "eligibility.rules": raw["eligibility"]["rules"],
        "fee.lines": raw["fee"]["lines"],
        "guide.faq": raw["guide"]["faq"],
        "letters": raw["letters"],
        "tables": raw["tables"],
        "tests": raw["tests"],
    }
    for one in file.places:
        for part in ("options", "rows", "fields"):
            named[f"{one.path}.{part}"] = one.field.raw.get(part) or ()
    for one in file.columns:
        named[f"{one.path}.options"] = one.field.raw.get("options") or ()
    lists = {path: [str(entry["id"]) for entry in entries] for path, entries in named.items()}
    return lists | {"form": [one.field.id for one in file.places]}


@rule("id-reserved")
def id_reserved(file: Looked) -> Found:
    """No question has the name of something that expressions know already."""
    for one in (*file.places, *file.columns):
        if one.field.id in SCOPE | RESERVED | FUNCTIONS:
            yield one.path, f'"{one.field.id}" already means something in expressions; choose another id'


@rule("page-id-reserved")
def page_id_reserved(file: Looked) -> Found:
    """No page has an address of the form itself."""
    for page in file.service.pages:
        if page.id in PAGES_OF_THE_FORM:
            yield f"form.pages.{page.id}", "this id belongs to the form itself; choose another"


@rule("page-without-title")
def page_without_title(file: Looked) -> Found:
    """A page with several questions has a title of its own."""
    for page in file.service.pages:
        if not page.single and page.title is None:
            yield f"form.pages.{page.id}", "a page with several questions needs a title"


@rule("section-unknown")
def section_unknown(file: Looked) -> Found:
    """A page stands in a section of the list."""
    known = [section["id"] for section in file.service.form.get("sections", ())]
    for page in file.service.pages:
        if page.section and page.section not in known:
            yield f"form.pages.{page.id}.section", f'names the unknown section "{page.section}"'


@rule("section-empty")
def section_empty(file: Looked) -> Found:
    """Every section has a page."""
    used = {page.section for page in file.service.pages}
    for section in file.service.form.get("sections", ()):
        if section["id"] not in used:
            yield f"form.sections.{section['id']}", "no page stands in this section"


@rule("task-list-without-sections")
def task_list_without_sections(file: Looked) -> Found:
    """In a form with a task list every page belongs to a section."""
    if not file.service.form.get("task_list"):
        return
    for page in file.service.pages:
        if not page.section:
            yield f"form.pages.{page.id}", "a form with a task list has its pages in sections"


@rule("section-scattered")
def section_scattered(file: Looked) -> Found:
    """The pages of a section stand together, in the order of the sections."""
    known = [section["id"] for section in file.service.form.get("sections", ())]
    ranks = [(page, known.index(page.section)) for page in file.service.pages if page.section in known]
    for (_, before), (page, rank) in pairwise(ranks):
        if rank < before:
            yield (
                f"form.pages.{page.id}.section",
                f'"{page.section}" comes before the section of the page above',
            )


@rule("semantic-twice")
def semantic_twice(file: Looked) -> Found:
    """A journey asks for a thing once (WCAG 2.2, 3.3.7)."""
    asked = [one for one in file.places if one.field.semantic]
    names = [one.field.semantic for one in asked]
    for name in twice(names):
        second = asked[len(names) - 1 - names[::-1].index(name)]
        yield (
            f"{second.path}.semantic",
            f"two questions ask for the same thing ({name}); ask once (WCAG 2.2, 3.3.7)",
        )


@rule("prefill-without-semantic")
def prefill_without_semantic(file: Looked) -> Found:
    """What is offered from the profile says what it is (`semantic`)."""
    for one in file.places:
        if one.field.raw.get("prefill") == "profile" and not one.field.semantic:
            yield f"{one.path}.prefill", "what comes from the profile needs `semantic`"


@rule("missing-text-absent")
def missing_text_absent(file: Looked) -> Found:
    """A required question says what the page tells when it is left empty."""
    for one in (*file.places, *file.columns):
        field = one.field
        if field.answered_by_person and field.type != "file" and not field.optional and field.missing is None:
            yield one.path, "a required question needs `missing`: what the page says when it is left empty"
