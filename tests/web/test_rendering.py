"""Pages: every one in every language, complete, escaped, strict about what is missing."""

from __future__ import annotations

import re

import pytest
from jinja2 import UndefinedError

from functions.core import errors, i18n
from functions.web import pages as views
from functions.web.rendering import environment, render, render_error, source_loader
from tests.builders import make_city
from tests.web.pages import LANGUAGES, check_structure, make_context, page, parse

ERRORS = [
    errors.NotFound(), errors.Forbidden(), errors.Conflict(), errors.Invalid(), errors.RateLimited(),
    errors.TownkitError(), errors.Unavailable(),
]  # fmt: skip
FOOTER = ["contact", "privacy", "accessibility", "terms", "status-of-services"]


def every_page(lang: str):
    """(name, html) of each page that this feature owns, for both cities and the installation itself."""
    platform = make_context(None, lang)
    made = [make_city(id) for id in ("oakville", "qinghe")]
    cities = [views.city_card(city.id, city.config["names"], city.languages) for city in made]
    yield "/", render("home/start.html", platform, cities=cities)
    yield "/ without cities", render("home/start.html", platform, cities=[])
    for city_id in ("oakville", "qinghe"):
        ctx = make_context(city_id, lang)
        yield f"/{city_id}", render("home/city.html", ctx, services=views.service_cards(ctx))
        for address in views.LEGAL_PAGES:
            shown = getattr(views, address.replace("-", "_"))(ctx)
            yield f"/{city_id}/{address}", render(shown.template, ctx, **shown.data)
    for ctx in (make_context("qinghe", lang), platform):
        for error in ERRORS:
            with i18n.use_language(lang):
                yield f"error {error.status}", render_error(error, i18n.t(error.message), ctx)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_renders_in_every_language(lang):
    for name, html in every_page(lang):
        document = parse(html)
        check_structure(document, lang)
        assert bool(re.search("[\u4e00-\u9fff]", document.h1.get_text())) is (lang == "zh-Hans"), name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_is_linked_in_the_same_order_on_every_page_of_every_city(lang):
    for name, html in every_page(lang):
        if name == "/" or name.startswith(("/ ", "error")):
            continue
        city = name.split("/")[1]
        links = [link["href"] for link in parse(html).footer.find_all("a")]
        assert links == [f"/{city}/{target}" for target in FOOTER], name


def test_the_language_switch_offers_the_citys_languages_in_their_own_words():
    links = page("home/city.html", services=[]).find("nav", class_="townkit-languages").find_all("a")
    assert [(link["href"], link["lang"], link.get_text()) for link in links] == [
        ("?lang=zh-Hans", "zh-Hans", "简体中文")
    ]


def test_a_city_with_one_language_has_no_switch():
    ctx = make_context()
    ctx.city = make_city("oakville", languages=["en"], version=77)
    assert not page("home/city.html", ctx, services=[]).find("nav", class_="townkit-languages")


def test_a_demo_city_says_so_and_another_does_not():
    ctx = make_context()
    ctx.city = make_city("oakville", demo=False, version=78)
    assert page("home/city.html", services=[]).find(class_="govuk-phase-banner")
    assert not page("home/city.html", ctx, services=[]).find(class_="govuk-phase-banner")


def test_the_frame_is_the_citys_own():
    oakville = render("home/city.html", make_context("oakville"), services=[])
    qinghe = render("home/city.html", make_context("qinghe"), services=[])
    assert "#1f5c3d" in oakville and "#1f5c3d" not in qinghe
    assert "/qinghe" not in oakville and "/oakville" not in qinghe


def test_a_new_configuration_gives_a_new_frame():
    ctx = make_context()
    render("home/city.html", ctx, services=[])
    ctx.city = make_city("oakville", version=2, names={"en": "New Oakville (demo)"})
    assert "New Oakville" in page("home/city.html", ctx, services=[]).header.get_text()


def test_a_text_in_another_language_is_marked():
    services = [{"id": "x", "name": {"zh-Hans": "证明"}, "summary": None, "status": "open"}]
    link = page("home/city.html", services=services).find("a", href="/oakville/services/x")
    assert link.span["lang"] == "zh-Hans"


def test_a_legal_page_that_exists_in_one_language_is_marked():
    ctx = make_context()
    legal = {**ctx.city.config["legal"]}
    legal["privacy"] = {"zh-Hans": legal["privacy"]["zh-Hans"]}
    ctx.city = make_city("oakville", legal=legal, version=79)
    shown = views.legal_page(ctx, "privacy")
    assert page(shown.template, ctx, **shown.data).h1.find_parent(lang=True)["lang"] == "zh-Hans"


def test_values_are_escaped():
    evil = "<script>alert(1)</script>"
    services = [{"id": "x", "name": evil, "summary": evil, "status": "open"}]
    html = render("home/city.html", make_context(), services=services)
    assert evil not in html and "&lt;script&gt;" in html


def test_a_title_tells_of_an_error():
    document = page("home/city.html", services=[], errors={"name": "Enter your name"})
    assert document.title.get_text().startswith("Error: ")


@pytest.mark.parametrize(
    "source",
    ["{{ missing }}", "{% if missing %}{% endif %}", "{{ missing.part }}", "{{ missing | length }}",
     "{% for x in missing %}{% endfor %}", "{{ given.missing }}", "{{ city.missing_attribute.more }}"],
)  # fmt: skip
def test_a_missing_value_is_an_error(source):
    with pytest.raises(UndefinedError):
        environment().from_string(source).render(given={}, city=make_city("oakville"))


def test_a_missing_parameter_of_a_macro_is_not():
    assert environment().from_string("{{ 'x' if given.a.b }}").render(given={}) == ""


def test_every_template_compiles():
    env = environment()
    names = [name for name in source_loader().list_templates() if name.endswith((".html", ".txt"))]
    assert len(names) > 40
    for name in names:
        env.get_template(name)


def test_mail_is_not_escaped():
    assert environment().autoescape("messages/x.txt") is False
    assert environment().autoescape("x.html") is True
