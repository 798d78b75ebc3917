"""What a compiled rule is, what it remembers and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from functions.sensing.domain import Reading

Memory = dict[str, Any]
EVIDENCE = 16
PARTS = 12  # a window is kept in so many parts, and moves on by one of them


class Change(NamedTuple):
    """What became of the one alarm that a rule has on a device.

    ``value`` is the number that was judged (the reading's own, a window's mean, a change) and ``limit`` what
    it was compared with: the level on ``raised`` and ``escalated``, the clear value on ``cleared``; None when
    the rule does not compare. ``evidence``: the readings that brought it, at most 16, in order of time."""

    rule: str
    metric: str
    change: Literal["raised", "escalated", "cleared"]
    severity: str
    at: int
    reading: Reading
    evidence: tuple[Reading, ...]
    value: float
    limit: float | None


@dataclass(frozen=True, slots=True)
class Hours:
    """``start`` and ``end`` in minutes of the city's day; ``end`` before ``start`` runs over midnight.
    ``days``: 0 is Monday, the day on which the hours begin."""

    start: int
    end: int
    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on one metric. ``limits`` and ``clear`` are multiplied by ``sign``, so that beyond is
    always greater. ``width`` and ``hold`` are milliseconds. ``mark`` changes with the condition: what an
    earlier one remembered, apart from its alarm, does not count for a later one."""

    id: str
    metric: str
    kind: Literal["level", "rate", "faulty"]
    sign: int
    limits: tuple[float, ...]
    clear: float
    severities: tuple[str, ...]
    mark: str
    hold: int = 0
    of: tuple[int, int] = (1, 1)
    take: str = ""
    width: int = 0
    percent: bool = False
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """When a quantity's reading is not plausible: a greater change than ``step``, unchanged for ``stuck``
    milliseconds."""

    step: float | None
    stuck: int | None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one device. ``definitions``: every active rule as written, by id, also those that are not
    judged here (``missing``, ``both``). ``muted``: from and to, readings in between are not judged."""

    zone: ZoneInfo
    rules: Mapping[str, Rule]
    by_metric: Mapping[str, tuple[Rule, ...]]
    marks: Mapping[str, Marks]
    definitions: Mapping[str, Mapping[str, Any]]
    muted: tuple[tuple[int, int], ...] = field(default=())

    def start(self) -> Memory:
        """The memory of a device that has not spoken yet."""
        return {"q": {}, "r": {}}
