"""Merkle tree hash over a list of byte strings (RFC 6962 section 2.1): SHA-256, prefix 0x00 for leaves and
0x01 for nodes, split at the largest power of two below the length, so no list of leaves looks like another
one's node."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(entries: Sequence[bytes]) -> str:
    """Root in hex; that of an empty list is SHA-256 of nothing.

    Pairing level by level and carrying an odd last node up gives the RFC's tree without recursion."""
    if not entries:
        return hashlib.sha256(b"").hexdigest()
    level = [leaf_hash(entry) for entry in entries]
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0].hex()
