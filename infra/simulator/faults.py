"""Faults of a sensor and silence, with their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.simulator.plan import Item
from infra.simulator.shapes import limits
from infra.simulator.timeline import Timeline


class Faults(Timeline):
    """Each answers when it is over, or None when it does not fit."""

    def _faulty(self, rule: Mapping[str, Any], moment: float, end: float) -> float | None:
        return self._beyond(rule["metric"], moment, end, rule["faulty"] + 2, rule["id"])

    def _fault(self, kind: str, metric: str, moment: float, end: float) -> float | None:
        if kind == "spike":
            return self._spike(metric, moment, end)
        if kind == "frozen":
            return self._frozen(metric, moment, end)
        least = min((rule["faulty"] for rule in self._of(metric) if rule.get("faulty")), default=4)
        return self._beyond(metric, moment, end, max(1, least - 2))

    def _beyond(self, metric: str, moment: float, end: float, count: int, rule: str = "") -> float | None:
        """So many readings that the sensor cannot measure."""
        extent = self.profile["quantities"][metric].get("range")
        over = moment + (count - 0.5) * self.interval
        if not extent or over > end:
            return None
        target = extent[1] + (extent[1] - extent[0]) * 0.1
        self.plan.items.append(Item(metric, moment, moment, over, over, target, "frozen"))
        self._label("fault", "out-of-range", moment, over)
        if rule:
            self._label("rule", rule, moment, over + self.interval)
        self.free[metric] = over + 3 * self.interval
        return over

    def _spike(self, metric: str, moment: float, end: float) -> float | None:
        """One reading far away: beyond every limit, and most of the way to the end of the range."""
        signal, quantity = self.signals[metric], self.profile["quantities"][metric]
        usual, extent = signal.usual(moment), quantity.get("range")
        aims = [limits(rule) for rule in self._of(metric) if rule.get("levels")]
        far = max((abs(levels[-1] - usual) * 1.4 for _, levels in aims), default=abs(usual) * 0.8 + 1)
        sign = aims[0][0] if aims else self.draw.choice((-1, 1))
        if extent:
            room = abs(extent[sign > 0] - usual)
            far = min(room, max(far, room * self.draw.uniform(0.6, 1.0)))
        target, over = usual + sign * far, moment + self.interval
        self.plan.items.append(
            Item(metric, moment, moment, over, over, round(target, signal.shape.precision), "spike")
        )
        self._label("fault", "spike", moment, over)
        self.free[metric] = over + 3 * self.interval
        return over

    def _frozen(self, metric: str, moment: float, end: float) -> float | None:
        """The sensor says the same for long: twice the time after which that is not plausible."""
        stuck = self.profile["quantities"][metric].get("stuck")
        faulty = [rule for rule in self._of(metric) if rule.get("faulty")]
        lasts = max(stuck * 1.5, stuck + 4 * self.interval) if stuck else 12 * self.interval
        lasts += (max((rule["faulty"] for rule in faulty), default=0) + 2) * self.interval if stuck else 0
        over = moment + lasts
        if over > end:
            return None
        signal = self.signals[metric]
        value = signal.rounded(signal.usual(moment))
        self.plan.items.append(Item(metric, moment, moment, over, over, value, "frozen"))
        self._label("fault", "stuck", moment, over)
        if stuck:
            for rule in faulty:
                # the value may have been the same for a while before
                self._label("rule", rule["id"], moment, over + self.interval)
        self.free[metric] = over + 2 * self.interval
        return over

    def _silence(self, long: bool, moment: float, end: float) -> float | None:
        """Long enough for the rule about missing messages, or not; its label comes from what was received."""
        missing = [rule["missing"] for rule in self.rules.values() if rule.get("missing")]
        threshold = float(min(missing, default=2.0) * self.profile["heartbeat"])
        lasts = threshold * (self.draw.uniform(1.3, 2.0) if long else 0.6) + self.interval
        if moment + lasts > end or (not long and threshold < 2 * self.interval):
            return None
        self.plan.silences.append((moment, moment + lasts))
        self._label("fault", "silence", moment, moment + lasts)
        for metric in self.free:
            self.free[metric] = moment + lasts + 2 * self.interval
        return moment + lasts
