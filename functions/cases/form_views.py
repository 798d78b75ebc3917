"""What the form's templates show: plain dictionaries made from a journey, in the current language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.cases.domain import Document
from functions.cases.drafts import Typed
from functions.cases.journey import Journey
from functions.core.i18n import N_, pick, t
from functions.services import fields
from functions.services.domain import Field, FormPage
from functions.services.guide import decided_within
from functions.services.terms import FEE_TIMES

UPLOAD_PROBLEMS = {
    "missing": N_("Choose a file and upload it"),
    "size": N_("The file must be smaller than %(limit)s MB"),
    "type": N_("The file must be one of these: %(types)s"),
    "heic": N_("We cannot read photos in the HEIC format. Save the photo as JPEG and try again"),
    "name": N_("The name of the file does not fit what is in it. Save it again and upload the new file"),
    "consent": N_("Agree that a copy is given, or upload a file"),
    "refused": N_("Remove the file that cannot be used and choose another"),
    "count": N_("You have uploaded as many files as this question takes. Remove one first"),
}
EXTENSIONS = {"pdf": ".pdf", "jpeg": ".jpg,.jpeg", "png": ".png"}
TYPE_NAMES = {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG"}


def question_views(journey: Journey, page: FormPage, typed: Typed) -> list[dict[str, Any]]:
    """One view a question, as :func:`functions.services.fields.view` makes it."""
    return [
        fields.view(field, typed, journey.rules, required=journey.required(field), heading=page.single)
        for field in page.fields
    ]


def errors_of(problems: list[tuple[Field, fields.Problem]]) -> dict[str, str]:
    """Input -> what is said about it, one line an input."""
    return {problem.part or field.id: fields.sentence(field, problem) for field, problem in problems}


def upload_problem(document: Mapping[str, Any], reason: str) -> str | None:
    """What the page says when a file could not be taken; None for a reason that is none of ours."""
    if reason not in UPLOAD_PROBLEMS:
        return None
    types = ", ".join(TYPE_NAMES[one] for one in document["accept"])
    return t(UPLOAD_PROBLEMS[reason], limit=document["max_mb"], types=types)


def size_text(size: int) -> str:
    """A file's size for people: `840 KB`, `3.2 MB`."""
    return f"{max(1, round(size / 1024))} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def file_text(document: Document) -> str:
    """A file as it is named to people."""
    return f"{document.name} ({size_text(document.size)})"


def answer_text(journey: Journey, field: Field) -> str:
    """An answer as people read it; files by their names; empty when there is none."""
    if field.type == "file":
        return "\n".join(one.name for one in journey.draft.files.get(field.id, ()))
    value = (
        journey.decisions.answers.get(field.id)
        if field.type == "calculated"
        else journey.draft.answers.get(field.id)
    )
    return fields.display(field, value, journey.rules.currency)


def check_groups(journey: Journey, base: str) -> list[dict[str, Any]]:
    """The list to check: `{title, rows}` a section, without empty ones; forms without sections have one."""
    titles = {one["id"]: pick(one["title"]) for one in journey.service.form.get("sections") or ()}
    groups: list[dict[str, Any]] = []
    for page in journey.pages:
        rows = [_row(journey, base, page, field) for field in page.fields if field.type != "statement"]
        title = titles.get(page.section, "")
        if not groups or groups[-1]["title"] != title:
            groups.append({"title": title, "rows": []})
        groups[-1]["rows"] += rows
    return [group for group in groups if group["rows"]]


def _row(journey: Journey, base: str, page: FormPage, field: Field) -> dict[str, str]:
    label = str(pick(field.label))
    row = {"key": label, "value": lines(answer_text(journey, field))}
    if field.type != "calculated":
        row |= {"change": f"{base}/{page.id}?change=1", "context": f"({label})"}
    return row


def lines(text: str) -> str:
    """Text whose line breaks are kept; one line stays plain text."""
    if "\n" not in text:
        return text
    from markupsafe import Markup, escape

    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def fee_view(journey: Journey, currency: str) -> dict[str, Any]:
    """`{rows, total, when}` of what it costs with these answers; no rows when it is free. An amount that
    cannot be said yet is None."""
    from functions.web.formats import money

    fee = journey.decisions.fee()
    rows = [
        {
            "key": pick(line.label),
            "value": t("Not charged: %(reason)s", reason=pick(line.waived))
            if line.waived
            else t("Will be worked out later")
            if line.amount is None
            else money(line.amount, currency),
        }
        for line in fee.lines
    ]
    total = None if fee.total is None else money(fee.total, currency)
    return {"rows": rows, "total": total, "when": _paid_when(fee.when) if rows else ""}


def _paid_when(when: str) -> str:
    """When one pays; how is said by letter, but at the counter."""
    words = t(FEE_TIMES[when])
    return words if when == "at_counter" else t("%(when)s We tell you how.", when=words)


def time_text(clocks: Mapping[str, Any] | None) -> str:
    """By when the city has promised to decide, in words; empty when nothing is promised."""
    return decided_within(clocks) if clocks and clocks.get("promised") else ""
