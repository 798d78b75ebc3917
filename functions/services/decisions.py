"""What a definition says about one set of answers: pages shown, eligibility, documents, fee, department.

Pure, and the only place where expressions meet answers; pages, the counter, the programming interface and
the linter's samples all ask here. Answers of pages that are not shown are left out of everything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from functions.services.domain import Field, FormPage, Service, Text
from functions.services.fields import expression_value

if TYPE_CHECKING:
    from functions.services.expressions import Expression, Facts

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Eligibility:
    """`outcome` is yes, maybe or no; `rule` the id of the rule that answered, empty for the last word;
    `certain` that no rule before it waits for an answer."""

    outcome: str
    because: Text
    instead: tuple[Mapping[str, Any], ...] = ()
    rule: str = ""
    certain: bool = True


@dataclass(frozen=True)
class FeeLine:
    """One item: `amount` in minor units, None when it cannot be said yet; `waived` is why it is not taken."""

    id: str
    label: Text
    amount: int | None
    basis: Text | None = None
    waived: Text | None = None


@dataclass(frozen=True)
class Fee:
    """`total` in minor units; None when a line cannot be said yet. No lines: free."""

    lines: tuple[FeeLine, ...]
    when: str = "after_review"

    @property
    def total(self) -> int | None:
        amounts = [line.amount for line in self.lines]
        return None if None in amounts else sum(amount for amount in amounts if amount)


class Decisions:
    """Everything that follows from the answers. `files` are the ids of documents that were handed in,
    `working_days` counts working days from today to a day (functions/tenancy/calendar.py)."""

    def __init__(
        self,
        service: Service,
        answers: Answers,
        today: date,
        *,
        files: Collection[str] = (),
        applicant: str = "self",
        assurance: str = "none",
        working_days: Callable[[date], int] | None = None,
    ) -> None:
        self.service, self.today = service, today
        self._given, self._files = answers, frozenset(files)
        self._applicant, self._assurance, self._working_days = applicant, assurance, working_days
        self._known: dict[str, Any] = {}
        self._tables: dict[str, Any] = {}
        self._facts: Facts | None = None
        self._answers: dict[str, Any] = {}

    @cached_property
    def pages(self) -> tuple[FormPage, ...]:
        """The pages that these answers lead through, in order."""
        return tuple(self._walk())

    def _walked(self) -> None:
        """Every answer is known only after all pages were gone through."""
        assert self.pages is not None

    @property
    def answers(self) -> dict[str, Any]:
        """Answers of the shown pages, calculated ones included."""
        self._walked()
        return self._answers

    def _walk(self) -> Iterator[FormPage]:
        for page in self.service.pages:
            if page.show_when and not self._holds(page.show_when):
                continue
            for field in page.fields:
                self._take(field)
            yield page

    def _take(self, field: Field) -> None:
        if field.type == "calculated":
            value = self._value(field.raw["value"])
            if value is None:
                return
            self._answers[field.id] = value
            self._know(field.id, value)
            return
        answer = self._given.get(field.id)
        if answer in (None, "", [], {}):
            return
        self._answers[field.id] = answer
        self._know(field.id, expression_value(field, answer))

    def _know(self, name: str, value: Any) -> None:
        self._known[name] = value
        if self._facts is not None:
            self._facts.values[name] = value

    def _prepared(self, compiled: Expression) -> Facts:
        """The facts with what this expression reads besides answers."""
        from functions.services.expressions import Facts

        if self._facts is None:
            basic = {
                "today": self.today.isoformat(),
                "applicant": self._applicant,
                "assurance": self._assurance,
                "documents": {
                    one["id"].replace("-", "_"): one["id"] in self._files for one in self._documents
                },
            }
            self._facts = Facts({**basic, **self._known}, self.today, self._working_days)
        if asked := compiled.members("answered"):
            self._facts.values["answered"] = {name: name in self._known for name in asked}
        if named := compiled.members("tables"):
            values = {name: self.table(name) for name in named}
            # one that cannot be decided is left out, so that what reads it cannot be decided either
            self._facts.values["tables"] = {name: one for name, one in values.items() if one is not None}
        return self._facts

    @property
    def _documents(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.service.raw["documents"]
        return found

    def _evaluate(self, source: str) -> Any:
        from functions.services.expressions import compile

        compiled = compile(source)
        return compiled.evaluate(self._prepared(compiled))

    def _holds(self, source: str) -> bool:
        return self._evaluate(source) is True

    def _value(self, source: str) -> Any:
        """The value, or None when it cannot be said yet."""
        from functions.services.expressions import UNKNOWN

        value = self._evaluate(source)
        return None if value is UNKNOWN else value

    def table(self, table_id: str) -> Any:
        """The value of a decision table: the first row that holds, else `otherwise`; None when a row
        before it cannot be decided."""
        table = next(one for one in self.service.raw["tables"] if one["id"] == table_id)
        for row in table["rows"]:
            held = self._value(row["when"])
            if held is None:
                return None
            if held is True:
                return row["then"]
        return table["otherwise"]

    def holds(self, source: str) -> bool:
        """Whether a condition is true of the shown answers."""
        self._walked()
        return self._holds(source)

    def undecided(self, source: str) -> bool:
        """Whether a condition cannot be decided with these answers yet."""
        return self._value_now(source) is None

    def refused_by_rule(self, field: Field) -> Text | None:
        """What a question's own rule says against its answer; None when it is fine or cannot be decided."""
        from functions.services.expressions import UNKNOWN

        rule = field.limits.get("rule")
        if not rule:
            return None
        self._walked()
        value = self._evaluate(rule["when"])
        message: Text = rule["message"]
        return message if value is not UNKNOWN and value is not True else None

    def required_documents(self) -> list[str]:
        """Ids of the documents that these answers call for."""
        return [
            one["id"]
            for one in self._documents
            if one["required"] and (not one.get("required_when") or self.holds(one["required_when"]))
        ]

    def required(self, field: Field) -> bool:
        """Whether a shown question must be answered, or its file handed in now: what is not core may
        follow."""
        if field.type != "file":
            return self.service.required(field)
        document = self.service.document(field.document)
        return bool(document and document["core"] and document["id"] in self.required_documents())

    def eligibility(self) -> Eligibility | None:
        """Who may get it: the first rule that holds. A rule that cannot be decided yet turns a later yes into
        maybe. None when the service has no rules."""
        about = self.service.raw["eligibility"]
        if not about["rules"]:
            return None
        open_rules = False
        for rule in about["rules"]:
            held = self._value_now(rule["when"])
            if held is True:
                return self._verdict(rule, rule["id"], open_rules)
            open_rules = open_rules or held is None
        return self._verdict(about["otherwise"], "", open_rules)

    def _value_now(self, source: str) -> Any:
        self._walked()
        return self._value(source)

    @staticmethod
    def _verdict(raw: Mapping[str, Any], rule: str, uncertain: bool) -> Eligibility:
        outcome = "maybe" if uncertain and raw["outcome"] == "yes" else raw["outcome"]
        return Eligibility(outcome, raw["because"], tuple(raw.get("instead") or ()), rule, not uncertain)

    def fee(self) -> Fee:
        """What it costs with these answers."""
        about = self.service.raw["fee"]
        return Fee(tuple(self._fee_line(line) for line in about["lines"]), about["when"])

    def _fee_line(self, line: Mapping[str, Any]) -> FeeLine:
        label, basis = line["label"], line.get("basis")
        if line.get("waive_when") and self.holds(line["waive_when"]):
            return FeeLine(line["id"], label, 0, basis, line.get("waive_because") or label)
        if not line.get("formula"):
            return FeeLine(line["id"], label, line["amount"], basis)
        value = self._value_now(line["formula"])
        amount = max(0, value) if isinstance(value, int) and not isinstance(value, bool) else None
        return FeeLine(line["id"], label, amount, basis)

    def department(self) -> str:
        """Where the case goes: the first row of the route that holds, else its last word, else the service's
        own department."""
        route = self.service.raw["workflow"]["route"]
        found = next((row["department"] for row in route["rows"] if self.holds(row["when"])), None)
        return str(found or route["otherwise"] or self.service.department)

    def auto_approve(self) -> bool:
        """Whether the rule for approval without a person holds. There is no refusal by rule."""
        rule = self.service.raw["workflow"]["auto_approve"]
        return bool(rule and self.holds(rule["when"]))
