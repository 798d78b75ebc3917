"""Devices that go where they must not, or stay almost within, with their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.simulator.plan import Item
from infra.simulator.timeline import Timeline

DEGREE_M = 111_195.0
FAR_M = 400.0


class Strays(Timeline):
    """Each answers when it is over, or None when it does not fit."""

    def _stay_s(self, rule: Mapping[str, Any]) -> float:
        """Seconds that a device must stay for a rule about an area."""
        n, _ = rule.get("of") or (1, 1)
        return float(rule.get("hold", 0) + (n + 1) * self.fast)

    def _stray(self, rule: Mapping[str, Any], moment: float, end: float, exactly: float = 0) -> float | None:
        """It goes well beyond the edge, or well inside."""
        target = self._beyond_edge(rule, FAR_M) if self._side(rule) == "outside" else self._middle(rule)
        lasts = exactly or self._stay_s(rule) * self.draw.uniform(1.3, 2.5)
        over = self._go(moment, target, lasts, end)
        if over is not None:
            self._label("rule", rule["id"], moment, over)
            self._label_others(rule, moment, over)
        return over

    def _almost(self, rule: Mapping[str, Any], moment: float, end: float) -> float | None:
        """It stays for long on the good side of the edge, or hardly beyond."""
        by = rule["area"].get("by") or 0
        side = self._side(rule)
        target = self._middle(rule) if side == "outside" else self._beyond_edge(rule, FAR_M)
        if side == "outside" and by and not any(shape.get("line") for shape in self._shapes(rule)):
            target = self._beyond_edge(rule, -0.5 * by)
        over = self._go(moment, target, self._stay_s(rule) * 2, end)
        if over is not None:
            self._label("fault", "near", moment, over)
            self._label_others(rule, moment, over)
        return over

    def _go(self, moment: float, target: tuple[float, float], lasts: float, end: float) -> float | None:
        full, ramp = moment + self.fast, self.fast
        over = full + lasts + ramp
        if over > end:
            return None
        for metric, value in zip(self.coordinates, target, strict=True):
            self.plan.items.append(Item(metric, moment, full, full + lasts, over, value))
            self.free[metric] = over + 2 * self.interval
        return over

    def _label_others(self, rule: Mapping[str, Any], start: float, over: float) -> None:
        for other in self.rules.values():
            if other is not rule and other.get("area"):
                self._label("rule", other["id"], start, over + self._stay_s(other), must=False)

    def _side(self, rule: Mapping[str, Any]) -> str:
        return "outside" if rule["area"].get("outside") else "inside"

    def _shapes(self, rule: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        within, stage = rule["area"], self.profile["stage"]
        group = within[self._side(rule)]
        if group != "place":
            return list(stage["areas"].get(group, ()))
        lat, lon = stage["place"]
        return [{"circle": {"lat": lat, "lon": lon, "radius": within["radius"]}}]

    def _middle(self, rule: Mapping[str, Any]) -> tuple[float, float]:
        south, west, north, east = self._box(rule, 0)
        return (south + north) / 2, (west + east) / 2

    def _beyond_edge(self, rule: Mapping[str, Any], metres: float) -> tuple[float, float]:
        """To the north of the northern edge of them all, by what the rule allows and so many metres more."""
        _, west, north, east = self._box(rule, 1)
        return north + ((rule["area"].get("by") or 0) + metres) / DEGREE_M, (west + east) / 2

    def _box(self, rule: Mapping[str, Any], wide: int) -> tuple[float, float, float, float]:
        """South, west, north, east; ``wide``: with the radius around lines and circles."""
        points: list[tuple[float, float]] = []
        for shape in self._shapes(rule):
            circle = shape.get("circle")
            corners = [(circle["lat"], circle["lon"])] if circle else shape.get("polygon") or shape["line"]
            more = wide * (circle["radius"] if circle else shape.get("radius") or 0) / DEGREE_M
            points += [(lat + more, lon) for lat, lon in corners] + [
                (lat - more, lon) for lat, lon in corners
            ]
        lats, lons = zip(*points, strict=True)
        return min(lats), min(lons), max(lats), max(lons)
