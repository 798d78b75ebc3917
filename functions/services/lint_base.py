"""What the checks of a service file share: the rule registry, and the definition they look at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from functions.services.domain import Field, FormPage, Service
from functions.services.errors import Problem
from functions.services.expression_names import Kind, names_of

LANGUAGES = ("en", "zh-Hans")
APPLICATION_STAGES = ("submitted", "waiting_for_applicant", "approved", "refused")
INCIDENT_STAGES = ("open", "in_progress", "resolved")
CLOSING_STAGES = ("approved", "refused", "resolved")


@dataclass(frozen=True)
class Around:
    """What a definition is looked at with: the `languages` that it must speak, the ids of the `services` that
    it may lead to (None: not known, so not checked), and whether the country's profile says where to
    `appeal`."""

    languages: Sequence[str] = LANGUAGES
    services: Collection[str] | None = None
    appeal: bool = True


@dataclass(frozen=True)
class Place:
    """A question with its page, its path in the file, and the group or table that holds it."""

    field: Field
    page: FormPage
    path: str
    order: int
    """Rank among the questions of the form, from 0; columns have that of their table."""
    parent: Field | None = None


@dataclass(frozen=True)
class Looked:
    """What a check may look at."""

    raw: Mapping[str, Any]
    around: Around

    @cached_property
    def service(self) -> Service:
        """The definition with its cheap views."""
        return Service(self.raw)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The questions of the form, in order; columns are not among them."""
        return tuple(
            Place(field, page, f"form.pages.{page.id}.fields.{field.id}", order)
            for order, (page, field) in enumerate(
                (page, field) for page in self.service.pages for field in page.fields
            )
        )

    @cached_property
    def columns(self) -> tuple[Place, ...]:
        """The questions inside groups and tables."""
        return tuple(
            Place(inner, one.page, f"{one.path}.fields.{inner.id}", one.order, one.field)
            for one in self.places
            for inner in one.field.fields
        )

    @cached_property
    def order(self) -> dict[str, int]:
        """Question -> its rank."""
        return {one.field.id: one.order for one in self.places}

    @cached_property
    def names(self) -> dict[str, Kind]:
        """What expressions may read, and of which kind it is."""
        return names_of(self.service)

    @property
    def flow(self) -> Mapping[str, Any]:
        """The workflow; an empty one for a service that is only linked to."""
        found: Mapping[str, Any] = self.raw["workflow"] or {"states": [], "actions": [], "start": ""}
        return found

    @cached_property
    def states(self) -> dict[str, Mapping[str, Any]]:
        """State id -> state."""
        return {state["id"]: state for state in self.flow["states"]}

    def stage(self, state_id: str) -> str:
        """The engine's state that carries a state; empty for an unknown one."""
        state = self.states.get(state_id)
        return str(state.get("stage") or state_id) if state else ""

    @cached_property
    def reached(self) -> set[str]:
        """The states to which actions lead from the start."""
        found = {self.flow["start"]}
        for _ in self.states:
            found |= {one["to"] for one in self.flow["actions"] if found & set(one["from"])}
        return found

    @property
    def secrets(self) -> set[str]:
        """Questions whose answers are masked."""
        listed = set((self.raw["privacy"] or {}).get("sensitive") or ())
        return listed | {one.field.id for one in self.places if one.field.raw.get("sensitivity") == "special"}


Found = Iterator[tuple[str, str] | Problem]
Check = Callable[[Looked], Found]


@dataclass(frozen=True)
class Rule:
    """A check with its stable code; tests/bad_services/<code>.yaml is a file that it alone refuses."""

    code: str
    check: Check
    last: bool = False
    """It carries the definition out, so it runs when nothing else is wrong."""

    @property
    def says(self) -> str:
        """What it asks for, in one sentence."""
        return " ".join((self.check.__doc__ or "").split())

    def problems(self, looked: Looked) -> Iterator[Problem]:
        """What is wrong by this rule."""
        for found in self.check(looked):
            problem = found if isinstance(found, Problem) else Problem(*found)
            yield Problem(problem.path, problem.message, code=self.code, within=problem.within)


RULES: list[Rule] = []


def rule(code: str, last: bool = False) -> Callable[[Check], Check]:
    """Register a check."""

    def register(check: Check) -> Check:
        RULES.append(Rule(code, check, last))
        return check

    return register


def twice(values: Sequence[str]) -> list[str]:
    """Values that stand there more than once, in order."""
    return sorted({value for value in values if values.count(value) > 1})
