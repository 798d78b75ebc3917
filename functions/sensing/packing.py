"""A device's readings in few and small items: the open item (the latest ones, under 1 KB) and closed packs of
the past.

Closed packs divide time without overlap: the pack that starts at F holds the readings in (F, next start]; the
open item holds everything after its ``floor``, and of each metric at least its latest reading. A pack is
closed with readings that the open item already held, so what it holds depends on the open item's version
alone and a repeat is harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from functions.sensing.codec import encode, metrics_of
from functions.sensing.domain import Arrival, Reading, Rule, Transition, walk

RECORDS_MAX = 520  # bytes of readings in an open item: with everything else it stays under 1 KB
KEEP_MAX = 180  # bytes of readings that stay in the open item when a pack is closed
CLOSED_MAX = 3_500  # a closed pack that late readings make larger is divided
DAYS_KEPT = 7


@dataclass(frozen=True)
class Open:
    """A device's open item. ``memory`` is that of its rules; ``days`` maps a day (since 1970) to [messages,
    readings].
    """

    version: int = 0
    floor: int = 0
    readings: tuple[Reading, ...] = ()
    days: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    memory: Mapping[str, int] = field(default_factory=dict)

    @property
    def latest(self) -> dict[str, Reading]:
        """The newest reading of each metric."""
        return {reading.metric: reading for reading in sorted(self.readings)}


@dataclass(frozen=True)
class Step:
    """One write of the open item, and what goes with it.

    ``closed``: a pack (start, readings) to put before it. ``transition``: an alarm that begins or ends with
    it. ``rest``: arrivals for a later step; ``added``: readings that are new; ``late``: the rest lies before
    the floor.
    """

    open: Open
    rest: tuple[Arrival, ...] = ()
    closed: tuple[int, tuple[Reading, ...]] | None = None
    transition: Transition | None = None
    added: int = 0


def split_late(open_: Open, arrivals: Iterable[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
    """(arrivals before the floor, the others), each in order of time."""
    ordered = sorted(arrivals)
    return [a for a in ordered if a.reading.at <= open_.floor], [
        a for a in ordered if a.reading.at > open_.floor
    ]


def plan(open_: Open, arrivals: Sequence[Arrival], rules: Sequence[Rule] = ()) -> Step:
    """The next write for arrivals that lie after the floor and come in order of time. Without any new reading
    the step's open item is the one given.
    """
    fresh = _new(open_.readings, arrivals)
    if not fresh:
        return Step(open_)
    closed, base, floor = None, list(open_.readings), open_.floor
    if _bytes([*base, *(a.reading for a in fresh)]) > RECORDS_MAX:
        closed, base, floor = _close(open_)
    taken = _fitting(base, [a for a in fresh if a.reading.at > floor])
    memory, transition, taken = _evaluate(open_, rules, taken)
    seen = set(taken)
    return Step(
        open=replace(
            open_,
            version=open_.version + 1,
            floor=floor,
            readings=tuple(sorted([*base, *(a.reading for a in taken)])),
            days=count(open_.days, taken),
            memory=memory,
        ),
        rest=tuple(a for a in fresh if a not in seen),
        closed=closed,
        transition=transition,
        added=len(taken),
    )


def _new(held: Iterable[Reading], arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Arrivals whose metric and moment are not held yet, each once: what comes twice is stored and counted
    once.
    """
    seen = {(r.at, r.metric) for r in held}
    fresh = []
    for arrival in arrivals:
        key = (arrival.reading.at, arrival.reading.metric)
        if key not in seen:
            seen.add(key)
            fresh.append(arrival)
    return fresh


def _close(open_: Open) -> tuple[tuple[int, tuple[Reading, ...]] | None, list[Reading], int]:
    """What is closed, what stays and the new floor; it depends on the open item only."""
    own = sorted(r for r in open_.readings if r.at > open_.floor)
    cut = len(own)
    while cut > 0 and _bytes(own[cut - 1 :]) <= KEEP_MAX:
        cut -= 1
    while 0 < cut < len(own) and own[cut - 1].at == own[cut].at:
        cut += 1  # readings of one moment stay together
    if cut == 0:
        return None, list(open_.readings), open_.floor
    floor = own[cut - 1].at
    latest = open_.latest.values()
    stay = [*own[cut:], *(r for r in latest if r.at <= floor)]
    return (open_.floor, tuple(own[:cut])), sorted(stay), floor


def _fitting(base: list[Reading], arrivals: list[Arrival]) -> list[Arrival]:
    """As many arrivals as the open item can hold beside ``base``, and at least one."""
    taken: list[Arrival] = []
    for arrival in arrivals:
        if taken and _bytes([*base, *(a.reading for a in taken), arrival.reading]) > RECORDS_MAX:
            break
        taken.append(arrival)
    return taken


def _evaluate(
    open_: Open, rules: Sequence[Rule], taken: list[Arrival]
) -> tuple[Mapping[str, int], Transition | None, list[Arrival]]:
    """Run the rules over the readings that are newer than the latest of their metric; cut after the first
    change, so that one write carries one change.
    """
    if not rules:
        return {}, None, taken
    latest = open_.latest
    news = [
        a.reading
        for a in taken
        if a.reading.metric not in latest or a.reading.at > latest[a.reading.metric].at
    ]
    known = {rule.id for rule in rules}
    memory, transition = walk(rules, {k: n for k, n in open_.memory.items() if k in known}, news)
    if transition is None:
        return memory, None, taken
    return memory, transition, [a for a in taken if a.reading <= transition.reading]


def merge_late(
    pack: Sequence[Reading], start: int, arrivals: Sequence[Arrival]
) -> tuple[list[tuple[int, tuple[Reading, ...]]], list[Arrival]]:
    """The closed pack that starts at ``start`` with late arrivals, divided when it is too large, and the
    arrivals that were new. Without a new one the list is empty.
    """
    fresh = _new(pack, arrivals)
    if not fresh:
        return [], []
    return _divide(start, sorted([*pack, *(a.reading for a in fresh)])), fresh


def _divide(start: int, readings: list[Reading]) -> list[tuple[int, tuple[Reading, ...]]]:
    if _bytes(readings) <= CLOSED_MAX:
        return [(start, tuple(readings))]
    middle = len(readings) // 2
    while middle < len(readings) and readings[middle].at == readings[middle - 1].at:
        middle += 1
    if middle == len(readings):
        return [(start, tuple(readings))]
    return _divide(start, readings[:middle]) + _divide(readings[middle - 1].at, readings[middle:])


def with_late(open_: Open, fresh: Sequence[Arrival]) -> Open:
    """The open item after late arrivals: counted, and carried if one is now the latest of its metric."""
    latest = open_.latest
    after = [r for r in open_.readings if r.at > open_.floor]
    shown = {r.metric for r in after}
    best = {r.metric: r for r in sorted([*latest.values(), *(a.reading for a in fresh)])}
    carried = [r for metric, r in best.items() if metric not in shown]
    return replace(
        open_,
        version=open_.version + 1,
        readings=tuple(sorted([*carried, *after])),
        days=count(open_.days, fresh),
    )


def count(days: Mapping[int, tuple[int, int]], taken: Iterable[Arrival]) -> dict[int, tuple[int, int]]:
    """Counters of the last days with what is new; a day's numbers are exact, repeats are not in ``taken``."""
    after = dict(days)
    for _, day, message in taken:
        messages, readings = after.get(day, (0, 0))
        after[day] = (messages + message, readings + 1)
    return {day: after[day] for day in sorted(after)[-DAYS_KEPT:]}


def _bytes(readings: Sequence[Reading]) -> int:
    return len(encode(readings, metrics_of(readings)))
