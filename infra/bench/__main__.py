"""`python -m infra.bench [NAME ...]`: run the benchmarks, write docs/benchmarks.md, fail when a limit is
passed. With names, only those run and nothing is written."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from functions.core import clock
from infra.bench import (
    alarms_right,
    cold_start,
    fleet_day,
    flood,
    forms,
    lanes,
    packaging_time,
    pages,
    publishing,
    readings,
    readings_read,
    report,
    rules_speed,
    warm_page,
)
from infra.bench.figures import Section
from infra.bench.sides import prepare
from infra.settings import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"


def benchmarks(folder: Path) -> dict[str, Callable[[], Section]]:
    """Name -> measurement. Packages once, for all that compare two sides."""
    ours, bare = prepare(folder)
    return {
        "cold-start": lambda: cold_start.measure(ours, bare),
        "warm-page": lambda: warm_page.measure_page(ours, bare),
        "pages": pages.measure,
        "forms": forms.measure,
        "weight": forms.measure_weight,
        "flood": flood.measure,
        "publishing": publishing.measure,
        "packaging": lambda: packaging_time.measure(folder, bare.code),
        "readings": readings.measure,
        "readings-read": readings_read.measure,
        "rules": rules_speed.measure,
        "alarms": alarms_right.measure,
        "fleet": fleet_day.measure,
        "lanes": lanes.measure,
        "cities": lambda: warm_page.measure_cities(ours),
    }


def show(section: Section) -> bool:
    """Print a section's figures; whether all limits are kept."""
    for figure in section.figures:
        verdict = "" if figure.kept else "  PASSED ITS LIMIT"
        limit = f" (at most {figure.shown(figure.limit)})" if figure.limit is not None else ""
        click.echo(f"{figure.name}: {figure.shown(figure.value)}{limit}{verdict}")
    return all(figure.kept for figure in section.figures)


def main(names: list[str]) -> int:
    """Exit code."""
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="townkit-bench-") as scratch:
        every = benchmarks(Path(scratch))
        if strange := set(names) - every.keys():
            click.echo(
                f"There is no benchmark {', '.join(sorted(strange))}; there are {', '.join(every)}.", err=True
            )
            return 2
        sections, kept = [], True
        for name, measure in every.items():
            if not names or name in names:
                sections.append(measure())
                kept &= show(sections[-1])
    if not names:
        report.write(PAGE, sections, clock.now())
        click.echo(f"Written: {PAGE.relative_to(ROOT)}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
