"""A person's way through a form: which pages, what is still open, what the answers add up to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from functions.cases.drafts import Draft, Typed
from functions.core.city import City
from functions.services import validation
from functions.services.domain import Field, FormPage, Service


def rules_for(city: City, now: datetime) -> validation.Rules:
    """The checks of the city's country on the city's date."""
    profile: Mapping[str, Any] = city.config.get("country_profile") or {}
    today = now.astimezone(ZoneInfo(city.zone)).date()
    address = (profile.get("address") or {}).get("lines") or ()
    return validation.Rules(str(city.config["country"]), today, profile.get("identity") or {}, address)


class Journey:
    """A service's form as one draft goes through it: every page, or those that a clerk asked for."""

    def __init__(self, service: Service, draft: Draft, rules: validation.Rules) -> None:
        self.service, self.draft, self.rules = service, draft, rules
        asked = tuple(page for page in service.pages if any(field.id in draft.asked for field in page.fields))
        self.pages: tuple[FormPage, ...] = asked or service.pages

    def page(self, page_id: str) -> FormPage | None:
        """The page, when it is part of this way."""
        return next((page for page in self.pages if page.id == page_id), None)

    def after(self, page: FormPage) -> str:
        """The id of what comes next: a page or `check`."""
        place = self.pages.index(page) + 1
        return self.pages[place].id if place < len(self.pages) else "check"

    def before(self, page: FormPage) -> str | None:
        """The id of the page before; None before the first."""
        place = self.pages.index(page)
        return self.pages[place - 1].id if place else None

    @property
    def fields(self) -> list[Field]:
        """Every question of this way, in order."""
        return [field for page in self.pages for field in page.fields]

    def typed(self, page: FormPage, refused: bool) -> Typed:
        """What the inputs of a page show: the refused attempt when it is to be corrected, else the stored
        answers."""
        attempt = self.draft.attempts.get(page.id) if refused else None
        shown: Typed = {}
        for field in page.fields:
            stored = validation.shown(field, self.draft.answers.get(field.id, ""), self.rules)
            shown |= {name: attempt.get(name, "") for name in stored} if attempt is not None else stored
        return shown

    def check(
        self, page: FormPage, typed: Typed
    ) -> tuple[dict[str, str], list[tuple[Field, validation.Problem]]]:
        """(answers, problems) of a page without files."""
        answers: dict[str, str] = {}
        problems = []
        for field in page.fields:
            names = validation.inputs(field, self.rules)
            mine = {name: typed.get(name, "") for name in names}
            answers[field.id], found = validation.check(field, mine, self.rules, self.service.required(field))
            problems += [(field, problem) for problem in found]
        return answers, problems

    def first_open(self) -> str | None:
        """The id of the first page that lacks a required answer; None when all is there."""
        for page in self.pages:
            for field in page.fields:
                answered = (
                    field.id in self.draft.files if field.type == "file" else self.draft.answers.get(field.id)
                )
                if not answered and self.service.required(field):
                    return page.id
        return None

    def answers(self) -> dict[str, str]:
        """Answers of this way's questions that were given."""
        given = self.draft.answers
        return {
            field.id: given[field.id] for field in self.fields if field.type != "file" and given.get(field.id)
        }

    def answer_to(self, semantic: str) -> str:
        """The answer to the question that asks for this (`email`, `name`), or an empty string."""
        found = next((field for field in self.service.fields if field.raw.get("semantic") == semantic), None)
        return self.draft.answers.get(found.id, "") if found else ""
