"""What goes wrong on the way: messages twice, late in one burst, in the wrong order, with a clock that runs
away. None of it changes what was measured."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from infra.simulator.device import Message
from infra.simulator.labels import Label

FASTEST, SLOWEST = 50.0, -240.0  # seconds; up to 60 ahead is no fault of the reading
KINDS = ("duplicate", "late", "disorder", "clock")


def troubled(
    thing: str, messages: Iterable[Message], seed: str, every: float, interval: float
) -> tuple[list[Message], list[Label]]:
    """The messages in order of receipt, and what was done to them. ``every``: usual seconds between two
    troubles; each lasts for 3 to 12 messages."""
    draw, labels = random.Random(f"{seed}:{thing}:transport"), list[Label]()
    rest, out = list(messages), list[Message]()
    while rest:
        calm = _cut(rest, rest[0].at + every * draw.uniform(0.5, 1.5))
        out += calm
        part = _cut(rest, rest[0].at + interval * draw.uniform(3, 12)) if rest else []
        if part:
            kind = draw.choice(KINDS)
            out += _TROUBLE[kind](part, draw)
            labels.append(Label(thing, "fault", kind, part[0].at, part[-1].at))
    return sorted(out, key=lambda message: message.received), labels


def _cut(rest: list[Message], end: float) -> list[Message]:
    count = next((n for n, message in enumerate(rest) if message.at >= end), len(rest))
    part, rest[:] = rest[:count], rest[count:]
    return part


def _duplicate(part: Sequence[Message], draw: random.Random) -> list[Message]:
    again = [m._replace(received=m.received + draw.uniform(0.1, 90)) for m in part if draw.random() < 0.7]
    return [*part, *again]


def _late(part: Sequence[Message], draw: random.Random) -> list[Message]:
    end = part[-1].received
    return [message._replace(received=end + n * 0.05) for n, message in enumerate(part)]


def _disorder(part: Sequence[Message], draw: random.Random) -> list[Message]:
    moments = [message.received for message in part]
    mixed = list(part)
    draw.shuffle(mixed)
    # what was measured at the end cannot come at the beginning
    return [m._replace(received=max(at, m.received)) for m, at in zip(mixed, moments, strict=True)]


def _clock(part: Sequence[Message], draw: random.Random) -> list[Message]:
    drift = draw.choice((FASTEST, SLOWEST))
    return [m._replace(at=m.at + drift * (n + 1) / len(part)) for n, m in enumerate(part)]


_TROUBLE = {"duplicate": _duplicate, "late": _late, "disorder": _disorder, "clock": _clock}
