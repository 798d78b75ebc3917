"""How far an application is: looked up by reference and code, shown to whoever gave both or has just sent it.
The routes are in pages.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from functions.cases import drafts, reading, visitors
from functions.cases.domain import Case, Missing
from functions.cases.form_views import file_text, lines
from functions.cases.store import CaseFile
from functions.core.errors import NotFound
from functions.core.i18n import N_, pick, t
from functions.services.domain import Service
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

COLOURS = {
    "submitted": "blue",
    "waiting_for_applicant": "yellow",
    "approved": "green",
    "refused": "red",
    "open": "blue",
    "in_progress": "purple",
    "resolved": "green",
}
PROBLEMS = {
    "reference": {"reference": N_("Enter your reference")},
    "code": {"code": N_("Enter your code")},
    "unknown": {"reference": N_("We cannot find an application with this reference and code")},
}


def lookup(ctx: PageContext) -> Page:
    """The form that asks for reference and code."""
    return Page(
        "status/lookup.html",
        reference=ctx.query.get("reference", "")[:32],
        errors={name: t(text) for name, text in PROBLEMS.get(ctx.query.get("problem", ""), {}).items()},
        back=f"/{ctx.city.id}",
        section="status",
    )


def look_up(ctx: PageContext) -> Redirect:
    """Open the application, or say that the two do not belong together - the same words whichever is
    wrong."""
    from urllib.parse import urlencode

    reference, code = ctx.value("reference")[:64], ctx.value("code")[:64]
    problem = "reference" if not reference else "code" if not code else ""
    if not problem:
        try:
            visitors.remember_case(ctx, reading.find_for_applicant(ctx, reference, code, ctx.network))
        except NotFound:
            problem = "unknown"
    if problem:
        return Redirect(f"/{ctx.city.id}/status?{urlencode({'problem': problem, 'reference': reference})}")
    return Redirect(f"/{ctx.city.id}/status/application")


def _case(ctx: PageContext) -> tuple[Case, Service, CaseFile] | None:
    from functions.services.definitions import definition_for_case

    case_id = visitors.remembered_case(ctx)
    if case_id is None:
        return None
    found = reading.case_for_applicant(ctx, case_id)
    case = found.case
    definition = definition_for_case(ctx.city, case.service, case.definition)
    if definition is None:
        raise NotFound
    return case, Service(definition, case.service), found


def application(ctx: PageContext) -> Page | Redirect:
    """State, what happens next, what is missing, the certificate. The view is in the case's history."""
    found = _case(ctx)
    if found is None:
        return Redirect(f"/{ctx.city.id}/status")
    case, definition, known = found
    return Page(
        "status/application.html",
        files=[
            (file_text(one), _label(definition, one.field), known.files.get(one.id)) for one in case.documents
        ],
        replaceable=_replaceable(known),
        case=case,
        service=definition,
        state=definition.state(case.state),
        colour=COLOURS[case.state],
        missing=[(_label(definition, item.field), item.note) for item in case.missing],
        certificate=_certificate(ctx, case),
        contact=ctx.city.config.get("contact", {}),
        report=case.is_report,
        back=f"/{ctx.city.id}/status",
        section="status",
    )


def complete(ctx: PageContext) -> Redirect:
    """Begin handing in what a clerk asked for, or files in place of those that nobody can use."""
    found = _case(ctx)
    if found is None or not (found[0].state == "waiting_for_applicant" or _replaceable(found[2])):
        return Redirect(f"/{ctx.city.id}/status")
    case, definition = _with_refused(found[2]), found[1]
    days = int(definition.raw["privacy"]["retention"]["draft_days"])
    draft_id = drafts.start_completion(ctx, case, days)
    visitors.remember_draft(ctx, draft_id)
    asked = {item.field for item in case.missing}
    first = next(
        (page for page in definition.pages if any(field.id in asked for field in page.fields)),
        definition.pages[0],
    )
    return Redirect(f"/{ctx.city.id}/apply/{draft_id}/{first.id}")


def _replaceable(found: CaseFile) -> bool:
    """Whether the person may send other files in place of those that nobody can use: as long as the case is
    not closed."""
    return bool(found.refused) and found.case.state in ("submitted", "waiting_for_applicant")


def _with_refused(found: CaseFile) -> Case:
    """The case without the files that nobody can use; what they were for is asked again."""
    asked = {item.field for item in found.case.missing}
    note = t(N_("The file that you sent cannot be used. Choose another."))
    fields = dict.fromkeys(one.field for one in found.refused if one.field not in asked)
    return replace(
        found.case,
        documents=tuple(one for one in found.case.documents if one not in found.refused),
        missing=(*found.case.missing, *(Missing(field, note) for field in fields)),
    )


def sent_copy(ctx: PageContext) -> Page | Redirect:
    """What was sent, on the form with which the case began, for printing or keeping."""
    from functions.services import fields

    found = _case(ctx)
    if found is None:
        return Redirect(f"/{ctx.city.id}/status")
    case, definition, _ = found
    currency = str(ctx.city.config.get("currency") or "")
    titles = {one["id"]: pick(one["title"]) for one in definition.form.get("sections") or ()}
    groups: list[dict[str, Any]] = []
    for page in definition.pages:
        rows = [
            {
                "key": pick(field.label),
                "value": lines(fields.display(field, case.answers[field.id], currency)),
            }
            for field in page.fields
            if case.answers.get(field.id) is not None
        ]
        title = titles.get(page.section, "")
        if rows and (not groups or groups[-1]["title"] != title):
            groups.append({"title": title, "rows": []})
        if rows:
            groups[-1]["rows"] += rows
    department = ctx.city.department(case.department)
    return Page(
        "status/copy.html",
        case=case,
        service=definition,
        department=pick(department["names"]) if department else ctx.city.name(ctx.lang),
        groups=groups,
        back=f"/{ctx.city.id}/status/application",
        section="status",
    )


def _label(definition: Service, field_id: str) -> str:
    field = definition.field(field_id)
    return pick(field.label) if field else ""


def _certificate(ctx: PageContext, case: Case) -> str | None:
    """The address of the holder's certificate page."""
    return f"/{ctx.city.id}/certificate" if case.state == "approved" and case.certificate else None
