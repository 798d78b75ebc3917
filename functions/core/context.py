"""Who does what, where and when: made by the edge (blueprint, worker, command line), handed to every use
case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from functions.core.city import City

ActorKind = Literal["citizen", "staff", "device", "system", "operator", "api"]


@dataclass(frozen=True, slots=True)
class Actor:
    """``id`` is stable inside the city (a staff e-mail, a thing, a case reference, a program's key);
    ``name`` is for people."""

    kind: ActorKind
    id: str
    name: str = ""


@dataclass
class Context:
    """One request's or one message's circumstances. ``now`` is UTC."""

    city: City
    actor: Actor
    lang: str
    now: datetime
    request_id: str
