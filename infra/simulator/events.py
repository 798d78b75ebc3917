"""Real alarm conditions and near misses, with their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.simulator.demands import Demand, next_hours
from infra.simulator.plan import Item, Mode
from infra.simulator.timeline import Timeline

STORMY = ("level", "depth", "rain", "water")


class Events(Timeline):
    """Each answers when it is over, or None when it does not fit."""

    def _event(self, rule: Mapping[str, Any], moment: float, end: float, exactly: float = 0) -> float | None:
        """A real condition: the quantity goes well past the limit and stays for long enough."""
        if any(word in rule["metric"] for word in STORMY):
            moment = self._storm(moment)
        stage = self.stages[rule["id"]] = self.stages.get(rule["id"], -1) + 1
        demand = self._demand(rule, moment, stage % max(1, len(rule.get("levels") or ())))
        if demand is None:
            return None
        lasts = exactly or demand.seconds * self.draw.uniform(1.15, 1.8)
        hours = next_hours(rule.get("schedule"), moment, self.offset, demand.seconds * 1.03)
        if hours is None:
            return None
        full = max(moment + demand.ramp, hours[0])
        fade = min(full + lasts, max(hours[1], full + demand.seconds * 1.03))
        # what is usual may lie elsewhere at that hour
        demand = self._demand(rule, full, stage % max(1, len(rule.get("levels") or ()))) or demand
        return self._lay(rule, demand, full, fade, end)

    def _lay(
        self, rule: Mapping[str, Any], demand: Demand, full: float, fade: float, end: float
    ) -> float | None:
        start, over = full - demand.ramp, fade + max(demand.ramp, self._back(demand))
        if over + demand.fade > end:
            return None
        item = Item(
            demand.metric,
            start,
            full,
            fade,
            over,
            demand.target,
            "change" if demand.change else "value",
            demand.calm,
        )
        self.plan.items.append(item)
        if self.fast < self.interval:
            self.plan.hurry.append((start, over + 2 * self.fast))
        self._label("rule", rule["id"], start, fade + demand.fade * 0.2 + 2 * self.fast)
        for other in self.rules.values():
            if other is not rule and other.get("metric") == demand.metric and not other.get("faulty"):
                slack = self._memory(other)
                self._label("rule", other["id"], start, over + slack, must=False)
        self.free[demand.metric] = over + max(map(self._memory, self._of(demand.metric)), default=0.0)
        return over

    def _back(self, demand: Demand) -> float:
        """Seconds in which the quantity comes back: slowly after a change, so that the way back is none."""
        slow = [r["rate"]["seconds"] for r in self._of(demand.metric) if r.get("rate")]
        return max(slow, default=0.0) * (4 if demand.change else 1)

    def _both(self, rule: Mapping[str, Any], moment: float, end: float) -> float | None:
        parts = [self.rules[part] for part in rule["both"] if part in self.rules]
        demands = [self._demand(part, moment) for part in parts if part.get("levels") or part.get("rate")]
        if len(parts) != 2 or len(demands) != 2 or None in demands:
            return None
        lasts = max(d.seconds + d.ramp for d in demands if d) * 1.5
        done = [self._event(part, moment, end, lasts) for part in parts]
        if None in done:
            return max((one for one in done if one), default=None)
        over = max(one for one in done if one)
        self._label("rule", rule["id"], moment, over + 2 * self.fast)
        return over

    def _miss(self, kind: str, rule: Mapping[str, Any], moment: float, end: float) -> float | None:
        """Almost an alarm: not far enough, or not long enough."""
        demand = self._demand(rule, moment)
        if demand is None or self.signals[rule["metric"]].shape.kind in {"state", "busy"}:
            return None
        lasts, target = demand.seconds, demand.near
        if kind == "short":
            n, _ = rule.get("of") or (1, 1)
            lasts = max(rule.get("hold", 0) * 0.5, (n - 1) * self.fast * 0.8)
            target = demand.target if lasts > 2 * self.fast and not rule.get("window") else None
        if target is None:
            return None
        ramp = 0.0 if kind == "short" else demand.ramp
        start, fade = moment, moment + ramp + lasts
        over = fade + max(ramp, 0 if kind == "short" else self._back(demand))
        if over > end:
            return None
        mode: Mode = "change" if demand.change else "value"
        self.plan.items.append(Item(demand.metric, start, start + ramp, fade, over, target, mode))
        self._label("fault", kind, start, over)
        for other in self._of(demand.metric):
            if other is not rule:
                self._label("rule", other["id"], start, over + self._memory(other), must=False)
        self.free[demand.metric] = over + demand.fade + self._back(demand)
        return over
