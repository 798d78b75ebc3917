"""The pages below the list of devices: the form for one device, a list of many, links for installers, claim
certificates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from functions.core import clock
from functions.core.context import Context
from functions.core.errors import NotFound
from functions.core.i18n import t
from functions.sensing.registry import claims, fields, installers, lists, service
from functions.sensing.registry import console_views as views
from functions.sensing.registry.domain import Device
from functions.sensing.registry.grants import Grant
from functions.web import formats
from functions.web.request import PageContext
from functions.web.responses import Page


def show_add(
    ctx: PageContext, errors: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None
) -> Page:
    """The form for one device."""
    views.admin(ctx)
    return Page(
        "devices/add.html",
        status=422 if errors else 200,
        section="devices",
        back=views.home(ctx),
        home=views.home(ctx),
        typed=typed or fields.shown(service.declared(ctx).get(ctx.query.get("thing", ""), Device("", ""))),
        errors=dict(errors or {}),
        profiles=_every_profile(ctx),
        departments=views.departments(ctx),
    )


def _every_profile(ctx: Context) -> dict[str, str]:
    """Id -> name of every kind that ships."""
    from functions.sensing.profiles import profile_ids

    return views.profile_names(ctx, profile_ids())


def show_import(
    ctx: PageContext,
    text: str = "",
    checked: list[lists.Line] | None = None,
    errors: Mapping[str, str] | None = None,
    added: bool = False,
) -> Page:
    """The form for a list, and the report of every line."""
    views.admin(ctx)
    wrong = sum(bool(line.problems) for line in checked or ())
    return Page(
        "devices/import.html",
        status=422 if errors or wrong else 200,
        section="devices",
        back=views.home(ctx),
        home=views.home(ctx),
        text=text,
        columns=[(name, t(label)) for name, label in fields.FIELDS.items()],
        example=f"{','.join(fields.FIELDS)}",
        lines=[_line(line, added) for line in checked or ()],
        checked=checked is not None,
        wrong=wrong,
        fresh=sum(not line.known and not line.problems for line in checked or ()),
        added=added,
        errors=dict(errors or {}),
    )


def _line(line: lists.Line, added: bool) -> list[Any]:
    if line.problems:
        said = " ".join(
            f"{t(fields.FIELDS.get(name, name))}: {t(text)}." for name, text in line.problems.items()
        )
    elif line.known:
        said = t("Is there already, nothing changes")
    else:
        said = t("Added") if added else t("Can be added")
    return [line.number, line.device.thing[:60], line.device.title, said]


def show_links(ctx: PageContext, token: str = "", errors: Mapping[str, str] | None = None) -> Page:
    """Links for installers. A new one is shown once."""
    names = views.departments(ctx)
    rows = [
        _row(ctx, one)
        | {
            "for": ", ".join(
                word for word in (names.get(one.department, ""), one.area, ", ".join(one.things[:5])) if word
            ),
            "until": formats.moment(clock.parse(one.until), ctx.city.zone),
            "made": f"{formats.day(clock.parse(one.made_at), ctx.city.zone)}, {one.made_by}",
            "installed": one.installed,
        }
        for one in installers.every()
    ]
    link = ctx.url(f"/install/{token}") if token else ""
    asked = ("name", "days", "department", "area", "things")
    return _page(ctx, "links", errors, asked, rows=rows, link=link, longest=installers.LONGEST_DAYS)


def show_claims(ctx: PageContext, errors: Mapping[str, str] | None = None) -> Page:
    """Claim certificates, and the form for a new one."""
    rows = [
        _row(ctx, one)
        | {
            "short": one.id[:16],
            "quota": f"{one.used} / {one.quota}" if one.profile else t("Devices on the list"),
            "profile": one.profile,
            "until": formats.day(clock.parse(one.until), ctx.city.zone),
            "refused": one.refused,
            "last": _last(one.last_refused),
        }
        for one in claims.every()
    ]
    asked = ("name", "days", "profile", "quota", "department")
    return _page(ctx, "claims", errors, asked, rows=rows, profiles=_every_profile(ctx))


def _row(ctx: PageContext, one: Grant) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "live": one.is_live(ctx.now)}


def _page(
    ctx: PageContext, name: str, errors: Mapping[str, str] | None, asked: tuple[str, ...], **more: Any
) -> Page:
    """What is given out for a time, with the form for another; the form keeps what was typed wrong."""
    views.admin(ctx)
    return Page(
        f"devices/{name}.html",
        status=422 if errors else 200,
        section="devices",
        back=views.home(ctx),
        home=views.home(ctx),
        departments=views.departments(ctx),
        errors=dict(errors or {}),
        typed={field: ctx.value(field) for field in asked} if errors else {},
        **more,
    )


def _last(text: str) -> str:
    at, _, rest = text.partition("|")
    code, _, reason = rest.partition("|")
    return f"{code}: {t(reason)}" if at else ""


PAGES: dict[str, Callable[[PageContext], Page]] = {
    "add": show_add,
    "import": show_import,
    "links": show_links,
    "claims": show_claims,
}


def show(ctx: PageContext, page: str) -> Page:
    """One of the pages below the list."""
    if page not in PAGES:
        raise NotFound
    return PAGES[page](ctx)
