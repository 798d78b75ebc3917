"""The cookies of a person: the session of one city, and the code that this browser asked for. Like those of
staff they are signed with the city's key and name their city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.people.domain import CODE_LIFE, SESSION_LIFE, Person
from functions.web import cookies

if TYPE_CHECKING:
    from functions.web.request import PageContext

PERSON, CODE, IDENTITY = "person", "person-code", "person-identity"
SESSION_S, CODE_S = int(SESSION_LIFE.total_seconds()), int(CODE_LIFE.total_seconds())


@dataclass(frozen=True, slots=True)
class Asked:
    """A code that was asked for in this browser. ``shown`` is the masked contact point; ``then`` where to
    go."""

    challenge: str
    kind: str
    shown: str
    then: str


def write(ctx: PageContext, person: Person) -> None:
    """Sign the browser in at this city."""
    cookies.set_signed(ctx, PERSON, {"id": person.id, "epoch": person.epoch}, SESSION_S)


def read(ctx: PageContext) -> tuple[str, int] | None:
    """(person's id, epoch) of this browser's session at this city."""
    if not cookies.raw(ctx, PERSON):
        return None
    found = cookies.read_signed(ctx, PERSON, SESSION_S)
    return (str(found["id"]), int(found["epoch"])) if found else None


def clear(ctx: PageContext) -> None:
    """Sign the browser out."""
    cookies.clear(ctx, PERSON)


def write_asked(ctx: PageContext, asked: Asked) -> None:
    """Only the browser that asked for a code can use it."""
    data = {"challenge": asked.challenge, "kind": asked.kind, "shown": asked.shown, "then": asked.then}
    cookies.set_signed(ctx, CODE, data, CODE_S)


def read_asked(ctx: PageContext) -> Asked | None:
    """The code that is waiting in this browser."""
    found = cookies.read_signed(ctx, CODE, CODE_S)
    return Asked(found["challenge"], found["kind"], found["shown"], found["then"]) if found else None


def clear_asked(ctx: PageContext) -> None:
    """The code was used."""
    cookies.clear(ctx, CODE)
