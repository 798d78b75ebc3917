"""What the planners of events and of faults share: a device, its rules, when each quantity is free again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from infra.simulator.demands import Demand, demand_of, hurried, interval_of
from infra.simulator.labels import Label
from infra.simulator.plan import Plan
from infra.simulator.shapes import DAY, Signal
from infra.simulator.sky import SOMEWHERE


class Timeline:
    """Fills a stretch of time of one device. ``every``: usual seconds between two things that happen;
    ``offset``: seconds that the city's clock is ahead of UTC; ``interval``: between two messages."""

    def __init__(
        self, thing: str, profile: Mapping[str, Any], rules: list[Mapping[str, Any]],
        signals: Mapping[str, Signal], seed: str, every: float, offset: int, interval: float | None = None,
    ) -> None:  # fmt: skip
        self.thing, self.profile, self.signals, self.offset = thing, profile, signals, offset
        self.rules = {rule["id"]: rule for rule in rules}
        self.interval = interval or interval_of(profile)
        self.fast = min(self.interval, hurried(profile, self.interval))
        self.draw, self.every = random.Random(f"{seed}:{thing}:plan"), every
        self.plan, self.free = Plan(), dict.fromkeys(profile["quantities"], 0.0)
        self.stages: dict[str, int] = {}
        self.begun = 0.0
        units = {entry["unit"]: metric for metric, entry in reversed(profile["quantities"].items())}
        self.coordinates = [units[unit] for unit in ("lat", "lon") if unit in units]
        self.place = tuple(profile["stage"]["place"] or SOMEWHERE)

    def _demand(self, rule: Mapping[str, Any], moment: float, stage: int = 0) -> Demand | None:
        signal = self.signals[rule["metric"]]
        if signal.shape.kind in {"counter", "today", "position"}:
            return None
        quantity = self.profile["quantities"][rule["metric"]]
        return demand_of(rule, signal.usual(moment), signal.shape.noise, quantity, self.fast, stage)

    def _storm(self, moment: float) -> float:
        """The start of the next storm within two days; all devices of a city share it."""
        weather = next(iter(self.signals.values())).weather
        return next((rain.start for rain in weather.storms(moment, moment + 2 * DAY)), moment)

    def _of(self, metric: str) -> list[Mapping[str, Any]]:
        return [rule for rule in self.rules.values() if rule.get("metric") == metric]

    def _memory(self, rule: Mapping[str, Any]) -> float:
        """Seconds that a rule remembers."""
        widths = [(rule.get(part) or {}).get("seconds", 0) for part in ("window", "rate")]
        waits = rule.get("hold", 0) + (rule.get("of") or (1, 1))[1] * self.interval
        compared, learns = rule.get("usual") or {}, 0.0
        if compared:  # it ends with the next day's hours, or the next month
            learns = 2.5 * self.interval if compared.get("against") == "year" else 1.2 * DAY
        return float(max(*widths, learns) * 1.1 + waits)

    def _label(self, kind: Any, name: str, start: float, end: float, must: bool = True) -> None:
        self.plan.labels.append(Label(self.thing, kind, name, start, end, must))
