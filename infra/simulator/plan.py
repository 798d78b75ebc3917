"""What happens to one device in a stretch of time: real alarm conditions, near misses and faults, each with
its label, one after the other. Transport faults (duplicates, late bursts, disorder, a drifting clock) lie
over all of it in infra/simulator/transport.py."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from infra.simulator.demands import Demand, demand_of, hurried, interval_of, next_hours
from infra.simulator.labels import Label
from infra.simulator.shapes import DAY, Signal, limits

Mode = Literal["value", "change", "spike", "frozen"]
STORMY = ("level", "depth", "rain", "water")


@dataclass(frozen=True, slots=True)
class Item:
    """What a quantity does instead of the usual: from ``start`` it moves to ``target`` until ``full``, stays
    until ``fade`` and is back at ``end``."""

    metric: str
    start: float
    full: float
    fade: float
    end: float
    target: float
    mode: Mode = "value"
    calm: float = 0.2

    def share(self, moment: float) -> float:
        """From 0 (usual) to 1 (target)."""
        if self.full <= moment <= self.fade:
            return 1.0
        if moment < self.full:
            return (moment - self.start) / (self.full - self.start)
        return (self.end - moment) / (self.end - self.fade)


@dataclass
class Plan:
    """``silences``: stretches without a message. ``hurry``: stretches in which the device speaks up."""

    items: list[Item] = field(default_factory=list)
    silences: list[tuple[float, float]] = field(default_factory=list)
    hurry: list[tuple[float, float]] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


class Planner:
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

    def fill(self, start: float, end: float, faults: bool = True, soon: float | None = None) -> Plan:
        """Things happen by turns, each kind once before any comes again. ``soon``: a first alarm so many
        seconds after the start, when there is a rule for it."""
        moment, deck = start, list[tuple[str, str]]()
        if soon is not None:
            first = (rule for rule in self.rules.values() if rule.get("levels") and not rule.get("silent"))
            moment = next(filter(None, (self._event(rule, start + soon, end) for rule in first)), start)
        tries = 0
        while moment < end and tries < 4000:
            tries += 1
            deck = deck or self._deck(faults)
            if not deck:
                break
            choice = next((one for one in deck if self._free(one, moment)), None)
            if choice is None:
                moment += self.every
                continue
            deck.remove(choice)
            after = self._place(choice, moment + self.every * self.draw.uniform(0.3, 1.2), end)
            moment = after or moment
        self.plan.items.sort(key=lambda item: item.start)
        return self.plan

    def _deck(self, faults: bool) -> list[tuple[str, str]]:
        told = {rule_id: rule for rule_id, rule in self.rules.items() if not rule.get("silent")}
        found = [("rule", rule_id) for rule_id, rule in told.items() if not rule.get("missing")]
        if faults:
            found += [("near", r) for r, rule in told.items() if rule.get("levels") or rule.get("rate")]
            found += [("short", r) for r, rule in told.items() if rule.get("hold") or rule.get("of")]
            found += [("silence", "long" if n else "short") for n in (0, 1)]
            for metric, signal in self.signals.items():
                if signal.shape.kind in {"analog", "flow"}:
                    found += [(kind, metric) for kind in self._troubles(metric)]
        self.draw.shuffle(found)
        return found

    def _troubles(self, metric: str) -> Sequence[str]:
        """A device that only speaks of events, or reports once a month, states each of its values: there is
        no row of samples that one could stand out of, or that could be stuck. Its health is sampled like
        everybody's."""
        sampled = 0 < (self.profile.get("cadence") or 0) < DAY
        sampled |= bool(self.profile["quantities"][metric].get("role"))
        return ("spike", "frozen", "beyond") if sampled else ("beyond",)

    def _free(self, choice: tuple[str, str], moment: float) -> bool:
        return all(self.free[metric] <= moment for metric in self._touched(choice))

    def _touched(self, choice: tuple[str, str]) -> Iterator[str]:
        kind, name = choice
        if kind == "silence":
            yield from self.free
        elif name in self.rules and kind in {"rule", "near", "short"}:
            rule = self.rules[name]
            for part in rule.get("both") or ():
                if part in self.rules:
                    yield from self._touched(("rule", part))
            if rule.get("metric"):
                yield rule["metric"]
        else:
            yield name

    def _place(self, choice: tuple[str, str], moment: float, end: float) -> float | None:
        """When it is over; None when it does not fit."""
        kind, name = choice
        if kind == "rule":
            rule = self.rules[name]
            if rule.get("both"):
                return self._both(rule, moment, end)
            return self._faulty(rule, moment, end) if rule.get("faulty") else self._event(rule, moment, end)
        if kind in {"near", "short"}:
            return self._miss(kind, self.rules[name], moment, end)
        if kind == "silence":
            return self._silence(name == "long", moment, end)
        return self._fault(kind, name, moment, end)

    def _demand(self, rule: Mapping[str, Any], moment: float, stage: int = 0) -> Demand | None:
        signal = self.signals[rule["metric"]]
        if signal.shape.kind in {"counter", "today", "position"}:
            return None
        quantity = self.profile["quantities"][rule["metric"]]
        return demand_of(rule, signal.usual(moment), signal.shape.noise, quantity, self.fast, stage)

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
        return float(max(widths) * 1.1 + waits)

    def _label(self, kind: Any, name: str, start: float, end: float, must: bool = True) -> None:
        self.plan.labels.append(Label(self.thing, kind, name, start, end, must))
