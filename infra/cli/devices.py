"""`townkit devices`: certificates for sensors."""

from __future__ import annotations

import shlex
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from infra.cli.connection import Connection, FunctionFailedError
from infra.cli.options import connected
from infra.errors import InfraError

AMAZON_ROOT = "https://www.amazontrust.com/repository/AmazonRootCA1.pem"
LOCAL_ROOT = "/_ministack/iot/ca.pem"
DEVICES_FOLDER = "devices"


@click.group()
def devices() -> None:
    """Give sensors their certificates, list them, revoke them."""


@devices.command()
@click.argument("city")
@click.argument("thing")
@click.option(
    "--profile", "device_profile", required=True, help="Device profile, a file of templates/devices/."
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="New folder for the files."
)
@click.option("--name", default="", help="Name for a device that the city's file does not name.")
@click.option(
    "--renew", is_flag=True, help="A new certificate for a device that has one; the old one is revoked."
)
@click.option("--aws-profile", help="AWS profile; without it and --region the local cloud is meant.")
@click.option("--stage", help="Installation.")
@click.option("--region", help="AWS region.")
def add(
    city: str, thing: str, device_profile: str, out: Path, name: str, renew: bool,
    aws_profile: str | None, stage: str | None, region: str | None,
) -> None:  # fmt: skip
    """Make THING of CITY with a certificate of its own. The private key is written to --out and kept nowhere
    else.
    """
    from infra.cli.options import connection_for

    connection = connection_for(stage, aws_profile, region)
    if out.exists() and any(out.iterdir()):
        raise InfraError(f"{out} is not empty; give a new folder.")
    answer = connection.invoke(
        "admin",
        {
            "action": "device-add",
            "city": city,
            "thing": thing,
            "profile": device_profile,
            "name": name,
            "renew": renew,
        },
    )
    write_files(out, answer, root_certificate(connection))
    click.echo(f"{city}:{thing} may connect. Its files are in {out}; the key cannot be had again.")
    click.echo(command_line(answer, f"{out}/"))


@devices.command(name="list")
@click.argument("city")
@connected
def list_(connection: Connection, city: str) -> None:
    """The devices of CITY: profile, state, latest reading (UTC)."""
    rows = connection.invoke("admin", {"action": "device-list", "city": city})["devices"]
    for row in rows:
        seen = (
            f"{datetime.fromtimestamp(row['seen'] / 1000, UTC):%Y-%m-%d %H:%M:%S}" if row["seen"] else "never"
        )
        click.echo(f"{row['thing']:<32} {row['profile']:<20} {row['state']:<8} {seen}")
    if not rows:
        click.echo(
            f"{city} has no devices yet; `townkit devices add {city} THING --profile P --out DIR` makes one."
        )


@devices.command()
@click.argument("city")
@click.argument("thing")
@connected
def revoke(connection: Connection, city: str, thing: str) -> None:
    """Revoke every certificate of THING; its readings stay."""
    answer = connection.invoke("admin", {"action": "device-revoke", "city": city, "thing": thing})
    click.echo(f"{city}:{thing} is revoked ({len(answer['revoked'])} certificates).")


@devices.command()
@click.argument("city")
@click.argument("things", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every device that has a certificate.")
@connected
def renew(connection: Connection, city: str, things: tuple[str, ...], every: bool) -> None:
    """Tell THINGS to fetch their next certificate themselves. The old one is believed until it was used."""
    if every:
        rows = connection.invoke("admin", {"action": "device-list", "city": city})["devices"]
        things = tuple(row["thing"] for row in rows if row["state"] == "active")
    asked = 0
    for thing in things:
        try:
            connection.invoke("admin", {"action": "device-fetch-next", "city": city, "thing": thing})
            asked += 1
        except FunctionFailedError as error:
            if not every or error.kind != "Conflict":
                raise
            click.echo(f"{city}:{thing}: {error}")
    click.echo(f"{asked} of {len(things)} devices are told; their pages say when they did it.")


@devices.command(name="import")
@click.argument("city")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--check", is_flag=True, help="Only report what is wrong in each line.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the devices' certificates, one folder each; without it they get none yet.",
)
@connected
def import_(connection: Connection, city: str, file: Path, check: bool, out: Path | None) -> None:
    """Put the devices of FILE, a CSV list with at most 300 lines, on the list of CITY: all lines or none."""
    request = {"action": "device-import", "city": city, "list": _text(file), "check": check}
    answer = connection.invoke("admin", request)
    wrong = [line for line in answer["lines"] if line["problems"]]
    for line in wrong:
        said = "; ".join(f"{name}: {text}" for name, text in line["problems"].items())
        click.echo(f"line {line['number']}, {line['thing'] or '(no id)'}: {said}")
    if wrong:
        raise InfraError(f"{len(wrong)} of {len(answer['lines'])} lines are wrong; nothing was added.")
    click.echo(f"{len(answer['lines'])} lines are good, {answer['added']} devices were added.")
    if not check and out is not None:
        _certificates(connection, city, answer["lines"], out)


def _certificates(connection: Connection, city: str, lines: list[dict[str, Any]], out: Path) -> None:
    root = root_certificate(connection)
    for line in lines:
        folder = out / line["thing"]
        if line["needs_certificate"] and not (folder / "key.pem").exists():
            add = {"action": "device-add", "city": city, "thing": line["thing"], "profile": line["profile"]}
            write_files(folder, connection.invoke("admin", add), root)
            click.echo(f"{city}:{line['thing']} may connect. Its files are in {folder}.")


def _text(file: Path) -> str:
    """UTF-8, or what a Chinese spreadsheet saves."""
    data = file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise InfraError(f"{file} is neither UTF-8 nor GB 18030.") from error


@devices.command()
@click.argument("city")
@click.option("--name", required=True, help="What the certificate is for: supplier, order.")
@click.option("--days", required=True, type=click.IntRange(1, 366), help="Days until it ends.")
@click.option("--device-profile", help="Kind of the devices that it may add beside those on the list.")
@click.option("--quota", type=click.IntRange(1, 1000), help="How many it may add.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="New file.")
@connected
def claim(
    connection: Connection, city: str, name: str, days: int, device_profile: str | None, quota: int | None,
    out: Path,
) -> None:  # fmt: skip
    """Make a claim certificate of CITY, with which devices fetch their own. Its key is kept nowhere else."""
    if out.exists():
        raise InfraError(f"{out} is there already.")
    request = {
        "action": "device-claim",
        "city": city,
        "name": name,
        "days": days,
        "profile": device_profile,
        "quota": quota,
    }
    made = connection.invoke("admin", request)
    out.touch(mode=0o600)
    out.write_text(made["bundle"])
    click.echo(f"The claim certificate of {city} is in {out}; its key cannot be had again.")


def root_certificate(connection: Connection) -> str:
    """What a device checks the broker with: the local cloud's own root, or Amazon's. Raises InfraError."""
    address = f"{connection.endpoint}{LOCAL_ROOT}" if connection.endpoint else AMAZON_ROOT
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return str(answer.read().decode())
    except OSError as error:
        raise InfraError(f"The root certificate could not be read from {address}: {error}.") from error


def write_files(folder: Path, answer: dict[str, Any], root: str) -> None:
    """certificate.pem, key.pem (for its owner only), ca.pem and a README with a command line that works."""
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "key.pem"
    key.touch(mode=0o600)
    key.chmod(0o600)
    key.write_text(answer["private_key"])
    (folder / "certificate.pem").write_text(answer["certificate"])
    (folder / "ca.pem").write_text(root)
    (folder / "README.txt").write_text(
        f"{answer['client_id']} ({answer['profile']})\n\n"
        "Keep key.pem secret: whoever has it speaks as this device. It is kept nowhere else.\n"
        f"Client id: {answer['client_id']}\nTopic: {answer['topic']}\n"
        f"Broker: {answer['host']}:{answer['port']}\n\n"
        f"A first reading, sent from this folder:\n\n{command_line(answer, '')}\n"
    )


def command_line(answer: dict[str, Any], prefix: str) -> str:
    """A `mosquitto_pub` line that sends one reading of the profile's first quantity."""
    metric, entry = next(iter(answer["quantities"].items()))
    low, high = entry.get("range") or (0, 2)
    sample = min(max(1.0, low), high)
    words = [
        "mosquitto_pub", "-h", answer["host"], "-p", str(answer["port"]),
        "--cafile", f"{prefix}ca.pem", "--cert", f"{prefix}certificate.pem", "--key", f"{prefix}key.pem",
        "-i", answer["client_id"], "-q", "1", "-t", answer["topic"],
        "-m", f'[{{"n":"{metric}","u":"{entry["unit"]}","v":{sample:g}}}]',
    ]  # fmt: skip
    return shlex.join(words)
