"""Checks: every expression of a service - what it reads, what it gives, whether it can ever hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from functions.services import expression_lint
from functions.services.errors import Problem
from functions.services.expression_lint import Wants
from functions.services.lint_base import Found, Looked, rule
from functions.services.reachable import can_be_shown
from functions.services.reading_order import is_expression, names, reads


@dataclass(frozen=True)
class Site:
    """An expression where it stands. It may read questions whose rank is below `before` (None: all)."""

    path: str
    source: str
    wants: Wants = "bool"
    before: int | None = None


def sites(file: Looked) -> Iterator[Site]:
    """Every expression of the definition."""
    yield from _form_sites(file)
    for table in file.raw["tables"]:
        for number, row in enumerate(table["rows"]):
            yield Site(f"tables.{table['id']}.rows.{number}.when", row["when"])
    for one in file.raw["eligibility"]["rules"]:
        yield Site(f"eligibility.rules.{one['id']}.when", one["when"])
    for one in file.raw["documents"]:
        if one["required_when"]:
            yield Site(f"documents.{one['id']}.required_when", one["required_when"])
    for line in file.raw["fee"]["lines"]:
        for name, wants in (("formula", "int"), ("waive_when", "bool")):
            if line[name]:
                yield Site(f"fee.lines.{line['id']}.{name}", line[name], wants)  # type: ignore[arg-type]
    for number, row in enumerate(file.flow.get("route", {}).get("rows", ())):
        yield Site(f"workflow.route.rows.{number}.when", row["when"])
    if file.flow.get("auto_approve"):
        yield Site("workflow.auto_approve.when", file.flow["auto_approve"]["when"])


def _form_sites(file: Looked) -> Iterator[Site]:
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for one in file.places:
        first.setdefault(one.page.id, one.order)
        last[one.page.id] = one.order
    for page in file.service.pages:
        if page.show_when:
            yield Site(f"form.pages.{page.id}.show_when", page.show_when, before=first[page.id])
    for one in file.places:
        if one.field.type == "calculated" and one.field.raw["value"]:
            yield Site(f"{one.path}.value", one.field.raw["value"], "value", one.order)
        if one.field.limits.get("rule"):
            path, source = f"{one.path}.validate.rule.when", one.field.limits["rule"]["when"]
            yield Site(path, source, before=last[one.page.id] + 1)


@rule("expression-wrong")
def expression_wrong(file: Looked) -> Found:
    """An expression can be read, names what exists, and gives what is wanted."""
    for site in sites(file):
        for wrong in expression_lint.check(site.source, file.names, site.wants):
            place = (
                f"line {wrong.line}, column {wrong.column}" if wrong.line > 1 else f"column {wrong.column}"
            )
            yield Problem(
                site.path,
                f"{wrong.reason} ({place} of the expression)",
                within=(wrong.line, wrong.column),
            )


@rule("expression-constant")
def expression_constant(file: Looked) -> Found:
    """An expression reads something; otherwise it always says the same."""
    for site in sites(file):
        if is_expression(site.source) and not names(site.source):
            yield site.path, "this reads nothing, so it always says the same"


@rule("condition-later")
def condition_later(file: Looked) -> Found:
    """A condition or formula of the form reads what was asked before."""
    files = {one.field.document: one for one in file.places if one.field.type == "file"}
    ranks = file.order | {
        f"documents.{(key or '').replace('-', '_')}": one.order for key, one in files.items()
    }
    for site in sites(file):
        if site.before is None:
            continue
        for name in sorted(reads(file, site.source)):
            rank = ranks.get(name)
            if rank is not None and rank >= site.before and not site.path.endswith(f"{name}.value"):
                yield site.path, f'reads "{name}", which is asked later'


@rule("formula-in-circle")
def formula_in_circle(file: Looked) -> Found:
    """No calculated answer depends on itself."""
    for one in file.places:
        formula = one.field.raw["value"] if one.field.type == "calculated" else None
        if formula and one.field.id in reads(file, formula):
            yield f"{one.path}.value", f'"{one.field.id}" depends on itself'


@rule("table-order")
def table_order(file: Looked) -> Found:
    """A decision table reads only tables above it."""
    above: set[str] = set()
    for table in file.raw["tables"]:
        for number, row in enumerate(table["rows"]):
            for name in sorted(names(row["when"])):
                if name.startswith("tables.") and name not in above and _is_table(file, name):
                    path = f"tables.{table['id']}.rows.{number}.when"
                    yield path, f'reads "{name}", which stands below or is this table itself'
        above.add(f"tables.{table['id']}")


def _is_table(file: Looked, name: str) -> bool:
    return any(f"tables.{one['id']}" == name for one in file.raw["tables"])


@rule("table-mixed")
def table_mixed(file: Looked) -> Found:
    """A decision table gives values of one kind."""
    for table in file.raw["tables"]:
        values = [row["then"] for row in table["rows"]]
        for number, value in enumerate(values):
            if type(value) is not type(table["otherwise"]):
                path = f"tables.{table['id']}.rows.{number}.then"
                yield path, "every row and `otherwise` give values of one kind"


@rule("table-unused")
def table_unused(file: Looked) -> Found:
    """Every decision table is read by something."""
    read: set[str] = set().union(*(names(site.source) for site in sites(file)))
    for table in file.raw["tables"]:
        if f"tables.{table['id']}" not in read:
            yield f"tables.{table['id']}", f"nothing reads `tables.{table['id']}`"


@rule("page-unreachable", last=True)
def page_unreachable(file: Looked) -> Found:
    """Every page is shown for some answers."""
    for page in file.service.pages:
        if page.show_when and not can_be_shown(file, page):
            yield f"form.pages.{page.id}.show_when", "no answers lead to this page"
