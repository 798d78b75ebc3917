"""Where the files that are read at run time lie: beside functions/, in the checkout and in the package
alike."""

from __future__ import annotations

from pathlib import Path


def root() -> Path:
    """The folder that holds ``functions/`` and ``templates/``."""
    return Path(__file__).resolve().parents[2]


def templates() -> Path:
    """``templates/``: the catalogue (YAML), pages and messages (Jinja), assets, translations."""
    return root() / "templates"
