"""What was proved in this run: a pair is a refusal with its control, the same call made rightfully."""

from __future__ import annotations

from collections import Counter

SERVICES = ("dynamodb", "s3", "sqs", "iot", "sts", "ssm", "lambda")  # each has pairs, or the suite fails

pairs: Counter[str] = Counter()
cases: Counter[str] = Counter()


def lines() -> list[str]:
    """For the end of the run."""
    counted = [("pairs of refusal and control", pairs), ("requests with ids of another city", cases)]
    return [f"isolation: {sum(each.values())} {what} ({_parts(each)})" for what, each in counted if each]


def _parts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counter.items()))
