"""Days and months that are unlike those before, with their labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from infra.simulator.demands import compared_s, next_hours
from infra.simulator.plan import Item
from infra.simulator.shapes import DAY
from infra.simulator.timeline import Timeline

KNOWN_DAYS = 5  # beside those that a rule asks for, since some are not heard of
EDGE_S = 900.0  # a reading so near to the turn of a month may belong to the other one


class Unusual(Timeline):
    """``moments``: when the device speaks in a stretch of time. Each answers when it is over, or None when it
    does not fit."""

    moments: Callable[[float, float], Iterator[float]]

    def _unusual(
        self, rule: Mapping[str, Any], moment: float, end: float, near: bool = False
    ) -> float | None:
        """More, or less, than usual, once the rule knows what is usual; ``near``: half as much."""
        if rule["usual"].get("against") == "year":
            return self._month(rule, moment, end, near)
        compared = rule["usual"]
        moment = max(moment, self.begun + (compared.get("least", 14) + KNOWN_DAYS) * DAY)
        hours = compared.get("hours") or {"start": "00:00", "end": "00:00"}
        found = next_hours(hours, moment, self.offset, compared_s(compared))
        if found is None or found[0] - 2 * self.interval < self.free[rule["metric"]]:
            return None
        return self._differ(rule, found, found[0], end, near)

    def _month(self, rule: Mapping[str, Any], moment: float, end: float, near: bool) -> float | None:
        """The next month that is reported, and was so a year before, as the one after it, undisturbed."""
        metric = rule["metric"]
        spoken: dict[int | None, float] = {}
        for at in self.moments(self.begun, end):
            spoken[self._month_of(at)] = at
        for month, at in spoken.items():
            if month is None or at - self.interval < max(moment, self.free[metric]):
                continue
            compared = [spoken.get(month + n) for n in (-12, -11, 0, 1)]
            if all(one is not None and self._is_calm(metric, one) for one in compared):
                return self._differ(rule, (at, at), spoken[month - 12], end, near)
        return None

    def _month_of(self, at: float) -> int | None:
        """The city's month, counted; None near its turn."""
        days = {datetime.fromtimestamp(at + self.offset + n * EDGE_S, UTC) for n in (-1, 0, 1)}
        months = {day.year * 12 + day.month for day in days}
        return months.pop() if len(months) == 1 else None

    def _is_calm(self, metric: str, at: float) -> bool:
        quiet = any(start <= at <= over for start, over in self.plan.silences)
        return not quiet and not any(
            item.metric == metric and item.start <= at <= item.end for item in self.plan.items
        )

    def _differ(
        self, rule: Mapping[str, Any], found: tuple[float, float], like: float, end: float, near: bool
    ) -> float | None:
        """From before the hours till after them, against what is usual at the moment ``like``."""
        metric = rule["metric"]
        demand = self._demand(rule, like)
        target = (demand.near if near else demand.target) if demand else None
        edge = self.interval * (1 if found[0] < found[1] else 0.2)
        start, over = found[0] - 2 * edge, found[1] + 2 * edge
        if target is None or over + DAY > end or target == self.signals[metric].usual(like):
            return None
        self.plan.items.append(Item(metric, start, found[0] - edge, found[1] + edge, over, target))
        self._label("fault" if near else "rule", "near" if near else rule["id"], start, over)
        for other in self._of(metric):
            if other is not rule:
                self._label("rule", other["id"], start, over + self._memory(other), must=False)
        self.free[metric] = over + max(map(self._memory, self._of(metric)))
        return over
