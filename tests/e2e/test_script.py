"""What app.js adds to pages that work without it."""

from __future__ import annotations

from typing import Any

import pytest

from functions.core import i18n
from functions.web import assets
from functions.web.rendering import environment
from tests.web.pages import make_context

IMPORT = '{% from "macros/page.html" import error_summary, form %}'
ORIGIN = "http://pages.test"
FIELD = (
    '<div class="govuk-form-group"><label for="name">Name</label>'
    '<input id="name" name="name"><button>Send</button></div>'
)
FILE = (
    '<div class="govuk-form-group"><label for="file">File</label>'
    '<input id="file" type="file" data-max-bytes="10" data-too-large="The file is too large">'
    "<button>Send</button></div>"
)

pytestmark = pytest.mark.e2e


def open_page(page: Any, body: str) -> list[str]:
    """Show a page with our script at an invented origin; returns the bodies that are posted, as they come."""
    posted: list[str] = []

    def answer(route: Any) -> None:
        if route.request.url.endswith("/app.js"):
            route.fulfill(body=assets.content("app.js"), content_type="text/javascript")
        elif route.request.method == "POST":
            posted.append(route.request.post_data or "")
            route.fulfill(status=204)  # the browser stays on the page, as while it waits
        else:
            html = f'<!DOCTYPE html><html lang="en"><body>{body}<script src="/app.js"></script></body></html>'
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/")
    return posted


def form(inside: str) -> str:
    """Our form macro around some fields."""
    ctx = make_context()
    ctx.__dict__["csrf"] = "t"
    call = '{% call form(ctx, busy="Sending…") %}{{ x | safe }}{% endcall %}'
    with i18n.use_language("en"):
        return environment().from_string(IMPORT + call).render(ctx=ctx, x=inside)


def test_the_error_summary_takes_the_focus_and_leads_into_the_field(page: Any) -> None:
    summary = IMPORT + '{{ error_summary({"name": "Enter a name"}) }}'
    open_page(page, environment().from_string(summary).render() + form(FIELD))
    assert page.evaluate("document.activeElement.className").startswith("govuk-error-summary")
    page.get_by_role("link", name="Enter a name").click()
    assert page.evaluate("document.activeElement.id") == "name"


def test_a_double_click_sends_a_form_once(page: Any) -> None:
    posted = open_page(page, form(FIELD))
    page.get_by_role("button").dblclick()
    page.get_by_role("button").click(force=True)
    page.get_by_text("Sending…").wait_for()
    page.wait_for_function("document.querySelector('button').getAttribute('aria-disabled') === 'true'")
    assert len(posted) == 1


def test_a_file_that_is_too_large_is_named_and_not_sent(page: Any) -> None:
    posted = open_page(page, form(FILE))
    page.locator("#file").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"x" * 11})
    page.get_by_text("The file is too large").wait_for()
    page.get_by_text("Send", exact=True).click()
    assert page.evaluate("document.activeElement.id") == "file"
    page.locator("#file").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"x" * 9})
    page.get_by_text("Send", exact=True).click()
    page.get_by_text("Sending…").wait_for()
    assert len(posted) == 1
