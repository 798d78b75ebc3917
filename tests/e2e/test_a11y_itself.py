"""The accessibility check can fail: each kind of barrier on an otherwise good page is found."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.a11y import assert_accessible

GOOD = """<!DOCTYPE html><html lang="en"><head><title>Good page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>a:focus, button:focus, input:focus { outline: 3px solid black }
a, button, input { padding: 14px }</style>
</head><body><main><h1>Good page</h1><p><a href="#a">A link</a></p>
<form><p><label for="name">Name</label> <input id="name"></p>
<p><label><input type="radio" name="r">Yes</label> <label><input type="radio" name="r">No</label></p>
<p><button>Send</button></p></form></main></body></html>"""
BARRIERS = {
    "no title": ("<title>Good page</title>", "<title></title>"),
    "no language": (' lang="en"', ""),
    "two headings of level 1": ("<form>", "<h1>Again</h1><form>"),
    "label-less input": ('<label for="name">Name</label>', "Name"),
    "weak contrast": ("<p><a", '<p style="color: #aaa">Grey words</p><p><a'),
    "wider than a phone": ("<form>", '<p style="width: 400px">Wide</p><form>'),
    "no visible focus": ("a:focus, ", "a:focus { outline: 0 } "),
    "out of reach": ("<button", '<button tabindex="-1"'),
    "out of order": ("<input id", '<input tabindex="1" id'),
    "covered": ("<form>", '<form><div style="position: fixed; inset: 0; background: #fff"></div>'),
}


@pytest.mark.e2e
def test_a_good_page_passes(page: Any) -> None:
    page.set_content(GOOD)
    assert_accessible(page)


@pytest.mark.e2e
@pytest.mark.parametrize("barrier", BARRIERS)
def test_a_barrier_is_found(page: Any, barrier: str) -> None:
    good, bad = BARRIERS[barrier]
    assert good in GOOD
    page.set_content(GOOD.replace(good, bad))
    with pytest.raises(AssertionError):
        assert_accessible(page)
