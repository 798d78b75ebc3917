"""What the page of keys shows and does. A new key is shown on the page that follows, once."""

from __future__ import annotations

from typing import Any

from functions.api import service, webhook_store, webhooks
from functions.api.domain import LIFETIMES, SCOPES, Key, Wanted
from functions.core import ids
from functions.core.errors import Invalid, NotFound
from functions.core.i18n import N_, language, pick, t
from functions.identity.domain import Staff
from functions.web import formats
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

KEY_STATES = {"live": N_("Valid"), "expired": N_("Expired"), "revoked": N_("Revoked")}
WEBHOOK_STATES = {
    "active": N_("Active"),
    "failing": N_("Switched off: it took no messages"),
    "key_gone": N_("Switched off: its key is gone"),
}


def _admin(ctx: PageContext) -> Staff:
    if ctx.staff is None or not ctx.staff.is_admin:
        raise NotFound
    return ctx.staff


def show(ctx: PageContext, typed: Wanted | None = None, errors: dict[str, str] | None = None) -> Page:
    """The page. Four calls at most."""
    staff = _admin(ctx)
    made = "" if typed else ctx.query.get("made", "")
    return Page(
        "console/api.html",
        status=422 if errors else 200,
        section="api",
        new_key=service.show_key(ctx, staff, made) if made.isalnum() else None,
        keys=[_key(ctx, key) for key in service.list_keys(staff)],
        webhooks=_webhooks(),
        scopes={scope: t(text) for scope, text in SCOPES.items()},
        departments=_departments(ctx),
        lifetimes=LIFETIMES,
        typed=typed or Wanted("", (), (), 0),
        errors=errors or {},
        address=f"/{ctx.city.id}/console/api",
        base=ctx.url("/api/v1"),
    )


def _webhooks() -> list[dict[str, str]]:
    return [
        {
            "id": one.id,
            "url": one.url,
            "note": one.note,
            "state": t(WEBHOOK_STATES[one.state]),
            "why": one.why,
        }
        for one in webhook_store.every()
    ]


def _departments(ctx: PageContext) -> dict[str, str]:
    return {name: str(pick(one["names"])) for name, one in ctx.city.config["departments"].items()}


def _listed(words: list[str]) -> str:
    return ("、" if language() == "zh-Hans" else ", ").join(words)


def _key(ctx: PageContext, key: Key) -> dict[str, Any]:
    names = _departments(ctx)
    return {
        "id": key.id,
        "name": key.actor.id,
        "may": _listed([t(SCOPES[scope]) for scope in key.scopes if scope in SCOPES]),
        "departments": _listed([names.get(one, one) for one in key.departments]),
        "made": f"{formats.day(key.made_at, ctx.city.zone)}, {key.made_by}",
        "until": formats.day(key.expires_at, ctx.city.zone),
        "used": formats.day(key.last_used) if key.last_used else t("Never"),
        "state": t(KEY_STATES[key.state(ctx.now)]),
        "live": key.state(ctx.now) == "live",
    }


def change(ctx: PageContext) -> Page | Redirect:
    """Carry out the form that was sent."""
    staff, home = _admin(ctx), f"/{ctx.city.id}/console/api"
    subject = ctx.value("id")
    if not subject:
        return _make(ctx, staff, home)
    if not ids.is_id(subject):
        raise NotFound
    if ctx.value("action") == "remove":
        webhooks.remove(ctx, subject)
    else:
        service.revoke_key(ctx, staff, subject)
    return Redirect(home)


def _make(ctx: PageContext, staff: Staff, home: str) -> Page | Redirect:
    days = ctx.value("days")
    wanted = Wanted(
        ctx.value("name"),
        tuple(ctx.form.get("scopes", ())),
        tuple(ctx.form.get("departments", ())),
        int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
    )
    try:
        made = service.make_key(ctx, staff, wanted)
    except Invalid as problem:
        return show(ctx, wanted, problem.fields)
    return Redirect(f"{home}?made={made}")
