"""docs/device-profiles.md (the catalogue), docs/device-profile-file.md (the format) and
tenants/device-schema.json, written from templates/devices/ and the models of functions/sensing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from functions.sensing import profile_lint, profiles
from functions.sensing.schema_profile import Profile
from functions.sensing.units import UNITS, shown
from infra.service_docs import models, section
from infra.settings import ROOT

CATALOGUE = ROOT / "docs" / "device-profiles.md"
FORMAT = ROOT / "docs" / "device-profile-file.md"
SCHEMA = ROOT / "tenants" / "device-schema.json"
Part = Mapping[str, Any]

CATALOGUE_HEAD = """\
# Kinds of device

{count} kinds of device ship as profiles, one file each in `templates/devices/`. A city names a profile for
each of its devices; [the profile's file](device-profile-file.md) says how to write one more. This page is
written by `townkit profile docs`.

Every profile also has these rules: *offline* (no message for two intervals, unless the profile says
otherwise), *battery-low* (below 20 %, where there is a battery) and *faulty* for each quantity (three
readings in a row that are not plausible). A rule that is **not active** has a limit from memory or one that
only the city can say: it works from the day on which the city confirms it. Limits are the starter values of
the catalogue unless the basis says otherwise; a city checks all of them.

Urgent readings are seen and judged in seconds, routine ones within five minutes.
"""
FORMAT_HEAD = """\
# The device profile's file

A profile says what a kind of device measures, which alarms it raises by default, how its messages are read
when they come by LoRaWAN or from a vendor's cloud, and proves its rules on three samples. It is one YAML file
in `templates/devices/`; [the catalogue](device-profiles.md) shows those that ship. This page is written by
`townkit profile docs`.

| You want to | Command |
| --- | --- |
| check a file | `townkit profile lint templates/devices/waste-bin.yaml` |
| send its samples to a city | `townkit simulate oakville --devices 1 --profile bus --sample alarming` |
| bring these pages up to date | `townkit profile docs` |
| get help while you write | first line `# yaml-language-server: $schema=../../tenants/device-schema.json` |

## How to write one

1. Copy the profile that is nearest, give it its own `id` (the file's name) and `version: 1`.
2. Name the quantities. Units are SenML's where there is one (table below). A yes or no is the unit `/` with
   the range [0, 1]; a share in per cent is `/100`. Give each a range: what the sensor can measure, not what
   is usual - a reading outside is kept and marked, and three in a row raise *faulty*.
3. `health: [battery, signal]` adds those two quantities; the standard rules (`shared/standard.yaml`) come by
   themselves. A rule of the same id in the file takes the place of a standard one.
4. Write the rules. A value equal to a limit is not beyond it: "80 or more" of whole numbers is `above: 79.9`.
   A limit of which you are not sure is `active: false`, and `basis` says what is to be confirmed.
5. Write three samples: a normal one that raises nothing, an alarming one that raises each rule and in which
   all alarms end again, and a faulty one with the marks that its readings get. `times` and `[from, to]` make
   many messages of one row. For rules about the sun or areas, `stage` says where the samples play.
6. Readings are numbers. Pictures, plates and names of persons do not belong here; `omitted` says what was
   left out and why.

## The parts

Keys without a default must be there.
"""


def catalogue() -> str:
    """The text of docs/device-profiles.md."""
    found = sorted(profiles.load_all().values(), key=lambda profile: str(profile["code"]))
    rows = [
        (
            profile["code"],
            f"[{profile['names']['en']}](#{profile['id']})",
            profile["names"]["zh-Hans"],
            f"`{profile['id']}`",
            profile["lane"],
            _often(profile),
            profile["model"]["name"] or "",
        )
        for profile in found
    ]
    head = ("Code", "Device", "中文", "Id", "Lane", "Speaks", "Smart Data Model")
    parts = [CATALOGUE_HEAD.format(count=len(found)), _table(head, rows)]
    return "\n".join([*parts, *(_profile(profile) for profile in found)])


def _often(profile: Part) -> str:
    beat = _time(profile["heartbeat"])
    if profile["cadence"] is None:
        return f"on events, and every {beat}"
    usual = f"every {_time(profile['cadence'])}"
    return usual if profile["cadence"] == profile["heartbeat"] else f"{usual}, at least every {beat}"


def _time(seconds: float) -> str:
    for size, word in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds % size == 0:
            return f"{seconds / size:g} {word}"
    return f"{seconds:g} s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(cell(one) for one in row)} |" for row in rows)]) + "\n"


def cell(words: str) -> str:
    """A text within a table."""
    return " ".join(str(words).split()).replace("|", "\\|")


def _profile(profile: Part) -> str:
    quantities = [
        (
            f"`{metric}`",
            one["names"]["en"],
            one["names"]["zh-Hans"],
            f"`{one['unit']}`",
            f"`{one['ucum']}`",
            " to ".join(f"{end:g}" for end in one["range"] or ()),
            "personal" if one["personal"] else "" if one["public"] else "staff only",
            profile["model"]["attributes"].get(metric, ""),
        )
        for metric, one in profile["quantities"].items()
    ]
    head = ("Quantity", "Name", "中文", "Unit", "UCUM", "Range", "Seen by", "Attribute")
    parts = [
        f"## {profile['id']}\n",
        f"**{profile['names']['en']}** / {profile['names']['zh-Hans']} ({profile['code']}, "
        f"{profile['lane']}). {profile['summary']['en']} {profile['summary']['zh-Hans']}\n",
        _table(head, quantities),
        _rules(profile),
        *_notes(profile),
    ]
    return "\n".join(parts)


def _rules(profile: Part) -> str:
    rows = [
        (
            f"`{rule['id']}`",
            rule["title"]["en"],
            condition(profile, rule),
            rule["severity"] or ", ".join(level["severity"] for level in rule["levels"]),
            "yes" if rule["active"] else "**no**",
            rule["basis"],
        )
        for rule in profile["rules"]
        if rule["id"] != "battery-low" and rule["faulty"] != 3 and rule["missing"] != 2
    ]
    return _table(("Rule", "Says", "When", "Severity", "Active", "Basis"), rows) if rows else ""


def condition(profile: Part, rule: Part) -> str:
    """What raises and ends an alarm, in short English."""
    words = "".join(_condition(profile, rule))
    if rule["of"]:
        words += f", {rule['of'][0]} of {rule['of'][1]} readings"
    if rule["hold"]:
        words += f", for {_time(rule['hold'])}"
    if rule["schedule"]:
        words += f", {rule['schedule']['start']} to {rule['schedule']['end']}"
    return words + (f"; ends at {rule['clear']:g}" if rule["levels"] else "")


def _condition(profile: Part, rule: Part) -> Iterator[str]:
    unit = shown(profile["quantities"][rule["metric"]]["unit"]) if rule["metric"] else ""
    if rule["window"]:
        yield f"{rule['window']['take']} of {_time(rule['window']['seconds'])} of "
    if rule["levels"]:
        side = "above" if rule["levels"][0]["above"] is not None else "below"
        yield f"`{rule['metric']}` {side} {', '.join(f'{level[side]:g}' for level in rule['levels'])} {unit}"
    elif rule["rate"]:
        rate = rule["rate"]
        yield f"`{rule['metric']}` {rate['direction']}s by {rate['by']:g} {'%' if rate['percent'] else unit}"
        yield f" within {_time(rate['seconds'])}"
    elif rule["usual"]:
        yield _usual(rule["metric"], rule["usual"])
    elif rule["area"]:
        yield _area(rule["area"])
    elif rule["missing"]:
        yield f"no message for {rule['missing']:g} x {_time(profile['heartbeat'])}"
    elif rule["faulty"]:
        yield f"{rule['faulty']} readings of `{rule['metric']}` in a row are not plausible"
    else:
        yield " and ".join(f"`{other}`" for other in rule["both"])


def _usual(metric: str, usual: Part) -> str:
    more = f"{usual['by']:g} % {'above' if usual['direction'] == 'rise' else 'below'}"
    if usual["against"] == "year":
        return f"`{metric}` {more} the same month of the year before"
    hours = usual["hours"]
    during = f"{hours['start']} to {hours['end']}" if hours else "the day"
    return f"{usual['take']} of `{metric}`, {during}, {more} the last 28 days ({usual['least']} at least)"


def _area(within: Part) -> str:
    side = "outside" if within["outside"] else "inside"
    where = f"{within['radius']:g} m around its place" if within["radius"] else f"`{within[side]}`"
    return (f"more than {within['by']:g} m " if within["by"] else "") + f"{side} {where}"


def _notes(profile: Part) -> Iterator[str]:
    model, lines = profile["model"], []
    if profile["commands"]:
        told = ", ".join(f"{one['names']['en']} (`{name}`)" for name, one in profile["commands"].items())
        lines.append(f"- Can be told: {told}.")
    for decoder in profile["decoders"]:
        port = f", port {decoder['port']}" if decoder["port"] else ""
        lines.append(f"- LoRaWAN: {decoder['model']}{port}. {decoder['basis']}")
    lines += [f"- From a cloud: `{one['source']}`. {one['basis']}" for one in profile["mappings"]]
    name = model["name"] or "none"
    lines.append(f"- Smart Data Model: {name}. {model['note']}".rstrip())
    lines += [f"- Left out: {one}" for one in profile["omitted"]]
    yield "\n".join(lines) + "\n"


def format_page() -> str:
    """The text of docs/device-profile-file.md."""
    checks = [(f"`{check.__name__.replace('_', '-')}`", check.__doc__ or "") for check in profile_lint.CHECKS]
    units = [
        (
            f"`{name}`",
            f"`{unit.ucum}`",
            unit.shown,
            "" if unit.base == name else f"`{unit.base}`",
            unit.source or "not registered",
        )
        for name, unit in UNITS.items()
    ]
    return "\n".join(
        [
            FORMAT_HEAD,
            *(section(model) for model in models(Profile)),
            "## What the linter checks\n",
            _table(("Rule", "Asks for"), checks),
            "## Units\n",
            "A reading in another unit of the same base is converted. SenML's names come from RFC 8428 and",
            "RFC 8798; where it has none, the product's own name is the UCUM code or the usual letters.\n",
            _table(("Unit", "UCUM", "Shown as", "Converts to", "SenML"), units),
        ]
    )


def schema() -> str:
    """The text of tenants/device-schema.json (JSON Schema, draft 2020-12)."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Profile.model_json_schema()}
    whole["title"] = "A Townkit device profile"
    return json.dumps(whole, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
