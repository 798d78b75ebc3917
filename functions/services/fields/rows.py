"""Questions that are asked several times: groups, and tables, whose rows may be fixed by the definition.

Kept as a list of `{column id: answer}`, unanswered cells left out; a table with fixed rows keeps one entry a
row in the definition's order. Rows are added and removed by buttons that post the page: no script is needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from functions.core.i18n import N_, language, pick, t
from functions.services.domain import Field
from functions.services.fields import registry
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, optional_label, wrong
from functions.services.fields.reading import clean

COUNT = "rows"  # the hidden input that says how many rows the page had: unticked boxes post nothing
BUTTON = "_rows"
MOST_ROWS = 50
MOST_COLUMNS, NARROW = 4, ("input", "select")  # what fits side by side
_COMMAND = re.compile(r"(add|remove) ([a-z][a-z0-9_]{0,47})(?: (\d{1,2}))?")


def most_rows(question: Field) -> int:
    """How many rows there can be."""
    return min(int(question.raw.get("max_items") or 10), MOST_ROWS)


def fixed_rows(question: Field) -> Sequence[Mapping[str, Any]]:
    """The rows that are always there, `{id, label}`; none: the person adds rows."""
    rows: Sequence[Mapping[str, Any]] = question.raw.get("rows") or ()
    return rows


def cell(question: Field, index: int, column: Field) -> Field:
    """A column's question in one row."""
    return replace(column, raw={**column.raw, "id": f"{question.id}.{index}.{column.id}"})


def columns_of(question: Field) -> tuple[Field, ...]:
    """The questions of a row."""
    return tuple(Field(raw) for raw in question.raw.get("fields") or ())


def row_count(question: Field, typed: Mapping[str, str]) -> int:
    """How many rows were shown on the page that was sent."""
    if fixed_rows(question):
        return len(fixed_rows(question))
    said = clean(typed.get(f"{question.id}-{COUNT}", ""))
    count = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 1
    return max(1, min(count, MOST_ROWS))


def row_title(question: Field, index: int) -> str:
    """What a row is called."""
    fixed = fixed_rows(question)
    return str(pick(fixed[index]["label"])) if index < len(fixed) else t("Entry %(n)s", n=index + 1)


class Rows(Kind):
    """A group. A column's own kind reads, checks and shows each cell."""

    component = "group"

    def inputs(self, question: Field, rules: Rules) -> list[str]:
        return self._row_inputs(question, 0, rules)

    def _row_inputs(self, question: Field, index: int, rules: Rules) -> list[str]:
        cells = (cell(question, index, column) for column in columns_of(question))
        return [name for one in cells for name in registry.kind_of(one).inputs(one, rules)]

    def read(self, question: Field, form: Mapping[str, list[str]], rules: Rules) -> Typed:
        said = f"{question.id}-{COUNT}"
        count = row_count(question, {said: (form.get(said) or [""])[0]})
        typed = {said: str(count)}
        for index in range(count):
            for column in columns_of(question):
                one = cell(question, index, column)
                typed |= registry.kind_of(one).read(one, form, rules)
        return typed

    def is_empty(self, question: Field, typed: Typed) -> bool:
        return not any(clean(text) for name, text in typed.items() if name != f"{question.id}-{COUNT}")

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        found: list[dict[str, Any]] = []
        problems: list[Problem] = []
        for index in range(row_count(question, typed)):
            if not fixed_rows(question) and self._row_is_empty(question, index, typed):
                continue
            row, wrong_ones = self._row(question, index, typed, rules)
            found.append(row)
            problems += wrong_ones
        if not fixed_rows(question):
            problems += self._count(question, len(found), rules)
        return wrong(*problems) if problems else (found, ())

    def _row_is_empty(self, question: Field, index: int, typed: Typed) -> bool:
        start = f"{question.id}.{index}."
        return not any(clean(text) for name, text in typed.items() if name.startswith(start))

    def _row(
        self, question: Field, index: int, typed: Typed, rules: Rules
    ) -> tuple[dict[str, Any], list[Problem]]:
        row, problems = {}, []
        for column in columns_of(question):
            one = cell(question, index, column)
            answer, wrong_ones = registry.check(one, typed, rules, required=not column.optional)
            problems += [replace(problem, field=one) for problem in wrong_ones]
            if answer is not None:
                row[column.id] = answer
        return row, problems

    def _count(self, question: Field, count: int, rules: Rules) -> list[Problem]:
        least, most = int(question.raw.get("min_items") or 0), most_rows(question)
        part = f"{question.id}-add"
        if count < least:
            return [Problem("count", N_("Fill in at least %(limit)s"), {"limit": least}, part)]
        if count > most:
            return [Problem("count", N_("Fill in %(limit)s at most"), {"limit": most}, part)]
        return []

    def shown(self, question: Field, value: Any, rules: Rules) -> Typed:
        rows = list(value or ())
        count = len(fixed_rows(question)) or max(1, len(rows), int(question.raw.get("min_items") or 0))
        typed = {f"{question.id}-{COUNT}": str(count)}
        for index in range(count):
            known = rows[index] if index < len(rows) else {}
            for column in columns_of(question):
                typed |= registry.shown(cell(question, index, column), known.get(column.id), rules)
        return typed

    def display(self, question: Field, value: Any, currency: str) -> str:
        fixed = fixed_rows(question)
        return "\n".join(
            t("%(question)s: %(answer)s", question=row_title(question, index), answer=said) if fixed else said
            for index, row in enumerate(value)
            if (said := self._written(question, row, currency))
        )

    def _written(self, question: Field, row: Mapping[str, Any], currency: str) -> str:
        cells = (
            (column, registry.display(column, row.get(column.id), currency))
            for column in columns_of(question)
        )
        said = [
            t("%(question)s: %(answer)s", question=pick(column.label), answer=" ".join(text.split("\n")))
            for column, text in cells
            if text
        ]
        return ("；" if language() == "zh-Hans" else "; ").join(said)

    def whole(self, question: Field, rules: Rules) -> str:
        return f"{question.id}-add"

    def place(self, question: Field, problem: Problem) -> str:
        if problem.field is None:
            return ""
        index = int(problem.field.id.split(".")[1])
        return f"{row_title(question, index)} – {pick(problem.field.label)}"

    def export(self, question: Field, value: Any, currency: str) -> dict[str, str]:
        rows, fixed = list(value or ()), fixed_rows(question)
        if fixed:
            return {
                f"{question.id}.{row['id']}.{name}": text
                for index, row in enumerate(fixed)
                for name, text in self._exported(question, rows, index, currency).items()
            }
        columns: dict[str, str] = {question.id: str(len(rows)) if rows else ""}
        each = [self._exported(question, rows, index, currency) for index in range(max(1, len(rows)))]
        return columns | {f"{question.id}.{name}": " | ".join(row[name] for row in each) for name in each[0]}

    def _exported(self, question: Field, rows: list[Any], index: int, currency: str) -> dict[str, str]:
        row = rows[index] if index < len(rows) else {}
        found: dict[str, str] = {}
        for column in columns_of(question):
            found |= registry.kind_of(column).export(column, row.get(column.id), currency)
        return found

    def expression_value(self, question: Field, value: Any) -> Any:
        return [
            {
                column.id: registry.expression_value(column, row[column.id])
                for column in columns_of(question)
                if column.id in row
            }
            for row in value
        ]

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        count, fixed = row_count(question, typed), fixed_rows(question)
        return {
            "component": self.component,
            "inputs": [],
            "count": {"name": f"{question.id}-{COUNT}", "value": str(count)},
            "rows": [self._row_view(question, index, count, typed, rules) for index in range(count)],
            "columns": [
                optional_label(str(pick(column.label)), column.optional) for column in columns_of(question)
            ],
            "button": BUTTON,
            "fixed": bool(fixed),
            "add": "" if fixed or count >= most_rows(question) else f"add {question.id}",
            "add_id": f"{question.id}-add",
        }

    def _row_view(
        self, question: Field, index: int, count: int, typed: Typed, rules: Rules
    ) -> dict[str, Any]:
        cells = [self._cell_view(question, index, column, typed, rules) for column in columns_of(question)]
        stays = fixed_rows(question) or count == 1
        return {
            "id": f"{question.id}.{index}",
            "title": row_title(question, index),
            "questions": cells,
            "remove": "" if stays else f"remove {question.id} {index}",
        }

    def _cell_view(
        self, question: Field, index: int, column: Field, typed: Typed, rules: Rules
    ) -> dict[str, Any]:
        one = cell(question, index, column)
        return registry.view(one, typed, rules, required=not column.optional) | {"size": "s"}


class Table(Rows):
    """A group that is laid out as a table, as long as its columns find room side by side."""

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        view = super().view(question, typed, rules)
        cells = view["rows"][0]["questions"]
        narrow = len(cells) <= MOST_COLUMNS and all(one["component"] in NARROW for one in cells)
        return view | {"component": "table" if narrow else "group"}


def grow(question: Field, typed: Mapping[str, str]) -> Typed:
    """What was typed on the page, with one more row for this question; at the most there are no more."""
    count = row_count(question, typed)
    more = count if fixed_rows(question) else min(count + 1, most_rows(question))
    return dict(typed) | {f"{question.id}-{COUNT}": str(max(count, more))}


def shrink(question: Field, typed: Mapping[str, str], index: int) -> Typed:
    """What was typed on the page, without row `index` of this question; the last row is emptied."""
    count = row_count(question, typed)
    if fixed_rows(question) or not 0 <= index < count:
        return dict(typed)
    kept: Typed = {}
    for name, text in typed.items():
        found = re.match(rf"{question.id}\.(\d+)\.(.+)", name)
        place = int(found[1]) if found else -1
        if found is None or place < index:
            kept[name] = text
        elif place > index:
            kept[f"{question.id}.{place - 1}.{found[2]}"] = text
    return kept | {f"{question.id}-{COUNT}": str(max(1, count - 1))}


def change_rows(
    questions: Sequence[Field], form: Mapping[str, list[str]], typed: Mapping[str, str]
) -> tuple[Typed, str] | None:
    """(what the page shows next, the id to go to) when "Add another" or "Remove" was pressed; else None.
    `typed` is what the page's questions read from the form."""
    found = _COMMAND.fullmatch((form.get(BUTTON) or [""])[0])
    question = next((one for one in questions if found and one.id == found[2]), None)
    if found is None or question is None or question.type not in ("group", "table"):
        return None
    if found[1] == "add":
        grown = grow(question, typed)
        return grown, f"{question.id}.{row_count(question, grown) - 1}"
    return shrink(question, typed, int(found[3] or 0)), f"{question.id}-add"
