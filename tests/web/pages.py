"""What the tests of the web edge share: contexts of the invented cities, and pages as parsed documents."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from bs4 import BeautifulSoup

from functions.core.context import Actor
from functions.web.rendering import render
from functions.web.request import PageContext
from tests.builders import make_city
from tests.world import NOW

LANGUAGES = ("en", "zh-Hans")


def make_context(city_id: str | None = "oakville", lang: str = "en", **changes: Any) -> PageContext:
    """A request context; `city_id` None is a page of the installation itself."""
    city = make_city(city_id) if city_id else None
    given = {
        "city": city,
        "actor": Actor("citizen", "anyone"),
        "lang": lang,
        "now": NOW,
        "request_id": "request-1",
    }
    return PageContext(**{**given, "path": f"/{city_id or ''}", **changes})


def parse(html: str) -> BeautifulSoup:
    """The document as a browser without scripts would see it."""
    return BeautifulSoup(html, "html.parser")


def page(template: str, ctx: PageContext | None = None, **data: Any) -> BeautifulSoup:
    """A rendered and parsed page."""
    return parse(render(template, ctx or make_context(), **data))


def check_structure(document: BeautifulSoup, lang: str) -> None:
    """What every page must have; raises AssertionError naming what is missing."""
    assert document.html["lang"] == lang
    title = document.title.get_text(strip=True)
    assert title and not title.startswith("-"), "a page needs a title"
    assert len(document.find_all("h1")) == 1, "exactly one h1"
    assert len(document.find_all("main")) == 1 and document.main["id"] == "main-content"
    assert document.find("a", class_="govuk-skip-link")["href"] == "#main-content"
    ids = [element["id"] for element in document.find_all(id=True)]
    assert len(ids) == len(set(ids)), "ids are unique"
    levels = [int(heading.name[1]) for heading in document.main.find_all(["h1", "h2", "h3", "h4"])]
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    for script in document.find_all("script"):
        if script.get("type") != "application/ld+json":  # data, which no browser runs
            assert script.get("src") and not script.string, "no inline scripts"
    assert not document.find_all(style=True), "no style attributes"
    assert "None" not in document.main.get_text(), "a missing value was printed"
