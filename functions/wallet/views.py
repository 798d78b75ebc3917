"""My documents: the list, adding one, one document with its file, reminder and removal. Reached from the
routes of My page only, so somebody is signed in. A view is in the person's history before it is shown."""

from __future__ import annotations

from typing import Any

from functions.core import audit, limits
from functions.core.errors import Invalid, NotFound
from functions.core.i18n import N_, t
from functions.files import service as files
from functions.files.domain import StoredFile
from functions.people.domain import Person
from functions.wallet import service as wallet
from functions.wallet.domain import KINDS, OWN, SOURCES, Held
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

CHANGES_PER_HOUR = 60
EXTENSIONS = ".pdf,.jpg,.jpeg,.png"
DONE = {
    "added": N_("The document is on your page now. Hand in a photo or a scan so that it can be used."),
    "file": N_("We have your file."),
    "removed": N_("The document is removed"),
    "reminder": N_("Your choice is saved"),
}


def documents(
    ctx: PageContext,
    person: Person,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Page:
    """All documents, and the form that adds one. Three calls."""
    held, known = wallet.held_with_files(ctx, person)
    audit.record("person", person.id, "documents_viewed", ctx)
    return Page(
        "wallet/documents.html",
        status=422 if errors else 200,
        rows=[_row(ctx, one, known.get(one.file)) for one in held],
        kinds=[(key, t(words)) for key, words in KINDS.items()],
        typed=typed or {},
        back=f"/{ctx.city.id}/me",
        **_said(ctx, errors),
    )


def _said(ctx: PageContext, errors: dict[str, str] | None = None) -> dict[str, Any]:
    done = DONE.get(ctx.query.get("done", ""))
    return {"done": t(done) if done else "", "errors": errors or {}, "section": "me"}


def _row(ctx: PageContext, held: Held, file: StoredFile | None) -> dict[str, Any]:
    service = ctx.city.service(held.name) if held.kind == OWN else None
    words = t(KINDS[held.kind]) if held.kind in KINDS else t(N_("Certificate of the city"))
    return {
        "held": held,
        "name": words,
        "service": service["service"]["name"] if service else None,
        "trust": t(held.trust),
        "source": t(SOURCES[held.source]),
        "valid": held.is_valid(wallet.city_date(ctx)),
        "file": file,
        "address": f"/{ctx.city.id}/me/case?id={held.case_id}"
        if held.source == "issued"
        else f"/{ctx.city.id}/me/document?id={held.id}",
    }


def add(ctx: PageContext, person: Person) -> Page | Redirect:
    """Keep what was typed about a document, then ask for the file."""
    limits.hit(f"documents#{person.id}", CHANGES_PER_HOUR, 3600)
    typed = {name: ctx.value(name) for name in ("kind", "number", "issuer")}
    problems: dict[str, str] = {}
    for name in ("issued", "expires"):
        parts = {part: ctx.value(f"{name}-{part}") for part in ("day", "month", "year")}
        typed |= {f"{name}-{part}": value for part, value in parts.items()}
        try:
            typed[name] = _date(parts)
        except ValueError:
            problems[name] = N_("Enter a real date with day, month and year, or leave it empty")
    try:
        if problems:
            raise Invalid(problems)
        made = wallet.add(ctx, person, typed)
    except Invalid as problem:
        return documents(ctx, person, typed, problem.fields)
    return Redirect(f"/{ctx.city.id}/me/document?id={made.id}&done=added")


def _date(parts: dict[str, str]) -> str:
    """An ISO date, or empty when nothing was typed. Raises ValueError."""
    from datetime import date
    from unicodedata import normalize

    if not any(parts.values()):
        return ""
    numbers = {name: int(normalize("NFKC", value)) for name, value in parts.items()}
    if not 1900 <= numbers["year"] <= 2200:
        raise ValueError(numbers["year"])
    return date(numbers["year"], numbers["month"], numbers["day"]).isoformat()


def document(ctx: PageContext, person: Person) -> Page:
    """One document: what is known, its file or the form for one, the reminder, removal. Three calls."""
    held, known = wallet.held_with_files(ctx, person)
    found = next((one for one in held if one.id == ctx.query.get("id") and one.source != "issued"), None)
    if found is None:
        raise NotFound
    audit.record("person", person.id, "document_viewed", ctx, {"document": found.id})
    back = ctx.url(f"/me/document-file?id={found.id}")
    problem = _problem(ctx.query.get("problem", ""))
    return Page(
        "wallet/document.html",
        row=_row(ctx, found, known.get(found.file)),
        upload=files.upload_form(ctx, wallet.owner_of(person.id), wallet.DOCUMENT, back),
        accept=EXTENSIONS,
        max_mb=wallet.DOCUMENT["max_mb"],
        address=f"/{ctx.city.id}/me/document",
        back=f"/{ctx.city.id}/me/documents",
        **_said(ctx, problem),
    )


def _problem(reason: str) -> dict[str, str]:
    """What is wrong, at its place on the page."""
    from functions.cases.form_views import upload_problem

    if reason == "end":
        return {"remind": t(N_("Say first until when the document is valid"))}
    words = upload_problem(wallet.DOCUMENT, reason)
    return {"file": words} if words else {}


def take_file(ctx: PageContext, person: Person) -> Redirect:
    """Where the storage sends the browser after an upload. Looking twice changes nothing."""
    held_id = ctx.query.get("id", "")
    reason = wallet.take_file(ctx, person, held_id, ctx.query.get("file", ""))
    return Redirect(
        f"/{ctx.city.id}/me/document?id={held_id}&{f'problem={reason}' if reason else 'done=file'}"
    )


def change(ctx: PageContext, person: Person) -> Redirect:
    """Open the file, remove the document, or change the reminder."""
    limits.hit(f"documents#{person.id}", CHANGES_PER_HOUR, 3600)
    held_id, what = ctx.value("id"), ctx.value("do")
    if what == "remove":
        wallet.remove(ctx, person, held_id)
        return Redirect(f"/{ctx.city.id}/me/documents?done=removed")
    if what == "open":
        return Redirect(_link(ctx, person, held_id))
    if what != "remind":
        raise NotFound
    try:
        wallet.set_reminder(ctx, person, held_id, wanted=bool(ctx.value("remind")))
    except Invalid:
        return Redirect(f"/{ctx.city.id}/me/document?id={held_id}&problem=end")
    return Redirect(f"/{ctx.city.id}/me/document?id={held_id}&done=reminder")


def _link(ctx: PageContext, person: Person, held_id: str) -> str:
    held, known = wallet.held_with_files(ctx, person)
    found = next((one for one in held if one.id == held_id), None)
    if found is None or found.file not in known:
        raise NotFound
    link = files.link(ctx, known[found.file], knowing=True)
    audit.record("person", person.id, "document_opened", ctx, {"document": found.id})
    return link
