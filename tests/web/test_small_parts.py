"""Formats, addresses of assets, security headers, paging, logos, the choice of a language."""

from __future__ import annotations

import base64
import gzip
import json
import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core import i18n, settings
from functions.core.errors import NotFound
from functions.web import assets, formats, frame, headers, logos, paging
from functions.web.links import linked
from functions.web.rendering import render
from functions.web.request import choose_language
from tests.builders import make_city
from tests.web.pages import make_context, parse

EVENING = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


def test_days_and_times_are_written_in_the_readers_way_and_the_citys_zone():
    assert formats.day(date(2026, 3, 1)) == "1 March 2026"
    assert formats.moment(EVENING, "America/Chicago") == "20 November 2026, 17:30"
    with i18n.use_language("zh-Hans"):
        assert formats.day("2026-03-01") == "2026年3月1日"
        assert formats.moment("2026-11-20T23:30:00.000Z", "Asia/Shanghai") == "2026年11月21日 07:30"


def test_numbers_are_grouped_and_keep_their_decimals():
    assert (formats.number(1234567), formats.number(2.5, 2), formats.number(-0.5, 1)) == (
        "1,234,567",
        "2.50",
        "-0.5",
    )


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(123456, "USD", "$1,234.56"), (5, "CNY", "¥0.05"), (0, "EUR", "€0.00"), (-250, "USD", "-$2.50"),
     (1500, "JPY", "1,500 JPY"), (1250, "CHF", "12.50 CHF")],
)  # fmt: skip
def test_money_is_written_from_minor_units(minor, currency, text):
    assert formats.money(minor, currency) == text


def test_asset_addresses_carry_the_contents_hash(tmp_path):
    written = assets.write_assets(tmp_path)
    assert json.loads((tmp_path / "manifest.json").read_text()) == written == assets.manifest()
    for name, hashed in written.items():
        assert assets.asset(name) == f"/assets/{hashed}"
        assert assets.hashed_name(name, (tmp_path / hashed).read_bytes()) == hashed


def test_the_style_sheet_has_nothing_of_another_government_and_loads_nothing_else():
    css = assets.content("app.css").decode()
    for word in ("GDS Transport", "crest", "crown", "@import", "url(", "gov.uk"):
        assert word not in css, word


def test_what_a_phone_loads_for_a_page_is_small():
    ctx = make_context()
    parts = [assets.content(name) for name in assets.BUNDLES] + [
        render("home/city.html", ctx, services=[]).encode()
    ]
    assert sum(len(gzip.compress(part)) for part in parts) < 40_000


def test_the_script_is_syntax_of_2015():
    script = assets.content("app.js").decode()
    for newer in ("?.", "??", "async ", "await ", "...", "**", "replaceAll", "import ", "export "):
        assert newer not in script, newer


def test_the_policy_allows_no_inline_script_and_the_one_style_of_the_page():
    ctx = make_context()
    policy = headers.content_security_policy(ctx)
    assert "unsafe" not in policy and "script-src 'self'" in policy and "frame-ancestors 'none'" in policy
    html = render("home/city.html", ctx, services=[])
    (style,) = re.findall("<style>(.*?)</style>", html)
    import hashlib

    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}'" in policy


def test_forms_may_post_to_us_and_to_the_files_origin_only(monkeypatch):
    monkeypatch.setattr(headers, "settings", lambda: settings.Settings(files_url="https://files.example"))
    assert "form-action 'self' https://files.example;" in headers.content_security_policy(make_context())


def test_every_answer_has_its_security_headers(monkeypatch):
    names = headers.security_headers(None)
    assert names["X-Content-Type-Options"] == "nosniff" and names["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in names
    monkeypatch.setattr(headers, "settings", lambda: settings.Settings(stage="live"))
    assert "Strict-Transport-Security" in headers.security_headers(None)


@pytest.mark.parametrize("colour", ["red", "#12", "#1234567", "#12345g", "#fff;}body{"])
def test_only_hexadecimal_colours_get_into_the_style(colour):
    with pytest.raises(ValueError):
        frame.style_source(make_city("oakville", colours={"brand": colour}))


@given(st.dictionaries(st.text(), st.text(), min_size=1))
def test_a_cursor_comes_back(key):
    assert paging.decode_cursor(paging.encode_cursor(key)) == key


@pytest.mark.parametrize("cursor", ["x", "!!!", "bnVsbA", "e30x", "WzFd", "eyJhIjoxfQ", "é"])
def test_a_damaged_cursor_is_not_found(cursor):
    with pytest.raises(NotFound):
        paging.decode_cursor(cursor)


def test_no_cursor_is_the_first_page():
    assert paging.decode_cursor("") is None and paging.encode_cursor(None) is None


def test_a_drawn_logo_is_a_page_and_another_picture_is_inside():
    drawn = {"type": "image/svg+xml", "data": base64.b64encode(b"<svg/>").decode(), "alt": {"en": "Oak"}}
    city = make_city("oakville", logo=drawn)
    assert logos.address(city).startswith("/oakville/logo.svg?v=") and logos.svg(drawn) == "<svg/>"
    photo = {"type": "image/png", "data": "AAAA", "alt": {"en": "Oak"}}
    assert logos.address(make_city("oakville", logo=photo)) == "data:image/png;base64,AAAA"
    assert logos.svg(photo) is None and logos.svg(None) is None and logos.address(None) is None


@pytest.mark.parametrize(
    ("cookie", "accept", "wanted"),
    [
        ("", "", "zh-Hans"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "fr, en;q=0.5", "en"),
        ("", "fr", "zh-Hans"),
        ("zh-Hans", "en", "zh-Hans"),
        ("fr", "en", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
    ],
)
def test_the_language_is_the_visitors_choice_then_the_browsers_then_the_citys(cookie, accept, wanted):
    assert choose_language(["zh-Hans", "en"], cookie, accept) == wanted


def test_addresses_in_a_text_become_links_and_the_rest_is_escaped():
    text = "Write to a.b@x.example, call +1 512 555 0100 (<9 am) or see https://x.example/a?b=1&c=2."
    html = linked(text)
    document = parse(html)
    assert [link["href"] for link in document.find_all("a")] == [
        "mailto:a.b@x.example",
        "tel:+15125550100",
        "https://x.example/a?b=1&c=2",
    ]
    assert document.get_text() == text


@given(st.text())
def test_linking_never_changes_what_is_read(text):
    assert unescape(re.sub("<[^>]*>", "", linked(text))) == text
