"""What a whole record looks like, and every way in which it can be broken. Pure: events and seals in,
findings out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from functions.audit import merkle
from functions.core import keys
from functions.core.audit import GENESIS, event_hash

Kind = Literal["changed", "missing", "reordered", "added", "head", "seal"]


@dataclass(frozen=True, slots=True)
class Event:
    """A stored event: ``hash`` says what it said when it was written, ``body`` what it says now; ``key``
    and ``listed`` are where it lies in the table and in its index."""

    chain: str
    seq: int
    at: str
    prev: str
    hash: str
    body: Mapping[str, object]
    key: tuple[str, str]
    listed: tuple[str | None, str | None]

    @property
    def day(self) -> str:
        """Its UTC day, ``2026-11-20``."""
        return self.at[:10]


@dataclass(frozen=True, slots=True, order=True)
class Leaf:
    """An event's place and hash, as a day's list of leaves holds it. The order of a list is by time, chain,
    number."""

    at: str
    chain: str
    seq: int
    hash: str

    def line(self) -> str:
        """One line of the leaf list, and the entry of the Merkle tree."""
        return f"{self.at} {self.chain} {self.seq} {self.hash}"

    @classmethod
    def parse(cls, line: str) -> Leaf:
        """The inverse of :meth:`line`; raises ValueError."""
        at, chain, seq, digest = line.split(" ")
        return cls(at, chain, int(seq), digest)


@dataclass(frozen=True, slots=True)
class Seal:
    """A sealed day: how many events, their root, and the seal before it. Gaps between seals are not
    allowed."""

    day: str
    count: int
    root: str
    previous_day: str | None
    previous_root: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with the place where to look."""

    kind: Kind
    place: str
    text: str


@dataclass
class Report:
    """What was checked and what was found. Nothing found means: nothing was changed, lost or put in another
    order."""

    city: str
    chains: int = 0
    events: int = 0
    days: int = 0
    last_seal: Seal | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Nothing is wrong."""
        return not self.findings


def leaves_root(leaves: Sequence[Leaf]) -> str:
    """The day's root over its leaves, in their order."""
    return merkle.root([leaf.line().encode() for leaf in leaves])


def leaf_of(event: Event) -> Leaf:
    """The leaf that an event must have."""
    return Leaf(event.at, event.chain, event.seq, event.hash)


def check_chain(chain: str, events: Sequence[Event], head: tuple[int, str] | None) -> list[Finding]:
    """Walk one chain from its beginning: numbers without gaps, each hash right, each link the hash before
    it, each event at its place in the table and in the index, and the end where the head says."""
    ordered = sorted(events, key=lambda event: event.seq)
    found: list[Finding] = []
    expected, prev = 1, GENESIS
    for event in ordered:
        if event.seq != expected:
            found.append(Finding("missing", chain, f"events {expected} to {event.seq - 1} are missing"))
        found += _check_event(event, prev if event.seq == expected else None)
        expected, prev = event.seq + 1, event.hash
    return found + _check_head(chain, expected - 1, prev, head)


def _check_event(event: Event, prev: str | None) -> list[Finding]:
    place = f"{event.chain} {event.seq}"
    found: list[Finding] = []
    if event_hash(event.body) != event.hash:
        found.append(Finding("changed", place, "the event's content does not match its hash"))
    if prev is not None and event.prev != prev:
        found.append(Finding("reordered", place, "the event does not follow the one before it"))
    if event.key != (event.chain, keys.event(event.seq)):
        found.append(Finding("reordered", place, f"the event lies at {event.key[0]} {event.key[1]}"))
    if event.listed != _expected_listing(event):
        found.append(Finding("changed", place, "the event is not listed under its day"))
    return found


def _expected_listing(event: Event) -> tuple[str, str] | None:
    try:
        day = date.fromisoformat(event.day)
    except ValueError:
        return None
    return keys.day_list(day), f"{event.at}#{event.chain}#{event.seq:08d}"


def _check_head(chain: str, last: int, last_hash: str, head: tuple[int, str] | None) -> list[Finding]:
    if head is None:
        return [Finding("head", chain, "the chain has no head")] if last else []
    if head[0] > last:
        return [Finding("missing", chain, f"the head says {head[0]} events, {last} are there")]
    if head != (last, last_hash):
        return [Finding("head", chain, "the head is not the last event")]
    return []


def check_seals(seals: Sequence[Seal]) -> list[Finding]:
    """Seals follow each other day by day, each naming the root before it."""
    found: list[Finding] = []
    before: Seal | None = None
    for seal in sorted(seals, key=lambda one: one.day):
        expected = (before.day, before.root) if before else (None, None)
        if (seal.previous_day, seal.previous_root) != expected:
            found.append(Finding("seal", seal.day, "the day's root does not follow the root before it"))
        if before and date.fromisoformat(before.day) + timedelta(days=1) != date.fromisoformat(seal.day):
            found.append(
                Finding("missing", seal.day, f"days between {before.day} and {seal.day} have no root")
            )
        before = seal
    return found


def check_day(seal: Seal, leaves: Sequence[Leaf], events: Iterable[Event]) -> list[Finding]:
    """Compare a sealed day with its list of leaves, and the list with the events that are there now."""
    found: list[Finding] = []
    if (len(leaves), leaves_root(leaves)) != (seal.count, seal.root):
        found.append(Finding("seal", seal.day, "the list of leaves does not give the day's root"))
    present = {(event.chain, event.seq): leaf_of(event) for event in events}
    sealed = {(leaf.chain, leaf.seq): leaf for leaf in leaves}
    for key, leaf in sealed.items():
        if key not in present:
            found.append(Finding("missing", f"{key[0]} {key[1]}", f"the event of {seal.day} is gone"))
        elif present[key] != leaf:
            found.append(
                Finding("changed", f"{key[0]} {key[1]}", f"the event is not the one sealed on {seal.day}")
            )
    found += [
        Finding("added", f"{chain} {seq}", f"the event was added to {seal.day} after it was sealed")
        for chain, seq in present.keys() - sealed.keys()
    ]
    return found
