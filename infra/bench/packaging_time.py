"""How long packaging takes after a code edit: the command as a person runs it, in a copy of the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
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


def measure(folder: Path, bare: Path) -> Section:
    """Seconds, and the ratio to Chalice alone."""
    checkout, yardstick = folder / "checkout", folder / "yardstick"
    _copy(checkout)
    _bare_project(yardstick, bare)
    _timed(TOWNKIT, checkout)
    layers = sorted(path.name for path in (ROOT / ".local" / "layers").glob("*.zip"))
    ours, theirs = [], []
    for run in range(RUNS):
        with (checkout / EDITED).open("a") as file:
            file.write(f"\n# edit {run}\n")
        ours.append(_timed(TOWNKIT, checkout))
        theirs.append(_timed(CHALICE, yardstick))
    if layers != sorted(path.name for path in (ROOT / ".local" / "layers").glob("*.zip")):
        raise RuntimeError("a code edit built the layer again")
    ratio = f"{min(ours) / min(theirs):.2f} ×"
    return Section(
        "Packaging after a code edit",
        HOW,
        [
            Figure(
                "Packaging after a code edit",
                min(ours),
                "s",
                LIMIT,
                f"{ratio} of `chalice package` of a bare app",
            )
        ],
        [
            Table(
                ["seconds", "Townkit", "bare", "ratio"],
                [["after an edit", spread(ours), spread(theirs), ratio]],
            )
        ],
    )


def _copy(checkout: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__")
    for name in FOLDERS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, checkout / name, ignore=ignore)
    for path in (ROOT / "app.py", *ROOT.glob("requirements*.txt")):
        shutil.copyfile(path, checkout / path.name)
    (checkout / ".local").mkdir()
    (checkout / ".local" / "layers").symlink_to(ROOT / ".local" / "layers")


def _bare_project(folder: Path, bare: Path) -> None:
    (folder / ".chalice").mkdir(parents=True)
    shutil.copyfile(bare / "app.py", folder / "app.py")
    (folder / "requirements.txt").touch()
    (folder / ".chalice" / "config.json").write_text('{"version": "2.0", "app_name": "bare"}')


def _timed(command: list[str], folder: Path) -> float:
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "TOWNKIT_DATA": str(folder / "data"),
        "AWS_DEFAULT_REGION": "packaging",
    }
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr or done.stdout)
    return time.perf_counter() - started
