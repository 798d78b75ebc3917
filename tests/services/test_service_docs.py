"""The reference page and the schema for editors are written from the models; the command line shows problems
and changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from functions.services.lint import rules
from functions.services.schemas import Definition
from infra import service_docs
from infra.cli import main
from tests.services.test_lint_rules import BAD, SOUND

TENANTS = Path(__file__).parents[2] / "tenants"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["service", *words])


@pytest.mark.parametrize("command", ["docs", "schema"])
def test_the_page_and_the_schema_are_current(command: str) -> None:
    result = run(command, "--check")
    assert result.exit_code == 0, result.output


def test_every_key_of_the_format_is_explained() -> None:
    bare = [
        f"{model.__name__}.{name}"
        for model in service_docs.models(Definition)
        for name, field in model.model_fields.items()
        if not field.description
    ]
    assert bare == []


def test_every_rule_is_on_the_page() -> None:
    page = service_docs.page()
    assert [one.code for one in rules() if f"| `{one.code}` |" not in page] == []


def test_the_schema_knows_both_halves() -> None:
    schema = json.loads(service_docs.SCHEMA.read_text(encoding="utf-8"))
    assert set(schema["properties"]) == set(Definition.model_fields)
    assert schema["properties"]["workflow"]["description"]


def test_a_page_that_is_not_current_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    old = service_docs.PAGE.with_name("README.md")
    monkeypatch.setattr(service_docs, "PAGE", old)
    result = run("docs", "--check")
    assert result.exit_code == 1 and "is not current; run `townkit service docs`" in result.output


def test_a_sound_file_has_nothing_to_complain_about() -> None:
    result = run("lint", str(SOUND))
    assert (result.exit_code, result.output) == (0, f"{SOUND}: nothing to complain about\n")


def test_problems_are_shown_with_file_line_column_and_rule(tmp_path: Path) -> None:
    bad = BAD / "fee-without-basis.yaml"
    line = next(n for n, text in enumerate(bad.read_text().splitlines(), 1) if "# <- here" in text)
    result = run("lint", str(SOUND), str(bad), str(tmp_path / "none.yaml"))
    assert result.exit_code == 1
    assert f"{bad}:{line}:7: error fee-without-basis: fee.lines.fee: a fee needs its basis" in result.output
    assert "the file cannot be read: No such file" in result.output


def test_what_a_city_changes_is_shown() -> None:
    result = run("diff", str(TENANTS / "oakville.yaml"), "parking-card")
    assert result.exit_code == 0
    assert "~ tables.monthly_rate.otherwise: " in result.output
    plain = run("diff", str(TENANTS / "oakville.yaml"), "residence-certificate")
    assert plain.output == "It is the template as it ships.\n"
    assert "has no service" in run("diff", str(TENANTS / "oakville.yaml"), "dragons").output


def test_a_broken_override_is_told_instead_of_shown() -> None:
    result = run(
        "diff", str(TENANTS.parent / "tests" / "bad" / "override-wrong.yaml"), "residence-certificate"
    )
    assert (
        result.exit_code == 1 and "run `townkit lint`" in result.output and "Traceback" not in result.output
    )
