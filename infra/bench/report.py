"""docs/benchmarks.md: every figure with its limit, how it was measured, and the raw numbers."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from textwrap import fill

from infra.bench.figures import Figure, Section, Table

INTRODUCTION = """# Benchmarks

Written by `make bench`; not edited by hand. Times are ratios of two things measured side by side in one run,
because a ratio says the same on a slow and on a fast machine. `make bench` fails when a limit is passed.
Nothing here was measured on AWS: see [unproved.md](unproved.md)."""


def write(path: Path, sections: Sequence[Section], moment: datetime) -> None:
    """Write the page."""
    summary = Table(["figure", "measured", "limit", ""], [_line(figure) for figure in _figures(sections)])
    parts = [INTRODUCTION, _machine(moment), _table(summary), *(_section(section) for section in sections)]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _figures(sections: Iterable[Section]) -> list[Figure]:
    return [figure for section in sections for figure in section.figures]


def _line(figure: Figure) -> list[str]:
    verdict = "" if figure.limit is None else "kept" if figure.kept else "**passed**"
    return [figure.name, figure.shown(figure.value), figure.shown(figure.limit), verdict]


def _machine(moment: datetime) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in ("chalice", "boto3", "pynamodb", "Jinja2"))
    return (
        f"{moment:%Y-%m-%d %H:%M} UTC, {platform.system()} on {platform.machine()}, {os.cpu_count()} cores, "
        f"{memory:.0f} GB, Python {platform.python_version()}, {versions}."
    )


def _section(section: Section) -> str:
    notes = [f"- {figure.name}: {figure.raw}" for figure in section.figures if figure.raw]
    parts = [f"## {section.title}", fill(section.how, 120, break_long_words=False, break_on_hyphens=False)]
    parts += ["\n".join(notes)] if notes else []
    return "\n\n".join([*parts, *(_table(table) for table in section.tables)])


def _table(table: Table) -> str:
    lines = [table.heading, ["---"] * len(table.heading), *table.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
