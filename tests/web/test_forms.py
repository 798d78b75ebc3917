"""Posted forms within limits."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.errors import Invalid
from functions.web import forms

TEXT = st.text(st.characters(min_codepoint=32, blacklist_categories=["Cs"]))


def test_a_form_keeps_every_value_in_order():
    assert forms.parse(b"a=1&b=&a=2+3", forms.CONTENT_TYPE) == {"a": ["1", "2 3"], "b": [""]}


def test_an_empty_body_is_an_empty_form():
    assert forms.parse(b"", "") == {}


def test_line_ends_are_one_kind_and_control_characters_go():
    assert forms.parse(b"a=1%0D%0A2%0D3%00%07%09", forms.CONTENT_TYPE) == {"a": ["1\n2\n3\t"]}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (b"a=1", "multipart/form-data; boundary=x"),
        (b"a=" + b"x" * forms.MAX_BYTES, forms.CONTENT_TYPE),
        (b"&".join([b"a=1"] * (forms.MAX_FIELDS + 1)), forms.CONTENT_TYPE),
        (b"a=%ff%fe", forms.CONTENT_TYPE),
        ("a=é".encode(), forms.CONTENT_TYPE),
    ],
)
def test_what_is_no_form_of_ours_is_refused(body, content_type):
    with pytest.raises(Invalid):
        forms.parse(body, content_type)


@given(st.dictionaries(TEXT.filter(bool), st.lists(TEXT, min_size=1, max_size=3), max_size=5))
def test_what_a_browser_sends_comes_back(fields):
    body = urlencode([(name, value) for name, values in fields.items() for value in values]).encode()
    cleaned = {name: [value.replace("\r", "\n") for value in values] for name, values in fields.items()}
    assert forms.parse(body, f"{forms.CONTENT_TYPE}; charset=utf-8") == cleaned
