"""Commands that the documents name exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from infra.cli import main
from infra.settings import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
IN_CODE = re.compile(r"`([^`\n]+)`|^(?: {4}|\t)(.+)$", re.MULTILINE)


def commands(program: str) -> Iterator[tuple[str, list[str]]]:
    """(document, words) of every piece of code in the documents that runs a program."""
    for path in DOCUMENTS:
        for inline, block in IN_CODE.findall(path.read_text(encoding="utf-8")):
            words = (inline or block).removeprefix("$ ").split()
            if words and words[0].rpartition("/")[2] == program:
                yield path.name, words[1:]


def test_make_targets_of_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        (name, word) for name, words in commands("make") for word in words if re.fullmatch("[a-z-]+", word)
    }
    assert {entry for entry in named if entry[1] not in targets} == set()
    assert {target for _, target in named} >= {"run", "test", "reset"}


def test_townkit_commands_of_the_documents_exist() -> None:
    missing = []
    for name, words in commands("townkit"):
        found: click.Command | None = main
        for word in words:
            if not isinstance(found, click.Group) or not re.fullmatch("[a-z]+", word):
                break
            found = found.get_command(click.Context(found), word)
            if found is None:
                missing.append(f"{name}: townkit {' '.join(words)}")
                break
    assert missing == []


@pytest.mark.parametrize("command", sorted(main.list_commands(click.Context(main))))
def test_every_command_explains_itself(command: str) -> None:
    found = main.get_command(click.Context(main), command)
    assert found
    assert found.help
    members = list(found.commands.values()) if isinstance(found, click.Group) else []
    assert all(member.help for member in members)
