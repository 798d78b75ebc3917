"""How long packaging takes after a code edit: the command as a person runs it, in a copy of the checkout."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from infra.bench.figures import Figure, Section, Table, spread
from infra.settings import LOCAL_STAGE, ROOT

RUNS, LIMIT = 5, 3.0
FOLDERS = ("functions", "infra", "layers", "templates", "tenants")
EDITED = Path("functions") / "core" / "clock.py"
TOWNKIT = [sys.executable, "-c", "from infra.cli import main; main()", "package", "--stage", LOCAL_STAGE]
CHALICE = [sys.executable, "-c", "from chalice.cli import main; main()", "package", "out"]
HOW = """\
`townkit package` in a copy of the checkout, interpreter start included, each time after one line of
`functions/core/clock.py` was changed; the layer is there already and must stay as it is. The yardstick,
by turns: `chalice package` of an app of one route without requirements. The fastest of five runs counts,
since other work on the machine only adds to a run."""


@dataclass(frozen=True)
class Run:
    """Seconds of one command: on the clock, and of the processors."""

    wall: float
    cpu: float


def measure(folder: Path, bare: Path) -> Section:
    """Seconds, and the ratio to Chalice alone."""
    checkout, yardstick = folder / "checkout", folder / "yardstick"
    _copy(checkout)
    _bare_project(yardstick, bare)
    _timed(TOWNKIT, checkout)
    layers = _layers(checkout)
    runs = []
    for number in range(RUNS):
        with (checkout / EDITED).open("a") as file:
            file.write(f"\n# edit {number}\n")
        runs.append((_timed(TOWNKIT, checkout), _timed(CHALICE, yardstick)))
    if layers != _layers(checkout):
        raise RuntimeError("a code edit built the layer again")
    best = min(ours.wall for ours, _ in runs)
    return Section(
        "Packaging after a code edit",
        HOW,
        [Figure("Packaging after a code edit", best, "s", LIMIT)],
        [
            Table(
                ["seconds", "Townkit", "bare", "ratio of the fastest"],
                [_row(runs, "wall"), _row(runs, "cpu")],
            )
        ],
    )


def _row(runs: list[tuple[Run, Run]], what: str) -> list[str]:
    ours, theirs = ([getattr(pair[side], what) for pair in runs] for side in (0, 1))
    return [what, spread(ours), spread(theirs), f"{min(ours) / min(theirs):.2f} ×"]


def _layers(checkout: Path) -> list[str]:
    return sorted(path.name for path in (checkout / ".local" / "layers").glob("*.zip"))


def _copy(checkout: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__")
    for name in FOLDERS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, checkout / name, ignore=ignore)
    for path in (ROOT / "app.py", *ROOT.glob("requirements*.txt")):
        shutil.copyfile(path, checkout / path.name)
    shutil.copytree(ROOT / ".local" / "layers", checkout / ".local" / "layers")


def _bare_project(folder: Path, bare: Path) -> None:
    (folder / ".chalice").mkdir(parents=True)
    shutil.copyfile(bare / "app.py", folder / "app.py")
    (folder / "requirements.txt").touch()
    (folder / ".chalice" / "config.json").write_text('{"version": "2.0", "app_name": "bare"}')


def _timed(command: list[str], folder: Path) -> Run:
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "TOWNKIT_DATA": str(folder / "data"),
        "AWS_DEFAULT_REGION": "packaging",
    }
    started, before = time.perf_counter(), _children()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr or done.stdout)
    return Run(time.perf_counter() - started, _children() - before)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
