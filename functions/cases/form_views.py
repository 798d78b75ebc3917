"""What the form's templates show: plain dictionaries made from a journey, in the current language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.cases.drafts import Typed
from functions.cases.journey import Journey
from functions.core.i18n import N_, pick, t
from functions.services import fields
from functions.services.domain import FormPage

UPLOAD_PROBLEMS = {
    "missing": N_("Choose a file and upload it"),
    "size": N_("The file must be smaller than %(limit)s MB"),
    "type": N_("The file must be one of these: %(types)s"),
}
EXTENSIONS = {"pdf": ".pdf", "jpeg": ".jpg,.jpeg", "png": ".png"}
TYPE_NAMES = {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG"}



def question_views(journey: Journey, page: FormPage, typed: Typed) -> list[dict[str, Any]]:
    """One view a question, as :func:`functions.services.fields.view` makes it."""
    return [
        fields.view(
            field, typed, journey.rules, required=journey.service.required(field), heading=page.single
        )
        for field in page.fields
    ]


def upload_problem(document: Mapping[str, Any], reason: str) -> str | None:
    """What the page says when a file could not be taken; None for a reason that is none of ours."""
    if reason not in UPLOAD_PROBLEMS:
        return None
    types = ", ".join(TYPE_NAMES[one] for one in document["accept"])
    return t(UPLOAD_PROBLEMS[reason], limit=document["max_mb"], types=types)


def size_text(size: int) -> str:
    """A file's size for people: `840 KB`, `3.2 MB`."""
    return f"{max(1, round(size / 1024))} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def check_rows(journey: Journey, base: str) -> list[dict[str, str]]:
    """Rows of the list to check: question, answer, address of the page that changes it."""
    rows = []
    for page in journey.pages:
        for field in page.fields:
            document = journey.draft.files.get(field.id)
            stored = journey.draft.answers.get(field.id)
            value = document.name if document else fields.display(field, stored, journey.rules.currency)
            label = pick(field.label)
            rows.append(
                {
                    "key": label,
                    "value": value,
                    "change": f"{base}/{page.id}?change=1",
                    "context": f"({label})",
                }
            )
    return rows
