"""The page of sources. A new secret is shown on the page that follows, once."""

from __future__ import annotations

from typing import Any

from functions.core import clock, ids
from functions.core.errors import Invalid, NotFound
from functions.core.i18n import N_, t
from functions.identity.domain import Staff
from functions.sensing.sources import domain, service, store
from functions.sensing.sources.domain import KINDS, Source
from functions.sensing.sources.store import Day
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

DAYS = 7
FIELDS = ("name", "kind", "mapping")
HEADERS = {
    domain.TTS: "Authorization: Bearer",
    domain.CHIRPSTACK: "Authorization: Bearer",
    domain.VENDOR: "webhook-id, webhook-timestamp, webhook-signature",
}


def _admin(ctx: PageContext) -> Staff:
    if ctx.staff is None or not ctx.staff.is_admin:
        raise NotFound
    return ctx.staff


def show(ctx: PageContext, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None) -> Page:
    """The page. Three calls, four with a new secret."""
    staff = _admin(ctx)
    made = "" if typed else ctx.query.get("made", "")
    secret = service.show_secret(ctx, staff, made) if ids.is_id(made) else None
    sources = store.every()
    days = store.days(sources, service.recent_days(ctx, DAYS)) if sources else {}
    rows = [_row(ctx, one, days.get(one.id, [])) for one in sources]
    return Page(
        "sensors/sources.html",
        status=422 if errors else 200,
        section="devices",
        back=f"/{ctx.city.id}/console/devices",
        secret=secret,
        made=next((row for row in rows if row["id"] == made), None) if secret else None,
        sources=rows,
        kinds={kind: t(text) for kind, text in KINDS.items()},
        mappings=list(service.mappings()),
        typed=typed or dict.fromkeys(FIELDS, ""),
        errors=errors or {},
        days=DAYS,
        address=f"/{ctx.city.id}/console/sources",
    )


def _row(ctx: PageContext, source: Source, days: list[Day]) -> dict[str, Any]:
    kind = t(KINDS[source.kind])
    return {
        "id": source.id,
        "name": source.name,
        "kind": f"{kind}: {source.mapping}" if source.mapping else kind,
        "address": ctx.url(f"/ingest/{source.id}"),
        "header": HEADERS[source.kind],
        "state": t(N_("Revoked")) if source.revoked_at else t(N_("Active")),
        "live": not source.revoked_at,
        "overlap": source.overlap_until
        if not source.revoked_at and source.overlap_until > clock.iso(ctx.now)
        else "",
        "taken": sum(day.taken for day in days),
        "refused": sum(day.refused for day in days),
        "last": max((day.last for day in days), default=""),
    }


def change(ctx: PageContext) -> Page | Redirect:
    """Carry out the form that was sent."""
    staff, home = _admin(ctx), f"/{ctx.city.id}/console/sources"
    subject, action = ctx.value("id"), ctx.value("action")
    if not subject:
        return _make(ctx, staff, home)
    if not ids.is_id(subject):
        raise NotFound
    if action == "renew":
        service.renew(ctx, staff, subject)
        return Redirect(f"{home}?made={subject}")
    service.revoke(ctx, staff, subject)
    return Redirect(home)


def _make(ctx: PageContext, staff: Staff, home: str) -> Page | Redirect:
    typed = {name: ctx.value(name) for name in FIELDS}
    try:
        made = service.make(ctx, staff, **typed)
    except Invalid as problem:
        return show(ctx, typed, problem.fields)
    return Redirect(f"{home}?made={made}")
