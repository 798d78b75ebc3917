"""A person's way through a form: which pages, what is still open, what the answers add up to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from functions.cases.domain import Document
from functions.cases.drafts import Draft, Typed
from functions.core.city import City
from functions.services import fields
from functions.services.decisions import Decisions
from functions.services.domain import Field, FormPage, Service
from functions.services.fields import Problem

CHECK, TASKS = "check", "tasks"


def rules_for(city: City, now: datetime) -> fields.Rules:
    """The checks of the city's country on the city's date."""
    return fields.rules_of(city.config, now.astimezone(ZoneInfo(city.zone)).date())


class Journey:
    """A service's form as one draft goes through it: the pages that its answers call for, or those that a
    clerk asked for. `known` are answers that the person let us reuse, by what a question asks for."""

    def __init__(
        self,
        service: Service,
        draft: Draft,
        rules: fields.Rules,
        *,
        known: Mapping[str, Any] | None = None,
        assurance: str = "none",
        working_days: Callable[[date], int] | None = None,
    ) -> None:
        self.service, self.draft, self.rules, self.known = service, draft, rules, known or {}
        self.assurance, self.working_days = assurance, working_days

    def answered(self, answers: Mapping[str, Any]) -> Journey:
        """The same way with these answers added."""
        return Journey(
            self.service,
            self.draft.with_answers(answers),
            self.rules,
            known=self.known,
            assurance=self.assurance,
            working_days=self.working_days,
        )

    @cached_property
    def decisions(self) -> Decisions:
        """What follows from the answers."""
        given = (self.service.field(field_id) for field_id, files in self.draft.files.items() if files)
        return Decisions(
            self.service,
            self.draft.answers,
            self.rules.today,
            files=[field.document for field in given if field and field.document],
            applicant=self.draft.about.applicant,
            assurance=self.assurance,
            working_days=self.working_days,
        )

    @cached_property
    def pages(self) -> tuple[FormPage, ...]:
        """Every page of this way, in order."""
        asked = self.draft.asked
        if asked:
            return tuple(
                page for page in self.service.pages if any(field.id in asked for field in page.fields)
            )
        return self.decisions.pages

    def page(self, page_id: str) -> FormPage | None:
        """The page, when it is part of this way."""
        found = self.service.page(page_id)
        return found if found and self._leads_through(found) else None

    def _leads_through(self, page: FormPage) -> bool:
        """Asked of one page at a time: a long form's other pages are not gone through for it."""
        asked = self.draft.asked
        return any(field.id in asked for field in page.fields) if asked else self.decisions.shows(page)

    def _next(self, page: FormPage, step: int) -> FormPage | None:
        """The nearest page of this way after (1) or before (-1) another one."""
        place = next((n for n, one in enumerate(self.service.pages) if one.id == page.id), -1)
        rest = self.service.pages[place + 1 :] if step > 0 else self.service.pages[:place][::-1]
        return next((one for one in rest if self._leads_through(one)), None) if place >= 0 else None

    @property
    def has_tasks(self) -> bool:
        """Whether it goes from task to task instead of from page to page."""
        return bool(self.service.form.get("task_list")) and not self.draft.asked

    def after(self, page: FormPage) -> str:
        """The id of what comes next: a page, `tasks` at the end of a task, or `check`. What was asked before
        the start is not asked again (WCAG 2.2, 3.3.7)."""
        following = self._next(page, 1)
        while following is not None and self._asked_before(following):
            following = self._next(following, 1)
        if self.has_tasks and (following is None or following.section != page.section):
            return TASKS
        return following.id if following else CHECK

    def _asked_before(self, page: FormPage) -> bool:
        """Whether the check before the start was told all of it, and nobody has opened it here."""
        if self.draft.asked or page.id in self.draft.stamps or page.id in self.draft.attempts:
            return False
        asked = [field for field in page.fields if field.answered_by_person]
        return bool(asked) and all(field.type != "file" and self.is_answered(field) for field in asked)

    def before(self, page: FormPage) -> str | None:
        """The id of what came before: a page or `tasks`; None before the first."""
        previous = self._next(page, -1)
        if self.has_tasks and (previous is None or previous.section != page.section):
            return TASKS
        return previous.id if previous else None

    @property
    def fields(self) -> list[Field]:
        """Every question of this way, in order."""
        return [field for page in self.pages for field in page.fields]

    def typed(self, page: FormPage) -> Typed:
        """What the inputs of a page show: what was typed and not accepted yet, else the stored answers, else
        what the person let us reuse."""
        attempt = self.draft.attempts.get(page.id)
        shown: Typed = {}
        for field in page.fields:
            if attempt is not None and field.answered_by_person:
                shown |= fields.own(field, attempt)
            else:
                shown |= fields.shown(field, self._present(page, field), self.rules)
        return shown

    def _present(self, page: FormPage, field: Field) -> Any:
        if field.type == "calculated":
            return self.decisions.answers.get(field.id) if self.pages else None
        stored = self.draft.answers.get(field.id)
        if stored is None and page.id not in self.draft.stamps and field.raw.get("prefill") != "none":
            return self.known.get(field.semantic)
        return stored

    def reused(self, page: FormPage) -> bool:
        """Whether a page shows answers that the person gave elsewhere."""
        if page.id in self.draft.attempts:
            return False
        return any(
            self._present(page, field) is not None and self.draft.answers.get(field.id) is None
            for field in page.fields
            if field.answered_by_person
        )

    def required(self, field: Field) -> bool:
        """Whether it must be answered before sending."""
        return self.decisions.required(field)

    def check(self, page: FormPage, typed: Typed) -> tuple[dict[str, Any], list[tuple[Field, Problem]]]:
        """(answers, problems) of a page without files; an answer is None when there is none or it is
        refused."""
        answers: dict[str, Any] = {}
        problems = []
        for field in page.fields:
            if not field.answered_by_person or field.type == "file":
                continue
            known = {**self.draft.answers, **answers}
            answers[field.id], found = fields.check(field, typed, self.rules, self.required(field), known)
            problems += [(field, problem) for problem in found]
        return answers, problems or self._broken_rules(page, answers)

    def _broken_rules(self, page: FormPage, answers: Mapping[str, Any]) -> list[tuple[Field, Problem]]:
        """What the definition's own rules say, which may read other answers."""
        ruled = [field for field in page.fields if field.limits.get("rule")]
        if not ruled:
            return []
        after = self.answered(answers)
        found = []
        for field in ruled:
            message = after.decisions.refused_by_rule(field)
            if message:
                part = fields.kind_of(field).whole(field, self.rules)
                found.append((field, Problem("rule", message, part=part)))
        return found

    def is_answered(self, field: Field) -> bool:
        """Whether there is an answer or a file."""
        if field.type == "file":
            return bool(self.draft.files.get(field.id))
        return self.draft.answers.get(field.id) is not None

    def is_complete(self, page: FormPage) -> bool:
        """Whether nothing that the page must have is missing."""
        return all(self.is_answered(field) for field in page.fields if self.required(field))

    def first_open(self, pages: Sequence[FormPage] | None = None) -> str | None:
        """The id of the first page (of these) that lacks a required answer; None when all is there."""
        return next((page.id for page in (pages or self.pages) if not self.is_complete(page)), None)

    @property
    def is_refused(self) -> bool:
        """Whether the service takes nobody whom its conditions leave out, and they leave this person out."""
        about = self.service.raw.get("eligibility") or {}
        if self.draft.asked or about.get("mode") != "gate" or not about.get("rules"):
            return False
        verdict = self.decisions.eligibility()
        return bool(verdict and verdict.outcome == "no")

    @property
    def is_stopped(self) -> bool:
        """Whether that is certain before everything is answered: a rule says so, or all that the
        conditions ask first is answered."""
        if not self.is_refused:
            return False
        verdict = self.decisions.eligibility()
        asks = [self.service.field(name) for name in self.service.raw["eligibility"].get("asks") or ()]
        return bool(verdict and verdict.rule) or bool(
            asks and all(field is None or self.is_answered(field) for field in asks)
        )

    def answers(self) -> dict[str, Any]:
        """What goes into the case: answers to the questions of this way, calculated ones included, and
        nothing that was answered on a page that is not part of it any more."""
        visible = self.decisions.answers
        if not self.draft.asked:
            return dict(visible)
        mine = {field.id for field in self.fields}
        mine |= {field.id for field in self.service.fields if field.type == "calculated"}
        return {name: value for name, value in visible.items() if name in mine}

    def documents(self) -> tuple[Document, ...]:
        """The files of this way's questions."""
        return tuple(
            document
            for field in self.fields
            if field.type == "file"
            for document in self.draft.files.get(field.id, ())
        )

    def answer_to(self, semantic: str) -> str:
        """The answer to the question that asks for this (`email`, `name`), or an empty string."""
        found = self.service.asks_for(semantic)
        answer = self.answers().get(found.id) if found else None
        return str(answer.get("full", "")) if isinstance(answer, dict) else str(answer or "")
