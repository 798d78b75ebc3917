"""Stores a device's arrivals step by step, whatever their order and however often they come.

The `Shelf` is where items lie (functions/sensing/store.py); another writer's change shows as `Stale` and is
tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from functions.sensing import packing
from functions.sensing.domain import Arrival, Reading, Rule
from functions.sensing.packing import Open, Step

TRIES = 8


class Stale(Exception):
    """The open item or a pack is not as it was read; nothing was written."""


@dataclass(frozen=True)
class Pack:
    """A closed pack as read; ``version`` 0 means that there is none yet."""

    start: int
    version: int = 0
    readings: tuple[Reading, ...] = ()


class Shelf(Protocol):
    """One device's items. Every write has a condition on the versions read and raises Stale when it does not
    hold.
    """

    def open(self) -> Open:
        """The open item, read consistently."""

    def pack_before(self, at: int) -> Pack:
        """The closed pack that holds the moment ``at``."""

    def write(self, before: Open, step: Step) -> None:
        """The closed pack, if any, then the open item (with its alarm, if one changes, all or nothing)."""

    def write_late(
        self, before: Open, after: Open, pack: Pack, packs: list[tuple[int, tuple[Reading, ...]]]
    ) -> None:
        """Closed packs in the place of ``pack``, and the open item's counters: all or nothing."""


def store(
    shelf: Shelf, known: Open, arrivals: Sequence[Arrival], rules: Sequence[Rule] = ()
) -> tuple[Open, int]:
    """Store what is new of ``arrivals``; ``known`` is the open item as last read. Returns the open item after
    it and how many readings were new. Raises Stale when other writers were faster too often: the message will
    come again.
    """
    open_, pending, added, tries = known, list(arrivals), 0, 0
    while pending:
        late, timely = packing.split_late(open_, pending)
        try:
            if late:
                open_, rest, new = _store_late(shelf, open_, late)
                pending = rest + timely
            else:
                step = packing.plan(open_, timely, rules)
                if step.open.version != open_.version:
                    shelf.write(open_, step)
                open_, pending, new = step.open, list(step.rest), step.added
            added += new
        except Stale:
            tries += 1
            if tries >= TRIES:
                raise
            open_ = shelf.open()
    return open_, added


def _store_late(shelf: Shelf, open_: Open, late: list[Arrival]) -> tuple[Open, list[Arrival], int]:
    pack = shelf.pack_before(late[-1].reading.at)
    here = [a for a in late if a.reading.at > pack.start]
    packs, fresh = packing.merge_late(pack.readings, pack.start, here)
    if not fresh:
        return open_, late[: len(late) - len(here)], 0
    after = packing.with_late(open_, fresh)
    shelf.write_late(open_, after, pack, packs)
    return after, late[: len(late) - len(here)], len(fresh)
