"""Reading what is stored: latest values, series, roll-ups. Every answer is exact at its moment, whatever has
been closed into days: entries that wait in the log are merged in. Reads are eventually consistent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from functions.core import log
from functions.core.scope import current_city
from functions.sensing.domain import Reading
from functions.sensing.log import rulesets, store
from functions.sensing.log.days import Day, by_day, close_days, day_of, marked_series, union
from functions.sensing.log.domain import DeviceState, Entry, Memory, State
from functions.sensing.log.rollups import DayRollups, Rollup, roll_up
from functions.sensing.registry.domain import Device

HEAD = 100  # entries of a log that the first call brings


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
    fresh = by_day(_waiting(device), zone)
    fresh = {day: readings for day, readings in fresh.items() if day <= last}
    closed = _closed(device, min([first, *fresh]), last)
    if not fresh:
        found = [reading for day in closed.values() for reading in day.readings]
    else:
        base = _base(device, min(fresh), closed)
        waiting = [reading for readings in fresh.values() for reading in readings]
        found = marked_series(rulesets.of(current_city(), device), base, closed, min(fresh), waiting)
    return [reading for reading in found if start_ms <= reading.at < end_ms]


def hours(device: Device, first: date, last: date) -> list[Rollup]:
    """Hour roll-ups of the city's days, both included, by day, metric and time. Two calls as a rule, four
    when something waits in the log."""
    return [hour for day in _rollups(device, first, last) for hour in day.hours]


def days(device: Device, first: date, last: date) -> list[Rollup]:
    """Day roll-ups, by day and metric; calls as in :func:`hours`."""
    return [whole for day in _rollups(device, first, last) for whole in day.whole]


def _rollups(device: Device, first: date, last: date) -> list[DayRollups]:
    city = current_city()
    zone = ZoneInfo(city.zone)
    fresh = {day: own for day, own in by_day(_waiting(device), zone).items() if day <= last}
    found = {one.date: one for one in store.read_rollups(device.thing, first, last)}
    if fresh:
        closed = _closed(device, min(fresh), last)
        waiting = [reading for own in fresh.values() for reading in own]
        base = _base(device, min(fresh), closed)
        for _, one in close_days(rulesets.of(city, device), base, closed.values(), waiting, 0):
            if first <= one.date:
                found[one.date] = roll_up(one.date, zone, one.readings)
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


def _closed(device: Device, first: date, last: date) -> dict[date, Day]:
    return {day.date: day for day in store.read_days(device.thing, first, last)}


def _base(device: Device, day: date, days: dict[date, Day]) -> Memory | None:
    """The memory at the end of the closed day before ``day``: read when it is not among those at hand."""
    if day - timedelta(days=1) in days:
        return days[day - timedelta(days=1)].memory
    return store.memory_before(device.thing, day)
