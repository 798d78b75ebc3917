"""Two delays of the local cloud that AWS has not (run by its own interpreter).

Its DynamoDB parses a query's key condition again for every item of the partition: with some thousand items
one query took a tenth of a second, and a measurement on it measured that. Here a range of text keys costs a
comparison for each item; everything else it judges itself, as before.

And whoever hands a queue's messages to functions slept for 50 ms after a look that found nothing."""

import re
from collections.abc import Callable
from typing import Any

RANGE = re.compile(
    r"\(?(?P<pk>#?\w+) = (?P<is>:\w+) AND \(?(?P<sk>#?\w+) BETWEEN (?P<first>:\w+) AND (?P<last>:\w+)\)?\)?"
)
LOOK_AGAIN_S = 0.005
SLOT = "KeyConditionExpression"
Judge = Callable[..., bool]


def judge_ranges(judge: Judge) -> Judge:
    """The same judgement of an item by an expression, where it can be by comparing two texts."""

    def quick(expression: Any, item: Any, values: Any, names: Any, slot: str = "ConditionExpression") -> bool:
        found = RANGE.fullmatch(expression) if slot == SLOT and expression else None
        if found is None:
            return judge(expression, item, values, names, slot)
        pk, sk = ((names or {}).get(found[name], found[name]) for name in ("pk", "sk"))
        try:
            key, place = item[pk]["S"], item[sk]["S"]
            wanted, first, last = (values[found[name]]["S"] for name in ("is", "first", "last"))
        except (KeyError, TypeError):
            return judge(expression, item, values, names, slot)
        # DynamoDB orders text by its UTF-8 bytes, Python by code points: the same order.
        return bool(key == wanted and first <= place <= last)

    return quick


def install() -> None:
    """Put both in the place of the local cloud's own."""
    from ministack.services import dynamodb, lambda_svc

    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = LOOK_AGAIN_S
    dynamodb._evaluate_condition = judge_ranges(dynamodb._evaluate_condition)
