"""The shape of an alarm rule, in a device profile or in a city's file.

A rule looks at one quantity of one device; ``both`` joins two other rules. What it means is in
functions/sensing/rules/."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Texts = Annotated[dict[str, str], Field(min_length=1)]
Severity = Literal["low", "medium", "high", "critical"]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Edge = Annotated[
    str,
    Field(
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|(sunrise|sunset)([+-](180|1[0-7][0-9]|[1-9]?[0-9]))?)$",
        description="a time of the day, or sunrise or sunset with minutes after (+30) or before it (-30)",
    ),
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAY = 86_400


class Part(BaseModel):
    """Strict: an unknown key, a text for a number or a number that is not finite is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Level(Part):
    """One step of a threshold; the weakest stands first. A value equal to the limit is not beyond it."""

    above: float | None = None
    below: float | None = None
    severity: Severity

    @model_validator(mode="after")
    def one_side(self) -> Level:
        """Above or below."""
        if (self.above is None) == (self.below is None):
            raise ValueError("a level has either above or below")
        return self


class Window(Part):
    """The rule looks at the mean, least or greatest of the last ``seconds`` instead of at each reading."""

    take: Literal["mean", "min", "max"]
    seconds: int = Field(ge=60, le=7 * DAY)


class Rate(Part):
    """A change within ``seconds``: ``by`` in the quantity's unit, or in per cent of the earlier value."""

    direction: Literal["rise", "fall"]
    by: float = Field(gt=0)
    percent: bool = False
    seconds: int = Field(ge=60, le=7 * DAY)


class Hours(Part):
    """Hours of the city's own time; ``from`` after ``to`` runs over midnight. Without ``days``, every day."""

    start: Clock
    end: Clock
    days: list[Weekday] = Field(default=[], max_length=7)


def minutes_of(hours: Hours) -> int:
    """How long hours of the clock last."""
    start, end = (int(text[:2]) * 60 + int(text[3:]) for text in (hours.start, hours.end))
    return (end - start) % 1440 or 1440


class Schedule(Hours):
    """Hours in which a rule looks. They may begin or end with the sun at the device's place:
    ``sunset+30`` is half an hour after sunset."""

    start: Edge
    end: Edge


class Within(Part):
    """Where a device must be (``outside`` raises), or must not be (``inside`` raises): a group of the city's
    areas, or ``place``, a circle of ``radius`` metres around the device's own place. ``by``: so many metres
    beyond the edge raise; the alarm ends at the edge."""

    inside: Id | None = None
    outside: Id | None = None
    radius: float | None = Field(default=None, gt=0, le=100_000)
    by: float = Field(default=0, ge=0, le=100_000)

    @model_validator(mode="after")
    def one_side(self) -> Within:
        """Inside or outside; a radius around a place, and only there."""
        if (self.inside is None) == (self.outside is None):
            raise ValueError("an area has either inside or outside")
        if (self.radius is not None) != ((self.inside or self.outside) == "place"):
            raise ValueError("place has a radius, a group of areas has its own shapes")
        return self


class Usual(Part):
    """More (``rise``) or less (``fall``) than usual, ``by`` per cent: what the ``hours`` of a day (without
    them the whole day) came to - ``take`` their mean, least or greatest value - against the median of the
    last 28 days, once there are ``least``; or, against the ``year``, the month against the same one a year
    before."""

    direction: Literal["rise", "fall"]
    by: float = Field(gt=0, le=10_000)
    take: Literal["mean", "min", "max"] = "mean"
    against: Literal["days", "year"] = "days"
    hours: Hours | None = None
    least: int = Field(default=14, ge=3, le=28)

    @model_validator(mode="after")
    def consistent(self) -> Usual:
        """A month has no hours; the days of the week that are looked at are enough."""
        if self.against == "year" and self.hours:
            raise ValueError("a month is compared as a whole, without hours")
        if self.hours and self.hours.days and self.least > 4 * len(set(self.hours.days)):
            raise ValueError("the last four weeks have fewer of these days than least says")
        return self


class RuleCommand(Part):
    """What a device is told when the rule raises. Without ``approved`` (two people in the console) somebody
    confirms it first. ``of``: rule's own device, or the named thing of the same city."""

    name: Id
    value: str | float | bool
    of: Id | None = None


class AlarmRule(Part):
    """What raises an alarm. Exactly one of ``levels``, ``rate``, ``usual``, ``area``, ``missing``, ``faulty``
    and ``both``.

    ``clear``: the good side of this value ends the alarm (levels); ``hold``: seconds that the value must stay
    beyond; ``of`` [n, m]: n of the last m readings must be beyond. ``missing``: no message for so many times
    the device's interval. ``faulty``: n readings in a row are marked as not plausible. ``schedule``: the rule
    looks only in these hours; ``quiet``: in these hours it raises, and nobody is told. ``repeat``: seconds
    until those who were told are told again while nobody has acknowledged. ``basis``: where the limit comes
    from; ``active: false`` until a city confirms it. ``kind``: alarms of one kind and place become one
    incident. ``silent``: it only serves a ``both``."""

    id: Id
    title: Texts
    metric: Id | None = None
    levels: list[Level] = Field(default=[], max_length=4)
    clear: float | None = None
    hold: int = Field(default=0, ge=0, le=7 * DAY)
    of: list[int] | None = Field(default=None, min_length=2, max_length=2)
    window: Window | None = None
    rate: Rate | None = None
    usual: Usual | None = None
    area: Within | None = None
    missing: float | None = Field(default=None, ge=1, le=1000)
    faulty: int | None = Field(default=None, ge=1, le=100)
    both: list[Id] | None = Field(default=None, min_length=2, max_length=2)
    severity: Severity | None = None
    schedule: Schedule | None = None
    quiet: Hours | None = None
    repeat: int | None = Field(default=None, ge=300, le=7 * DAY)
    kind: Id | None = None
    silent: bool = False
    command: RuleCommand | None = None
    active: bool = True
    basis: str = Field(default="", max_length=400)

    @model_validator(mode="after")
    def consistent(self) -> AlarmRule:
        """One condition; what belongs to it is there, what does not is not."""
        conditions = (
            self.levels, self.rate, self.usual, self.area, self.missing, self.faulty, self.both,
        )  # fmt: skip
        if sum(bool(one) for one in conditions) != 1:
            raise ValueError("a rule has exactly one of levels, rate, usual, area, missing, faulty and both")
        if self.levels:
            self._check_levels()
        elif self.severity is None:
            raise ValueError("a rule without levels has a severity")
        if (self.levels or self.rate or self.usual or self.faulty) and self.metric is None:
            raise ValueError("levels, rate, usual and faulty look at a metric")
        if self.area and (self.metric or self.window):
            raise ValueError("an area looks at where the device is; it has no metric and no window")
        if self.usual and (self.hold or self.of or self.window or self.schedule):
            raise ValueError("usual has hours of its own, and no hold, of, window or schedule")
        if self.of and not 1 <= self.of[0] <= self.of[1] <= 16:
            raise ValueError("of is [n, m] with 1 <= n <= m <= 16")
        return self

    def _check_levels(self) -> None:
        above = [level.above for level in self.levels if level.above is not None]
        below = [-level.below for level in self.levels if level.below is not None]
        if above and below:
            raise ValueError("all levels of a rule are above, or all are below")
        limits = above or below
        if any(weaker >= stronger for weaker, stronger in pairwise(limits)):
            raise ValueError("the weakest level stands first")
        if self.clear is None or (self.clear if above else -self.clear) > limits[0]:
            raise ValueError("clear lies on the good side of the weakest level")
