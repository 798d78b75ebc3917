"""The edge through Chalice: what a browser gets for good and for bad requests."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from chalice import Chalice
from chalice.test import Client

from functions.core import errors
from functions.tenancy import registry
from functions.web import blueprint, pages
from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Json, Page, Redirect
from tests.builders import CITY_IDS, city_config
from tests.web.pages import check_structure, parse
from tests.world import World, two_cities

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PROBLEMS = {
    "404": errors.NotFound, "403": errors.Forbidden, "409": errors.Conflict, "422": errors.Invalid,
    "429": errors.RateLimited, "503": errors.Unavailable, "500": ZeroDivisionError,
}  # fmt: skip


def trial(ctx: PageContext) -> Page | Redirect:
    """A page with a form: a POST redirects."""
    if ctx.method == "POST":
        return Redirect(f"/{ctx.city.id}/done?{ctx.value('name')}")
    return Page("home/city.html", services=[{"id": ctx.csrf, "name": "x", "summary": None, "status": "open"}])


def problem(ctx: PageContext, status: str) -> Json:
    """Ends badly."""
    raise PROBLEMS[status]


def trial_routes() -> CityBlueprint:
    """A new Blueprint each time, since Chalice forgets a route's methods when it is registered again."""
    made = CityBlueprint("tests.web.test_routes")
    made.page("/{city}/trial", methods=("GET", "POST"), access="public")(trial)
    made.page("/{city}/trial/problem/{status}", access="public")(problem)
    return made


@pytest.fixture(scope="module")
def towns() -> Iterator[World]:
    """The two cities, made once: nothing here is written to them."""
    with two_cities({city_id: city_config(city_id) for city_id in CITY_IDS}) as made:
        yield made


@pytest.fixture
def client(towns: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A browser in front of the two cities."""
    cities = {city.id: city for city in (towns.oakville, towns.qinghe)}
    names = [(city.id, city.config["names"], city.languages) for city in cities.values()]
    monkeypatch.setattr(registry, "find_city", cities.get)
    monkeypatch.setattr(registry, "live_city_names", lambda: names)
    monkeypatch.setattr(blueprint, "ROUTES", [])
    app = Chalice(app_name="trial")
    app.register_blueprint(pages.bp)
    app.register_blueprint(trial_routes())
    with Client(app) as made:
        yield made


def get(client: Client, path: str, **headers: str):
    """A GET; header names are written with underscores."""
    return client.http.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def cookie_of(response) -> str:
    """The cookies of an answer, as the browser sends them back."""
    lines = response.headers.get("Set-Cookie", [])
    return "; ".join(line.split(";")[0] for line in ([lines] if isinstance(lines, str) else lines))


@pytest.mark.parametrize("address", ["", *[f"/{name}" for name in pages.LEGAL_PAGES]])
def test_public_pages_answer_in_the_citys_own_language(client, address):
    for city, lang in (("oakville", "en"), ("qinghe", "zh-Hans")):
        response = get(client, f"/{city}{address}")
        assert response.status_code == 200
        check_structure(parse(response.body.decode()), lang)


def test_the_browsers_language_counts_when_the_city_offers_it(client):
    assert 'lang="en"' in get(client, "/qinghe", Accept_Language="en-US,en").body.decode()
    assert 'lang="zh-Hans"' in get(client, "/qinghe", Accept_Language="fr").body.decode()


def test_a_chosen_language_is_remembered_and_wins(client):
    chosen = get(client, "/oakville/privacy?lang=zh-Hans", Accept_Language="en")
    assert chosen.status_code == 303 and chosen.headers["Location"] == "/oakville/privacy"
    shown = get(client, "/oakville/privacy", Accept_Language="en", Cookie=cookie_of(chosen))
    assert '<html lang="zh-Hans"' in shown.body.decode()


def test_a_page_that_nobody_acted_on_sets_no_cookie(client):
    assert "Set-Cookie" not in get(client, "/oakville").headers


def test_the_start_page_lists_the_cities(client):
    links = [link["href"] for link in parse(get(client, "/").body.decode()).main.find_all("a")]
    assert links == ["/oakville", "/qinghe"]


def test_an_unknown_city_is_a_page_that_says_so(client):
    response = get(client, "/nowhere/privacy", Accept_Language="en")
    assert response.status_code == 404 and "Page not found" in response.body.decode()
    assert "找不到页面" in get(client, "/nowhere/privacy", Accept_Language="zh-CN").body.decode()


def test_an_address_that_nothing_answers_is_a_page_of_the_city(client):
    response = get(client, "/qinghe/no-such-page")
    assert response.status_code == 404
    check_structure(parse(response.body.decode()), "zh-Hans")


@pytest.mark.parametrize("status", PROBLEMS)
@pytest.mark.parametrize(("city", "lang"), [("oakville", "en"), ("qinghe", "zh-Hans")])
def test_errors_are_pages_in_the_citys_language(client, status, city, lang):
    response = get(client, f"/{city}/trial/problem/{status}")
    assert response.status_code == int(status)
    document = parse(response.body.decode())
    check_structure(document, lang)
    assert bool(re.search("[\u4e00-\u9fff]", document.h1.get_text())) is (lang == "zh-Hans")
    assert f"/{city}/contact" in [link["href"] for link in document.main.find_all("a")]


def test_errors_are_json_for_programs(client):
    answer = get(client, "/oakville/trial/problem/429", Accept="application/json")
    assert answer.status_code == 429 and answer.headers["Retry-After"] == "60"
    assert set(answer.json_body) == {"code", "message", "request_id"}


def test_a_fault_of_ours_tells_its_number_and_nothing_else(client):
    body = get(client, "/oakville/trial/problem/500").body.decode()
    assert "ZeroDivision" not in body and "Traceback" not in body


def test_a_form_needs_the_token_of_its_session(client):
    shown = get(client, "/oakville/trial")
    token = (
        parse(shown.body.decode()).find("a", href=lambda to: "/services/" in to)["href"].rpartition("/")[2]
    )
    cookie = cookie_of(shown)

    def post(path: str, token: str, cookie: str) -> int:
        headers = {**FORM, "Cookie": cookie}
        return client.http.post(path, headers=headers, body=f"_csrf={token}&name=x".encode()).status_code

    assert post("/oakville/trial", token, cookie) == 303
    assert post("/oakville/trial", token, "") == 403
    assert post("/oakville/trial", "", cookie) == 403
    assert post("/qinghe/trial", token, cookie.replace("oakville", "qinghe")) == 403


def test_every_answer_carries_the_security_headers(client):
    for path in ("/", "/oakville", "/oakville/trial/problem/500", "/nowhere"):
        headers = get(client, path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff"
