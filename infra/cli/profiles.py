"""`townkit profile lint`, `docs`, `schema`: device profiles, the files of templates/devices/."""

from __future__ import annotations

from pathlib import Path

import click

from infra.errors import InfraError
from infra.settings import ROOT


@click.group()
def profile() -> None:
    """Device profiles: check one, describe their format and the catalogue."""


@profile.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
def lint(files: tuple[Path, ...]) -> None:
    """Check device profiles: their form, their meaning, and what their samples prove."""
    from functions.sensing.profile_lint import show

    bad = 0
    for file in files:
        lines = show(str(file), file.read_bytes())
        for line in lines:
            click.echo(line, err=True)
        bad += bool(lines)
    if bad:
        raise InfraError("One file has errors." if bad == 1 else f"{bad} files have errors.")
    click.echo(f"{len(files)} checked, nothing to complain about")


@profile.command()
@click.option("--check", is_flag=True, help="Only say whether the pages are current (exit code 1 when not).")
def docs(check: bool) -> None:
    """Write docs/device-profiles.md and docs/device-profile-file.md."""
    from infra import profile_docs

    _write(profile_docs.CATALOGUE, profile_docs.catalogue(), check)
    _write(profile_docs.FORMAT, profile_docs.format_page(), check)


@profile.command()
@click.option("--check", is_flag=True, help="Only say whether the file is current (exit code 1 when not).")
def schema(check: bool) -> None:
    """Write tenants/device-schema.json, which editors use, from the models."""
    from infra import profile_docs

    _write(profile_docs.SCHEMA, profile_docs.schema(), check)


def _write(file: Path, text: str, check: bool) -> None:
    if not check:
        file.write_text(text, encoding="utf-8")
        click.echo(str(file.relative_to(ROOT)))
    elif not file.exists() or file.read_text(encoding="utf-8") != text:
        raise InfraError(f"{file.relative_to(ROOT)} is not current; run `townkit profile docs` and `schema`.")
