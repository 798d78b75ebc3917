"""Options that several commands share."""

import functools
from collections.abc import Callable
from typing import Any

import click

from infra.cli.connection import Connection
from infra.settings import LOCAL_STAGE, Local

DEFAULT_AWS_STAGE = "prod"


def connected(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --stage, --profile and --region, and a `Connection` as its first argument."""

    @click.option(
        "--stage", help=f"Installation: {LOCAL_STAGE} (default) or, on AWS, {DEFAULT_AWS_STAGE} (default)."
    )
    @click.option("--profile", help="AWS profile; without it and --region the local cloud is meant.")
    @click.option("--region", help="AWS region.")
    @functools.wraps(command)
    def with_connection(
        *args: Any, stage: str | None, profile: str | None, region: str | None, **options: Any
    ) -> Any:
        return command(connection_for(stage, profile, region), *args, **options)

    return with_connection


def connection_for(stage: str | None, profile: str | None, region: str | None) -> Connection:
    """The installation that the options mean. Raises ConnectionFailedError."""
    if profile or region or stage not in {None, LOCAL_STAGE}:
        return Connection.to_aws(stage or DEFAULT_AWS_STAGE, profile, region)
    return Connection.to_local(Local.from_environment())
