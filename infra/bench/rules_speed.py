"""How fast alarm rules are judged: each kind alone, and nine on one quantity."""

from __future__ import annotations

import math
import time
from statistics import median
from typing import Any

from functions.sensing.domain import Reading
from functions.sensing.rules import compile_rules, evaluate
from infra.bench.figures import Figure, Section, Table

READINGS, ROUNDS, PACK = 5_000, 5, 10
LIMIT_US = 10.0  # a hundred thousand a second
START = 1_772_445_600_000
HOW = f"""\
{READINGS} readings of one quantity, a minute apart, that rise beyond the limits and come back, in packs of
{PACK}; with the marks of quality and everything that the rules remember between two packs. CPU time on one
core, the median of {ROUNDS} rounds. Judged once is one rule on one reading; a position is two readings."""
LEVEL: dict[str, Any] = {
    "metric": "level",
    "levels": [{"above": 3.0, "severity": "medium"}, {"above": 3.6, "severity": "high"}],
    "clear": 2.8,
}
RISE = {"direction": "rise", "by": 40.0, "percent": True, "seconds": 3600}
KINDS: dict[str, dict[str, Any]] = {
    "levels": LEVEL,
    "held for ten minutes": {**LEVEL, "hold": 600},
    "3 of 5 readings": {**LEVEL, "of": [3, 5]},
    "3 of 5, held": {**LEVEL, "of": [3, 5], "hold": 600},
    "mean of an hour": {**LEVEL, "window": {"take": "mean", "seconds": 3600}},
    "least of an hour": {**LEVEL, "window": {"take": "min", "seconds": 3600}},
    "at night": {**LEVEL, "schedule": {"start": "22:00", "end": "06:00"}},
    "rise in per cent": {"metric": "level", "severity": "high", "rate": RISE},
    "not plausible": {"metric": "level", "severity": "low", "faulty": 3},
}

NIGHT = {"start": "02:00", "end": "04:00"}
ALONE: dict[str, dict[str, Any]] = {
    "at night by the sun": {**LEVEL, "schedule": {"start": "sunset+30", "end": "sunrise"}},
    "more than usual at night": {
        "metric": "level", "severity": "low",
        "usual": {"direction": "rise", "by": 30.0, "hours": NIGHT, "least": 3},
    },
}  # fmt: skip
STRAY = {"severity": "low", "area": {"outside": "town", "by": 50.0}}
CORNERS = 20
PLACE = (30.7, 120.7)


def measure() -> Section:
    """Microseconds for one rule on one reading."""
    series = [
        Reading(START + n * 60_000, "level", 2.6 + math.sin(n / 50) + n % 17 / 40) for n in range(READINGS)
    ]
    named = {name: {"id": f"rule-{n}", **rule} for n, (name, rule) in enumerate(KINDS.items())}
    alone = {name: _microseconds([rule], series) for name, rule in named.items()}
    alone |= {name: _microseconds([{"id": "rule", **rule}], series) for name, rule in ALONE.items()}
    alone[f"outside a polygon of {CORNERS} corners"] = _microseconds(
        [{"id": "rule", **STRAY}], [place for one in series[::2] for place in _position(one)]
    )
    together = _microseconds([*named.values()], series)
    rows = [(name, f"{took:.2f}", f"{1e6 / took:,.0f}") for name, took in alone.items()]
    rows.append(("all nine together", f"{together:.2f}", f"{1e6 / together:,.0f}"))
    slowest = max(alone.values())
    return Section(
        "Alarm rules",
        HOW,
        [
            Figure("Rules judged: one rule on one reading, nine kinds together", together, "µs", LIMIT_US),
            Figure("Rules judged: the slowest kind alone", slowest, "µs", LIMIT_US),
        ],
        [Table(["rule", "µs each", "a second"], rows)],
    )


def _position(one: Reading) -> tuple[Reading, Reading]:
    """A device that goes in and out of the town."""
    return (
        Reading(one.at, "lat", PLACE[0] + (one.value - 2.6) / 20),
        Reading(one.at, "lon", PLACE[1]),
    )


def _town() -> dict[str, Any]:
    turns = (2 * math.pi * n / CORNERS for n in range(CORNERS))
    return {"polygon": [[PLACE[0] + math.sin(t) / 40, PLACE[1] + math.cos(t) / 40] for t in turns]}


def _microseconds(rules: list[dict[str, Any]], series: list[Reading]) -> float:
    quantities = {
        "level": {"step": 5.0, "stuck": 86_400}, "lat": {"unit": "lat"}, "lon": {"unit": "lon"},
    }  # fmt: skip
    compiled = compile_rules(
        {"id": "bench", "quantities": quantities, "rules": rules},
        zone="Asia/Shanghai", place=PLACE, areas={"town": [_town()]},
    )  # fmt: skip
    return median(_round(compiled, series) for _ in range(ROUNDS)) / len(series) / len(rules) * 1e6


def _round(compiled: Any, series: list[Reading]) -> float:
    memory, started = compiled.start(), time.process_time()
    for first in range(0, len(series), PACK):
        memory, _, _ = evaluate(compiled, memory, series[first : first + PACK])
    return time.process_time() - started
