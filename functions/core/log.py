"""One structured line a request or message: city, route, milliseconds, consumed units - and no personal
data."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def _logger() -> Any:
    from aws_lambda_powertools.logging import Logger

    return Logger(service="townkit", log_uncaught_exceptions=False)


def info(event: str, **fields: object) -> None:
    """Log an event with fields; values are ids and numbers only."""
    _logger().info(event, extra=fields)


def failure(event: str, **fields: object) -> None:
    """Log the exception being handled, with its traceback."""
    _logger().exception(event, extra=fields)
