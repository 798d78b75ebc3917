"""Which version of a form a draft is on. A draft of a new application moves to the service's present
version as soon as it is opened; what that changes is noted with it and named to the person. What was
answered stays where it still fits. A completion stays on the version that its case began with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from functions.cases import saving
from functions.cases.drafts import Draft
from functions.core.context import Context
from functions.services import fields
from functions.services.domain import Field, Service

# parts of a question that do not change what is asked
QUIET = ("purpose", "sensitivity", "semantic", "prefill", "missing", "source")


def definition_for(ctx: Context, draft: Draft) -> dict[str, Any] | None:
    """The definition that a draft's pages follow; None when the city no longer offers the service."""
    if draft.case_id and draft.definition:
        kept = stored(ctx, draft.service, draft.definition)
        if kept is not None:
            return kept
    return ctx.city.service(draft.service)


def stored(ctx: Context, service: str, digest: str) -> dict[str, Any] | None:
    """The version of a definition with this digest: the present one, or the one that was kept."""
    from functions.services.definitions import definition_of

    return definition_of(ctx.city, service, digest)


def bring_up_to_date(ctx: Context, draft: Draft, rules: fields.Rules) -> Draft:
    """The draft on the present version of its form. When it was on another one, the move is kept with what it
    changed: ids of questions under `new`, `changed`, `gone` and `dropped` (an answer that fits no more)."""
    raw = ctx.city.service(draft.service)
    if raw is None or draft.case_id or draft.done or draft.definition in ("", raw.get("digest")):
        return draft
    before = stored(ctx, draft.service, draft.definition)
    found = differences(before, raw, draft, rules)
    if not any(found.values()):
        found = {}
    saving.adopt_version(draft, str(raw["digest"]), found)
    left = {name: value for name, value in draft.answers.items() if name not in found.get("dropped", ())}
    return replace(draft, definition=str(raw["digest"]), answers=left, changes=found, rev=draft.rev + 1)


def differences(
    before: Mapping[str, Any] | None, now: Mapping[str, Any], draft: Draft, rules: fields.Rules
) -> dict[str, list[str]]:
    """What a new version means for a draft. Without the old version every question that has no answer
    counts as new."""
    old = {field.id: field for field in Service(before).fields} if before else {}
    new = {field.id: field for field in Service(now).fields}
    changed = [name for name, field in new.items() if name in old and _asks(field) != _asks(old[name])]
    known = old if before else {**draft.answers, **draft.files}
    suspects = changed if before else list(new)
    return {
        "new": [name for name in new if name not in known],
        "changed": changed,
        "gone": [name for name in old if name not in new],
        "dropped": [
            name
            for name in draft.answers
            if name not in new or (name in suspects and not _fits(new[name], draft.answers[name], rules, old))
        ],
    }


def _asks(field: Field) -> dict[str, Any]:
    return {name: value for name, value in field.raw.items() if name not in QUIET}


def _fits(field: Field, answer: Any, rules: fields.Rules, old: Mapping[str, Field]) -> bool:
    """Whether an answer may stay: the same type of question accepts it as it was given."""
    if not field.answered_by_person or (field.id in old and old[field.id].type != field.type):
        return False
    try:
        kept, problems = fields.check(field, fields.shown(field, answer, rules), rules)
    except (AttributeError, KeyError, TypeError, ValueError):  # a value of another shape
        return False
    return not problems and kept is not None
