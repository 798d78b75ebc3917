"""One form that asks with every type: page by page without a script, on the list to check, on paper, on the
desk, and in the case."""

from __future__ import annotations

from typing import Any

import pytest

from functions.cases import desk_views, store
from functions.core import clock
from functions.core.context import Actor, Context
from functions.core.i18n import use_language
from functions.core.scope import tenant_scope
from functions.services import fields
from functions.services.domain import FIELD_TYPES, Service
from tests.cases import forms
from tests.cases.browser import Browser, stored
from tests.services.fields.rows import ROWS, text

ASKED = [kind for kind in FIELD_TYPES if ROWS[kind].asks]
HOME = {"-street": "12 Oak Street", "-unit": "", "-city": "Oakville", "-state": "tx", "-postcode": "78701"}
# what this city asks otherwise than the table's, or what one line of a form cannot say
OTHERS: dict[str, tuple[dict[str, str], Any]] = {
    "address": (HOME | {"-landmark": ""}, "12 Oak Street\n\nOakville\nTX\n78701"),
    "checkboxes": ({"": "b"}, ["b"]),
    "group": (
        {
            "-rows": "2", ".0.who": "Ana", ".0.born-year": "2015", ".0.born-month": "5", ".0.born-day": "4",
            ".0.kinds": "a", ".1.who": "",
        },
        [{"who": "Ana", "born": "2015-05-04", "kinds": ["a"]}],
    ),
}  # fmt: skip


def question(kind: str) -> dict[str, Any]:
    """A question of a type, named by it, as the table defines it."""
    label = text(f"The {kind} question", f"问题 {kind}")
    return {"id": f"q_{kind}", "type": kind, "label": label, **ROWS[kind].definition}


def everything() -> dict[str, Any]:
    """A service that asks with every type but files, one page each."""
    kinds = [kind for kind in FIELD_TYPES if kind != "file"]
    pages = [{"id": f"p-{kind.replace('_', '-')}", "fields": [question(kind)]} for kind in kinds]
    return forms.service("everything", pages)


def typed(kind: str) -> dict[str, str]:
    """What a person types into the type's page."""
    parts = OTHERS[kind][0] if kind in OTHERS else ROWS[kind].good[0][0]
    return {f"q_{kind}{part}": said for part, said in parts.items()}


def kept(kind: str) -> Any:
    """What becomes of it."""
    return OTHERS[kind][1] if kind in OTHERS else ROWS[kind].good[0][1]


@pytest.fixture
def form(browser: Browser) -> Browser:
    """At the first page of the form."""
    forms.publish(browser.world.oakville, everything())
    return browser.get("/oakville/services/everything").submit()


def walk(form: Browser) -> Browser:
    """Answer every page, up to the list to check."""
    for kind in [kind for kind in FIELD_TYPES if kind != "file"]:
        assert form.heading in (f"The {kind} question", "Declaration")
        form.submit()
        if ROWS[kind].asks:
            assert form.problems, f"{kind}: nothing was typed and nothing is said"
            assert form.page.find(id=form.problems[0][0][1:]), form.problems
            form.submit(**typed(kind))
        assert not form.problems, (kind, form.problems)
    return form


def test_every_type_is_asked_checked_kept_shown_and_decided_on(form: Browser) -> None:
    walk(form)
    assert form.heading == "Check your answers"
    said = form.page.get_text(" ")
    definition = Service(everything())
    for kind in ASKED:
        asked = definition.field(f"q_{kind}")
        assert asked is not None
        assert fields.display(asked, kept(kind), "USD").split("\n")[0] in said, kind
    assert form.submit(declaration="yes").heading == "Application received"

    world = form.world
    ctx = Context(world.oakville, Actor("citizen", "anyone"), "en", clock.now(), "request-1")
    with tenant_scope(world.oakville), use_language("en"):
        (case_id,) = {one["pk"]["S"].removeprefix("CASE#") for one in stored(world, world.oakville, "CASE#")}
        case = store.get_case(case_id)
        assert case.answers == {f"q_{kind}": kept(kind) for kind in ASKED} | {"q_calculated": 2}
        rows = {row["key"]: row["value"] for row in desk_views.case_view(ctx, case)["rows"]}
    assert rows["The money question"] == "$1,234.50"
    assert rows["The calculated question"] == "2 days"
    assert all(rows[f"The {kind} question"] for kind in ASKED)


def test_every_type_has_its_place_on_paper(form: Browser) -> None:
    base = form.address.rpartition("/")[0]
    form.post(f"{base}/save", form.values() if form.page.find("form", id="form") else {})
    form.get(f"{base}/print")
    headings = [one.get_text(strip=True) for one in form.page.select(".townkit-paper__question :is(h2, h3)")]
    printed = [kind for kind in FIELD_TYPES if kind not in ("file", "calculated")]
    assert headings == [*(f"The {kind} question" for kind in printed), "Date and signature"]


def test_pages_are_answered_in_chinese_too(form: Browser) -> None:
    form.cookies["lang"] = "zh-Hans"
    form.get(form.address)
    for kind in ("text", "textarea", "number"):
        form.submit(**{f"q_{kind}{part}": said for part, said in ROWS[kind].chinese[0][0].items()})
        assert not form.problems, form.problems
    assert form.heading == "问题 money"
