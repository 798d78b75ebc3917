"""The clerk's console: the desk, a case, the decision. Every route is for staff of the city in the path; a
case of another department or city does not exist."""

from __future__ import annotations

from functions.cases import desk, desk_views, reading
from functions.certificates import service as certificates
from functions.core.errors import Conflict, Forbidden, Invalid, NotFound
from functions.core.i18n import N_
from functions.identity.domain import Staff
from functions.web import cookies
from functions.web.blueprint import CityBlueprint
from functions.web.paging import decode_cursor, encode_cursor
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

bp = CityBlueprint(__name__)
FLASH, FLASH_SECONDS = "desk-done", 300


def clerk(ctx: PageContext) -> Staff:
    """The signed-in person; routes with access="staff" always have one."""
    if ctx.staff is None:
        raise Forbidden
    return ctx.staff


@bp.page("/{city}/console", access="staff")
def show_desk(ctx: PageContext) -> Page | Redirect:
    """What waits in one of my departments."""
    staff, query = clerk(ctx), ctx.query
    mine = [name for name in staff.departments if ctx.city.department(name)]
    if not mine and staff.may_serve:
        return Redirect(f"/{ctx.city.id}/console/counter")
    if not mine:
        return (
            Redirect(f"/{ctx.city.id}/console/history")
            if staff.is_admin
            else Page("console/no_department.html")
        )
    department, group, kind = (
        query.get("department", mine[0]),
        query.get("state", "open"),
        query.get("kind", ""),
    )
    listing = desk.list_desk(ctx, staff, department, group, kind, decode_cursor(query.get("after", "")))
    return Page(
        "console/desk.html",
        section="cases",
        department=department,
        departments={name: (ctx.city.department(name) or {})["names"] for name in mine},
        group=group,
        kind=kind,
        listing=listing,
        names=desk_views.service_names(ctx),
        more=encode_cursor(listing.more),
        paged="after" in query,
        done=take_done(ctx),
    )


@bp.page("/{city}/console/cases/{case}", access="staff")
def show_case(ctx: PageContext, case: str) -> Page:
    """One case with what can be done about it. The view is recorded before it is shown."""
    return case_page(ctx, case)


@bp.page("/{city}/console/cases/{case}/decide", methods=("POST",), access="staff")
def decide(ctx: PageContext, case: str) -> Page | Redirect:
    """Carry out a decision; go on to the next case or stay."""
    typed = desk.Typed.parse(ctx.form)
    try:
        decided = desk.decide(ctx, clerk(ctx), case, typed)
    except Invalid as problem:
        return case_page(ctx, case, typed, problem.fields)
    except Conflict:
        return conflict_page(ctx, case, typed)
    remember_done(ctx, decided.reference, typed.action)
    onward = "/next" if ctx.value("then") == "next" else ""
    return Redirect(f"/{ctx.city.id}/console/cases/{case}{onward}")


@bp.page("/{city}/console/cases/{case}/next", access="staff")
def open_next(ctx: PageContext, case: str) -> Redirect:
    """To the case that has waited longest after this one, or back to the desk."""
    following = desk.find_next(clerk(ctx), case)
    return Redirect(f"/{ctx.city.id}/console" + (f"/cases/{following}" if following else ""))


@bp.page("/{city}/console/cases/{case}/files/{file}", access="staff")
def open_file(ctx: PageContext, case: str, file: str) -> Page | Redirect:
    """A document as an attachment, by a link of five minutes, or what to know before."""
    from functions.cases import file_desk

    return file_desk.show(ctx, clerk(ctx), case, file)


@bp.page("/{city}/console/cases/{case}/files/{file}", methods=("POST",), access="staff")
def change_file(ctx: PageContext, case: str, file: str) -> Page | Redirect:
    """Open a document that nobody looked at, knowing that; or record that it was checked."""
    from functions.cases import file_desk

    return file_desk.change(ctx, clerk(ctx), case, file)


@bp.page("/{city}/console/cases/{case}/history", access="staff")
def show_history(ctx: PageContext, case: str) -> Page:
    """Every event of a case, views included, for an administrator."""
    found, events = desk.view_history(ctx, clerk(ctx), case)
    return Page(
        "console/history.html",
        section="cases",
        case=desk_views.case_view(ctx, found),
        events=desk_views.events_view(events, views=True),
        back=f"/{ctx.city.id}/console/history",
    )


@bp.page("/{city}/console/paper", access="staff")
def ask_paper_number(ctx: PageContext) -> Page:
    """The form for the number of a form on paper."""
    from functions.cases import paper

    return paper.ask_number(ctx)


@bp.page("/{city}/console/paper", methods=("POST",), access="staff")
def open_paper(ctx: PageContext) -> Redirect:
    """Type in a form on paper."""
    from functions.cases import paper

    return paper.open_form(ctx)


@bp.page("/{city}/console/history", methods=("GET", "POST"), access="staff")
def find_history(ctx: PageContext) -> Page | Redirect:
    """An administrator asks for a case's history by its reference."""
    errors: dict[str, str] = {}
    if ctx.method == "POST":
        try:
            found = desk.find_by_reference(clerk(ctx), ctx.value("reference"))
        except Invalid as problem:
            errors = problem.fields
        else:
            return Redirect(f"/{ctx.city.id}/console/cases/{found}/history")
    elif not clerk(ctx).is_admin:
        raise NotFound
    status = 422 if errors else 200
    return Page(
        "console/find_history.html",
        status=status,
        section="history",
        errors=errors,
        reference=ctx.value("reference"),
    )


@bp.page("/{city}/console/cases/{case}/revoke", methods=("GET", "POST"), access="staff")
def revoke_certificate(ctx: PageContext, case: str) -> Page | Redirect:
    """Ask for the reason; revoke the case's certificate."""
    if not clerk(ctx).may_decide("application"):
        raise Forbidden(N_("Your role does not allow decisions on these cases"))
    errors: dict[str, str] = {}
    found = desk.find_case(clerk(ctx), case)
    if ctx.method == "POST":
        try:
            certificates.revoke(ctx, found, ctx.value("reason"))
        except Invalid as problem:
            errors = problem.fields
        else:
            remember_done(ctx, found.reference, "revoke")
            return Redirect(f"/{ctx.city.id}/console/cases/{case}")
    return Page(
        "console/revoke.html",
        status=422 if errors else 200,
        section="cases",
        reference=found.reference,
        action=f"/{ctx.city.id}/console/cases/{case}/revoke",
        reason=ctx.value("reason"),
        errors=errors,
        back=f"/{ctx.city.id}/console/cases/{case}",
    )


def case_page(
    ctx: PageContext, case_id: str, typed: desk.Typed | None = None, errors: dict[str, str] | None = None
) -> Page:
    """The case, with what was typed and why it was refused, if anything was. Four DynamoDB calls at most."""
    staff = clerk(ctx)
    found = reading.view_case(ctx, staff, case_id)
    return Page(
        "console/case.html",
        status=422 if errors else 200,
        section="cases",
        case=desk_views.case_view(ctx, found.case, found.files),
        events=desk_views.events_view(found.events, views=False),
        choices=desk_views.missing_choices(ctx, found.case),
        labels=(desk_views.ACTION_LABELS, desk_views.ACTION_HINTS),
        may_decide=staff.may_decide(found.case.kind),
        is_admin=staff.is_admin,
        certificate=certificates.certificate_of(found.case),
        today=certificates.city_date(ctx),
        typed=typed,
        errors=errors or {},
        done=take_done(ctx),
        back=f"/{ctx.city.id}/console?department={found.case.department}",
    )


def conflict_page(ctx: PageContext, case_id: str, typed: desk.Typed) -> Page:
    """Somebody was faster: what they did, and what was typed here, which can be sent again if the case
    allows it."""
    staff = clerk(ctx)
    found = reading.view_case(ctx, staff, case_id)
    case = desk_views.case_view(ctx, found.case, found.files)
    labels = {choice["id"]: choice["label"] for choice in desk_views.missing_choices(ctx, found.case)}
    return Page(
        "console/conflict.html",
        status=409,
        section="cases",
        case=case,
        events=desk_views.events_view(found.events, views=False),
        choices=desk_views.missing_choices(ctx, found.case),
        labels=(desk_views.ACTION_LABELS, desk_views.ACTION_HINTS),
        typed=typed,
        missing=[labels.get(field, field) for field in typed.missing],
        again=typed.action in case["actions"],
        back=f"/{ctx.city.id}/console",
    )


def remember_done(ctx: PageContext, reference: str, action: str) -> None:
    """Say on the next page what was done on this one."""
    cookies.set_signed(ctx, FLASH, {"reference": reference, "action": action}, FLASH_SECONDS)


def take_done(ctx: PageContext) -> dict[str, str] | None:
    """What the page before did, once."""
    done = cookies.read_signed(ctx, FLASH, FLASH_SECONDS)
    if done is not None:
        cookies.clear(ctx, FLASH)
    return done
