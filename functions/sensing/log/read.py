"""Reading what is stored: latest values, series, roll-ups. Every answer is exact at its moment, whatever has
been closed into days: entries that wait in the log are merged in. Reads are eventually consistent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from functions.core import log
from functions.core.scope import current_city
from functions.sensing.domain import Reading
from functions.sensing.log import rulesets, store
from functions.sensing.log.days import Day, by_day, day_of, union
from functions.sensing.log.domain import DeviceState, Entry, Memory, State
from functions.sensing.log.merging import ClosedDays, made_anew
from functions.sensing.log.rollups import DayRollups, Rollup, roll_up
from functions.sensing.log.store import LAST_DAY
from functions.sensing.registry.domain import Device
from functions.sensing.rules import RuleSet

HEAD = 100  # entries of a log that the first call brings
DAYS_AT_ONCE = 8  # closed days that one call brings, of those before the ones that were asked for


@dataclass
class Heard:
    """``states`` by thing, of devices that have spoken; ``recent``: their newest readings, as many as came
    with the same calls, in order."""

    states: dict[str, DeviceState] = field(default_factory=dict)
    recent: dict[str, list[Reading]] = field(default_factory=dict)


def latest(devices: Sequence[Device]) -> dict[str, DeviceState]:
    """What is known of devices, by thing, of those that have spoken: one call a shard of 200 devices, or two
    when its board is old. ``pending`` is empty; ``alarms`` are right all the same, since an entry that
    changes one carries the memory after it."""
    return heard(devices).states


def heard(devices: Sequence[Device], entries: int = HEAD) -> Heard:
    """The same with readings from the newest ``entries`` of each log, for a picture: no further call."""
    found = Heard()
    wanted = {device.thing for device in devices}
    for shard in dict.fromkeys(device.shard for device in devices if device.shard):
        try:
            state, seen = _shard(shard, entries)
        except (
            ValueError
        ):  # one damaged log must not take a page down; the readings function raises the alarm
            log.failure("log damaged", shard=shard)
            continue
        spoken = {thing: own for thing, own in state.devices.items() if own.received is not None}
        found.states |= {thing: spoken[thing] for thing in spoken.keys() & wanted}
        for _, entry in seen:
            for thing in entry.arrivals.keys() & wanted:
                own = found.recent.setdefault(thing, [])
                own += [arrival.reading for arrival in entry.arrivals[thing]]
    found.recent = {thing: union(readings) for thing, readings in found.recent.items()}
    return found


def _shard(shard: str, entries: int) -> tuple[State, list[tuple[int, Entry]]]:
    """Two calls of which the second went to a copy that is behind leave a gap that is none: once more, of
    what holds."""
    try:
        return _folded(shard, entries)
    except ValueError:
        return _folded(shard, entries, consistent=True)


def _folded(shard: str, entries: int, *, consistent: bool = False) -> tuple[State, list[tuple[int, Entry]]]:
    head = store.read_head(shard, entries, consistent=consistent)
    state = head.board
    if head.first > state.seq + 1:
        _fold(state, store.read_entries(shard, state.seq, head.first, consistent=consistent))
    _fold(state, head.entries)
    return state, head.entries


def _fold(state: State, entries: Iterable[tuple[int, Entry]]) -> None:
    for seq, entry in entries:
        if seq <= state.seq:
            continue
        state.fold(seq, entry)
        for thing in entry.arrivals:
            state.of(thing).pending.clear()


def series(device: Device, start_ms: int, end_ms: int) -> list[Reading]:
    """The readings in [start, end), in order, with all their marks. Two calls as a rule (what waits in the
    log, the closed days), and one more a megabyte."""
    zone = ZoneInfo(current_city().zone)
    if start_ms >= end_ms:
        return []
    first, last = day_of(start_ms, zone), day_of(end_ms - 1, zone)
    fresh = {day: own for day, own in by_day(_waiting(device), zone).items() if day <= last}
    closed = {day.date: day for day in store.read_days(device.thing, first, last)}
    if fresh:
        closed |= made_anew(_rules(device), _closed(device, last, closed, first), fresh, first)
    return [r for day in sorted(closed) for r in closed[day].readings if start_ms <= r.at < end_ms]


def hours(device: Device, first: date, last: date) -> list[Rollup]:
    """Hour roll-ups of the city's days, both included, by day, metric and time. Two calls as a rule, four
    when something waits in the log."""
    return [hour for day in _rollups(device, first, last) for hour in day.hours]


def days(device: Device, first: date, last: date) -> list[Rollup]:
    """Day roll-ups, by day and metric; calls as in :func:`hours`."""
    return [whole for day in _rollups(device, first, last) for whole in day.whole]


def _rollups(device: Device, first: date, last: date) -> list[DayRollups]:
    zone = ZoneInfo(current_city().zone)
    fresh = {day: own for day, own in by_day(_waiting(device), zone).items() if day <= last}
    found = {one.date: one for one in store.read_rollups(device.thing, first, last)}
    if fresh:
        for day, one in made_anew(_rules(device), _closed(device, last), fresh, first).items():
            if first <= day:
                found[day] = roll_up(day, zone, one.readings)
    return [found[day] for day in sorted(found)]


def _waiting(device: Device) -> list[Reading]:
    """The device's readings in the log that are not closed into days yet."""
    if not device.shard:
        return []
    head = store.read_head(device.shard, HEAD)
    entries = head.entries
    if not head.whole and head.first > head.closed + 1:
        entries = [*store.read_entries(device.shard, head.closed, head.first), *entries]
    return [
        arrival.reading
        for seq, entry in entries
        for arrival in (entry.arrivals.get(device.thing, ()) if seq > head.closed else ())
    ]


def _rules(device: Device) -> RuleSet:
    return rulesets.of(current_city(), device)


def _closed(
    device: Device, last: date, known: Mapping[date, Day] | None = None, known_from: date = LAST_DAY
) -> ClosedDays:
    """The closed days up to ``last``; those from ``known_from`` on are at hand. What lies before is read a
    few days at a time: as a rule a late reading changes nothing behind the next ones."""
    known = known or {}

    def memory_before(day: date) -> Memory | None:
        found = known.get(day - timedelta(days=1))
        return found.memory if found else store.memory_before(device.thing, day)

    def since(day: date) -> Iterator[Day]:
        if day < known_from:
            end = min(last, known_from - timedelta(days=1))
            yield from store.read_days(device.thing, day, end, at_once=DAYS_AT_ONCE)
        yield from (known[one] for one in sorted(known) if one >= day)

    return ClosedDays(memory_before, since)
