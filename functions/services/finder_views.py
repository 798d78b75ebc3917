"""The page that finds a service: words, a life event, for whom; and what helps when nothing fits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from functions.core.i18n import N_, pick, t
from functions.services.availability import Availability, availability, city_day
from functions.services.domain import Service
from functions.services.finder import MAX_QUERY, search
from functions.services.terms import AUDIENCES, LIFE_EVENTS
from functions.web import formats
from functions.web.request import PageContext
from functions.web.responses import Page

NOTES = {
    "paused": N_("Paused at the moment"),
    "closed": N_("Closed at the moment"),
    "not_online": N_("Not online"),
}
COMPLAINT = "complaint"  # the template that takes complaints and suggestions


def services_of(ctx: PageContext) -> list[Service]:
    """Every service of the city, in the order of its file."""
    return [Service(raw, key) for key, raw in ctx.city.config.get("services", {}).items()]


def find_page(ctx: PageContext) -> Page:
    """All services, or those that fit what was asked for; the address can be shared."""
    query = ctx.query.get("q", "").strip()[:MAX_QUERY]
    event = _known(ctx.query.get("event", ""), LIFE_EVENTS)
    audience = _known(ctx.query.get("audience", ""), AUDIENCES)
    every = services_of(ctx)
    worded = _by_words(ctx, every, query)
    found = [one for one in worded if _fits(one, event, audience)]
    return Page(
        "services/list.html",
        query=query,
        event=event,
        audience=audience,
        services=cards(ctx, found),
        events=life_events(every),
        audiences=AUDIENCES,
        event_names=LIFE_EVENTS,
        asked=bool(query or event or audience),
        without_filters=0 if found else len(worded if query else ()),
        helpful=cards(ctx, [] if found else _helpful(every)),
        section="services",
        back=f"/{ctx.city.id}",
    )


def cards(ctx: PageContext, services: Iterable[Service]) -> list[dict[str, Any]]:
    """What a list shows of each service: `{id, name, summary, status, note}`; `status` is open, paused or
    closed today, `note` what is to be said about that."""
    day = city_day(ctx.city, ctx.now)
    return [_card(one, availability(one, day)) for one in services]


def _card(service: Service, state: Availability) -> dict[str, Any]:
    about = service.raw["service"]
    usable = state.state in ("open", "elsewhere")
    return {
        "id": service.id,
        "name": about["name"],
        "summary": about["summary"],
        "status": "open" if usable else "paused" if state.state == "paused" else "closed",
        "note": _note(service, state),
    }


def _note(service: Service, state: Availability) -> str:
    if state.state == "elsewhere" and service.link:
        return t("On another website: %(provider)s", provider=pick(service.link["provider"]))
    if state.opens:
        return t("You can apply from %(date)s.", date=formats.day(state.opens))
    if state.closes:
        return t("You can apply until %(date)s.", date=formats.day(state.closes))
    return t(NOTES[state.state]) if state.state in NOTES else ""


def life_events(services: Iterable[Service]) -> list[tuple[str, str, int]]:
    """(id, message id of its name, number of services) of each life event that the city serves."""
    counts = dict.fromkeys(LIFE_EVENTS, 0)
    for one in services:
        for event in one.raw["service"].get("life_events") or ():
            counts[event] += 1
    return [(event, LIFE_EVENTS[event], number) for event, number in counts.items() if number]


def audiences(services: Iterable[Service]) -> list[tuple[str, str]]:
    """(id, message id) of whom the city serves; empty when it is one kind only."""
    served = {one for service in services for one in service.raw["service"]["audience"]}
    return [(one, name) for one, name in AUDIENCES.items() if one in served] if len(served) > 1 else []


def _known(value: str, choices: Iterable[str]) -> str:
    return value if value in choices else ""


def _by_words(ctx: PageContext, every: list[Service], query: str) -> list[Service]:
    if not query:
        return every
    by_id = {one.id: one for one in every}
    hits = search(ctx.city.config.get("finder") or {}, query)
    return [by_id[hit.service] for hit in hits if hit.service in by_id]


def _fits(service: Service, event: str, audience: str) -> bool:
    about = service.raw["service"]
    return (not event or event in (about.get("life_events") or ())) and (
        not audience or audience in about["audience"]
    )


def _helpful(every: list[Service]) -> list[Service]:
    """Where a person can say what they were looking for: the city's own service for complaints and
    suggestions."""
    return [one for one in every if one.raw.get("template", one.id) == COMPLAINT][:1]
