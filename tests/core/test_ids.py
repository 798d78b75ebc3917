"""Identifiers: sortable, readable, unguessable."""

from __future__ import annotations

import math
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.core import ids
from tests.world import NOW


def test_ids_sort_by_time() -> None:
    assert ids.new_id(NOW) < ids.new_id(NOW + timedelta(milliseconds=1))


def test_secrets_have_the_promised_bits() -> None:
    bits = math.log2(len(ids.ALPHABET))
    assert len(ids.normal(ids.new_code())) * bits >= 50
    assert len(ids.normal(ids.derived_code(b"key", "case"))) * bits >= 50
    assert len(ids.new_token()) * 6 >= 128


@given(st.text(alphabet=ids.ALPHABET, min_size=12, max_size=12))
def test_a_code_is_found_however_it_is_typed(code: str) -> None:
    typed = f" {code[:4].upper()} - {code[4:8]}  {code[8:].upper()} "
    assert ids.normal(typed) == ids.normal(code)


def test_a_derived_code_depends_on_key_and_subject() -> None:
    assert ids.derived_code(b"a", "x") == ids.derived_code(b"a", "x")
    assert len({ids.derived_code(k, s) for k in (b"a", b"b") for s in ("x", "y")}) == 4
