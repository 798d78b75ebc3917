"""A transaction that is tried again on what is there now, when somebody else was faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.core.errors import Conflict
from functions.core.store import contended, failed_conditions, transaction

T = TypeVar("T")
TRIES = 6


def again(fill: Callable[[TransactWrite], T]) -> T:
    """``fill`` reads and adds to the transaction; called anew for every try. Raises Conflict after six."""
    for _ in range(TRIES):
        tx = transaction()
        answer = fill(tx)
        if not any(operations(tx)):
            return answer
        try:
            with tx:
                pass
            return answer
        except TransactWriteError as error:
            if not (failed_conditions(error) or contended(error)):
                raise
    raise Conflict


def operations(tx: TransactWrite) -> tuple[list[Any], ...]:
    """What a transaction holds: checks, deletes, puts, updates. DynamoDB refuses an empty one."""
    return tx._condition_check_items, tx._delete_items, tx._put_items, tx._update_items
