"""`townkit apply` on the deployed stack, killed with -9 after each step: the next apply finishes the job."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from functions.tenancy.onboarding import STEPS
from infra.settings import ROOT
from tests.tenancy.conftest import TENANTS

pytestmark = pytest.mark.e2e
TOWNKIT = [sys.executable, "-c", "from infra.cli import main; main()"]


def city_file(folder: Path, city_id: str) -> Path:
    """Oakville's file under another id."""
    shutil.copytree(TENANTS / "logos", folder / "logos", dirs_exist_ok=True)
    path = folder / f"{city_id}.yaml"
    text = (TENANTS / "oakville.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("id: oakville\n", f"id: {city_id}\n"), encoding="utf-8")
    return path


def apply_and_kill(path: Path, steps: int, environment: dict[str, str]) -> list[str]:
    """Start an apply and kill it with -9 as soon as it has said that so many steps are done; what it said."""
    command = [*TOWNKIT, "apply", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line.strip())
        if len(said) == steps + 1:  # the first line says which configuration it brings in
            process.send_signal(signal.SIGKILL)
            break
    process.wait(timeout=60)
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL
    return said


def test_an_apply_that_is_killed_after_any_step_is_finished_by_the_next(stack: Any, tmp_path: Path) -> None:
    environment = {**stack.shell_environment, "PYTHONUNBUFFERED": "1"}

    def kill_and_finish(steps: int) -> tuple[str, list[str], str]:
        city_id = f"killed-{steps}"
        path = city_file(tmp_path, city_id)
        said = apply_and_kill(path, steps, environment)
        finished = stack.townkit("apply", str(path))
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return city_id, said, finished.stdout

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(kill_and_finish, range(len(STEPS))))
    for city_id, said, finished in results:
        done = [line.split(":")[0] for line in said[1:]]
        assert done == [step.name for step in STEPS][: len(done)]
        assert finished.endswith(f"{city_id}: live\n")
        assert "  table: " not in finished or "table" not in done
    listed = stack.townkit("cities").stdout
    assert all(f"{city_id:<20} live" in listed for city_id, *_ in results)
