"""`townkit package`, `deploy`, `run` and `reset`: the stack itself."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import click

from infra.cli.connection import Connection
from infra.cli.options import connected
from infra.parameters import aws_parameters, local_parameters
from infra.settings import LOCAL_STAGE, ROOT, Local

APP = click.option(
    "--app", type=click.Path(exists=True, path_type=Path), default=ROOT / "app.py", hidden=True
)


@contextlib.contextmanager
def timed(what: str) -> Iterator[None]:
    """Print a step and how long it took."""
    click.echo(f"  {what} ... ", nl=False)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        click.echo("failed")
        raise
    click.echo(f"{time.monotonic() - start:.1f} s")


@click.command()
@click.option("--stage", default=LOCAL_STAGE, show_default=True, help="Stage to package for.")
@APP
def package(stage: str, app: Path) -> None:
    """Write the template and its archives to build/STAGE."""
    from infra.packaging.build import package as build

    with timed("Packaging"):
        built = build(stage, app, build_folder(stage))
    click.echo(f"{built.code.parent / 'template.json'}")


@click.command()
@click.option(
    "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="A template parameter (AWS)."
)
@APP
@connected
def deploy(connection: Connection, parameters: tuple[str, ...], app: Path) -> None:
    """Package, upload and bring the stack to it.

    On AWS the first deployment needs --parameter PublicUrl=... and --parameter MailFrom=...; later ones
    keep them.
    """
    from infra import deploy as deployment
    from infra.packaging.build import package as build

    given = dict(_split(parameter) for parameter in parameters)
    known = local_parameters(connection.local) if connection.local else aws_parameters(connection, given)
    with timed("Packaging"):
        built = build(connection.stage, app, build_folder(connection.stage))
    with timed(f"Deploying {connection.stack}"):
        outputs = deployment.deploy(connection, built, {**known, **given})
    click.echo(f"Deployed: {outputs['EndpointURL']}")


@click.command()
@click.option("--no-cities", is_flag=True, help="Leave out the demo cities and their devices.")
@APP
def run(no_cities: bool, app: Path) -> None:
    """Run everything on this machine, in the foreground, until Ctrl-C."""
    from infra.run import run_here

    run_here(Local.from_environment(), app, with_cities=not no_cities)


@click.command()
def reset() -> None:
    """Forget everything that the local installation holds."""
    from infra.run import forget

    local = Local.from_environment()
    forget(local)
    click.echo(f"Forgotten: {local.data}")


def build_folder(stage: str) -> Path:
    """Where a stage is built; a local installation builds in its own data folder, so that two never meet."""
    return Local.from_environment().data / "build" if stage == LOCAL_STAGE else ROOT / "build" / stage


def _split(parameter: str) -> tuple[str, str]:
    name, separator, value = parameter.partition("=")
    if not separator:
        raise click.BadParameter(f"{parameter!r} is not NAME=VALUE")
    return name, value
