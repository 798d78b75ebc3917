"""Every type of question in a browser: usable by everybody at 320 px, with and without our script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest

from functions.core import i18n
from functions.services import fields
from functions.services.domain import FIELD_TYPES, Field
from functions.web import assets
from functions.web.rendering import environment
from tests.e2e.a11y import assert_accessible
from tests.services.fields.rows import ROWS, RULES, text

pytestmark = pytest.mark.e2e

ORIGIN = "https://fields.test"
SHOWN = [kind for kind in FIELD_TYPES if kind != "file"]
PAGES = [SHOWN[at : at + 9] for at in range(0, len(SHOWN), 9)]
TEMPLATE = (
    '{% from "apply/fields/question.html" import question %}'
    '<main><h1 class="govuk-heading-l">{{ title }}</h1><form method="post" novalidate>'
    "{% for view in views %}{{ question(view, errors) }}{% endfor %}"
    '<button class="govuk-button" name="go">{{ title }}</button></form></main>'
)
DOCUMENT = (
    '<!DOCTYPE html><html lang="{lang}" class="govuk-template"><head><title>Questions</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<link rel="stylesheet" href="/app.css"></head>'
    '<body class="govuk-template__body"><div class="govuk-width-container">{body}</div>'
    '<script src="/app.js"></script></body></html>'
)


def asked(kind: str, **more: Any) -> Field:
    """A row's question, named by its type."""
    label = text(f"Question {kind}", f"问题 {kind}")
    hint = text("A hint", "提示")
    return Field(
        {"id": f"q_{kind}", "type": kind, "label": label, "hint": hint, **ROWS[kind].definition, **more}
    )


def open_questions(page: Any, questions: list[Field], lang: str = "en", *, refused: bool = False) -> None:
    """Show questions on one page of an invented origin."""
    errors: dict[str, str] = {}
    with i18n.use_language(lang):
        for one in questions if refused else ():
            _, problems = fields.check(one, {}, RULES[lang])
            errors |= {problem.part: fields.sentence(one, problem) for problem in problems}
        views = [fields.view(one, fields.shown(one, None, RULES[lang]), RULES[lang]) for one in questions]
        body = environment().from_string(TEMPLATE).render(title="Go on", views=views, errors=errors)

    def answer(route: Any) -> None:
        name = route.request.url.rpartition("/")[2]
        if route.request.method == "POST":
            route.fulfill(status=204)  # the browser stays on the page
        elif name in ("app.js", "app.css"):
            kind = "text/javascript" if name == "app.js" else "text/css"
            route.fulfill(body=assets.content(name), content_type=kind)
        else:
            route.fulfill(body=DOCUMENT.format(lang=lang, body=body), content_type="text/html; charset=utf-8")

    page.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/")


def sent_by(page: Any, action: Callable[[], None]) -> dict[str, str]:
    """The form that an action sends."""
    with page.expect_request(lambda request: request.method == "POST") as caught:
        action()
    return dict(parse_qsl(caught.value.post_data or "", keep_blank_values=True))


def go_on(page: Any) -> dict[str, str]:
    """The form that the page's button sends."""
    return sent_by(page, page.get_by_role("button", name="Go on").click)


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
@pytest.mark.parametrize("kinds", PAGES, ids=lambda kinds: kinds[0])
def test_every_type_is_usable_by_everybody_on_a_small_phone(page: Any, kinds: list[str], lang: str) -> None:
    open_questions(page, [asked(kind) for kind in kinds], lang, refused=True)
    assert_accessible(page)


def test_a_long_list_is_found_by_typing_and_chosen_by_keyboard(page: Any) -> None:
    open_questions(page, [asked("select")])
    box = page.get_by_role("combobox", name="Question select")
    box.press_sequentially("street 1")
    assert page.get_by_role("option").all_inner_texts()[:2] == ["Street 1", "Street 10"]
    box.press("ArrowDown")
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == "q_select-option-1"
    box.press("Enter")
    assert box.input_value() == "Street 10"
    form = sent_by(page, lambda: box.press("Enter"))
    assert form["q_select"] == "s10", "the first Enter chose, the second one sent"


def test_what_is_in_no_list_is_not_sent_as_an_answer(page: Any) -> None:
    open_questions(page, [asked("select")])
    box = page.get_by_role("combobox")
    box.fill("Street 1")
    box.fill("Nowhere")
    assert page.get_by_text("Nothing found").count() == 1
    assert go_on(page)["q_select"] == ""


def test_a_long_list_is_a_plain_list_without_a_script(browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_questions(page, [asked("select")])
    page.get_by_label("Question select").select_option("s12")
    assert go_on(page)["q_select"] == "s12"
    context.close()


def test_a_click_on_the_plan_says_where_it_is_and_typing_says_the_same(page: Any) -> None:
    open_questions(page, [asked("map_point")])
    plan = page.locator("svg.townkit-plan")
    box = plan.bounding_box()
    plan.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    middle = go_on(page)
    assert abs(float(middle["q_map_point-lat"]) - 30.3) < 0.01
    assert abs(float(middle["q_map_point-lon"]) + 97.7) < 0.01
    assert page.get_by_role("status").get_by_text("Place chosen").count() == 1
    page.get_by_label("Latitude").fill("30.4")
    page.get_by_label("Longitude").fill("-97.6")
    page.keyboard.press("Tab")
    pin = page.locator(".townkit-plan__pin")
    assert float(pin.get_attribute("cx")) == pytest.approx(450)


def test_the_arrow_keys_move_the_place_and_stay_in_the_city(page: Any) -> None:
    open_questions(page, [asked("map_point")])
    lat, lon = page.get_by_label("Latitude"), page.get_by_label("Longitude")
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowUp")  # the first key begins in the middle
    assert (lat.input_value(), lon.input_value()) == ("30.30000", "-97.70000")
    page.keyboard.press("ArrowRight")
    step = float(lon.input_value()) + 97.7
    page.keyboard.press("Shift+ArrowLeft")
    assert step > 0 and float(lon.input_value()) == pytest.approx(-97.7 + step * 0.9, abs=2e-5)
    lat.fill("30.499")
    page.get_by_role("application").focus()
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    assert page.get_by_role("status").get_by_text(f"Place chosen: {lat.input_value()}").count() == 1
    assert float(lat.input_value()) == pytest.approx(RULES["en"].bbox[3])


def test_the_device_may_say_where_it_is(browser: Any) -> None:
    context = browser.new_context(
        geolocation={"latitude": 30.25, "longitude": -97.75}, permissions=["geolocation"]
    )
    page = context.new_page()
    open_questions(page, [asked("map_point")])
    page.get_by_role("button", name="Use the place where I am").click()
    page.wait_for_function("document.getElementById('q_map_point-lat').value === '30.25000'")
    context.close()


def test_rows_are_added_and_removed_by_buttons_that_need_no_script(browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_questions(page, [asked("group")])
    page.get_by_label("Who").fill("Ana")
    pressed = sent_by(page, page.get_by_role("button", name="Add another").click)
    context.close()
    form = {name: [said] for name, said in pressed.items()}
    question = asked("group")
    turned = fields.change_rows([question], form, fields.read(question, form, RULES["en"]))
    assert turned is not None and turned[0]["q_group.0.who"] == "Ana"


def test_the_enter_key_goes_on_instead_of_adding_a_row(page: Any) -> None:
    open_questions(page, [asked("group")])
    assert "_rows" not in sent_by(page, lambda: page.get_by_label("Who").press("Enter"))
