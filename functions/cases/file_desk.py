"""A clerk and the files of a case: opening one, and recording that it was compared with what it shows. A file
that was not looked at for harmful software is opened knowingly; one that was found harmful by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from functions.cases import desk, desk_views
from functions.cases.domain import Document
from functions.cases.store import CaseFile
from functions.core import audit
from functions.core.context import Context
from functions.core.errors import Forbidden, Invalid, NotFound
from functions.core.i18n import N_
from functions.files import service as files
from functions.files.domain import NOT_CHECKED, StoredFile
from functions.identity.domain import Staff
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

# How a clerk checked a document: id -> words
SEEN: dict[str, str] = {
    "original": N_("I have seen the original"),
    "copy": N_("I have seen a certified copy"),
    "register": N_("I have found it in the register of whoever issued it"),
}
MAX_NOTE = 300


@dataclass(frozen=True)
class Found:
    """A file of a case: the case with its chain, the document as it was handed in, what is known of it."""

    case_file: CaseFile
    document: Document
    file: StoredFile


def find(staff: Staff, case_id: str, file_id: str) -> Found:
    """A file of a case of the clerk's departments. Raises NotFound. One call."""
    found = desk.find_file(staff, case_id)
    document = next((one for one in found.case.documents if one.id == file_id), None)
    if document is None:
        raise NotFound
    known = found.files.get(file_id) or files.unchecked(file_id, document.name, document.key, document.size)
    return Found(found, document, known)


def show(ctx: PageContext, staff: Staff, case_id: str, file_id: str) -> Page | Redirect:
    """The file itself when it is clean, else a page that says why not or what to know first; the form for
    recording a check with `checked` in the address."""
    found = find(staff, case_id, file_id)
    if "checked" in ctx.query:
        return _check_page(ctx, staff, found)
    return _open(ctx, found) if found.file.state == "clean" else _warning_page(ctx, found)


def change(ctx: PageContext, staff: Staff, case_id: str, file_id: str) -> Page | Redirect:
    """Open a file that nobody looked at, knowing that; or record a check."""
    found = find(staff, case_id, file_id)
    if not ctx.value("seen") and not ctx.value("checked"):
        return _open(ctx, found)
    if not staff.may_decide("application"):
        raise Forbidden(N_("Your role does not allow decisions on these cases"))
    try:
        record_check(ctx, staff, found)
    except Invalid as problem:
        return _check_page(ctx, staff, found, problem.fields)
    return Redirect(f"/{ctx.city.id}/console/cases/{case_id}")


def _open(ctx: PageContext, found: Found) -> Page | Redirect:
    try:
        return Redirect(give_out(ctx, found, knowing=ctx.method == "POST"))
    except files.NotGivenOut:
        return _warning_page(ctx, found, 409)


def give_out(ctx: Context, found: Found, knowing: bool) -> str:
    """A link of five minutes; `knowing` that nobody looked at the file. That it was opened is in the case's
    history before the answer. Raises NotGivenOut. Two calls."""
    link = files.link(ctx, found.file, knowing)
    detail: dict[str, object] = {"file": found.file.id}
    if found.file.state == NOT_CHECKED:
        detail["not_checked"] = True
    audit.record_view(found.case_file.chain, ctx, "file_opened", detail)
    return link


def record_check(ctx: PageContext, staff: Staff, found: Found) -> None:
    """Raise the trust in a file from C (handed in) to B (seen by a clerk), and in the document of a wallet
    that it is a copy of. What was seen is kept and is in the case's history. Raises Invalid."""
    seen, note = ctx.value("seen"), ctx.value("note")
    if seen not in SEEN:
        raise Invalid({"seen": N_("Choose what you have seen")})
    if len(note) > MAX_NOTE:
        raise Invalid({"note": N_("Use 300 characters or fewer")})
    if found.file.refused:
        raise files.NotGivenOut
    files.record_check(
        ctx, found.case_file.chain, found.file, staff.email, f"{seen}: {note}" if note else seen
    )
    if found.case_file.case.person:
        files.point(ctx, found.case_file.case.id, found.file.id, kind="wallet-keep")


def _base(ctx: PageContext, found: Found) -> dict[str, Any]:
    case = found.case_file.case
    address = f"/{ctx.city.id}/console/cases/{case.id}"
    return {
        "section": "cases",
        "reference": case.reference,
        "label": desk_views.label_of(desk_views.service_of(ctx, case), found.document.field),
        "file": found.file,
        "action": f"{address}/files/{found.file.id}",
        "back": address,
    }


def _warning_page(ctx: PageContext, found: Found, status: int = 200) -> Page:
    return Page("files/warning.html", status=status, **_base(ctx, found))


def _check_page(ctx: PageContext, staff: Staff, found: Found, errors: dict[str, str] | None = None) -> Page:
    if not staff.may_decide("application"):
        raise Forbidden(N_("Your role does not allow decisions on these cases"))
    return Page(
        "files/checked.html",
        status=422 if errors else 200,
        seen=SEEN,
        typed={"seen": ctx.value("seen"), "note": ctx.value("note")} if errors else {},
        errors=errors or {},
        **_base(ctx, found),
    )
