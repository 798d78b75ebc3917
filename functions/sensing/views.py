"""What the sensor pages show, in the reader's language and the city's time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from functions.core.context import Context
from functions.core.i18n import N_, t
from functions.sensing import service
from functions.sensing.charts import line
from functions.sensing.domain import Reading
from functions.sensing.mark_words import words
from functions.sensing.registry.domain import RETIRED, REVOKED
from functions.sensing.rules import RuleSet, evaluate
from functions.sensing.rules.domain import Rule
from functions.sensing.rules.marks import UNUSABLE
from functions.sensing.service import Station
from functions.sensing.units import shown
from functions.web import formats

LATE_AFTER = 3  # missed readings
STATUS = {
    "normal": (N_("Normal"), "green"),
    "alarm": (N_("Alarm"), "red"),
    "late": (N_("No recent reading"), "yellow"),
    "none": (N_("No reading yet"), "grey"),
    "revoked": (N_("Switched off"), "grey"),
}
DAY = 86_400


def public_station(ctx: Context, station: Station) -> dict[str, Any]:
    """A device on the city's page: its public quantities with value, time, status, chart and table."""
    profile = service.profile(ctx, station.profile_id)
    rules = service.rules_of(ctx, station)
    readings = _readings(ctx, station, rules)
    return {
        "id": station.thing,
        "name": station.names,
        "kind": profile["names"],
        "icon": profile["icon"],
        "quantities": [
            _quantity(
                ctx, station, profile, metric, [r for r in readings if r.metric == metric], rules.by_metric
            )
            for metric, entry in profile["quantities"].items()
            if service.shown_publicly(entry)
        ],
    }


def _readings(ctx: Context, station: Station, rules: RuleSet) -> Sequence[Reading]:
    """Those of the last day that are at hand, and of each metric at least the latest, with their marks."""
    latest = station.state.latest.values() if station.state else ()
    since = (ctx.now.timestamp() - DAY) * 1000
    found = {*(reading for reading in station.recent if reading.at >= since), *latest}
    return evaluate(rules, rules.start(), sorted(found))[2]


def _quantity(
    ctx: Context,
    station: Station,
    profile: Mapping[str, Any],
    metric: str,
    readings: Sequence[Reading],
    rules: Mapping[str, Sequence[Rule]],
) -> dict[str, Any]:
    entry = profile["quantities"][metric]
    watching = rules.get(metric, ())
    level = next((rule.sign * rule.limits[0] for rule in watching if rule.kind == "level"), None)
    precision = int(entry.get("precision", 1))
    view: dict[str, Any] = {
        "id": f"{station.thing}-{metric}",
        "name": entry["names"],
        "unit": shown(entry.get("unit")),
        "status": _status(ctx, station, profile, readings, watching),
        "level": None if level is None else formats.number(level, precision),
        "value": None,
    }
    return view | _numbers(ctx, readings, level, precision) if readings else view


def _numbers(
    ctx: Context, readings: Sequence[Reading], level: float | None, precision: int
) -> dict[str, Any]:
    plausible = [reading for reading in readings if not reading.flags & UNUSABLE]
    values = [reading.value for reading in plausible or readings]
    return {
        "value": formats.number(readings[-1].value, precision),
        "mark": words(readings[-1].flags),
        "at": when(readings[-1].at),
        "seen": stamp(ctx, readings[-1].at),
        "first_at": when(readings[0].at),
        "low": formats.number(min(values), precision),
        "high": formats.number(max(values), precision),
        "chart": line(plausible, level),
        "marked": any(reading.flags for reading in readings),
        "rows": [
            (stamp(ctx, r.at), formats.number(r.value, precision), words(r.flags)) for r in reversed(readings)
        ],
    }


def _status(
    ctx: Context,
    station: Station,
    profile: Mapping[str, Any],
    readings: Sequence[Reading],
    watching: Sequence[Rule],
) -> dict[str, str]:
    kind = "normal"
    if not readings:
        kind = "none"
    elif station.state and any(rule.id in station.state.alarms for rule in watching):
        kind = "alarm"
    elif ctx.now.timestamp() - readings[-1].at / 1000 > LATE_AFTER * (
        profile["cadence"] or profile["heartbeat"]
    ):
        kind = "late"
    if station.registered and station.registered.state in (REVOKED, RETIRED):
        kind = "revoked"
    text, colour = STATUS[kind]
    return {"id": kind, "text": t(text), "colour": colour}


def stamp(ctx: Context, milliseconds: int) -> str:
    """Date and time with seconds, in the city's zone."""
    moment = when(milliseconds)
    return f"{formats.moment(moment, ctx.city.zone)}:{moment:%S}"


def when(milliseconds: int) -> datetime:
    """A reading's moment."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
