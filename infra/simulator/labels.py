"""What a simulation did on purpose, so that what the rules say of it can be counted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal, TextIO


@dataclass(frozen=True, slots=True)
class Label:
    """Something that happened to a device between two moments (Unix seconds).

    ``kind`` "rule": the condition of the named rule was true; with ``must`` its alarm has to come, without
    it may (the same cause, or too close to tell). ``kind`` "fault": spike, stuck, out-of-range, silence,
    clock, duplicate, late, disorder, near or short - none of which may raise a rule of its own."""

    thing: str
    kind: Literal["rule", "fault"]
    name: str
    start: float
    end: float
    must: bool = True


def write(file: TextIO, labels: Iterable[Label]) -> None:
    """One JSON object a line."""
    for label in labels:
        file.write(json.dumps(asdict(label)) + "\n")
