"""The pages that every city has, on the deployed stack, in a browser."""

from __future__ import annotations

import pytest

from tests.e2e.a11y import PHONE, assert_accessible, assert_accessible_on_a_phone

CITIES = {"oakville": ("en", "zh-Hans"), "qinghe": ("zh-Hans", "en")}
FOOTER = ["contact", "privacy", "accessibility", "terms", "status-of-services"]
LINKS = "links => links.map(link => link.getAttribute('href'))"
ADDRESSES = "links => links.map(link => new URL(link.getAttribute('href'), location.href).href.split('#')[0])"


# Guides of all services come of one template; these stand for the others (a gate, advice, nothing to ask).
SERVICES = ("parking-card", "social-assistance", "residence-certificate")


def worth_a_visit(path: str) -> bool:
    """A page, not data; of the services only some."""
    parts = path.strip("/").split("/")
    many = len(parts) > 1 and parts[0] == "services" and parts[1] not in SERVICES
    return not path.endswith(".json") and not many


def crawl(page, start: str):
    """Open every page of a city that links lead to, except the console; yields each path while open."""
    waiting, seen = [start], {start}
    while waiting:
        path = waiting.pop(0)
        answer = page.goto(path)
        assert answer.status == 200, path
        yield path
        for address in page.locator("a").evaluate_all(ADDRESSES):
            if (
                address.startswith(start)
                and "?" not in address
                and "/console" not in address
                and worth_a_visit(address.removeprefix(start))
                and address not in seen
            ):
                seen.add(address)
                waiting.append(address)


@pytest.mark.e2e
@pytest.mark.parametrize(("city", "lang"), [(city, lang) for city, langs in CITIES.items() for lang in langs])
def test_every_public_page_is_accessible_in_both_languages(stack, page, city, lang):
    page.goto(f"{stack.url}/{city}?lang={lang}")
    check = assert_accessible if lang == CITIES[city][0] else assert_accessible_on_a_phone
    found = []
    for path in crawl(page, f"{stack.url}/{city}"):
        assert page.locator("html").get_attribute("lang") == lang
        check(page)
        assert page.locator("footer a").evaluate_all(LINKS) == [f"/{city}/{target}" for target in FOOTER]
        found.append(path.removeprefix(f"{stack.url}/{city}"))
    expected = {"", "/services", "/status", "/sensors", *(f"/services/{name}/need" for name in SERVICES)}
    assert expected | {f"/{target}" for target in FOOTER} <= set(found)


@pytest.mark.e2e
def test_the_start_page_leads_to_every_city(stack, page):
    page.goto(stack.url)
    assert_accessible(page)
    for city in CITIES:
        page.goto(stack.url)
        page.locator(f'main a[href="/{city}"]').click()
        page.wait_for_url(f"{stack.url}/{city}")


@pytest.mark.e2e
@pytest.mark.parametrize("path", ["/nowhere", "/oakville/nothing/here", "/qinghe/services/unknown"])
def test_a_wrong_address_gives_an_accessible_page(stack, page, path):
    answer = page.goto(f"{stack.url}{path}")
    assert answer.status == 404
    assert_accessible(page)


@pytest.mark.e2e
def test_the_language_is_kept_from_page_to_page_and_nothing_else_is_stored(stack, page):
    page.goto(f"{stack.url}/oakville/contact")
    assert page.context.cookies() == []
    page.locator(".townkit-languages a").click()
    page.wait_for_function("document.documentElement.lang === 'zh-Hans'")
    assert page.url == f"{stack.url}/oakville/contact"
    page.goto(f"{stack.url}/oakville")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    (cookie,) = page.context.cookies()
    assert cookie["name"] == "lang" and cookie["httpOnly"] and cookie["sameSite"] == "Lax"


@pytest.mark.e2e
def test_pages_obey_their_own_security_policy_and_load_everything(stack, page):
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("requestfailed", lambda request: problems.append(request.url))
    page.on("response", lambda answer: answer.ok or problems.append(f"{answer.status} {answer.url}"))
    for city in CITIES:
        page.goto(f"{stack.url}/{city}")
        page.wait_for_load_state("networkidle")
    assert problems == []


@pytest.mark.e2e
def test_a_first_visit_on_a_phone_is_small(stack, page):
    page.set_viewport_size(PHONE)
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(sum(
        request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize"))
    ))  # fmt: skip
    page.goto(f"{stack.url}/oakville")
    page.wait_for_load_state("networkidle")
    assert len(sizes) >= 4 and sum(sizes) < 100_000, sizes


@pytest.mark.e2e
def test_the_skip_link_leads_past_the_menu(stack, page):
    page.goto(f"{stack.url}/oakville")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
