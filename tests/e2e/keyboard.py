"""Somebody who uses a form with the keys only: Tab, space, arrows, Enter, and what they type."""

from __future__ import annotations

from typing import Any

from functions.services import fields
from functions.services.domain import Field, FormPage
from tests.e2e.a11y import check_width
from tests.e2e.service_walk import PDF, Walk, photo
from tests.e2e.test_citizen_journey import press_to, where

CONTINUE = "main form .govuk-button:not(.govuk-button--secondary)"


def press_enter(page: Any, selector: str) -> None:
    """Tab to a button or link and press Enter; wait for the page that follows."""
    press_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def answer_question(page: Any, question: Field, typed: fields.Typed) -> None:
    """One question, in the order of its inputs."""
    if question.type in ("radios", "yes_no"):
        choose(page, question.id, typed[question.id])
    elif question.type == "checkboxes":
        for value in typed[question.id].split("\n"):
            press_to(page, f"[name={question.id}][value={value}]")
            page.keyboard.press("Space")
    else:
        for name, text in typed.items():
            if name.endswith("-rows"):
                continue
            column = next((one for one in question.fields if name.endswith(f".{one.id}")), None)
            if column is not None and column.type in ("radios", "yes_no"):
                choose(page, name, text)
            elif text:
                press_to(page, f'[name="{name}"]')
                page.keyboard.insert_text(text)


def choose(page: Any, name: str, value: str) -> None:
    """Into a group of radios with Tab, to the one that is meant with the arrows."""
    press_to(page, f'[name="{name}"]')
    page.keyboard.press("Space")
    for _ in range(20):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{name} has no {value}")


def answer_page(page: Any, one: Walk, form_page: FormPage) -> None:
    """Everything on a page of the form, then Continue."""
    check_width(page)
    document = next((field for field in form_page.fields if field.type == "file"), None)
    if document is None:
        for question in form_page.fields:
            if question.answered_by_person and one.typist.given.get(question.id) is not None:
                answer_question(page, question, one.typist.good(question))
        press_enter(page, CONTINUE)
        return
    if document.document in one.case["files"]:
        accepts = (one.service.document(document.document) or {})["accept"]
        name, kind, data = (
            ("p.pdf", "application/pdf", PDF) if "pdf" in accepts else ("p.jpg", "image/jpeg", photo())
        )
        press_to(page, "#file")
        page.set_input_files("#file", {"name": name, "mimeType": kind, "buffer": data})
        press_to(page, "#upload button")
        page.keyboard.press("Enter")
        page.wait_for_url("**uploaded=1**")
    press_enter(page, "#go-on button")


def fill(page: Any, one: Walk, until: str = "check") -> list[str]:
    """Page after page until the one named; the pages that were answered."""
    answered: list[str] = []
    for _ in range(40):
        name = where(page)
        if name == until:
            return answered
        form_page = one.service.page(name)
        assert form_page is not None, f"{page.url}: {page.locator('main').inner_text()[:300]}"
        answer_page(page, one, form_page)
        assert where(page) != name, f"{page.url}: {page.locator('main').inner_text()[:600]}"
        answered.append(name)
    raise AssertionError(f"never reached {until}, stuck at {page.url}")
