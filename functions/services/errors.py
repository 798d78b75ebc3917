"""What can be wrong with a service definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: `path` is dotted (`form.pages.name.fields.name`, entries of lists by their
    id), `message` one English sentence, `code` the rule. `line` and `column` are the file's, from 1; 0
    when there is no file. `within` is the place inside an expression."""

    path: str
    message: str
    line: int = 0
    column: int = 0
    code: str = ""
    within: tuple[int, int] = (0, 0)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class DefinitionError(Exception):
    """A definition (template plus a city's override) that cannot be used; `problems` says why, each in one
    sentence."""

    def __init__(self, template_id: str, problems: Sequence[Problem]) -> None:
        self.template_id = template_id
        self.problems = tuple(problems)
        super().__init__(f"service {template_id}: " + "; ".join(str(problem) for problem in self.problems))


class UnknownTemplate(DefinitionError):
    """No file of that name under templates/services/."""

    def __init__(self, template_id: str, known: Sequence[str]) -> None:
        sentence = f'there is no service template "{template_id}"; there are: {", ".join(known)}'
        super().__init__(template_id, [Problem("template", sentence)])
