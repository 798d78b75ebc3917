"""`townkit service lint`, `schema`, `docs`, `diff`: service files, and what a city makes of them."""

from __future__ import annotations

from pathlib import Path

import click

from infra.errors import InfraError


class RefusedServiceError(InfraError):
    """A service file that cannot be used; nothing was changed."""


@click.group()
def service() -> None:
    """Service files: check one, describe their format, show what a city changes."""


@service.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def lint(files: tuple[Path, ...]) -> None:
    """Check service files: their form, their meaning, and their own sample cases."""
    from functions.tenancy.catalogue import around_template

    bad = 0
    for file in files:
        from functions.services.service import check_file

        content = _bytes(file)
        problems = check_file(str(file), content, around_template(content))
        for one in problems:
            where = f"{one.path}: " if one.path else ""
            click.echo(f"{file}:{one.line}:{one.column}: error {one.code}: {where}{one.message}", err=True)
        bad += bool(problems)
        if not problems:
            click.echo(f"{file}: nothing to complain about")
    if bad:
        raise RefusedServiceError("One file has errors." if bad == 1 else f"{bad} files have errors.")


def _bytes(file: Path) -> bytes:
    from functions.tenancy.source import MAX_BYTES

    try:
        if file.stat().st_size > MAX_BYTES:
            raise RefusedServiceError(f"{file} is larger than {MAX_BYTES:,} bytes")
        return file.read_bytes()
    except OSError as error:
        raise RefusedServiceError(f"{file}: the file cannot be read: {error.strerror or error}") from None
