"""A case: one way into a route. And the ids of a city that cases put into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from functions.cases.domain import OPEN_GROUP
from functions.core import keys
from functions.web.paging import encode_cursor
from tests.cases import walk
from tests.isolation.alarms import button
from tests.isolation.answers import Refusal, Shows
from tests.isolation.town import Town, thing

Words = Callable[[Town], dict[str, str]]
SHARED = "environment"  # a department of this id is in both cities, and the operator works there


def nothing(_: Town) -> dict[str, str]:
    """No ids, or no fields."""
    return {}


@dataclass(frozen=True)
class Case:
    """``who`` is the person who may (``Town.person``), or None for anybody. ``ids`` fill the path, ``query``
    and ``form`` are sent with it, all of the city that is knocked at; ``alien`` are ids of it where ``ids``
    are no secret. ``shows`` proves that its own person was let in. ``foreign`` is how others are refused, at
    the address of the town that it is given. ``before`` lays out anew what the control uses up."""

    method: str
    path: str
    shows: Shows
    who: str | None = None
    ids: Words = nothing
    query: Words = nothing
    form: Words = nothing
    alien: Words | None = None
    foreign: Refusal = lambda town, answer: answer.status == 404
    before: Callable[[Town], None] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """As ROUTES names it."""
        return self.method, self.path

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def named(page: str) -> Words:
    return lambda town: {"page": page}


def case_as_page(town: Town) -> dict[str, str]:
    return {"page": town.applications["sent"].id}


def sent_id(town: Town) -> dict[str, str]:
    return {"id": town.applications["sent"].id}


def case_of(name: str) -> Words:
    return lambda town: {"case": town.applications[name].id}


def an_incident(town: Town) -> dict[str, str]:
    return {"case": town.incident}


def a_thing(town: Town) -> dict[str, str]:
    return {"thing": thing(town)}


def a_button(town: Town) -> dict[str, str]:
    return {"thing": button(town)}


def an_alarm(town: Town) -> dict[str, str]:
    return {"alarm": f"{button(town)}.sos"}


def draft_of(purpose: str, page: str = "") -> Words:
    return lambda town: {"draft": town.draft(purpose).id, **({"page": page} if page else {})}


def saved_draft(town: Town) -> dict[str, str]:
    """The number and the code of a draft that was saved."""
    from functions.cases import drafts, resuming
    from tests.isolation.town import context

    draft_id = town.draft("saved").id
    with town.inside() as city:
        ctx = context(city)
        draft = drafts.find_draft(ctx, draft_id)
        assert draft
        found = resuming.give_number(ctx, draft)
        return {"number": found.number, "code": resuming.code_of(ctx, found.id)}


def a_service(_: Town) -> dict[str, str]:
    return {"service": "residence-certificate"}


def draft_as_service(town: Town) -> dict[str, str]:
    return {"service": town.draft("read").id}


def before_start(town: Town) -> dict[str, str]:
    return {**a_service(town), "step": "need"}


def draft_before_start(town: Town) -> dict[str, str]:
    return {**draft_as_service(town), "step": "need"}


def guide_of(town: Town) -> str:
    return f"/{town.id}/services/residence-certificate"


def sent_draft(town: Town) -> dict[str, str]:
    return {"draft": town.applications["sent"].id}


def reference_of(name: str) -> Callable[[Town], str]:
    return lambda town: town.applications[name].reference


def id_of(name: str) -> Callable[[Town], str]:
    return lambda town: town.applications[name].id


def full_name(town: Town) -> str:
    return walk.ANSWERS[town.id]["name"]["name"]


def a_department(town: Town) -> dict[str, str]:
    return {"department": town.departments[0]}


def a_cursor(town: Town) -> dict[str, str]:
    """A list that begins behind a case of the city."""
    key = {"list_key": keys.department_list(SHARED), "list_sort": f"{OPEN_GROUP}#"}
    cursor = encode_cursor({"pk": keys.case(town.applications["sent"].id), "sk": keys.META, **key})
    return {"department": SHARED, "after": str(cursor)}
