"""A shard in memory, with the conditions of the real one, and a writer that can be made to fall half way."""

from __future__ import annotations

from functions.sensing.alarms.domain import Alarm, Episode, fold
from functions.sensing.alarms.replaying import compare
from functions.sensing.log import codec
from functions.sensing.log.days import Day
from functions.sensing.log.domain import Stale, State


class Crash(Exception):
    pass


class FakeShelf:
    def __init__(self, rules):
        self.rules = rules
        self.entries, self.board, self.days, self.rollups, self.closed = {}, None, {}, {}, 0
        self.alarms: dict[tuple[str, str], Alarm] = {}
        self.episodes: dict[tuple[str, str], dict[int, Episode]] = {}
        self.writes, self.crash_at = 0, None
        self.yielded = []  # readings of closed days that were asked for

    def _tick(self):
        self.writes += 1
        if self.crash_at == self.writes:
            raise Crash

    def read_board(self):
        return (codec.unpack_board(self.board[1]), len(self.board[1])) if self.board else (State(), 0)

    def read_entries(self, after):
        return [(seq, codec.unpack_entry(data)) for seq, data in sorted(self.entries.items()) if seq > after]

    def closed_through(self):
        return self.closed

    def append(self, seq, entry, step):
        self._tick()
        if seq in self.entries:
            raise Stale
        self.entries[seq] = codec.pack_entry(entry)
        if step is not None:
            self._change(step)

    def _change(self, step):
        for rule in self.rules.rules:
            key = (step.thing, rule)
            own = [change for change in step.changes if change.rule == rule]
            kept = self.episodes.setdefault(key, {})
            before = self.alarms.get(key)
            if step.since is None:
                folded = fold(*key, before, own)
            else:
                standing = next((change for change in step.standing if change.rule == rule), None)
                found = compare(*key, before, list(kept.values()), step.since, own, standing)
                if found is None:
                    continue
                for gone in found.moved:
                    kept.pop(gone)
                folded = found.folded
            if folded.alarm:
                self.alarms[key] = folded.alarm
            kept.update({episode.raised: episode for episode in folded.episodes})

    def write_board(self, state):
        data = codec.pack_board(state)
        if self.board is None or self.board[0] < state.seq:
            self.board = (state.seq, data)
        return len(data)

    def memory_before(self, thing, day):
        found = [key for key in self.days if key[0] == thing and key[1] < day]
        return codec.unpack_json(self.days[max(found)][1]) if found else None

    def days_since(self, thing, day):
        for key, (series, memory, through) in sorted(self.days.items()):
            if key[0] == thing and key[1] >= day:
                readings = tuple(codec.unpack_series(series))
                self.yielded += readings
                yield Day(key[1], readings, codec.unpack_json(memory), through)

    def closed_between(self, thing, first, last):
        for one in self.days_since(thing, first):
            if one.date > last:
                return
            yield from one.readings

    def write_day(self, thing, day, rollups):
        self._tick()
        there = self.days.get((thing, day.date))
        if there and there[2] > day.through:
            raise Stale
        self.days[thing, day.date] = (
            codec.pack_series(day.readings),
            codec.pack_json(day.memory),
            day.through,
        )
        self.rollups[thing, day.date] = rollups

    def set_closed(self, through):
        if self.closed >= through:
            raise Stale
        self.closed = through

    def valid_episodes(self):
        return {
            (key[1], e.raised, e.severity, e.cleared)
            for key, kept in self.episodes.items()
            for e in kept.values()
            if not e.withdrawn
        }
