"""Parts of a form into which nothing is typed here: files are handed in through functions.files."""

from __future__ import annotations

from typing import Any

from functions.core.i18n import N_
from functions.services.domain import Field
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed


class File(Kind):
    """A document. It has a page and a place of its own; it is no answer."""

    component = "file"

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        raise ValueError("files are handed in through functions.files")

    def display(self, question: Field, value: Any, currency: str) -> str:
        return ""

    def export(self, question: Field, value: Any, currency: str) -> dict[str, str]:
        return {}


def problem_of_upload() -> Problem:
    """A required file that was not handed in."""
    return Problem("missing", N_("Choose a file and upload it"))
