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
    ``days``: 0 is Monday, the day on which the hours begin. ``sun``: by which of its events at ``place``
    (latitude, longitude) they begin and end, "" for the clock; those minutes are counted from the event."""

    start: int
    end: int
    days: frozenset[int]
    sun: tuple[str, str] | None = None
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Usual:
    """What is compared with which past: what ``hours`` came to (``take``: mean, min or max) with the median
    of the days before, once there are ``least``; without hours, a month with the same one a year before.
    ``sign``: 1 when more is beyond.
    ``mark`` changes with what is learnt, not with the limit."""

    take: str
    hours: Hours | None
    least: int
    sign: int
    mark: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on one metric. ``limits`` and ``clear`` are multiplied by ``sign``, so that beyond is
    always greater. ``width`` and ``hold`` are milliseconds. ``mark`` changes with the condition: what an
    earlier one remembered, apart from its alarm, does not count for a later one.

    With ``areas`` what is judged are the metres beyond their edge (``inward``: to the inside), of the point
    that ``metric`` and ``pair``, the other coordinate (``pair_is_lat``), of the same moment make."""

    id: str
    metric: str
    kind: Literal["level", "rate", "faulty", "usual"]
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
    usual: Usual | None = None
    areas: tuple[Mapping[str, Any], ...] = ()
    pair: str = ""
    pair_is_lat: bool = True
    inward: bool = False


@dataclass(frozen=True, slots=True)
class Marks:
    """When a quantity's reading is not plausible: a greater change than ``step``, unchanged for ``stuck``
    milliseconds."""

    step: float | None
    stuck: int | None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one device. ``definitions``: every active rule as written, by id, also those that are not
    judged here (``missing``, ``both``). ``muted``: from and to, readings in between are not judged.
    ``paired``: the metric that is judged together with another one: their readings must come in one order."""

    zone: ZoneInfo
    rules: Mapping[str, Rule]
    by_metric: Mapping[str, tuple[Rule, ...]]
    marks: Mapping[str, Marks]
    definitions: Mapping[str, Mapping[str, Any]]
    muted: tuple[tuple[int, int], ...] = field(default=())
    paired: Mapping[str, str] = field(default_factory=dict)

    def start(self) -> Memory:
        """The memory of a device that has not spoken yet."""
        return {"q": {}, "r": {}}
