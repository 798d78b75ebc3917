"""What programs are shown, as plain JSON; the models in schemas.py describe the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from functions.api.webhook_domain import Webhook
from functions.cases.changes import Change
from functions.cases.domain import Case, Document
from functions.core.context import Context
from functions.core.i18n import pick, t
from functions.files.domain import NOT_CHECKED, StoredFile


def change_view(change: Change) -> dict[str, Any]:
    """A change without its place in the order, which is ours."""
    view = asdict(change)
    del view["id"]
    return view


def case_view(ctx: Context, case: Case, files: Mapping[str, StoredFile]) -> dict[str, Any]:
    """A case with its answers; ``files`` is what is known of its documents."""
    return {
        "id": case.id,
        "reference": case.reference,
        "kind": case.kind,
        "service": case.service,
        "title": case.title,
        "state": case.state,
        "state_label": _state_label(ctx, case),
        "department": case.department,
        "version": case.version,
        "language": case.lang,
        "submitted_at": case.submitted_at,
        "due_at": case.due_at,
        "decided_at": case.decided_at,
        "reason": case.reason,
        "missing": [asdict(one) for one in case.missing],
        "answers": case.answers,
        "documents": [_document(one, files.get(one.id)) for one in case.documents],
        "actions": [action.name for action in case.actions],
        "channel": case.channel,
        "applicant": case.applicant,
        "assurance": case.assurance,
    }


def _state_label(ctx: Context, case: Case) -> str:
    from functions.services.definitions import definition_for_case
    from functions.services.domain import Service

    raw = definition_for_case(ctx.city, case.service, case.definition) if case.service else None
    state = Service(raw, case.service).state(case.state) if raw else None
    return str(pick(state["label"])) if state else t(case.state_label)


def _document(document: Document, file: StoredFile | None) -> dict[str, Any]:
    """A document without the place where it lies."""
    view = asdict(document)
    shown = {name: view[name] for name in ("id", "field", "name", "size", "content_type")}
    return {**shown, "check": file.state if file else NOT_CHECKED}


def webhook_view(webhook: Webhook) -> dict[str, Any]:
    """A webhook without its secret."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "note": webhook.note,
        "state": webhook.state,
        "why": webhook.why,
        "departments": list(webhook.departments),
        "made_at": webhook.made_at,
    }
