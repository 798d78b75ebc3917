"""A definition's own sample cases, run by the linter and before a service goes live: given answers as typed,
what must follow from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from functions.services import fields
from functions.services.decisions import Decisions
from functions.services.domain import NESTED, Field, Service

MAPPINGS = ("name", "address", "date_range", "map_point", "bank_account")
STAGE_OF = {
    False: {"accepted": "approved", "refused": "refused", "sent_back": "waiting_for_applicant"},
    True: {"accepted": "resolved"},
}


@dataclass(frozen=True)
class Outcome:
    """What follows from a sample's answers: `errors` by question, and Decisions' answers."""

    errors: dict[str, str]
    decisions: Decisions = field(repr=False)

    def says(self, name: str) -> Any:
        """What is compared with `expect.<name>`."""
        if name == "errors":
            return self.errors
        if name == "pages":
            return [page.id for page in self.decisions.pages]
        if name == "eligibility":
            found = self.decisions.eligibility()
            return found.outcome if found else None
        if name == "fee":
            return self.decisions.fee().total
        if name == "documents":
            return sorted(self.decisions.required_documents())
        if name == "department" and self.decisions.service.raw["service"]["department"] is None:
            return self._routed()
        return getattr(self.decisions, name)()  # department, auto_approve

    def _routed(self) -> str | None:
        """Where a template's route leads; the department of the service itself is the city's to name."""
        found = self.decisions.department()
        route = self.decisions.service.raw["workflow"]["route"]
        return found if found in {row["department"] for row in route["rows"]} | {route["otherwise"]} else None


COMPARED = ("errors", "pages", "eligibility", "fee", "department", "documents", "auto_approve")


def failures(service: Service, sample: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(what was expected, sentence) of everything that is not as the sample says. The definition's
    expressions must be sound."""
    found = outcome(service, sample)
    for name in COMPARED:
        wanted = sample["expect"][name]
        if wanted is None:
            continue
        wanted, says = sorted(wanted) if name == "documents" else wanted, found.says(name)
        if says != wanted:
            yield name, f"{name}: expected {_word(wanted)}, found {_word(says)}"
    yield from _ending(service, sample["expect"])


def _word(value: Any) -> str:
    """A value as a file would say it."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {value[key]}" for key in sorted(value)) or "no errors"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return "nothing" if value is None else str(value)


def outcome(service: Service, sample: Mapping[str, Any]) -> Outcome:
    """What follows from a sample's answers."""
    from functions.core.i18n import use_language

    rules = fields.Rules(
        sample["country"], date.fromisoformat(sample["today"]), currency=_currency(sample["country"])
    )
    with use_language(sample["language"]):
        stored, problems = _answers(service, sample["answers"], rules)
        decisions = Decisions(
            service,
            stored,
            rules.today,
            files=sample["files"],
            applicant=sample["applicant"],
            assurance=sample["assurance"],
        )
        return Outcome(dict(_errors(decisions, sample, problems)), decisions)


def _answers(
    service: Service, typed: Mapping[str, Any], rules: fields.Rules
) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    """(accepted answers, question -> {question or question.row.column: reason code} of each refused one).
    Whether an empty question must be answered is for the decisions to say."""
    stored: dict[str, Any] = {}
    refused: dict[str, dict[str, str]] = {}
    for question in service.fields:
        if question.id not in typed or not question.answered_by_person or question.type == "file":
            continue
        inputs = fields.as_typed(question, typed[question.id], rules)
        answer, problems = fields.check(question, inputs, rules, True, stored)
        if not problems:
            stored[question.id] = answer
            continue
        codes = {_cell(question, problem.part): problem.code for problem in reversed(problems)}
        refused[question.id] = {
            key: code for key, code in codes.items() if (key, code) != (question.id, "missing")
        }
    return stored, refused


def _cell(question: Field, part: str) -> str:
    """The question that an input belongs to: `members.0.birth` for `members.0.birth-day`."""
    return part.partition("-")[0] if part.startswith(f"{question.id}.") else question.id


def fits(question: Field, value: Any) -> bool:
    """Whether a sample's answer has a shape that an answer of this type, stored or as typed, can have."""
    if question.type in NESTED:
        inner = {one.id: one for one in question.fields}
        rows = value if isinstance(value, list) else [None]
        return all(
            isinstance(row, dict)
            and all(key in inner and fits(inner[key], cell) for key, cell in row.items())
            for row in rows
        )
    if question.type == "checkboxes":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    if question.type in MAPPINGS:
        whole = isinstance(value, dict) and all(
            isinstance(one, str | int | float) and not isinstance(one, bool) for one in value.values()
        )
        return whole or (plain and question.type in ("name", "address") and isinstance(value, str))
    return plain


def _errors(
    decisions: Decisions, sample: Mapping[str, Any], refused: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    """Question -> reason code, on the pages that are shown."""
    for question in (question for page in decisions.pages for question in page.fields):
        if question.type == "file":
            if decisions.required(question) and question.document not in sample["files"]:
                yield question.id, "missing"
        elif refused.get(question.id):
            yield from refused[question.id].items()
        elif decisions.required(question) and question.id not in decisions.answers:
            yield question.id, "missing"
        elif question.id in decisions.answers and decisions.refused_by_rule(question):
            yield question.id, "rule"


@lru_cache(maxsize=32)
def _currency(code: str) -> str:
    """The currency of a country's profile; empty for a country without one."""
    from functions.tenancy.country import country, country_ids

    return country(code).currencies[0] if code in country_ids() else ""


def _ending(service: Service, expect: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Whether the workflow offers the expected end, and which letters are sent on the way there."""
    wanted = expect["outcome"]
    way = way_to(service, wanted) if wanted else ()
    if way is None:
        yield "outcome", f"outcome: no action leads to an end that is {wanted}"
    elif expect["letters"] is not None:
        says, letters = letters_on(service, way), sorted(expect["letters"])
        if says != letters:
            yield "letters", f"letters: expected {_word(letters)}, found {_word(says)}"


def way_to(service: Service, outcome: str) -> tuple[Mapping[str, Any], ...] | None:
    """The fewest actions from the start to an outcome; None when there is no way."""
    flow = service.raw["workflow"]
    stages = {state["id"]: state.get("stage") or state["id"] for state in flow["states"]}
    wanted = STAGE_OF[service.is_report].get(outcome)
    ways: list[tuple[str, tuple[Mapping[str, Any], ...]]] = [(flow["start"], ())]
    seen = {flow["start"]}
    for state, way in ways:
        if wanted and stages.get(state) == wanted:
            return way
        for action in flow["actions"]:
            if state in action["from"] and action["to"] not in seen:
                seen.add(action["to"])
                ways.append((action["to"], (*way, action)))
    return None


def letters_on(service: Service, way: tuple[Mapping[str, Any], ...]) -> list[str]:
    """Ids of the letters that are sent when a case is received and goes this way, sorted."""
    moments = {"received", *(action["id"] for action in way)}
    told = {name for action in way for name in action["notify"]} - {"applicant"}
    return sorted(told | {one["id"] for one in service.raw["letters"] if one["on"] in moments})
