"""What was proved in this run: a pair is a refusal with its control, the same call made rightfully."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

SERVICES = ("dynamodb", "s3", "sqs", "iot", "sts", "ssm", "lambda")  # each has pairs, or the suite fails

pairs: Counter[str] = Counter()
cases: Counter[str] = Counter()


@contextmanager
def apart() -> Iterator[None]:
    """What is tried inside proves nothing and is not counted."""
    kept = [(counter, counter.copy()) for counter in (pairs, cases)]
    try:
        yield
    finally:
        for counter, before in kept:
            counter.clear()
            counter.update(before)


def lines() -> list[str]:
    """For the end of the run."""
    counted = [("pairs of refusal and control", pairs), ("requests with ids of another city", cases)]
    return [f"isolation: {sum(each.values())} {what} ({_parts(each)})" for what, each in counted if each]


def _parts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counter.items()))
