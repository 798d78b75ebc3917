"""What the edge keeps between requests is forgotten between tests: they invent other versions of a city."""

from __future__ import annotations

import pytest

from functions.web import frame


@pytest.fixture(autouse=True)
def no_frames() -> None:
    """No header or footer of another test's city."""
    frame._frames.clear()
