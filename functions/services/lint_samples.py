"""Checks: the definition's own sample cases."""

from __future__ import annotations

from functions.services.lint_base import Found, Looked, rule
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
    for sample in file.raw["tests"]:
        for name, value in sample["answers"].items():
            question = file.service.field(name)
            if question and not fits(question, value):
                yield f"tests.{sample['id']}.answers.{name}", "a question of this type has no such answer"


@rule("sample-fails", last=True)
def sample_fails(file: Looked) -> Found:
    """What a sample expects is what happens; the samples run when nothing else is wrong."""
    for sample in file.raw["tests"]:
        for name, sentence in failures(file.service, sample):
            yield f"tests.{sample['id']}.expect.{name}", sentence
