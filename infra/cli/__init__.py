"""`townkit`: one command for operators. Commands are imported when they are used, because each needs other
heavy things.

A module of this package offers click commands under their own names; COMMANDS says where each is found.
"""

import importlib
import importlib.util
from typing import Any

import click

COMMANDS = {
    "lint": "cities",
    "plan": "cities",
    "apply": "cities",
    "cities": "cities",
    "export": "cities",
    "upgrade": "cities",
    "schema": "cities",
    "service": "services",
    "profile": "profiles",
    "devices": "devices",
    "simulate": "simulate",
    "audit": "audit",
    "package": "stack",
    "deploy": "stack",
    "run": "stack",
    "reset": "stack",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if self.get_command(ctx, name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = f"{__name__}.{COMMANDS.get(cmd_name, '')}"
        if cmd_name not in COMMANDS or not importlib.util.find_spec(module):
            return None
        return getattr(importlib.import_module(module), cmd_name, None)

    def invoke(self, ctx: click.Context) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        from infra.errors import InfraError, explain

        try:
            return super().invoke(ctx)
        except InfraError as error:
            raise click.ClickException(str(error)) from error
        except (BotoCoreError, ClientError) as error:
            raise click.ClickException(explain(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="townkit")
def main() -> None:
    """Cities online from one file each. Talks to the local cloud; with --profile or --region to AWS."""
