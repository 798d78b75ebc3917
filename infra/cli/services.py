"""`townkit service lint`, `schema`, `docs`, `diff`: service files, and what a city makes of them."""

from __future__ import annotations

from pathlib import Path

import click

from infra.errors import InfraError
from infra.settings import ROOT


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


@service.command()
@click.option("--check", is_flag=True, help="Only say whether the file is current (exit code 1 when not).")
def schema(check: bool) -> None:
    """Write tenants/service-schema.json, which editors use, from the models."""
    from infra.service_docs import SCHEMA
    from infra.service_docs import schema as text

    _write(SCHEMA, text(), "schema", check)


@service.command()
@click.option("--check", is_flag=True, help="Only say whether the page is current (exit code 1 when not).")
def docs(check: bool) -> None:
    """Write docs/service-file.md, the reference of every key, from the models."""
    from infra.service_docs import PAGE, page

    _write(PAGE, page(), "docs", check)


def _write(file: Path, text: str, command: str, check: bool) -> None:
    name = file.relative_to(ROOT)
    if not check:
        file.write_text(text, encoding="utf-8")
        click.echo(str(name))
    elif not file.exists() or file.read_text(encoding="utf-8") != text:
        raise InfraError(f"{name} is not current; run `townkit service {command}`.")


@service.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("service_id")
def diff(file: Path, service_id: str) -> None:
    """Show what a city's FILE changes in the template of a service."""
    from functions.services.errors import DefinitionError
    from functions.tenancy.loader import load_city
    from functions.tenancy.service_changes import changes
    from functions.tenancy.source import Refused

    try:
        loaded = load_city(file)
        if service_id not in loaded.city.services:
            raise RefusedServiceError(f'{file} has no service "{service_id}"')
        lines = changes(service_id, loaded.city.services[service_id], loaded.city)
    except Refused as error:
        raise RefusedServiceError(str(error)) from error
    except DefinitionError as error:
        raise RefusedServiceError(f"{file}: {error}; run `townkit lint`") from error
    for line in lines or ["It is the template as it ships."]:
        click.echo(line)
