"""The pages of sources and of refused messages, in both languages."""

from urllib.parse import urlencode

import pytest

from functions.core import i18n, scope
from functions.core.errors import NotFound
from functions.identity.domain import CLERK, Staff
from functions.sensing.senml import SenmlError
from functions.sensing.sources import pages, refusals
from functions.sensing.sources.domain import TTS
from functions.web.rendering import render
from tests.sensing.sources.conftest import admin
from tests.sensing.sources.test_gate import uplink
from tests.web.pages import check_structure, make_context, parse
from tests.world import NOW

FORM = "application/x-www-form-urlencoded"
WES = Staff("wes@oakville.example", "Wes (demo)", (CLERK,), ("works",))


def page(place, view, path, lang="en", staff=None, **changes):
    if "form" in changes:
        form = urlencode(changes.pop("form")).encode()
        changes |= {"body": form, "headers": {"content-type": FORM}, "method": "POST"}
    ctx = make_context("oakville", lang, path=f"/oakville{path}", staff=staff or admin("oakville"), **changes)
    ctx.city = place.world.oakville
    with i18n.use_language(lang), scope.tenant_scope(ctx.city):
        made = view(ctx)
        return made if hasattr(made, "location") else parse(render(made.template, ctx, **made.data))


def words(document):
    return " ".join(document.main.get_text(" ").split())


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_the_page_of_sources_shows_each_with_its_address_and_counts(place, lang):
    sender = place.sender(TTS)
    assert sender.post(uplink()).status == 202
    document = page(place, pages.show_sources, "/console/sources", lang)
    check_structure(document, lang)
    text = words(document)
    assert f"/oakville/ingest/{sender.source.id}" in text
    assert {"en": "Messages taken", "zh-Hans": "已接收消息"}[lang] in text
    assert "tts (demo)" in text


def test_a_new_source_is_made_its_secret_shown_once_and_wrong_input_explained(place):
    form = {"name": "Town network (demo)", "kind": "tts"}
    made = page(place, pages.change_sources, "/console/sources", form=form)
    query = {"made": made.location.partition("made=")[2]}
    first = page(place, pages.show_sources, "/console/sources", query=query)
    assert "townkit_in_" in words(first)
    assert "townkit_in_" not in words(page(place, pages.show_sources, "/console/sources", query=query))
    wrong = page(place, pages.change_sources, "/console/sources", form={"name": ""})
    assert wrong.find(class_="govuk-error-summary")
    assert "Choose who sends" in words(wrong)


def test_only_admins_see_sources(place):
    with pytest.raises(NotFound):
        page(place, pages.show_sources, "/console/sources", staff=WES)


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_refused_messages_are_grouped_by_device_and_reason_with_what_to_do(place, lang):
    error = SenmlError("%(text)s is not a JSON number", text="NaN")
    received = int(NOW.timestamp() * 1000)
    with scope.tenant_scope(place.world.oakville):
        refusals.keep([(f"m{n}", refusals.of(received - n, "probe-1", error)) for n in range(3)])
        refusals.keep([("x", refusals.of(received, "probe-2", SenmlError("its sum is too large", 2)))])
    document = page(place, pages.show_refusals, "/console/refusals", lang, WES)
    check_structure(document, lang)
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["td", "th"])]
        for row in document.select("tbody tr")
    ]
    assert [row[0] for row in rows] == ["probe-2", "probe-1"]
    assert rows[1][3] == "3"
    reason, mend = {
        "en": ("NaN is not a JSON number", "Leave a value out when there is none."),
        "zh-Hans": ("NaN 不是 JSON 数字", "没有数值时请不要写该项。"),
    }[lang]
    assert rows[1][1:3] == [reason, mend]
    only = page(place, pages.show_refusals, "/console/refusals", lang, WES, query={"device": "probe-2"})
    assert "probe-1" not in words(only)


def test_the_page_warns_when_the_messages_of_the_day_are_nearly_used(place):
    from functions.sensing import quota

    quota.reset()
    place.world.oakville.config["plan"]["limits"]["messages_per_day"] = 30
    with scope.tenant_scope(place.world.oakville):
        for _ in range(25):
            quota.take(1, 30, NOW, 30)
    document = page(place, pages.show_refusals, "/console/refusals", staff=WES)
    assert "of the 30 messages of today are used" not in words(document)  # 20 are written, 24 would be near
    with scope.tenant_scope(place.world.oakville):
        quota.take(20, 100, NOW, 100)
    assert "45 of the 30" in words(page(place, pages.show_refusals, "/console/refusals", staff=WES))
