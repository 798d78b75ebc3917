"""Decides what happens to one device in a stretch of time: real alarm conditions, near misses and faults,
each with its label, one after the other. Transport faults lie over all of it (infra/simulator/transport.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.simulator.events import Events
from infra.simulator.faults import Faults
from infra.simulator.plan import Plan
from infra.simulator.shapes import DAY


class Planner(Events, Faults):
    """Fills the plan, a kind of thing by turns."""

    def fill(self, start: float, end: float, faults: bool = True, soon: float | None = None) -> Plan:
        """Things happen by turns, each kind once before any comes again. ``soon``: a first alarm so many
        seconds after the start, when there is a rule for it."""
        moment, deck = start, list[tuple[str, str]]()
        self.begun = start
        if soon is not None:
            first = [rule for rule in self.rules.values() if rule.get("levels") and not rule.get("silent")]
            first.sort(key=lambda rule: "department" not in rule)  # the city's own rules before the profile's
            begun = (self._event(rule, start + soon, end, dry=True) for rule in first)
            moment = next(filter(None, begun), start)
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
            found += [("near", r) for r, rule in told.items() if self._has_near(rule)]
            waits = [r for r, rule in told.items() if rule.get("hold") or rule.get("of")]
            found += [("short", r) for r in waits if not told[r].get("area")]
            found += [("silence", "long" if n else "short") for n in (0, 1)]
            for metric, signal in self.signals.items():
                if signal.shape.kind in {"analog", "flow"}:
                    found += [(kind, metric) for kind in self._troubles(metric)]
        self.draw.shuffle(found)
        return found

    def _has_near(self, rule: Mapping[str, Any]) -> bool:
        return any(rule.get(kind) for kind in ("levels", "rate", "usual", "area")) or any(
            self.rules[part].get("area") for part in rule.get("both") or () if part in self.rules
        )

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
            if rule.get("area"):
                yield from self.coordinates
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
