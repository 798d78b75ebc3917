"""One simulated device: its messages in a stretch of time, ordinary hours, events and faults together."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from infra.simulator.labels import Label
from infra.simulator.noise import key_of, uniform
from infra.simulator.plan import Item, Plan
from infra.simulator.planner import Planner
from infra.simulator.shapes import DAY, Signal, shape_of
from infra.simulator.sky import SOMEWHERE
from infra.simulator.weather import Weather

JITTER = 0.02  # share of the interval by which a message comes early or late


class Message(NamedTuple):
    """What was measured at a ``moment``, which was ``at`` by the device's clock, and came in at ``received``
    (Unix seconds)."""

    moment: float
    at: float
    received: float


class SimDevice:
    """``rules`` are those that the plan makes events for; ``every``: usual seconds between two events or
    faults, None for a device to which nothing happens. ``offset``: seconds that the city is ahead of UTC."""

    def __init__(
        self, thing: str, profile: Mapping[str, Any], rules: Sequence[Mapping[str, Any]], seed: str,
        weather: Weather | None = None, offset: int = 0, interval: float | None = None,
        every: float | None = 0.75 * DAY,
    ) -> None:  # fmt: skip
        self.thing, self.profile, self.seed, self.every = thing, profile, seed, every
        weather = weather or Weather(seed)
        place = tuple(profile["stage"]["place"] or SOMEWHERE)
        self.signals = {
            metric: Signal(shape_of(profile, metric), weather, seed, thing, metric, offset, place)
            for metric in profile["quantities"]
        }
        self._planner = Planner(
            thing, profile, list(rules), self.signals, seed, every or DAY, offset, interval
        )
        self._planner.moments = self.moments
        self.interval, self.fast = self._planner.interval, self._planner.fast
        self.key = key_of(seed, thing, "moments")
        self.plan = Plan()
        self._use(self.plan)

    def begin(self, start: float, end: float, faults: bool = True, soon: float | None = None) -> list[Label]:
        """Decide what happens between two moments (``soon``: a first alarm so many seconds after the start);
        its labels."""
        for signal in self.signals.values():
            signal.start = start
        if self.every is not None:
            self.plan = self._planner.fill(start, end, faults, soon)
        self._use(self.plan)
        return self.plan.labels

    def _use(self, plan: Plan) -> None:
        self._items: dict[str, list[Item]] = {metric: [] for metric in self.signals}
        for item in plan.items:
            self._items[item.metric].append(item)
        self._starts = {metric: [item.start for item in items] for metric, items in self._items.items()}
        self._spent: dict[Item, float] = {}

    def values(self, moment: float) -> dict[str, float]:
        """What every quantity shows at a moment."""
        return {metric: self._value(metric, signal, moment) for metric, signal in self.signals.items()}

    def _value(self, metric: str, signal: Signal, moment: float) -> float:
        starts = self._starts[metric]
        place = bisect_right(starts, moment) - 1 if starts else -1
        item = self._items[metric][place] if place >= 0 else None
        spike = item is not None and item.mode == "spike"
        if item is None or moment > item.end or (spike and self._spent.setdefault(item, moment) != moment):
            return signal.rounded(signal.usual(moment) + signal.noise(moment))
        if spike or item.mode == "frozen":
            return item.target
        usual, share = signal.usual(moment), item.share(moment)
        noise = signal.noise(moment) * (1 if item.mode == "change" else 1 - (1 - item.calm) * share)
        moved = usual + share * (item.target if item.mode == "change" else item.target - usual)
        return signal.rounded(moved + noise)

    def moments(self, start: float, end: float) -> Iterator[float]:
        """When it speaks: on a grid of its own, and more often while something happens."""
        interval, phase = self.interval, uniform(self.key, -1) * self.interval
        hurry, extra = iter([*self.plan.hurry, (end + DAY, end + DAY)]), 0.0
        begin, over = next(hurry)
        number = int((start - phase) // interval) + 1
        last = start - 1
        while True:
            moment = number * interval + phase + (uniform(self.key, number) - 0.5) * 2 * JITTER * interval
            while begin < min(moment, end):
                extra = max(extra, begin, last + 1)
                while extra < min(over, moment, end):
                    yield extra
                    last, extra = extra, extra + self.fast
                if over > moment:
                    break
                begin, over = next(hurry)
            if moment >= end:
                return
            if moment > last:
                yield moment
                last = moment
            number += 1

    def messages(self, start: float, end: float) -> Iterator[Message]:
        """In order of time, as if nothing went wrong on the way; stretches of silence are left out."""
        silences = iter([*sorted(self.plan.silences), (end + DAY, end + DAY)])
        quiet, again = next(silences)
        for moment in self.moments(start, end):
            while moment >= again:
                quiet, again = next(silences)
            if not quiet <= moment:
                yield Message(moment, moment, moment)


def pack(device: SimDevice, messages: Sequence[Message]) -> list[dict[str, Any]]:
    """A SenML pack (RFC 8428 §4.1) of one or more messages: base time once."""
    base, rows, quantities = round(messages[0].at, 3), [], device.profile["quantities"]
    for message in messages:
        after = round(message.at - base, 3)
        time = {"t": after} if after else {}
        rows += [
            {"n": metric, "u": quantities[metric]["unit"], "v": value, **time}
            for metric, value in device.values(message.moment).items()
        ]
    return [{"bt": base, **rows[0]}, *rows[1:]]


def gaps(messages: Sequence[Message], start: float, end: float) -> Iterator[tuple[float, float]]:
    """The stretches between two receipts, the last one up to the end."""
    received = sorted(message.received for message in messages)
    yield from pairwise([*received, end] if received else [start, end])
