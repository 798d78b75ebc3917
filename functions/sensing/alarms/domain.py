"""An alarm as a state machine: (nothing) -> raised -> acknowledged -> cleared, raised again as a new episode.

Pure: no clock, no store. Times are Unix milliseconds of the readings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from functions.sensing.geometry import distance

if TYPE_CHECKING:
    from functions.sensing.rules.domain import Change

RAISED, ACKNOWLEDGED, CLEARED, WITHDRAWN = "raised", "acknowledged", "cleared", "withdrawn"
ACTIVE = (RAISED, ACKNOWLEDGED)
OUT_OF_USE, RULE_GONE = "out-of-use", "rule-gone"  # why an alarm ended without a reading
SEVERITIES = ("low", "medium", "high", "critical")
NEAR_M = 300
EVIDENCE = 16
Row = tuple[int, float, int]  # at, value, quality marks


def rank(severity: str) -> int:
    """Greater is worse."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


def worse(one: str, other: str) -> str:
    """The worse of two severities."""
    return max(one, other, key=rank)


@dataclass(frozen=True, slots=True)
class Episode:
    """One time that a rule was raised: ``raised`` names it for ever. ``rows`` are the readings that raised
    it, ``first`` the severity that it began with, ``steps`` when it became worse (at, severity, value),
    ``closing`` the readings that ended it. ``value`` is what was judged, ``limit`` what it was compared with.
    """

    rule: str
    metric: str
    raised: int
    severity: str
    first: str = ""
    rows: tuple[Row, ...] = ()
    value: float = 0.0
    limit: float | None = None
    steps: tuple[tuple[int, str, float], ...] = ()
    cleared: int | None = None
    closing: tuple[Row, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """The one alarm that a rule has on a device, as it is now; ``episode`` is the last one. ``department``
    and ``kind`` are the rule's at that time; ``since_iso`` is when the city learned of it. ``tell_at`` is
    from when people are told (the end of quiet hours), "" for nobody. ``by`` and ``at`` say who
    acknowledged. ``profile`` and ``name`` are the device's. ``version`` counts writes, 0 is not stored
    yet."""

    thing: str
    rule: str
    state: str
    episode: Episode
    department: str = ""
    kind: str = ""
    title: str = ""
    since_iso: str = ""
    tell_at: str = ""
    by: str = ""
    at: str = ""
    case: str = ""
    noted: bool = False
    reminders: int = 0
    note: str = ""
    profile: str = ""
    name: str = ""
    version: int = 0

    @property
    def active(self) -> bool:
        """Whether the condition still holds."""
        return self.state in ACTIVE

    @property
    def key(self) -> str:
        """How an address names it: a dot is in neither name."""
        return f"{self.thing}.{self.rule}"


@dataclass(frozen=True)
class Folded:
    """What a row of changes makes of an alarm: its last state (None: nothing changed), and every episode that
    is new or different."""

    alarm: Alarm | None
    episodes: tuple[Episode, ...] = ()
    fresh: bool = field(default=False)


def fold(thing: str, rule: str, alarm: Alarm | None, changes: Sequence[Change]) -> Folded:
    """Feed the changes of one rule, in their order. A raise of what is raised, and a clear of what is
    cleared, change nothing: a rule may come back after it was switched off."""
    now, touched, fresh = alarm, dict[int, Episode](), False
    for change in changes:
        following = _step(thing, rule, now, change)
        if following is None:
            continue
        fresh = fresh or now is None or following.episode.raised != now.episode.raised
        now = following
        touched[now.episode.raised] = now.episode
    return Folded(now if touched else None, tuple(touched.values()), fresh)


def _step(thing: str, rule: str, now: Alarm | None, change: Change) -> Alarm | None:
    active = now is not None and now.active
    if change.change == "raised" and not active:
        severity = change.severity
        episode = Episode(
            rule, change.metric, change.at, severity, severity, rows_of(change), change.value, change.limit
        )
        return Alarm(thing, rule, RAISED, episode, version=now.version if now else 0)
    if now is None or not active:
        return None
    episode = now.episode
    if change.change == "cleared":
        return replace(
            now, state=CLEARED, episode=replace(episode, cleared=change.at, closing=rows_of(change))
        )
    if rank(change.severity) <= rank(episode.severity):
        return None
    steps = (*episode.steps, (change.at, change.severity, change.value))
    episode = replace(episode, severity=change.severity, steps=steps)
    # What got worse wants another look: nobody has acknowledged this severity.
    return replace(now, state=RAISED, episode=episode, by="", at="")


def rows_of(change: Change) -> tuple[Row, ...]:
    """The readings of a change, the last 16."""
    seen = change.evidence or (change.reading,)
    return tuple((one.at, one.value, getattr(one, "flags", 0)) for one in seen[-EVIDENCE:])


def near(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two places (``thing``, ``lat``, ``lon``, ``area``) are one for an incident: the same device,
    the same area, or within 300 m."""
    if one.get("thing") == other.get("thing") or (one.get("area") and one.get("area") == other.get("area")):
        return True
    points = [(place.get("lat"), place.get("lon")) for place in (one, other)]
    if any(None in point for point in points):
        return False
    (lat, lon), (lat2, lon2) = points
    return distance((float(lat), float(lon)), (float(lat2), float(lon2))) <= NEAR_M  # type: ignore[arg-type]
