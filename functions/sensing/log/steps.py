"""What is to be appended to a log: parts of devices' readings, and how they share entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from functions.sensing.log.domain import Arrival, Entry, Memory
from functions.sensing.rules import Change

READINGS_AT_ONCE = 3_000  # in one entry: it stays far below the 400 KB of an item


@dataclass(frozen=True)
class Step:
    """A part of a device's readings, in an entry of its own when ``alone``: with changes of alarms, or judged
    again from the moment ``since`` on by ``rules``; or ``unjudged``, so that its ``memory`` does not follow
    from it. ``standing``: the alarms that are raised at ``since``, as the memory before it has them."""

    thing: str
    arrivals: tuple[Arrival, ...]
    memory: Memory
    changes: tuple[Change, ...] = ()
    since: int | None = None
    rules: tuple[str, ...] = ()
    standing: tuple[Change, ...] = ()
    unjudged: bool = False

    @property
    def alone(self) -> bool:
        """Whether others may share its entry."""
        return bool(self.changes) or self.since is not None or self.unjudged


def entries(steps: Sequence[Step]) -> Iterator[tuple[Entry, dict[str, Memory], Step | None]]:
    """``(entry, memories that follow from it, the step that it is of alone)``: what may be shared first, then
    each step that stands alone, a device's own in their order."""
    alone = {step.thing for step in steps if step.alone}
    yield from _shared([step for step in steps if step.thing not in alone])
    for step in steps:
        if step.thing in alone:
            arrivals = {step.thing: step.arrivals} if step.arrivals else {}
            yield Entry(arrivals, {step.thing: step.memory}), {}, step


def _shared(steps: Sequence[Step]) -> Iterator[tuple[Entry, dict[str, Memory], None]]:
    part: dict[str, tuple[Arrival, ...]] = {}
    memories: dict[str, Memory] = {}
    count = 0
    for step in steps:
        if part and (step.thing in part or count + len(step.arrivals) > READINGS_AT_ONCE):
            yield Entry(part, {}), memories, None
            part, memories, count = {}, {}, 0
        part[step.thing], memories[step.thing] = step.arrivals, step.memory
        count += len(step.arrivals)
    if part:
        yield Entry(part, {}), memories, None
