"""What a definition says about one set of answers: pages shown, eligibility, documents, fee, department.

Pure, and the only place where expressions meet answers; pages, the counter, the programming interface and
the linter's samples all ask here. Answers of pages that are not shown are left out of everything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from functions.services.domain import Field, FormPage, Service, Text
from functions.services.expressions import UNKNOWN, Expression, Facts, compile
from functions.services.fields import expression_value

Answers = Mapping[str, Any]
NOTHING: tuple[Any, ...] = (None, "", [], {})


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


class _Values(dict[str, Any]):
    """Values by name, looked up when they are first read. One that reads itself has no value."""

    def __init__(self, look_up: Callable[[str], Any]) -> None:
        super().__init__()
        self._look_up = look_up
        self._absent: set[str] = set()

    def __missing__(self, name: str) -> Any:
        if name in self._absent:
            raise KeyError(name)
        self._absent.add(name)
        value = self[name] = self._look_up(name)
        self._absent.discard(name)
        return value

    def has(self, name: str) -> bool:
        """Whether there is a value."""
        try:
            self[name]
        except KeyError:
            return False
        return True


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
        self._shown: dict[str, bool] = {}
        self._answered: dict[str, bool] = {}
        self._tables: dict[str, Any] = {}
        self._values = _Values(self._look_up)
        self._values.update(self._always())
        self._facts = Facts(self._values, today, working_days)

    def _always(self) -> dict[str, Any]:
        """What expressions may read besides answers. `answered` and `tables` grow with what is asked of
        them."""
        handed_in = {one["id"].replace("-", "_"): one["id"] in self._files for one in self._documents}
        return {
            "today": self.today.isoformat(),
            "applicant": self._applicant,
            "assurance": self._assurance,
            "documents": handed_in,
            "answered": self._answered,
            "tables": self._tables,
        }

    @cached_property
    def pages(self) -> tuple[FormPage, ...]:
        """The pages that these answers lead through, in order."""
        return tuple(page for page in self.service.pages if self.shows(page))

    @cached_property
    def answers(self) -> dict[str, Any]:
        """Answers of the shown pages, calculated ones included."""
        found = ((field.id, self._answer(field)) for page in self.pages for field in page.fields)
        return {name: answer for name, answer in found if answer not in NOTHING}

    def shows(self, page: FormPage) -> bool:
        """Whether these answers lead through a page. Only the pages whose answers matter for that are looked
        at, the first ones first."""
        if page.id not in self._shown:
            for one in self._reaching(page):
                if one.id not in self._shown:
                    self._shown[one.id] = not one.show_when or self.holds(one.show_when)
        return self._shown[page.id]

    def _reaching(self, page: FormPage) -> list[FormPage]:
        """The page and all that its condition reads, directly or not, in the form's order; what is known
        already is left out."""
        found, open_pages = {page.id}, [page]
        while open_pages:
            one = open_pages.pop()
            for name in self._reads(one.show_when):
                before = self.service.page_of(name)
                if before and before.id not in found and before.id not in self._shown:
                    found.add(before.id)
                    open_pages.append(before)
        if len(found) == 1:
            return [page]
        return [one for one in self.service.pages if one.id in found]

    def _reads(self, source: str) -> set[str]:
        """The questions that an expression reads, through tables and formulas as well."""
        if not source:
            return set()
        compiled = compile(source)
        names = {*compiled.names, *compiled.members("answered")}
        for table in self._tables_of(compiled):
            names |= {name for row in table["rows"] for name in self._reads(row["when"])}
        for name in compiled.names:
            field = self.service.field(name)
            if field and field.type == "calculated" and field.raw["value"] != source:
                names |= self._reads(field.raw["value"])
        return names

    def _tables_of(self, compiled: Expression) -> list[Mapping[str, Any]]:
        named = compiled.members("tables")
        return [one for one in self.service.raw.get("tables", ()) if one["id"] in named] if named else []

    def _answer(self, field: Field) -> Any:
        """The answer to a question of a shown page as it is stored, a formula's value, or None."""
        return self._value(field.raw["value"]) if field.type == "calculated" else self._given.get(field.id)

    def _look_up(self, name: str) -> Any:
        """What an expression reads of a question; raises KeyError when there is no answer."""
        field, page = self.service.field(name), self.service.page_of(name)
        if field is None or page is None or not self.shows(page):
            raise KeyError(name)
        answer = self._answer(field)
        if answer in NOTHING:
            raise KeyError(name)
        return answer if field.type == "calculated" else expression_value(field, answer)

    @property
    def _documents(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.service.raw["documents"]
        return found

    def _evaluate(self, source: str) -> Any:
        compiled = compile(source)
        for name in compiled.members("answered"):
            self._answered[name] = self._values.has(name)
        for table in self._tables_of(compiled):
            value = self.table(table["id"])
            if value is not None:  # what reads one that cannot be decided cannot be decided either
                self._tables[table["id"]] = value
        return compiled.evaluate(self._facts)

    def holds(self, source: str) -> bool:
        """Whether a condition is true of the shown answers."""
        return self._evaluate(source) is True

    def _value(self, source: str) -> Any:
        """The value, or None when it cannot be said yet."""
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

    def undecided(self, source: str) -> bool:
        """Whether a condition cannot be decided with these answers yet."""
        return self._value(source) is None

    def refused_by_rule(self, field: Field) -> Text | None:
        """What a question's own rule says against its answer; None when it is fine or cannot be decided."""
        rule = field.limits.get("rule")
        if not rule:
            return None
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
            held = self._value(rule["when"])
            if held is True:
                return self._verdict(rule, rule["id"], open_rules)
            open_rules = open_rules or held is None
        return self._verdict(about["otherwise"], "", open_rules)

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
        value = self._value(line["formula"])
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
