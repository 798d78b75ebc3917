"""A shelf in memory with the conditions of the real one, and a writer that can be made to fall half way."""

from functions.sensing import codec
from functions.sensing.domain import Arrival, Reading
from functions.sensing.intake import Pack, Stale
from functions.sensing.packing import Open

DAY = 20_777


class Crash(Exception):
    pass


class FakeShelf:
    def __init__(self):
        self.item = Open()
        self.packs = {}  # start -> (version, source, bytes, metrics)
        self.transitions = []
        self.writes = 0
        self.crash_at = None

    def open(self):
        return self.item

    def pack_before(self, at):
        starts = [start for start in self.packs if start < at]
        if not starts:
            return Pack(0)
        version, _, data, metrics = self.packs[max(starts)]
        return Pack(max(starts), version, tuple(codec.decode(data, metrics)))

    def _tick(self):
        self.writes += 1
        if self.crash_at == self.writes:
            raise Crash

    def _put(self, start, version, source, readings):
        metrics = codec.metrics_of(readings)
        self.packs[start] = (version, source, codec.encode(readings, metrics), metrics)

    def write(self, before, step):
        if step.closed:
            start, readings = step.closed
            there = self.packs.get(start)
            if there and there[1] > before.version:
                raise Stale
            if not there or there[1] < before.version:
                self._tick()
                self._put(start, 1, before.version, readings)
        self._tick()
        if self.item.version != before.version:
            raise Stale
        self.item = self._through_bytes(step.open)
        if step.transition:
            self.transitions.append((step.transition.change, step.transition.reading.at))

    def write_late(self, before, after, pack, packs):
        self._tick()
        there = self.packs.get(pack.start)
        if self.item.version != before.version or (there[0] if there else 0) != pack.version:
            raise Stale
        for start, readings in packs:
            self._put(start, pack.version + 1, before.version, readings)
        self.item = self._through_bytes(after)

    def _through_bytes(self, open_):
        metrics = codec.metrics_of(open_.readings)
        assert tuple(codec.decode(codec.encode(open_.readings, metrics), metrics)) == open_.readings
        assert codec.decode_days(codec.encode_days(open_.days)) == dict(open_.days)
        return open_

    def series(self):
        found = set(self.item.readings)
        for _, _, data, metrics in self.packs.values():
            found |= set(codec.decode(data, metrics))
        return sorted(found)


def arrivals(messages, day=DAY):
    """Messages (lists of Reading) as the worker hands them over: one reading of each carries the message."""
    out = []
    for message in messages:
        newest = max(message)
        out += [Arrival(reading, day, int(reading == newest)) for reading in message]
    return out


def reading(at, value=1.0, metric="level"):
    return Reading(at, metric, value)
