"""What is to be appended to a log: parts of devices' readings, and how they share entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from functions.sensing.log.domain import Arrival, Entry, Memory
from functions.sensing.rules import Change

READINGS_AT_ONCE = 3_000  # in one entry: it stays far below the 400 KB of an item


@dataclass(frozen=True)
class Step:
    """A part of a device's readings, in an entry of its own when ``alone``: with changes of alarms, or judged
    again from the moment ``since`` on by ``rules``; or ``unjudged``, so that its ``memory`` does not follow
    from it. ``standing``: the alarms that are raised at ``since``, as the memory before it has them.
    ``between``: late readings that change no alarm; they share an entry, which says what their memory is."""

    thing: str
    arrivals: tuple[Arrival, ...]
    memory: Memory
    changes: tuple[Change, ...] = ()
    since: int | None = None
    rules: tuple[str, ...] = ()
    standing: tuple[Change, ...] = ()
    unjudged: bool = False
    between: bool = False

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
    part: dict[str, Step] = {}
    count = 0
    for step in steps:
        if part and (step.thing in part or count + len(step.arrivals) > READINGS_AT_ONCE):
            yield _entry(part)
            part, count = {}, 0
        part[step.thing] = step
        count += len(step.arrivals)
    if part:
        yield _entry(part)


def _entry(part: Mapping[str, Step]) -> tuple[Entry, dict[str, Memory], None]:
    said = {thing: step.memory for thing, step in part.items() if step.between}
    followed = {thing: step.memory for thing, step in part.items() if not step.between}
    return Entry({thing: step.arrivals for thing, step in part.items()}, said), followed, None
