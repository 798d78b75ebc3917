"""`townkit lint`, `plan`, `apply`, `cities`, `export`, `upgrade`, `schema`: a city from one file, and back
to one."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from infra.cli.connection import Connection
from infra.cli.options import connected
from infra.errors import InfraError
from infra.settings import ROOT

if TYPE_CHECKING:
    from functions.tenancy.loader import LoadedCity

FILE = click.argument("file", type=click.Path(path_type=Path))
NOTHING, CHANGES = 0, 2
WAIT_SECONDS, SAY_AFTER_SECONDS, PATIENCE_SECONDS = 0.3, 5.0, 180.0
WITH_CONFIG = ("configuration", "staff", "live")
SCHEMA_FILE = ROOT / "tenants" / "schema.json"


class RefusedFileError(InfraError):
    """The file cannot be used; nothing was changed."""


@click.command()
@FILE
def lint(file: Path) -> None:
    """Check a city's file: its form and its meaning."""
    _checked(file)
    click.echo(f"{file}: nothing to complain about")


@click.command()
@FILE
@connected
@click.pass_context
def plan(context: click.Context, connection: Connection, file: Path) -> None:
    """Show what `apply` would change. Exit code 0: nothing, 2: changes."""
    loaded = _checked(file)
    config, _ = _compiled(loaded)
    answer = connection.invoke("admin", {"action": "plan", "city": config["id"], "digest": _digest(config)})
    if answer["same"] and not answer["todo"]:
        click.echo(f"{config['id']}: nothing to do")
        context.exit(NOTHING)
    _show_plan(loaded, config, answer)
    context.exit(CHANGES)


def _show_plan(loaded: LoadedCity, config: dict[str, Any], answer: dict[str, Any]) -> None:
    from functions.tenancy.plan import differences
    from functions.tenancy.service_changes import changed_overrides

    lines = [] if answer["same"] else differences(answer["config"], config)
    click.echo(f"{config['id']} ({answer['state'] or 'new'}):")
    for line in lines:
        click.echo(f"  {line}")
    live = config if answer["same"] else answer["config"] or {}
    for name, own in changed_overrides(loaded.city, live.get("services", {}), config["services"]):
        click.echo(f"  {name}, compared with its template:")
        for line in own:
            click.echo(f"    {line}")
    click.echo(f"  steps: {', '.join(answer['todo'])}")


@click.command()
@FILE
@connected
def apply(connection: Connection, file: Path) -> None:
    """Bring a city online, or to what its file says. May be stopped at any moment and repeated."""
    config, source = _compiled(_checked(file))
    head = {key: config[key] for key in ("id", "names", "languages", "residency")} | {
        "plan": config["plan"]["name"]
    }
    digest = _digest(config)
    begun = connection.invoke("admin", {"action": "apply-begin", "head": head, "digest": digest})
    if not begun["todo"]:
        click.echo(f"{config['id']}: nothing to do")
        return
    click.echo(f"{config['id']}: configuration {begun['number']}")
    for step in begun["todo"]:
        extra = {"config": config, "source": source} if step in WITH_CONFIG else {}
        event = {"action": "apply-step", "city": config["id"], "step": step, "digest": digest, **extra}
        _do_step(connection, step, event)
    click.echo(f"{config['id']}: live")


def _do_step(connection: Connection, step: str, event: dict[str, Any]) -> None:
    """Ask until the step is done. Raises InfraError with the step and its reason."""
    start, said = time.monotonic(), False
    while True:
        answer = connection.invoke("admin", event)
        if answer["state"] == "done":
            click.echo(f"  {step}: done ({time.monotonic() - start:.1f} s)")
            return
        if answer["state"] == "failed":
            raise InfraError(f"The step {step} failed: {answer['reason']}")
        if not said and time.monotonic() - start > SAY_AFTER_SECONDS:
            said = True
            click.echo(f"  {step}: waiting ({answer['reason']})", err=True)
        if time.monotonic() - start > PATIENCE_SECONDS:
            raise InfraError(f"The step {step} is still waiting: {answer['reason']}. Run apply again later.")
        time.sleep(WAIT_SECONDS)


@click.command()
@connected
def cities(connection: Connection) -> None:
    """List the cities, with the step at which one stands and why."""
    found = connection.invoke("admin", {"action": "cities"})["cities"]
    for city in found:
        name = next(iter(city["names"].values()), "")
        number = f"configuration {city['number']}" if city["number"] else "no configuration yet"
        click.echo(f"{city['id']:<20} {city['state']:<11} {number:<22} {name}")
        if city["step"]:
            why = f": {city['reason']}" if city["reason"] else ""
            what = "failed" if city["step_state"] == "failed" else "next"
            click.echo(f"{'':<20} {what}: {city['step']} (for configuration {city['pending']}){why}")
    if not found:
        click.echo("There are no cities yet.")


@click.command()
@click.argument("city")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; CITY.yaml here without it.")
@connected
def export(connection: Connection, city: str, out: Path | None) -> None:
    """Write the file back from what is live."""
    answer = connection.invoke("admin", {"action": "export", "city": city})
    path = out or Path(f"{city}.yaml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(answer["source"], encoding="utf-8")
    if answer["logo"]:
        logo = path.parent / answer["logo"]["file"]
        logo.parent.mkdir(parents=True, exist_ok=True)
        logo.write_bytes(base64.b64decode(answer["logo"]["data"]))
    click.echo(f"{path}: configuration {answer['number']} of {city}")


@click.command()
@click.argument("city", required=False)
@connected
def upgrade(connection: Connection, city: str | None) -> None:
    """Bring every city (or one) to the current definition: table, indexes, device policy, items."""
    wanted = (
        [city] if city else [one["id"] for one in connection.invoke("admin", {"action": "cities"})["cities"]]
    )
    failed = []
    for city_id in wanted:
        try:
            click.echo(_upgrade(connection, city_id))
        except InfraError as error:
            failed.append(city_id)
            click.echo(f"{city_id}: failed: {error}", err=True)
    if failed:
        raise InfraError(f"Not upgraded: {', '.join(failed)}. Run upgrade again; it goes on where it was.")


def _upgrade(connection: Connection, city: str) -> str:
    """One city's report."""
    changed = _upgrade_structure(connection, city)
    items = _upgrade_items(connection, city)
    structure = ", ".join(changed) or "nothing"
    return f"{city}: structure changed: {structure}; items: {items['seen']} seen, {items['changed']} changed"


def _upgrade_structure(connection: Connection, city: str) -> list[str]:
    changed: list[str] = []
    start = time.monotonic()
    while True:
        answer = connection.invoke("admin", {"action": "upgrade-structure", "city": city})
        changed += answer["changed"]
        if answer["ready"]:
            return changed
        if time.monotonic() - start > PATIENCE_SECONDS:
            raise InfraError(
                f"The table of {city} is still changing. Run upgrade again later; it goes on there."
            )
        time.sleep(WAIT_SECONDS)


def _upgrade_items(connection: Connection, city: str) -> dict[str, Any]:
    while True:
        answer = connection.invoke("admin", {"action": "upgrade-items", "city": city})
        if answer["done"]:
            return answer


@click.command()
@click.option("--check", is_flag=True, help="Only say whether the file is current (exit code 1 when not).")
def schema(check: bool) -> None:
    """Write tenants/schema.json, which editors use, from the models."""
    from functions.tenancy.schemas import json_schema

    text = json_schema()
    if check:
        if not SCHEMA_FILE.exists() or SCHEMA_FILE.read_text(encoding="utf-8") != text:
            raise InfraError("tenants/schema.json is not current; run `townkit schema`.")
        return
    SCHEMA_FILE.write_text(text, encoding="utf-8")
    click.echo(str(SCHEMA_FILE.relative_to(ROOT)))


def _checked(file: Path) -> LoadedCity:
    """The file, when nothing is wrong with it. Warnings are printed; raises RefusedFileError for errors."""
    from functions.core import clock
    from functions.tenancy.lint import errors, lint
    from functions.tenancy.loader import load_city
    from functions.tenancy.source import Refused

    try:
        loaded = load_city(file)
    except Refused as error:
        raise RefusedFileError(str(error)) from error
    findings = lint(loaded, clock.now().date())
    for finding in findings:
        click.echo(finding.show(str(file)), err=True)
    if bad := errors(findings):
        one = "one error" if len(bad) == 1 else f"{len(bad)} errors"
        raise RefusedFileError(f"{file} has {one}; nothing was changed.")
    return loaded


def _compiled(loaded: LoadedCity) -> tuple[dict[str, Any], str]:
    from functions.core import clock
    from functions.tenancy.compile import compile_city

    return compile_city(loaded, clock.now().date()), loaded.source.text


def _digest(config: dict[str, Any]) -> str:
    from functions.tenancy.domain import digest_of

    return digest_of(config)
