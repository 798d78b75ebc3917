"""The guide page of a service."""

from __future__ import annotations

from urllib.parse import urlsplit

from functions.services import guide as words
from functions.services import terms
from functions.services.availability import STOPPED, checkable, gated, state_of
from functions.services.domain import Service
from functions.web.request import PageContext
from functions.web.responses import Page


def guide(ctx: PageContext, service: Service) -> Page:
    """Everything a person may want to know before they begin."""
    from functions.services.linked_data import embedded

    about = service.raw["service"]
    return Page(
        "services/start.html",
        service=service,
        raw=service.raw,
        about=about,
        state=state_of(ctx, service),
        stopped=STOPPED,
        host=urlsplit(service.link["url"]).hostname if service.link else "",
        channels=[one for one in terms.CHANNELS if about["channels"][one]],
        gate=gated(service),
        checkable=checkable(service),
        told=words.told(service, ctx.city),
        department=ctx.city.department(service.department) if not service.link else None,
        words=words,
        terms=terms,
        linked_data=embedded(ctx, service),
        section="services",
        back=f"/{ctx.city.id}/services",
    )
