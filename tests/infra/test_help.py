"""The command line explains itself."""

from __future__ import annotations

import click
import pytest

from infra.cli import main


@pytest.mark.parametrize("command", sorted(main.list_commands(click.Context(main))))
def test_every_command_explains_itself(command: str) -> None:
    found = main.get_command(click.Context(main), command)
    assert found
    assert found.help
    members = list(found.commands.values()) if isinstance(found, click.Group) else []
    assert all(member.help for member in members)
