"""`townkit simulate`: sensors that do not exist."""

from __future__ import annotations

import itertools
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from infra.cli.connection import Connection
from infra.cli.devices import DEVICES_FOLDER, root_certificate, write_files
from infra.errors import InfraError

MADE_AT_ONCE, FEW = 3, 50  # the local cloud runs eight functions at once, and each device takes two
BATCHES = 50


@click.command()
@click.argument("city")
@click.option("--devices", "count", type=click.IntRange(1, 10_000), help="So many devices beside the city's.")
@click.option("--profile", "profiles", multiple=True, help="Device profile of those; several take turns.")
@click.option(
    "--hours", default=2.0, show_default=True, type=click.FloatRange(0, 31 * 24), help="Of the past."
)
@click.option(
    "--speed", type=click.FloatRange(1), help="So many times as fast as they were (1440: a day in a minute)."
)
@click.option(
    "--pack",
    "packed",
    default=10,
    show_default=True,
    type=click.IntRange(1, 200),
    help="Measurements to a message of the past.",
)
@click.option("--once", is_flag=True, help="Send the past, then end.")
@click.option(
    "--sample",
    type=click.Choice(["normal", "alarming", "faulty"]),
    help="Only send this sample of each device's profile, then end.",
)
@click.option(
    "--interval",
    default=10.0,
    show_default=True,
    type=click.FloatRange(1),
    help="Seconds between readings of the present.",
)
@click.option("--seed", default="townkit", show_default=True, help="The same seed gives the same values.")
@click.option(
    "--faults/--no-faults",
    default=None,
    help="Spikes, silence, duplicates, late bursts ... (with --speed: yes).",
)
@click.option(
    "--labels",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what was done on purpose to a file, one JSON object a line.",
)
@click.option(
    "--keys", type=click.Path(path_type=Path, file_okay=False), help="Folder for the devices' files."
)
@click.option("--aws-profile", help="AWS profile; without it and --region the local cloud is meant.")
@click.option("--stage", help="Installation.")
@click.option("--region", help="AWS region.")
def simulate(
    city: str, count: int | None, profiles: tuple[str, ...], aws_profile: str | None, stage: str | None,
    region: str | None, keys: Path | None, **options: Any,
) -> None:  # fmt: skip
    """Be the devices of CITY: realistic readings over MQTT with certificates of their own, until Ctrl-C or
    SIGTERM.
    """
    from infra.cli.options import connection_for
    from infra.simulator.run import run

    connection = connection_for(stage, aws_profile, region)
    if keys is None and connection.local is None:
        raise InfraError("Give --keys: the folder that keeps the simulated devices' private keys.")
    folder = keys or connection.local.data / DEVICES_FOLDER / city  # type: ignore[union-attr]
    once = bool(options.pop("once"))
    plan = _plan(connection, city, count, profiles, folder, options)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    sent = run(plan, once=once, stop=stop, say=lambda text: click.echo(f"{city}: {text}"))
    click.echo(f"{city}: {sent.messages} messages sent, {sent.measured} readings, {sent.lost} not taken")


def _plan(
    connection: Connection, city: str, count: int | None, profiles: tuple[str, ...], folder: Path,
    options: dict[str, Any],
) -> Any:  # fmt: skip
    from infra.simulator.run import Plan

    known = connection.invoke("admin", {"action": "device-simulation", "city": city})
    wanted = _more(count, profiles, known["states"]) if count else known["things"]
    if not wanted:
        raise InfraError(f"The file of {city} names no devices; --devices N makes some.")
    _ensure(connection, city, wanted, folder)
    events = options["speed"] is not None
    faults = options.pop("faults")
    return Plan(
        things=[_thing(city, entry, folder, known) for entry in wanted],
        host=known["host"],
        port=int(known["port"]),
        offset=_offset(known["zone"]),
        zone=known["zone"],
        events=events,
        faults=events if faults is None else faults,
        **options,
    )


def _offset(zone: str) -> int:
    """Seconds that a zone is ahead of UTC now."""
    from zoneinfo import ZoneInfo

    ahead = datetime.now(UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return int(ahead.total_seconds()) if ahead else 0


def _more(count: int, profiles: tuple[str, ...], states: dict[str, str]) -> list[dict[str, Any]]:
    """Devices of the chosen profiles (of all, when none is chosen) by turns: the same count gives the same
    names, so their certificates are used again."""
    from functions.sensing.profiles import profile_ids

    if strange := set(profiles) - set(profile_ids()):
        raise InfraError(f"There is no device profile {', '.join(sorted(strange))}.")
    turns = itertools.cycle(profiles or profile_ids())
    names = (
        (profile, f"sim-{profile[:32]}-{number}")
        for number, profile in zip(range(count), turns, strict=False)
    )
    return [{"thing": name, "profile": profile, "state": states.get(name, "none")} for profile, name in names]


def _ensure(connection: Connection, city: str, wanted: list[dict[str, Any]], folder: Path) -> None:
    """Certificates of the folder are used again; a device without them gets new ones."""
    missing = [
        entry
        for entry in wanted
        if entry["state"] != "active" or not (folder / entry["thing"] / "key.pem").exists()
    ]
    if not missing:
        return
    root = root_certificate(connection)

    def make(entry: dict[str, Any]) -> None:
        request = {"action": "device-add", "city": city, "thing": entry["thing"], "profile": entry["profile"]}
        write_files(folder / entry["thing"], connection.invoke("admin", {**request, "renew": True}), root)

    # a few: the demo cities, which all start together
    with ThreadPoolExecutor(MADE_AT_ONCE if len(missing) > FEW else 1) as pool:
        list(pool.map(make, missing))


def _thing(city: str, entry: dict[str, Any], folder: Path, known: dict[str, Any]) -> Any:
    from functions.sensing.profiles import load
    from functions.sensing.rules.build import waits_for
    from infra.simulator.run import Thing

    name, profile = entry["thing"], load(entry["profile"])
    rules = [rule for rule in profile["rules"] if rule["active"]]
    rules += [
        rule for rule in known["rules"] if rule.get("thing") == name or rule.get("profile") == profile["id"]
    ]
    place, areas = entry.get("place"), known.get("areas") or {}
    stage = {"place": [place["lat"], place["lon"]] if place else None, "areas": areas}
    rules = [rule for rule in rules if not waits_for(rule, bool(place), areas)]
    profile = {**profile, "stage": stage}
    topic = known["topics"][profile["lane"]].format(thing=name)
    return Thing(name, f"{city}:{name}", topic, folder / name, profile, rules)
