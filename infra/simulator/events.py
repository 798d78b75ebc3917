"""Real alarm conditions and near misses, with their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.simulator.demands import Demand, next_hours
from infra.simulator.plan import Item, Mode
from infra.simulator.strays import FAR_M, Strays
from infra.simulator.unusual import Unusual

STORMY = ("level", "depth", "rain", "water")


class Events(Strays, Unusual):
    """Each answers when it is over, or None when it does not fit."""

    def _event(
        self, rule: Mapping[str, Any], moment: float, end: float, exactly: float = 0, dry: bool = False
    ) -> float | None:
        """A real condition: the quantity goes well past the limit and stays for long enough. ``dry``: water
        rises without waiting for a storm."""
        if rule.get("area"):
            return self._stray(rule, moment, end, exactly)
        if rule.get("usual"):
            return self._unusual(rule, moment, end)
        if not dry and any(word in rule["metric"] for word in STORMY):
            moment = self._storm(moment)
        stage = self.stages[rule["id"]] = self.stages.get(rule["id"], -1) + 1
        demand = self._demand(rule, moment, stage % max(1, len(rule.get("levels") or ())))
        if demand is None:
            return None
        lasts = exactly or demand.seconds * self.draw.uniform(1.15, 1.8)
        hours = next_hours(rule.get("schedule"), moment, self.offset, demand.seconds * 1.03, self.place)
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

    def _lasting(self, part: Mapping[str, Any], moment: float) -> float | None:
        """Seconds that it takes to bring a rule about; None for one that nothing is made for."""
        if part.get("area"):
            return self._stay_s(part) + self.fast
        demand = self._demand(part, moment) if part.get("levels") or part.get("rate") else None
        return demand.seconds + demand.ramp if demand else None

    def _both(self, rule: Mapping[str, Any], moment: float, end: float, near: bool = False) -> float | None:
        """Two rules at once; ``near``: all but the one about where the device is."""
        parts = [self.rules[part] for part in rule["both"] if part in self.rules]
        times = [self._lasting(part, moment) for part in parts]
        if len(parts) != 2 or None in times:
            return None
        lasts = max(one for one in times if one) * 1.5
        if near:
            place, other = sorted(parts, key=lambda part: not part.get("area"))
            return self._elsewhere(place, other, moment, end, lasts)
        done = [self._event(part, moment, end, lasts) for part in parts]
        if None in done:
            return max((one for one in done if one), default=None)
        over = max(one for one in done if one)
        self._label("rule", rule["id"], moment, over + 2 * self.fast)
        return over

    def _elsewhere(
        self, place: Mapping[str, Any], other: Mapping[str, Any], moment: float, end: float, lasts: float
    ) -> float | None:
        """What is an alarm in one place happens in another."""
        begin = moment - 2 * self.fast
        over = self._event(other, moment, end, lasts)
        if over is None:
            return None
        inside = self._side(place) == "outside"
        target = self._middle(place) if inside else self._beyond_edge(place, FAR_M)
        self._label("fault", "near", begin, over)
        return self._go(begin, target, over - begin + 2 * self.fast, end)

    def _miss(self, kind: str, rule: Mapping[str, Any], moment: float, end: float) -> float | None:
        """Almost an alarm: not far enough, or not long enough."""
        if rule.get("both"):
            return self._both(rule, moment, end, near=True)
        if rule.get("area"):
            return self._almost(rule, moment, end)
        if rule.get("usual"):
            return self._unusual(rule, moment, end, near=True)
        demand = self._demand(rule, moment)
        if demand is None or self.signals[rule["metric"]].shape.kind in {"state", "busy", "night"}:
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
