"""What late readings make of a rule's episodes: new ones, moved ones, withdrawn ones. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from functions.sensing.alarms.domain import (
    CLEARED,
    RAISED,
    WITHDRAWN,
    Alarm,
    Episode,
    Folded,
    fold,
    rank,
    worse,
)

if TYPE_CHECKING:
    from functions.sensing.rules.domain import Change


@dataclass(frozen=True)
class Compared:
    """``folded`` as for changes in order; ``moved`` are the beginnings (ms) of episodes that now begin at
    another moment: their items go."""

    folded: Folded
    moved: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """Episodes to be written or deleted."""
        return len(self.folded.episodes) + len(self.moved)


def newest(found: Compared, size: int) -> Compared:
    """As much of it as ``size`` allows, the newest first: what is left is found by comparing again."""
    if found.size <= size:
        return found
    moments = sorted([*(one.raised for one in found.folded.episodes), *found.moved])
    first = moments[-size]
    episodes = tuple(one for one in found.folded.episodes if one.raised >= first)
    return Compared(
        replace(found.folded, episodes=episodes), tuple(one for one in found.moved if one >= first)
    )


def compare(
    thing: str,
    rule: str,
    now: Alarm | None,
    kept: Sequence[Episode],
    since: int,
    changes: Sequence[Change],
    standing: Change | None = None,
) -> Compared | None:
    """The stored episodes against the changes of a replay that began at ``since`` with what was known then.
    ``standing``: the alarm that was raised at that moment, as the replay has it. It decides where the stored
    episodes say something else: readings that came too late to be judged were there when days were closed.
    None when nothing is different."""
    valid = sorted((one for one in kept if not one.withdrawn), key=lambda one: one.raised)
    begun = _open_at(valid, since)
    if begun and standing:
        begun = _as_severe(begun, standing)
    elif standing:
        changes = [standing, *changes]
    start = Alarm(thing, rule, RAISED, begun) if begun and standing else None
    found = {one.raised: one for one in fold(thing, rule, start, changes).episodes}
    if begun:
        found.setdefault(begun.raised, begun if standing else replace(begun, cleared=since))
    old = {one.raised: one for one in valid if one.raised >= since or (begun and one.raised == begun.raised)}
    gone = [one for key, one in old.items() if key not in found]
    moved = {one.raised: new.raised for one in gone for new in found.values() if _overlap(one, new)}
    withdrawn = [replace(one, withdrawn=True) for one in gone if one.raised not in moved]
    changed = [one for key, one in found.items() if old.get(key) != one] + withdrawn
    if not changed:
        return None
    before = [one for one in valid if one.raised not in old]
    last = max([*before, *found.values()], key=lambda one: one.raised, default=None)
    alarm = _alarm(thing, rule, now, last, withdrawn, moved)
    fresh = now is None or (
        last is not None and alarm.episode.raised != now.episode.raised and not alarm.since_iso
    )
    return Compared(Folded(alarm, tuple(sorted(changed, key=lambda one: one.raised)), fresh), tuple(moved))


def _open_at(valid: Sequence[Episode], since: int) -> Episode | None:
    """The episode that ran when the replay began, as it was known then."""
    for one in reversed(valid):
        if one.raised < since:
            if one.cleared is not None and one.cleared < since:
                return None
            steps = tuple(step for step in one.steps if step[0] < since)
            severity = one.first
            for step in steps:
                severity = worse(severity, step[1])
            return replace(one, cleared=None, closing=(), steps=steps, severity=severity)
    return None


def _as_severe(begun: Episode, standing: Change) -> Episode:
    if standing.severity == begun.severity:
        return begun
    step = (standing.at, standing.severity, standing.value)
    steps = (*begun.steps, step) if rank(standing.severity) > rank(begun.severity) else begun.steps
    return replace(begun, severity=standing.severity, steps=steps)


def _overlap(one: Episode, other: Episode) -> bool:
    end, other_end = one.cleared or one.raised, other.cleared or max(one.raised, other.raised)
    return one.raised <= other_end and other.raised <= max(end, one.raised)


def _alarm(
    thing: str,
    rule: str,
    now: Alarm | None,
    last: Episode | None,
    withdrawn: Sequence[Episode],
    moved: dict[int, int],
) -> Alarm:
    """The rule's alarm after the replay. Who acknowledged it and its incident stay with an episode that
    stays, or that only begins at another moment."""
    if last is None:
        return (
            replace(now, state=WITHDRAWN, episode=withdrawn[-1])
            if now
            else Alarm(thing, rule, WITHDRAWN, withdrawn[-1])
        )
    state = CLEARED if last.cleared is not None else RAISED
    if now and last.raised in (now.episode.raised, moved.get(now.episode.raised)):
        worse_now = (
            last.severity != now.episode.severity
            and worse(last.severity, now.episode.severity) == last.severity
        )
        known = now.by and not worse_now
        return replace(
            now, episode=last, state="acknowledged" if state == RAISED and known else state,
            by=now.by if known else "", at=now.at if known else "",
        )  # fmt: skip
    return Alarm(thing, rule, state, last)
