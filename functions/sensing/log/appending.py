"""The one way into a shard's log: plan against what is known, append at the next place, try again when
somebody else stood there first. Whoever appends has seen every earlier entry, so an entry holds new readings
only."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from functions.core import log
from functions.sensing.domain import Reading
from functions.sensing.log import judging, planning
from functions.sensing.log.domain import DeviceState, Entry, Memory, Stale, State
from functions.sensing.log.planning import Incoming
from functions.sensing.log.steps import Step, entries
from functions.sensing.rules import RuleSet

TRIES = 12
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.004, 0.25
READINGS_A_KB = (
    40  # a board is written when so many readings have come for each KB of it: 0.025 units a reading
)
FIRST_BOARD = 24
DEVICE_BYTES = 90  # of a board, as long as none has been written
TAIL_KEPT = 50_000

RulesOf = Callable[[Iterable[str]], Mapping[str, RuleSet]]
"""The rules of some devices; one that is left out fails alone."""

Look = Callable[[str, DeviceState, RuleSet], Iterable[Step]]
"""What is to be written of a device although it said nothing."""


class Shelf(Protocol):
    """Where a shard lies (store.py; tests have one in memory)."""

    def read_board(self) -> tuple[State, int]:
        """The last board and its bytes; an empty state and 0 without one."""

    def read_entries(self, after: int) -> Iterable[tuple[int, Entry]]:
        """The entries behind ``after``, in order."""

    def closed_through(self) -> int:
        """The entry up to which all are closed into days."""

    def memory_before(self, thing: str, day: date) -> Memory | None:
        """As in planning.History."""

    def closed_between(self, thing: str, first: date, last: date) -> Iterator[Reading]:
        """As in planning.History."""

    def append(self, seq: int, entry: Entry, step: Step | None) -> None:
        """Write an entry, with the changes of alarms of its step, all or nothing. Raises Stale when there is
        an entry ``seq``, or an alarm was changed meanwhile."""

    def write_board(self, state: State) -> int:
        """Keep the state, unless a later one is there; answers its bytes."""


@dataclass
class Stored:
    """``over``: keys of messages beyond a device's limit; ``failed``: things whose messages come again;
    ``added``: readings that were new."""

    over: list[str] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    added: int = 0


def _give_way(tried: int) -> None:
    """Wait a little, by chance, before the next try: workers that lost the same race together would all but
    one lose the next one too."""
    if tried:
        time.sleep(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**tried) * secrets.randbelow(100) / 100)


class ShardLog:
    """A shard as this process knows it. What it knows may be old: then an append fails and it catches up."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.state: State | None = None
        self.board_bytes = 0
        self.contested = False  # somebody else was faster the last time
        self._tail: dict[str, list[Reading]] | None = None
        self._before: dict[tuple[str, date], Memory | None] = {}
        self._closed: dict[tuple[str, date, date], list[Reading]] = {}

    def catch_up(self) -> State:
        """Read what is behind the state, first of all the board."""
        if self.state is None:
            self.state, self.board_bytes = self.shelf.read_board()
        for seq, entry in self.shelf.read_entries(self.state.seq):
            self._follow(seq, entry, {})
        return self.state

    def store(
        self, messages: Mapping[str, Sequence[Incoming]], rules_of: RulesOf, limit: int | None = None
    ) -> Stored:
        """Store what is new of the messages. Raises Stale when others were faster too often: the messages
        come again."""
        stored = Stored()
        self._write(lambda: self._plan(messages, rules_of, limit, stored), stored)
        self._keep_board(rules_of)
        return stored

    def look(self, things: Iterable[str], rules_of: RulesOf, plan: Look) -> None:
        """Write what a look at some devices brings, without a message. Raises Stale as :meth:`store` does."""
        stored, rules = Stored(), rules_of(things)
        self.catch_up()
        known = self.state.devices if self.state else {}

        def steps() -> list[Step]:
            own = [(thing, known[thing], rules[thing]) for thing in sorted(rules) if thing in known]
            return [step for one in own for step in plan(*one)]

        self._write(steps, stored)

    def _write(self, plan: Callable[[], list[Step]], stored: Stored) -> None:
        self._look_before()
        try:
            for tried in range(TRIES):
                try:
                    return self._append(plan(), stored)
                except Stale:
                    self.contested = True
                    _give_way(tried)
                    self.catch_up()
            raise Stale
        finally:
            self._before.clear()
            self._closed.clear()

    def _look_before(self) -> None:
        """As long as others write this log, too, looking costs less than a write that fails."""
        known = self.state.seq if self.state else None
        if known is None or self.contested:
            self.contested = self.catch_up().seq != known and known is not None

    def _plan(
        self,
        messages: Mapping[str, Sequence[Incoming]],
        rules_of: RulesOf,
        limit: int | None,
        stored: Stored,
    ) -> list[Step]:
        assert self.state is not None
        steps: list[Step] = []
        stored.over = []
        rules = rules_of(messages)
        for thing, own in messages.items():
            if thing in stored.failed:
                continue
            try:
                made = planning.plan(thing, self.state.of(thing), own, rules[thing], self, limit)
            except Exception:
                log.failure("readings failed", thing=thing)
                stored.failed.add(thing)
                continue
            steps += made.steps
            stored.over += made.over
        return steps

    def _append(self, steps: Sequence[Step], stored: Stored) -> None:
        assert self.state is not None
        for entry, memories, step in entries(steps):
            if step is not None and step.thing in stored.failed:
                continue
            seq = self.state.seq + 1
            try:
                self.shelf.append(seq, entry, step)
            except Stale:
                raise
            except Exception:
                # Whether it was written is not known; if so, the next append finds its place taken.
                log.failure("readings failed", things=sorted(entry.arrivals)[:5])
                stored.failed.update(entry.arrivals, entry.memories)
                continue
            self._follow(seq, entry, memories)
            stored.added += entry.size

    def _follow(self, seq: int, entry: Entry, memories: Mapping[str, Memory]) -> None:
        assert self.state is not None
        self.state.fold(seq, entry, memories)
        if self._tail is not None:
            for thing, arrivals in entry.arrivals.items():
                self._tail.setdefault(thing, []).extend(arrival.reading for arrival in arrivals)

    def _keep_board(self, rules_of: RulesOf) -> None:
        assert self.state is not None
        size = self.board_bytes or DEVICE_BYTES * len(self.state.devices)
        if self.state.readings >= max(FIRST_BOARD, READINGS_A_KB * -(-size // 1024)):
            self.write_board(rules_of)

    def write_board(self, rules_of: RulesOf) -> None:
        """Keep what is known, if anything is newer than the board. Not only when there is much of it: entries
        end, and one that no board knows of would leave a gap behind which nothing can be read."""
        assert self.state is not None
        if not self.state.entries:
            return
        waiting = {thing: device for thing, device in self.state.devices.items() if device.pending}
        for thing, rules in (rules_of(waiting) if waiting else {}).items():
            judging.settle(waiting[thing], rules)
        self.board_bytes = self.shelf.write_board(self.state)
        self.state.readings = self.state.entries = 0
        if self.tail_size > TAIL_KEPT:
            self.drop_tail()

    @property
    def tail_size(self) -> int:
        """Readings that wait to be closed and are held in memory."""
        return sum(map(len, self._tail.values())) if self._tail else 0

    def drop_tail(self) -> None:
        """Read them again when they are asked for."""
        self._tail = None

    def waiting(self, thing: str) -> list[Reading]:
        """See planning.History. The log since the last closing is read once and then kept along."""
        if self._tail is None:
            tail: dict[str, list[Reading]] = {}
            for _, entry in self.shelf.read_entries(self.shelf.closed_through()):
                for name, arrivals in entry.arrivals.items():
                    tail.setdefault(name, []).extend(arrival.reading for arrival in arrivals)
            self._tail = tail
        return self._tail.get(thing, [])

    def memory_before(self, thing: str, day: date) -> Memory | None:
        """See planning.History. Read once for all tries of a write, as closed days are: whoever reads anew
        each time is overtaken each time."""
        key = (thing, day)
        if key not in self._before:
            self._before[key] = self.shelf.memory_before(thing, day)
        return self._before[key]

    def closed_between(self, thing: str, first: date, last: date) -> Iterator[Reading]:
        """See planning.History."""
        key = (thing, first, last)
        if key in self._closed:
            yield from self._closed[key]
            return
        found = []
        for reading in self.shelf.closed_between(thing, first, last):
            found.append(reading)
            yield reading
        self._closed[key] = found  # only when it was read to its end
