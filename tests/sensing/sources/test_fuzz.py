"""What the fuzzer looks for, without it: the inputs that are kept, and random ones of the right shape."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.fuzz.targets import check

VECTORS = Path(__file__).with_name("vectors")


@pytest.mark.parametrize("vector", sorted(VECTORS.iterdir()), ids=lambda path: path.name)
def test_what_is_kept_is_still_read_or_refused(vector):
    check(vector.read_bytes())


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_whatever_strangers_send_is_read_or_refused(data):
    check(data)
