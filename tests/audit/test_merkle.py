"""The tree hash against RFC 6962's own recursive definition."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from functions.audit import merkle


def reference(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\x01" + reference(entries[:split]) + reference(entries[split:])).digest()


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_root_is_the_rfc_definition(entries: list[bytes]) -> None:
    assert merkle.root(entries) == reference(entries).hex()


@given(st.lists(st.binary(min_size=1, max_size=8), min_size=2, max_size=20, unique=True), st.data())
def test_swapping_two_entries_changes_the_root(entries: list[bytes], data: st.DataObject) -> None:
    first, second = data.draw(st.sampled_from([(i, j) for i in range(len(entries)) for j in range(i)]))
    swapped = list(entries)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    assert merkle.root(swapped) != merkle.root(entries)


def test_a_node_cannot_pass_for_a_leaf() -> None:
    inner = merkle.leaf_hash(b"a") + merkle.leaf_hash(b"b")
    assert merkle.root([inner]) != merkle.root([b"a", b"b"])
