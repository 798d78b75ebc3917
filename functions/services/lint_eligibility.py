"""Checks: who may get it, and where else they can turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from functions.services.lint_base import Found, Looked, rule
from functions.services.reading_order import reads

NOT_ASKABLE = ("file", "statement", "calculated", "declaration")


def _verdicts(file: Looked) -> Iterator[tuple[str, Mapping[str, Any]]]:
    about = file.raw["eligibility"]
    for one in about["rules"]:
        yield f"eligibility.rules.{one['id']}", one
    if about["otherwise"]:
        yield "eligibility.otherwise", about["otherwise"]


@rule("eligibility-without-otherwise")
def eligibility_without_otherwise(file: Looked) -> Found:
    """Rules have a last word for whom none of them fits."""
    if file.raw["eligibility"]["rules"] and not file.raw["eligibility"]["otherwise"]:
        yield "eligibility", "rules need `otherwise`: the answer when none of them holds"


@rule("eligibility-without-rules")
def eligibility_without_rules(file: Looked) -> Found:
    """A gate, questions or a last word need rules."""
    about = file.raw["eligibility"]
    if about["rules"]:
        return
    for part in ("asks", "otherwise"):
        if about[part]:
            yield f"eligibility.{part}", f"`{part}` without `rules` decides nothing"
    if about["mode"] == "gate":
        yield "eligibility.mode", "a gate needs `rules`"


@rule("ask-unknown")
def ask_unknown(file: Looked) -> Found:
    """What the check asks first are questions of the form."""
    for name in file.raw["eligibility"]["asks"]:
        field = file.service.field(name)
        if field is None:
            yield "eligibility.asks", f'names the unknown question "{name}"'
        elif field.type in NOT_ASKABLE:
            yield "eligibility.asks", f'"{name}" is of type {field.type}; the check cannot ask it'


@rule("eligibility-not-asked")
def eligibility_not_asked(file: Looked) -> Found:
    """Rules read only what the check asks first."""
    about = file.raw["eligibility"]
    for one in about["rules"]:
        for name in sorted(reads(file, one["when"])):
            field = file.service.field(name)
            if field and field.type != "calculated" and name not in about["asks"]:
                yield f"eligibility.rules.{one['id']}.when", f'reads "{name}", which `asks` does not list'


@rule("ask-for-nothing")
def ask_for_nothing(file: Looked) -> Found:
    """The check asks nothing that no rule reads."""
    about = file.raw["eligibility"]
    read = set().union(*(reads(file, one["when"]) for one in about["rules"]))
    for name in about["asks"]:
        if about["rules"] and name in file.order and name not in read:
            yield "eligibility.asks", f'no rule reads "{name}"'


@rule("no-without-alternative")
def no_without_alternative(file: Looked) -> Found:
    """Who is told no is told where else to turn."""
    for path, verdict in _verdicts(file):
        if verdict["outcome"] == "no" and not verdict["instead"]:
            yield path, "the answer no needs `instead`: what the person can do"


@rule("alternative-twofold")
def alternative_twofold(file: Looked) -> Found:
    """An alternative leads to one place."""
    for path, verdict in _verdicts(file):
        for number, one in enumerate(verdict["instead"]):
            if one["service"] and one["url"]:
                yield f"{path}.instead.{number}", "an alternative has a service or an address, not both"


@rule("alternative-unknown")
def alternative_unknown(file: Looked) -> Found:
    """An alternative that is a service exists."""
    known = file.around.services
    for path, verdict in _verdicts(file):
        for number, one in enumerate(verdict["instead"]):
            if one["service"] and known is not None and one["service"] not in known:
                yield f"{path}.instead.{number}.service", f'there is no service "{one["service"]}"'


@rule("parent-unknown")
def parent_unknown(file: Looked) -> Found:
    """The main item of which this is one situation exists, and is another one."""
    parent, known = file.raw["service"]["parent"], file.around.services
    if parent and parent == file.raw["service"]["id"]:
        yield "service.parent", "a service is not its own main item"
    elif parent and known is not None and parent not in known:
        yield "service.parent", f'there is no service "{parent}"'
