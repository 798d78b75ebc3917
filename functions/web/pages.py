"""Pages that every city has: home and the five legal pages of each footer; and the list of cities."""

from __future__ import annotations

from typing import Any

from functions.core.errors import NotFound
from functions.core.i18n import pick_with_language
from functions.web import assets, logos
from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page, Text

bp = CityBlueprint(__name__)
SHOWN_AT_HOME = 12
# The last part of the address -> the text of the compiled configuration's `legal`.
LEGAL_PAGES = {
    "privacy": "privacy",
    "accessibility": "accessibility",
    "terms": "terms",
    "contact": "contact",
    "status-of-services": "status",
}


@bp.page("/", access="platform")
def start(ctx: PageContext) -> Page:
    """The cities that are live on this installation, by name."""
    from functions.tenancy.registry import live_city_names

    return Page("home/start.html", cities=[city_card(*city) for city in live_city_names()])


@bp.page("/{city}", access="public")
def home(ctx: PageContext) -> Page:
    """What the city offers online."""
    from functions.services import finder_views

    every = finder_views.services_of(ctx)
    shown = every[:SHOWN_AT_HOME]
    return Page(
        "home/city.html",
        services=finder_views.cards(ctx, shown),
        more=len(every) if len(every) > len(shown) else 0,
        events=finder_views.life_events(every),
        audiences=finder_views.audiences(every),
        section="home",
    )


@bp.page("/{city}/logo.svg", access="public")
def logo(ctx: PageContext) -> Text:
    """The city's drawn logo; the address carries its digest, so it may be kept for ever."""
    body = logos.svg(ctx.city.config.get("logo"))
    if body is None:
        raise NotFound
    return Text(
        body, logos.SVG, headers={"Cache-Control": assets.FOREVER, "Content-Security-Policy": logos.POLICY}
    )


@bp.page("/{city}/privacy", access="public")
def privacy(ctx: PageContext) -> Page:
    """Who answers for personal data, why it is kept and for how long."""
    return legal_page(ctx, "privacy")


@bp.page("/{city}/accessibility", access="public")
def accessibility(ctx: PageContext) -> Page:
    """The accessibility statement."""
    return legal_page(ctx, "accessibility")


@bp.page("/{city}/terms", access="public")
def terms(ctx: PageContext) -> Page:
    """Terms of use and who publishes the pages."""
    return legal_page(ctx, "terms")


@bp.page("/{city}/contact", access="public")
def contact(ctx: PageContext) -> Page:
    """How to reach people."""
    return legal_page(ctx, "contact")


@bp.page("/{city}/status-of-services", access="public")
def status_of_services(ctx: PageContext) -> Page:
    """Which services can be used now."""
    return legal_page(ctx, "status", "legal/status.html", services=service_cards(ctx))


@bp.page("/{city}/{rest+}", access="public")
def nothing(ctx: PageContext) -> Page:
    """Any other address: a page in the city's language, not the gateway's own message."""
    raise NotFound


def legal_page(ctx: PageContext, name: str, template: str = "legal/page.html", **data: Any) -> Page:
    """A page of structured text from the configuration; marked when it exists in another language only."""
    text, lang = pick_with_language(ctx.city.config["legal"][name], ctx.lang)
    return Page(template, text=text, text_lang=lang, **data)


def service_cards(ctx: PageContext) -> list[dict[str, Any]]:
    """`{id, name, summary, status, note}` of each service, in the file's order."""
    from functions.services import finder_views

    return finder_views.cards(ctx, finder_views.services_of(ctx))


def city_card(id: str, names: dict[str, str], languages: list[str]) -> dict[str, Any]:
    """`{id, names}`, the names as (text, language) in the order of the city's languages."""
    return {"id": id, "names": [(names[lang], lang) for lang in languages if lang in names]}
