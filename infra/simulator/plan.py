"""What happens to one device in a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from infra.simulator.labels import Label

Mode = Literal["value", "change", "spike", "frozen"]


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
