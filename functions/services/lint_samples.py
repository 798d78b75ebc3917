"""Checks: the definition's own sample cases."""

from __future__ import annotations

from collections.abc import Iterator

from functions.services.lint_base import Found, Looked, rule
from functions.services.lint_expressions import sites
from functions.services.samples import failures, fits


@rule("sample-unknown")
def sample_unknown(file: Looked) -> Found:
    """A sample answers questions of the form and hands in documents of the list."""
    if file.raw["form"] is None:
        return
    documents = {one["id"] for one in file.raw["documents"]}
    for sample in file.raw["tests"]:
        for name in sorted(set(sample["answers"]) - set(file.order)):
            yield f"tests.{sample['id']}.answers.{name}", f'answers the unknown question "{name}"'
        for name in sorted(set(sample["files"]) - documents):
            yield f"tests.{sample['id']}.files", f'hands in the unknown document "{name}"'


@rule("sample-unfit")
def sample_unfit(file: Looked) -> Found:
    """A sample's answers have the shape of answers."""
    for sample, name in _unfit(file):
        yield f"tests.{sample}.answers.{name}", "a question of this type has no such answer"


def _unfit(file: Looked) -> Iterator[tuple[str, str]]:
    for sample in file.raw["tests"]:
        for name, value in sample["answers"].items():
            question = file.service.field(name)
            if question and not fits(question, value):
                yield sample["id"], name


@rule("sample-fails")
def sample_fails(file: Looked) -> Found:
    """What a sample expects is what happens."""
    if file.raw["form"] is None or not _sound(file):
        return
    unfit = {sample for sample, _ in _unfit(file)}
    for sample in file.raw["tests"]:
        for name, sentence in () if sample["id"] in unfit else failures(file.service, sample):
            yield f"tests.{sample['id']}.expect.{name}", sentence


def _sound(file: Looked) -> bool:
    """Whether samples can be run at all: other rules tell about expressions and references that are wrong."""
    from functions.services.expression_lint import check
    from functions.services.expression_names import names_of

    known = names_of(file.service)
    documents = {one["id"] for one in file.raw["documents"]}
    asked = all(one.field.document in documents for one in file.places if one.field.type == "file")
    rules, last = file.raw["eligibility"]["rules"], file.raw["eligibility"]["otherwise"]
    return asked and bool(last or not rules) and not any(check(one.source, known, one.wants) for one in sites(file))
