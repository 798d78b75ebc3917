"""A question on paper: what to tick, and where to write."""

from __future__ import annotations

from dataclasses import dataclass

from functions.services.domain import Field
from functions.services.fields import registry
from functions.services.fields.base import Rules

MOST_TICKS = 30  # a longer list is written instead of ticked
LONG = ("textarea", "address")


@dataclass(frozen=True, slots=True)
class OnPaper:
    """`options` to tick; or `parts`, each with a line of its own; or `lines` to write on (0: nothing is
    written); or `columns` and the fixed `rows` of a table."""

    label: str
    hint: str
    options: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    lines: int = 1
    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


def on_paper(question: Field, rules: Rules, *, required: bool = True) -> OnPaper:
    """The question in the current language, as it is printed empty."""
    view = registry.view(question, {}, rules, required=required)
    label, hint = str(view["label"]), str(view["hint"])
    if question.type == "statement":
        return OnPaper(label, "\n\n".join(view["paragraphs"]), lines=0)
    if question.type == "declaration":
        return OnPaper(label, hint, (registry.display(question, "yes"),))
    options = tuple(str(one["text"]) for one in view.get("options") or ())
    if options and len(options) <= MOST_TICKS:
        return OnPaper(label, hint, options)
    if "columns" in view:
        rows = tuple(row["title"] for row in view["rows"]) if view["fixed"] else ()
        return OnPaper(label, hint, columns=tuple(view["columns"]), rows=rows)
    parts = [one["label"] for one in view["inputs"]]
    for end in view.get("ends") or ():
        parts += [f"{end['label']}: {one['label']}" for one in end["inputs"]]
    if len(parts) > 1:
        return OnPaper(label, hint, parts=tuple(str(part) for part in parts))
    return OnPaper(label, hint, lines=5 if question.type in LONG else 1)
