"""Where the files that are read at run time live: the checkout's root, or the package's own folder."""

from functools import cache
from pathlib import Path


@cache
def root() -> Path:
    """The folder that holds `functions/` and `templates/`, both in the checkout and in the package."""
    return Path(__file__).resolve().parent.parent.parent
