"""The questions before a start: one by one, kept in this browser's signed cookie for an hour and nowhere
else. Who goes on takes the answers along into the draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from functions.core.errors import Invalid
from functions.core.i18n import N_, pick
from functions.services import fields
from functions.services.availability import city_day
from functions.services.decisions import Decisions, Eligibility
from functions.services.domain import Field, Service
from functions.web import cookies
from functions.web.request import PageContext

ASKED = "asked"
CHECK, NEED = "check", "need"  # the two steps that ask: can I apply, what do I need
KEEP_SECONDS = 3600
MOST_BYTES = 3000  # a browser keeps about 4,096 of one cookie, signature and name included
MOST_QUESTIONS = 15
SHORT = ("yes_no", "radios", "checkboxes", "select", "number", "money", "date", "rating")


@dataclass
class Asking:
    """What one browser has answered about one service. `typed` is a refused attempt, to show it again."""

    ctx: PageContext
    service: Service
    answers: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    @cached_property
    def rules(self) -> fields.Rules:
        """How answers are read in this city."""
        return fields.rules_of(self.ctx.city.config, city_day(self.ctx.city, self.ctx.now))

    @property
    def decisions(self) -> Decisions:
        """What follows from the answers so far."""
        from functions.cases.applying import counter_of_days

        return Decisions(self.service, self.answers, self.rules.today, working_days=counter_of_days(self.ctx))

    def verdict(self) -> Eligibility | None:
        """Whether the person may get it, as far as can be said."""
        return self.decisions.eligibility()

    def keep(self) -> None:
        """Put the answers into the cookie; raises Invalid when they are too long for one."""
        payload = {"service": self.service.id, "answers": self.answers, "typed": self.typed}
        if len(str(payload).encode()) > MOST_BYTES:
            raise Invalid({}, N_("These answers are too long to be kept before the start"))
        cookies.set_signed(self.ctx, ASKED, payload, KEEP_SECONDS)

    def forget(self) -> None:
        """Remove every answer from this browser."""
        cookies.clear(self.ctx, ASKED)


def asking_of(ctx: PageContext, service: Service) -> Asking:
    """The answers of this browser about the service; none when it last asked about another."""
    kept = cookies.read_signed(ctx, ASKED, KEEP_SECONDS) or {}
    if kept.get("service") != service.id:
        return Asking(ctx, service)
    known = {one.id for one in askable(service)}
    answers = {name: value for name, value in kept["answers"].items() if name in known}
    return Asking(ctx, service, answers, kept.get("typed") or {})


def askable(service: Service) -> list[Field]:
    """Everything that may be asked before the start, in order: what eligibility asks, then what documents and
    fees depend on."""
    first = service.raw["eligibility"]["asks"]
    read = [name for source in _sources(service) for name in _names(source)]
    found = [service.field(name) for name in dict.fromkeys([*first, *read])]
    return [one for one in found if one and (one.id in first or one.type in SHORT)][:MOST_QUESTIONS]


def eligibility_asks(service: Service) -> list[Field]:
    """What the check asks."""
    first = service.raw["eligibility"]["asks"]
    return [one for one in askable(service) if one.id in first]


def _sources(service: Service) -> Iterator[str]:
    """The conditions that decide what a person needs and pays."""
    for document in service.raw["documents"]:
        yield document.get("required_when") or ""
    for line in service.raw["fee"]["lines"]:
        yield line.get("formula") or ""
        yield line.get("waive_when") or ""


def _names(source: str) -> list[str]:
    if not source:
        return []
    from functions.services.expressions import compile

    compiled = compile(source)
    return sorted({*compiled.names, *compiled.members("answered")})


def still_open(asking: Asking, questions: list[Field]) -> list[Field]:
    """The questions that were not answered yet and that the answers so far do not make needless; one that may
    be left empty and was is answered."""
    decisions = asking.decisions
    return [one for one in questions if one.id not in asking.answers and not _needless(decisions, one)]


def _needless(decisions: Decisions, question: Field) -> bool:
    """Whether the form would leave its page out."""
    page = decisions.service.page_of(question.id)
    condition = page.show_when if page else ""
    return bool(condition) and not decisions.undecided(condition) and not decisions.holds(condition)


def take(asking: Asking, question: Field, form: Mapping[str, list[str]]) -> bool:
    """Keep the answer to a question, or what was typed when it is refused; answers whether it is right."""
    typed = fields.read(question, form, asking.rules)
    value, problems = fields.check(question, typed, asking.rules, required=not question.optional)
    if problems:
        asking.typed = typed
    else:
        asking.answers[question.id], asking.typed = value, {}
    asking.keep()
    return not problems


def address_of(asked: Asking, step: str) -> str:
    """The address of the check or of the checklist."""
    return f"/{asked.ctx.city.id}/services/{asked.service.id}/{step}"


def next_question(asked: Asking, questions: list[Field]) -> Field | None:
    """What to ask next; None when all is said or no further answer can change the outcome."""
    verdict = asked.verdict()
    if verdict and verdict.rule and verdict.certain:
        return None
    return next(iter(still_open(asked, questions)), None)


def let_in(asked: Asking) -> bool:
    """Whether a gate opens: everything that decides was asked, and the outcome is not no."""
    if next_question(asked, eligibility_asks(asked.service)):
        return False
    verdict = asked.verdict()
    return verdict is None or verdict.outcome != "no"


def answer_rows(asked: Asking, questions: list[Field], step: str) -> list[dict[str, str]]:
    """What was answered so far, each with where to change it."""
    currency = asked.rules.currency
    return [
        {
            "key": pick(one.label),
            "value": fields.display(one, asked.answers[one.id], currency),
            "change": f"{address_of(asked, step)}?ask={one.id}",
            "context": f"({pick(one.label)})",
        }
        for one in questions
        if one.id in asked.answers
    ]
