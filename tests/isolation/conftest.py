"""Two cities of the one deployed stack, each knocking at the other's doors."""

from __future__ import annotations

import pytest

from tests.isolation import ledger
from tests.isolation.actors import Cast
from tests.isolation.town import Town, build
from tests.stack import CITIES, Stack


@pytest.fixture(scope="session")
def casts(stack: Stack) -> dict[str, Cast]:
    """By the city that is knocked at."""
    first, second = CITIES
    return {first: Cast(stack, first, second), second: Cast(stack, second, first)}


@pytest.fixture(scope="session")
def towns(stack: Stack) -> dict[str, Town]:
    """Both cities, lived in."""
    return {city: build(stack, city) for city in CITIES}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much was proved."""
    for line in ledger.lines():
        terminalreporter.write_line(line)
