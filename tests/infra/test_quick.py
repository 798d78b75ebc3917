"""The shortcut that the local cloud takes for ranges of keys judges as the long way does."""

from __future__ import annotations

from typing import Any

import pytest

from infra.cloud.quick import SLOT, judge_ranges

VALUES = {":0": {"S": "LOG#u0"}, ":1": {"S": "E#0100"}, ":2": {"S": "E#0200"}}
NAMES = {"#0": "pk", "#1": "sk"}
RANGE = "(#0 = :0 AND #1 BETWEEN :1 AND :2)"


def never(*_: Any) -> bool:
    raise AssertionError("the long way")


@pytest.mark.parametrize(
    ("pk", "sk", "within"),
    [
        ("LOG#u0", "E#0099", False),
        ("LOG#u0", "E#0100", True),
        ("LOG#u0", "E#0200", True),
        ("LOG#u0", "E#02000", False),
        ("LOG#u1", "E#0150", False),
    ],
)
def test_a_range_of_texts_is_compared(pk: str, sk: str, within: bool) -> None:
    item = {"pk": {"S": pk}, "sk": {"S": sk}}
    assert judge_ranges(never)(RANGE, item, VALUES, NAMES, slot=SLOT) is within


@pytest.mark.parametrize(
    ("expression", "item", "slot"),
    [
        ("(#0 = :0 AND begins_with (#1, :1))", {"pk": {"S": "a"}, "sk": {"S": "b"}}, SLOT),
        (RANGE, {"pk": {"S": "LOG#u0"}, "sk": {"S": "E#0150"}}, "FilterExpression"),
        (RANGE, {"pk": {"S": "LOG#u0"}, "sk": {"N": "150"}}, SLOT),
        (None, {"pk": {"S": "LOG#u0"}}, SLOT),
    ],
)
def test_everything_else_goes_the_long_way(expression: str | None, item: Any, slot: str) -> None:
    asked = []
    judge = judge_ranges(lambda *call: bool(asked.append(call)) or True)
    assert judge(expression, item, VALUES, NAMES, slot=slot) is True
    assert asked == [(expression, item, VALUES, NAMES, slot)]
