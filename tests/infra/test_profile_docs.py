"""The catalogue's page, the format's page and the schema for editors are written from profiles and models."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from functions.sensing import profiles
from infra import profile_docs
from infra.cli import main


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["profile", *words])


@pytest.mark.parametrize("command", ["docs", "schema"])
def test_the_pages_and_the_schema_are_current(command: str) -> None:
    result = run(command, "--check")
    assert result.exit_code == 0, result.output


def test_a_page_that_is_not_current_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile_docs, "CATALOGUE", profile_docs.CATALOGUE.with_name("README.md"))
    assert "docs/README.md is not current" in run("docs", "--check").output


def test_lint_says_what_is_wrong_with_which_file(tmp_path: Path) -> None:
    good = profiles.folder() / "bus.yaml"
    bad = tmp_path / "bus.yaml"
    bad.write_text(good.read_text(encoding="utf-8").replace("unit: km/h", "unit: knots"), encoding="utf-8")
    assert run("lint", str(good)).exit_code == 0
    result = run("lint", str(good), str(bad))
    assert result.exit_code == 1
    assert f"{bad}:" in result.output and "error unit-unknown" in result.output
