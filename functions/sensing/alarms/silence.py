"""Which devices have been silent for too long, by when their last message came. Pure; times are Unix
milliseconds.

A device is judged by what it said itself (SenML's update time, RFC 8428 section 4.4), else by its profile's
heartbeat. One that has never spoken is new, not silent. When several devices should have spoken since
anything came at all, not they are silent but the way from them to us: that is one notice, and no alarm of a
device."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ENOUGH = 3  # so many devices that should have spoken are no coincidence


@dataclass(frozen=True, slots=True)
class Heard:
    """A device and one of its rules about silence. ``received``: when its last message came, None for never;
    ``interval``: how often it speaks; ``times``: after how many intervals it counts as silent; ``alarmed``:
    when its alarm was raised, None without one. ``lane``: the queue that it comes by."""

    thing: str
    rule: str
    lane: str
    received: int | None
    interval: int
    times: float
    alarmed: int | None = None
    muted: bool = False

    def is_silent(self, now: int) -> bool:
        """Whether it should have spoken by now."""
        return self.received is not None and now - self.received > self.interval * self.times


@dataclass(frozen=True)
class Verdict:
    """``silent``: to raise; ``back``: to clear; ``stopped``: lanes by which nothing comes any more, and since
    when; ``running``: lanes by which something does."""

    silent: tuple[Heard, ...]
    back: tuple[Heard, ...]
    stopped: dict[str, int]
    running: frozenset[str]


def judge(now: int, heard: Sequence[Heard]) -> Verdict:
    """What the present moment changes."""
    newest: dict[str, int] = {}
    for one in heard:
        if one.received is not None:
            newest[one.lane] = max(newest.get(one.lane, 0), one.received)
    stopped = {lane: last for lane, last in newest.items() if _has_stopped(now, last, lane, heard)}
    silent = [
        one
        for one in heard
        if one.alarmed is None and not one.muted and one.lane not in stopped and one.is_silent(now)
    ]
    back = [one for one in heard if one.alarmed is not None and (one.muted or not one.is_silent(now))]
    return Verdict(tuple(silent), tuple(back), stopped, frozenset(newest.keys() - stopped.keys()))


def _has_stopped(now: int, last: int, lane: str, heard: Iterable[Heard]) -> bool:
    """Nothing has come for so long that three devices of the lane should have spoken. Devices that were
    silent before the rest fell silent do not count, and one that should have been back by then does."""
    quiet = now - last
    expected = {
        one.thing
        for one in heard
        if one.lane == lane
        and one.received is not None
        and last - one.received <= one.interval * one.times
        and quiet > one.interval * max(1.5, one.times / 2)
    }
    return len(expected) >= ENOUGH
