"""What a quantity does when nothing is the matter: read from its profile - the normal sample says where it
lies, the unit how it moves, the rules how far it may go on an ordinary day.

Pure: a value is a function of seed, thing, quantity and moment."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import Any, Literal

from functions.sensing.profiles import sample_messages
from functions.sensing.rules.hours import by_sun
from functions.sensing.rules.sun import Place
from infra.simulator.noise import gauss, key_of, smooth, uniform
from infra.simulator.sky import SOMEWHERE, is_dark
from infra.simulator.weather import Weather

DAY = 86_400
SLOW_S = 7.3 * 3600
ROOM = 0.55  # share of the way to the nearest limit that an ordinary day may use
Kind = Literal["analog", "state", "busy", "night", "flow", "counter", "today", "rain", "fallen", "position"]
# How far the day moves a quantity and the noise of a reading: in its unit, or as a share of its usual value.
MOVES: dict[str, tuple[float, float]] = {"Cel": (5, 0.15), "%RH": (12, 1.0), "dB": (4, 1.0), "V": (2, 0.5)}
SHARES: dict[str, tuple[float, float]] = {"ug/m3": (0.35, 0.06), "lx": (0.8, 0.05), "W": (0.25, 0.04)}
USUAL_SHARE = (0.12, 0.015)
TOTALS = {"kWh", "Wh", "m3", "J", "MJ", "GJ", "l", "kg", "t"}


@dataclass(frozen=True)
class Shape:
    """``usual`` value, how far the day and slow drift move it, noise of a reading; ``slots``: hours of the
    city's day (minutes from, to) in which a rule wants another usual value. ``per_s``: gain of a counter."""

    kind: Kind
    usual: float
    daily: float = 0.0
    noise: float = 0.0
    low: float = -math.inf
    high: float = math.inf
    precision: int = 1
    per_s: float = 0.0
    wet: float = 0.0
    seconds: float = 3600.0
    slots: Sequence[tuple[int, int, float]] = field(default=())


def shape_of(profile: Mapping[str, Any], metric: str) -> Shape:
    """The shape of one quantity of a profile (as functions/sensing/profiles.py gives it)."""
    entry = profile["quantities"][metric]
    rows = _seen(profile, metric, ["normal"])
    low, high = entry.get("range") or (-math.inf, math.inf)
    rules = [rule for rule in profile.get("rules", ()) if rule.get("metric") == metric]
    every = [value for _, value in rows or _seen(profile, metric, ["normal", "alarming", "faulty"])]
    kind = _kind(metric, entry, every, rules)
    usual = mean(value for _, value in rows) if rows else _calm(low, high, rules)
    made = Shape(kind, usual, low=low, high=high, precision=int(entry.get("precision", 1)))
    if kind in {"state", "busy", "night"}:
        return _changed(made, usual=round(usual), seconds=_stretch(rules))
    if kind in {"counter", "today"}:
        return _changed(made, usual=rows[0][1], per_s=_gain(rows))
    if kind == "position":
        return _changed(made, daily=0.01, noise=0.00002)
    return _moving(made, entry, rules)


def _seen(profile: Mapping[str, Any], metric: str, samples: Sequence[str]) -> list[tuple[int, float]]:
    """Seconds and values of a metric in the profile's samples."""
    return [
        (at, values[metric])
        for sample in profile.get("samples", ())
        if sample["id"] in samples
        for at, values in sample_messages(dict(profile), sample)
        if metric in values
    ]


def _calm(low: float, high: float, rules: Sequence[Mapping[str, Any]]) -> float:
    """Where a quantity lies that the normal sample does not show: at the good end, or in the middle."""
    sign = next((found for found, _ in map(limits, rules) if found), 0)
    if not math.isfinite(low + high):
        return 50.0
    return low if sign > 0 else high if sign < 0 else (low + high) / 2


def _stretch(rules: Sequence[Mapping[str, Any]]) -> float:
    """Seconds for which a state that comes and goes stays: shorter than what a rule would wait for."""
    holds = [rule["hold"] for rule in rules if rule.get("hold")]
    return float(min(1500.0, *(0.5 * hold for hold in holds)) if holds else 1500.0)


def _kind(metric: str, entry: Mapping[str, Any], values: list[float], rules: Sequence[Any]) -> Kind:
    if entry["unit"] in {"lat", "lon"}:
        return "position"
    if entry.get("range") == [0, 1] and any(by_sun(rule.get("schedule")) for rule in rules):
        return "night"
    if set(values) <= {0.0, 1.0} and entry.get("range") == [0, 1]:
        return "busy" if len(set(values)) > 1 or any(_needs_life(rule) for rule in rules) else "state"
    if "rain" in metric:
        return "rain" if entry["unit"].endswith("/h") else "fallen"
    if any(_needs_rest(rule) for rule in rules):
        return "flow"
    rising = len(values) > 2 and values == sorted(values) and values[0] < values[-1]
    if rising and entry["unit"] in TOTALS:
        return "today" if any(word in metric for word in ("day", "today", "24h")) else "counter"
    return "analog"


def _needs_life(rule: Mapping[str, Any]) -> bool:
    """A rule that raises when nothing has happened for long."""
    return bool(rule.get("window")) and rule["window"]["take"] == "max" and limits(rule)[0] < 0


def _needs_rest(rule: Mapping[str, Any]) -> bool:
    """A rule that raises when a flow never stops."""
    return bool(rule.get("window")) and rule["window"]["take"] == "min" and limits(rule)[0] > 0


def limits(rule: Mapping[str, Any]) -> tuple[int, list[float]]:
    """(1 when beyond is above, -1 below, 0 without levels; the limits, the weakest first)."""
    levels = rule.get("levels") or ()
    above = [level["above"] for level in levels if level.get("above") is not None]
    below = [level["below"] for level in levels if level.get("below") is not None]
    return (1, above) if above else (-1, below) if below else (0, [])


def _gain(rows: Sequence[tuple[int, float]]) -> float:
    seconds = rows[-1][0] - rows[0][0]
    return (rows[-1][1] - rows[0][1]) / seconds if seconds > 0 else 1 / 3600


def _moving(shape: Shape, entry: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> Shape:
    usual, quantum = shape.usual, 10.0**-shape.precision
    unit = entry["unit"]
    daily, noise = MOVES.get(unit) or tuple(
        share * max(abs(usual), quantum) for share in SHARES.get(unit, USUAL_SHARE)
    )
    if entry.get("role") == "battery":
        daily, noise = 0.5, 0.2
    room = min((_room(rule, usual) for rule in rules), default=math.inf)
    wanted = daily * 1.6 + 3.5 * noise
    scale = min(1.0, ROOM * room / wanted, *(_steady(rule, usual, daily, noise) for rule in rules))
    if entry.get("step"):
        scale = min(scale, entry["step"] * 0.7 / (7 * noise + daily * 0.02))
    noise = max(noise * scale, quantum * 0.8 if entry.get("stuck") else quantum * 0.3)
    if not room:  # the good side is one value, and nothing is ever a little beyond it
        daily = noise = 0.0
    slots = [slot for rule in rules for slot in _slot(rule, usual)]
    wet = 0.3 * room if math.isfinite(room) else daily
    seconds = 86_400.0 if "24" in str(entry.get("names", {}).get("en", "")) else 3600.0
    return _changed(shape, daily=daily * scale, noise=noise, slots=slots, wet=wet, seconds=seconds)


def _room(rule: Mapping[str, Any], usual: float) -> float:
    """How far it is from the usual value to where the rule's alarm ends; a rule of some hours only has a
    value of its own there."""
    sign, levels = limits(rule)
    if not sign or sign * usual > sign * levels[0]:
        return math.inf
    return float(max(abs(rule["clear"] - usual), abs(levels[0] - usual) * 0.25))


def _steady(rule: Mapping[str, Any], usual: float, daily: float, noise: float) -> float:
    """How far movement must be damped so that an ordinary day is slower than a rule of change."""
    rate, compared = rule.get("rate"), rule.get("usual")
    if compared:
        moved = daily * (2.0 if compared.get("against") == "year" else 0.6) + 5 * noise
        return float(min(1.0, 0.5 * compared["by"] * abs(usual) / 100 / moved)) if moved else 1.0
    if not rate:
        return 1.0
    by = float(rate["by"]) * abs(usual) / 100 if rate.get("percent") else rate["by"]
    seconds = min(rate["seconds"], DAY / 2)
    moved = daily * (2 * math.pi * seconds / DAY + 0.8 * seconds / SLOW_S) + 5 * noise
    return float(min(1.0, 0.5 * by / moved)) if moved else 1.0


def _slot(rule: Mapping[str, Any], usual: float) -> list[tuple[int, int, float]]:
    sign, levels = limits(rule)
    hours = rule.get("schedule")
    if not sign or not hours or sign * usual < sign * levels[0]:
        return []
    good = rule["clear"] - sign * (abs(levels[0] - rule["clear"]) * 2 + abs(levels[0]) * 0.12)
    return [(_minutes(hours["start"]) - 45, _minutes(hours["end"]) + 45, good)]


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _changed(shape: Shape, **changes: Any) -> Shape:
    from dataclasses import replace

    return replace(shape, **changes)


class Signal:
    """A shape on one device. ``offset``: seconds that the city's clock is ahead of UTC; ``place``: where the
    sun sets for it."""

    def __init__(
        self, shape: Shape, weather: Weather, seed: str, thing: str, metric: str, offset: int,
        place: Place = SOMEWHERE,
    ) -> None:  # fmt: skip
        self.place = place
        self.shape, self.weather, self.offset = shape, weather, offset
        self.key, self.slow = key_of(seed, thing, metric), key_of(seed, thing, metric, "slow")
        self.start = 0.0
        self.wet = "level" in metric or "depth" in metric or "flow" in metric

    def usual(self, moment: float) -> float:
        """The value without noise, not rounded."""
        shape = self.shape
        if shape.kind in {"analog", "flow"}:
            return self._analog(moment)
        if shape.kind in {"state", "busy"}:
            return self._state(moment)
        if shape.kind == "night":
            return float(is_dark(self.place, moment))
        if shape.kind == "counter":
            return shape.usual + shape.per_s * (moment - self.start)
        if shape.kind == "today":
            return shape.per_s * ((moment + self.offset) % DAY)
        if shape.kind == "rain":
            return self.weather.falling(moment) * shape.wet
        if shape.kind == "fallen":
            return self.weather.fallen(moment, shape.seconds) * shape.wet
        turn = 2 * math.pi * (moment / 5400 + uniform(self.key, 0))
        return shape.usual + shape.daily * (math.sin(turn) if self.key & 1 else math.cos(turn))

    def noise(self, moment: float) -> float:
        """What is added to a reading."""
        shape = self.shape
        if not shape.noise or shape.kind in {"state", "busy", "night", "counter", "today"}:
            return 0.0
        if shape.kind == "flow" and not self.usual(moment):
            return 0.0
        return shape.noise * gauss(self.key, int(moment * 1000))

    def rounded(self, value: float) -> float:
        """In the profile's precision, inside its range."""
        shape = self.shape
        return round(min(max(value, shape.low), shape.high), shape.precision)

    def _analog(self, moment: float) -> float:
        shape = self.shape
        minute = (moment + self.offset) % DAY / 60
        usual = shape.usual
        for start, end, value in shape.slots:
            if start <= minute < end or (end < start and not end <= minute < start) or minute + 1440 < end:
                usual = value
        day = math.cos(2 * math.pi * (minute - 900) / 1440)
        if shape.kind == "flow":
            return max(0.0, usual * (day + 0.6)) if minute > 300 else 0.0
        slow = smooth(self.slow, moment, SLOW_S) * 0.15
        wet = self.weather.falling(moment) * shape.wet if self.wet else 0.0
        return usual + shape.daily * (day + slow) + wet

    def _state(self, moment: float) -> float:
        if self.shape.kind == "state":
            return self.shape.usual
        hour = (moment + self.offset) % DAY / 3600
        share = 0.65 if 6 <= hour < 22 else 0.2
        number = int(moment // self.shape.seconds)
        if self.shape.seconds < 1500 and number % 2:  # never two stretches in a row
            return 0.0
        return 1.0 if uniform(self.key, number) < share else 0.0
