"""The guide page says every element of an item, in both languages, with the state of today; what cannot be
used is shown with its dates instead of hidden."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from chalice.test import Client

from functions.core.i18n import t, use_language
from functions.services.availability import availability
from functions.services.domain import Service
from functions.services.terms import ELEMENTS
from tests.builders import both
from tests.cases.browser import Browser
from tests.services.guide_world import heat_help, offering, passport, residence
from tests.world import World

GUIDE = "/oakville/services/heat-help"
LANGUAGES = ("en", "zh-Hans")


Open = Callable[..., Browser]


@pytest.fixture
def open_page(client: Client, towns: World) -> Open:
    """Opens an address of cities that offer some services."""

    def opened(address: str, *services: dict[str, Any], lang: str = "en") -> Browser:
        with offering(*services):
            return Browser(client, towns, {"lang": lang}).get(address)

    return opened


def text_of(browser: Browser) -> str:
    """What the page says, on one line."""
    return " ".join(browser.page.main.get_text(" ", strip=True).split())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_element_has_its_official_heading(open_page: Open, lang: str) -> None:
    page = open_page(GUIDE, heat_help(), lang=lang).page
    headings = {one.get_text(strip=True) for one in page.main.find_all(["h2", "dt"])}
    with use_language(lang):
        assert {t(name) for name in ELEMENTS.values()} - headings == set()


@pytest.mark.parametrize(
    "words",
    [
        "Handling: $12.50", "Nothing for tenants.", "By size: depends on your answers", "Fee list, line 3",
        "We decide within 10 working days.", "The law allows 20 working days.", "section 5 (demo)",
        "You come to us once. We look at the original.", "Heating rules (demo)", "section 4",
        "Decision on help", "Money on your account.", "180 days", "Energy office (demo)", "200 households",
        "At the counter", "2 Warm Street", "Mondays 9 to 12", "heat@oakville.example", "Can I get it twice?",
        "Once a winter.", "Write to the council (demo).", "Appeals board (demo)", "You have 30 days.",
        "Every page, signed.", "when the landlord is the city", "It may follow later.", "L-7",
        "Have your last bill at hand.", "Who will be told", "You, when something happens with it",
    ],
)  # fmt: skip
def test_the_guide_says_everything_that_the_definition_knows(open_page: Open, words: str) -> None:
    assert words in text_of(open_page(GUIDE, heat_help()))


def test_what_a_service_leaves_out_comes_from_the_city_and_its_country(open_page: Open) -> None:
    text = text_of(open_page("/qinghe/services/residence-certificate", residence(), lang="zh-Hans"))
    assert "12345" in text and "申请行政复议" in text, "the country's complaint and appeal routes"
    assert "清河" in text and "免费" in text and "无需到现场" in text


def test_a_link_only_entry_says_where_it_leads_and_has_no_start(open_page: Open) -> None:
    browser = open_page("/oakville/services/passport", passport())
    text = text_of(browser)
    assert "Passport office (demo) offers this service" in text and "passports.example" in text
    assert browser.page.find("a", href="https://passports.example/apply")
    assert not browser.page.find("form", id="form") and "Free" not in text
    assert not browser.page.find("a", href="/oakville/services/passport/need")


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"status": "paused"}, "This service is paused at the moment"),
        (
            {"status": "closed", "status_note": both("Come back in spring.", "请春季再来。")},
            "Come back in spring.",
        ),
        ({"status": "seasonal", "opens": "12-01", "closes": "02-28"}, "You can apply from 1 December 2026."),
        ({"channels": {"online": False}}, "This service cannot be used online"),
    ],
)
def test_what_cannot_be_used_says_so_and_from_when(
    open_page: Open, about: dict[str, Any], words: str
) -> None:
    service = heat_help(service=about)
    browser = open_page(GUIDE, service)
    assert words in text_of(browser) and browser.page.find("form", id="form") is None
    assert "Help with heating costs" in text_of(open_page("/oakville/services", service))


def test_a_start_that_was_posted_anyway_is_refused_in_words(client: Client, towns: World) -> None:
    with offering(heat_help()):
        browser = Browser(client, towns).get(GUIDE)
        sent = browser.values()
    with offering(heat_help(service={"status": "paused"})):
        late = browser.post(GUIDE, sent)
    assert late.status == 409 and "This service is paused at the moment" in text_of(late)


def test_an_open_season_says_until_when(open_page: Open) -> None:
    service = heat_help(service={"status": "seasonal", "opens": "11-01", "closes": "03-15"})
    browser = open_page(GUIDE, service)
    assert "You can apply until 15 March 2027." in text_of(browser)
    assert browser.page.find("form", id="form")


SEASON = {"status": "seasonal", "opens": "11-15", "closes": "02-29"}


@pytest.mark.parametrize(
    ("day", "state", "opens", "closes"),
    [
        (date(2026, 11, 14), "out_of_season", date(2026, 11, 15), None),
        (date(2026, 11, 15), "open", None, date(2027, 2, 28)),
        (date(2027, 2, 28), "open", None, date(2027, 2, 28)),
        (date(2028, 2, 29), "open", None, date(2028, 2, 29)),
        (date(2027, 3, 1), "out_of_season", date(2027, 11, 15), None),
    ],
)
def test_a_season_may_cross_the_year_and_end_in_february(
    day: date, state: str, opens: date | None, closes: date | None
) -> None:
    found = availability(Service(heat_help(service=SEASON)), day)
    assert (found.state, found.opens, found.closes) == (state, opens, closes)


def test_the_home_page_leads_by_words_and_by_life_event(open_page: Open) -> None:
    browser = open_page("/oakville", residence(), heat_help(), passport())
    assert browser.page.find("form", role="search")["action"] == "/oakville/services"
    links = [one["href"] for one in browser.page.select(".townkit-events a")]
    assert links == [
        "/oakville/services?event=home", "/oakville/services?event=moving", "/oakville/services?event=money",
    ]  # fmt: skip
    assert not browser.page.select(".townkit-audience"), "one audience is no choice"
    both_kinds = heat_help(service={"audience": ["person", "organisation"]})
    links = open_page("/oakville", both_kinds).page.select(".townkit-audience")
    assert links[1]["href"] == "/oakville/services?audience=organisation"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=fuel", ["Help with heating costs"]),
        ("event=money", ["Help with heating costs"]),
        ("event=moving&audience=person", ["Passport"]),
        ("audience=organisation", []),
        ("q=passport&event=home", []),
        ("event=nonsense", ["Certificate of residence", "Help with heating costs", "Passport"]),
    ],
)
def test_words_life_event_and_audience_narrow_the_list(open_page: Open, query: str, names: list[str]) -> None:
    browser = open_page(f"/oakville/services?{query}", residence(), heat_help(), passport())
    assert [one.get_text(strip=True) for one in browser.page.select(".townkit-card a")] == names


def test_who_finds_nothing_is_helped_on(open_page: Open) -> None:
    complaint = residence()
    complaint["service"]["id"] = complaint["template"] = "complaint"
    browser = open_page("/oakville/services?q=heating&event=moving", complaint, heat_help())
    hrefs = [one["href"] for one in browser.page.main.find_all("a")]
    assert "/oakville/services?q=heating" in hrefs, "the same words without the choices"
    assert "/oakville/contact" in hrefs and "/oakville/services/complaint" in hrefs


def test_what_was_typed_is_shown_again_and_never_as_html(open_page: Open) -> None:
    browser = open_page("/oakville/services?q=%3Cb%3Ebold", residence())
    assert browser.page.find("input", id="q")["value"] == "<b>bold"
    assert browser.page.main.find("b") is None


def test_a_search_of_ten_thousand_letters_is_cut_not_refused(open_page: Open) -> None:
    assert open_page(f"/oakville/services?q={'parking' * 1500}", residence()).status == 200
