"""What the form's templates show: plain dictionaries made from a journey, in the current language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.cases.drafts import Typed
from functions.cases.journey import Journey
from functions.core.i18n import N_, pick, t
from functions.services import answers, validation
from functions.services.domain import Field, FormPage

UPLOAD_PROBLEMS = {
    "missing": N_("Choose a file and upload it"),
    "size": N_("The file must be smaller than %(limit)s MB"),
    "type": N_("The file must be one of these: %(types)s"),
}
EXTENSIONS = {"pdf": ".pdf", "jpeg": ".jpg,.jpeg", "png": ".png"}
TYPE_NAMES = {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG"}
DATE_LABELS = {"day": N_("Day"), "month": N_("Month"), "year": N_("Year")}
EXAMPLES = {
    "birth_date": {"day": "27", "month": "3", "year": "1985"},
    "": {"day": "1", "month": "9", "year": "2020"},
}
# which keyboard a phone shows; spaces and letters stay possible, so no type="number"
INPUT_TYPES = {"email": "email", "phone": "tel"}
MAX_WIDTHS = {"phone": "govuk-input--width-20", "identity_number": "govuk-input--width-20"}


def sentence(field: Field, problem: validation.Problem) -> str:
    """What the page says about a problem; an empty question has words of its own in the definition."""
    own = field.missing
    if problem.code == "missing" and own is not None and not problem.params:
        return str(pick(own))
    words = {key: pick(one) if isinstance(one, Mapping) else one for key, one in problem.params.items()}
    return t(problem.message, **words)


def question_views(journey: Journey, page: FormPage, typed: Typed) -> list[dict[str, Any]]:
    """One view a question: `{id, type, label, hint, required, heading, inputs: [{name, value, ...}],
    options}`."""
    return [_view(journey, page, field, typed) for field in page.fields]


def _view(journey: Journey, page: FormPage, field: Field, typed: Typed) -> dict[str, Any]:
    required = journey.service.required(field)
    label = pick(field.label)
    return {
        "id": field.id,
        "type": field.type,
        "label": label if required else t("%(question)s (optional)", question=label),
        "hint": hint_of(journey, field),
        "heading": page.single,
        "autocomplete": field.autocomplete,
        "input_type": INPUT_TYPES.get(field.type, "text"),
        "width": MAX_WIDTHS.get(field.type, ""),
        "inputs": [_input(journey, field, name, typed) for name in validation.inputs(field, journey.rules)],
        "options": [(value, pick(text)) for value, text in field.options.items()],
    }


def _input(journey: Journey, field: Field, name: str, typed: Typed) -> dict[str, Any]:
    part = name.removeprefix(f"{field.id}-") if name != field.id else ""
    view: dict[str, Any] = {
        "name": name,
        "part": part,
        "value": typed.get(name, ""),
        "autocomplete": field.autocomplete,
    }
    if field.type == "date":
        token = f"{field.autocomplete}-{part}" if field.autocomplete else None
        return {**view, "label": t(DATE_LABELS[part]), "autocomplete": token}
    if part:
        line = next(line for line in journey.rules.address if line["id"] == part)
        label = pick(line["label"])
        token = line.get("autocomplete") if field.autocomplete else None
        optional = t("%(question)s (optional)", question=label)
        return {**view, "label": optional if line.get("optional") else label, "autocomplete": token}
    return view


def hint_of(journey: Journey, field: Field) -> str:
    """The definition's hint; for an identity number also what the country's profile says about it."""
    own = pick(field.hint) if field.hint else ""
    if field.type == "date" and not own:
        example = EXAMPLES["birth_date" if field.raw.get("semantic") == "birth_date" else ""]
        order = validation.date_parts(journey.rules)
        return t("For example, %(example)s", example=" ".join(example[part] for part in order))
    if field.type != "identity_number" or not journey.rules.identity:
        return own
    named = f"{pick(journey.rules.identity['label'])}: {pick(journey.rules.identity['hint'])}"
    return f"{own} {named}".strip()


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
            stored = journey.draft.answers.get(field.id, "")
            value = (
                document.name if document else answers.display(field, stored) if field.type != "file" else ""
            )
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
