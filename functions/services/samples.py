"""A definition's own sample cases, run by the linter: given answers as typed, the expected reasons of
refusal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from functions.services import fields
from functions.services.domain import Service
from functions.services.errors import Problem

# Samples do not depend on the day they are run.
SAMPLE_TODAY = date(2026, 1, 15)


def run_samples(service: Service, samples: Iterable[Mapping[str, Any]]) -> Iterator[Problem]:
    """One problem for each sample whose outcome is not the expected one."""
    for sample in samples:
        unknown = sorted(set(sample["answers"]) - {field.id for field in service.fields})
        if unknown:
            yield Problem(f"tests.{sample['id']}", f"answers unknown questions: {', '.join(unknown)}")
        found = outcome(service, sample)
        expected = sample["expect"]["errors"]
        if found != expected:
            yield Problem(
                f"tests.{sample['id']}", f"expected {expected or 'acceptance'}, found {found or 'acceptance'}"
            )


def outcome(service: Service, sample: Mapping[str, Any]) -> dict[str, str]:
    """field id -> reason code of every refused answer; empty when the sample is accepted."""
    rules = fields.Rules(sample["country"], SAMPLE_TODAY, {})
    errors = {}
    for field in service.fields:
        if field.type == "file":
            if service.required(field) and field.document not in sample["files"]:
                errors[field.id] = "missing"
            continue
        typed = fields.as_typed(field, sample["answers"].get(field.id), rules)
        problems = fields.check(field, typed, rules, service.required(field))[1]
        if problems:
            errors[field.id] = problems[0].code
    return errors
