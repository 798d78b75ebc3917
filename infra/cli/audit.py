"""`townkit audit verify CITY`: is the record of views and changes whole?"""

from __future__ import annotations

from typing import Any

import click

from infra.cli.connection import Connection
from infra.cli.options import connected

SHOWN = 20


@click.group()
def audit() -> None:
    """The record of who viewed and who changed what."""


@audit.command()
@click.argument("city")
@connected
@click.pass_context
def verify(context: click.Context, connection: Connection, city: str) -> None:
    """Re-walk every chain and recompute every daily root. Exit code 0: whole, 1: something is wrong."""
    report = connection.invoke("admin", {"action": "audit-verify", "city": city})
    for line in lines_of(report):
        click.echo(line)
    context.exit(0 if report["whole"] else 1)


@audit.command()
@click.argument("city")
@connected
def seal(connection: Connection, city: str) -> None:
    """Seal the days that are over and not sealed yet, as the nightly run does."""
    days = connection.invoke("admin", {"action": "audit-seal", "city": city})["sealed"]
    click.echo(f"{city}: sealed {', '.join(days)}" if days else f"{city}: nothing to seal")


def lines_of(report: dict[str, Any]) -> list[str]:
    """The report as a person reads it: what was checked, then the first findings."""
    checked = f"{report['events']} events in {report['chains']} chains, {report['days']} sealed days"
    last = report["last_seal"]
    root = [f"  root of {last['day']}: {last['root']}"] if last else []
    if report["whole"]:
        return [f"{report['city']}: OK, {checked}", *root]
    shown = [f"  {one['kind']:<9} {one['place']}: {one['text']}" for one in report["findings"][:SHOWN]]
    more = report["found"] - len(shown)
    return [
        f"{report['city']}: NOT whole, {report['found']} findings; {checked}",
        *shown,
        *([f"  and {more} more"] if more else []),
        *root,
    ]
