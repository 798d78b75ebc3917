"""Chance that can be asked for any moment: the same key and number always give the same draw, so a simulated
day can be sent twice, or begun in the middle."""

from __future__ import annotations

import hashlib
from math import floor

_MASK = (1 << 64) - 1
_SPREAD = 37_837.0  # standard deviation of the sum of four 16-bit numbers


def key_of(*parts: object) -> int:
    """A 64-bit key of a seed, a thing, a quantity ..."""
    digest = hashlib.blake2b(":".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _mixed(key: int, number: int) -> int:
    """SplitMix64's finalizer (Steele, Lea, Flood 2014)."""
    x = (key + number * 0x9E3779B97F4A7C15) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def uniform(key: int, number: int) -> float:
    """From 0 up to 1."""
    return _mixed(key, number) / 18_446_744_073_709_551_616.0


def gauss(key: int, number: int) -> float:
    """About normal, mean 0 and deviation 1, never beyond 3.5."""
    x = _mixed(key, number)
    total = (x & 0xFFFF) + (x >> 16 & 0xFFFF) + (x >> 32 & 0xFFFF) + (x >> 48)
    return (total - 131_070) / _SPREAD


def smooth(key: int, moment: float, seconds: float) -> float:
    """A draw for each stretch of so many seconds, and a straight line between them."""
    place = moment / seconds
    number = floor(place)
    part = place - number
    before = gauss(key, number)
    return before + (gauss(key, number + 1) - before) * part
