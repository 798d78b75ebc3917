"""The weather over a simulated city: all its devices stand in the same rain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from infra.simulator.noise import key_of, uniform

DAY = 86_400
HEAVY = 0.6
DRY = 0.55  # share of days without rain


@dataclass(frozen=True, slots=True)
class Rain:
    """One rain. ``strength``: 0 to 1, from HEAVY on it is a storm."""

    start: float
    end: float
    strength: float

    def share(self, moment: float) -> float:
        """How much of its strength falls at a moment: it begins and ends softly."""
        if not self.start < moment < self.end:
            return 0.0
        edge = (self.end - self.start) / 4
        return min(1.0, (moment - self.start) / edge, (self.end - moment) / edge)


@dataclass(frozen=True)
class Weather:
    """``heavy``: share of rainy days that bring a storm."""

    seed: str
    heavy: float = 0.4

    def rain_of(self, day: int) -> Rain | None:
        """The rain that begins on a day (days since 1970, UTC), if there is one."""
        return _rain(key_of(self.seed, "rain"), day, self.heavy)

    def falling(self, moment: float) -> float:
        """0 to HEAVY: how hard ordinary rain falls. A storm's own water comes with the events of the devices
        that feel it."""
        total = 0.0
        for day in (int(moment // DAY) - 1, int(moment // DAY)):
            rain = self.rain_of(day)
            if rain:
                total += min(rain.strength, HEAVY) * rain.share(moment)
        return min(total, HEAVY)

    def fallen(self, moment: float, seconds: float) -> float:
        """Mean of ``falling`` over the time before a moment, sampled ten times."""
        return sum(self.falling(moment - seconds * (n + 0.5) / 10) for n in range(10)) / 10

    def storms(self, start: float, end: float) -> Iterator[Rain]:
        """The storms that begin in a stretch of time."""
        for day in range(int(start // DAY), int(end // DAY) + 1):
            rain = self.rain_of(day)
            if rain and rain.strength >= HEAVY and start <= rain.start < end:
                yield rain


@lru_cache(maxsize=4096)
def _rain(key: int, day: int, heavy: float) -> Rain | None:
    chance = uniform(key, day * 4)
    if chance < DRY:
        return None
    start = day * DAY + uniform(key, day * 4 + 1) * 18 * 3600
    length = (1.5 + 4 * uniform(key, day * 4 + 2)) * 3600
    strength = uniform(key, day * 4 + 3)
    scaled = HEAVY + strength * (1 - HEAVY) if chance > 1 - (1 - DRY) * heavy else 0.1 + strength * 0.45
    return Rain(start, start + length, scaled)
