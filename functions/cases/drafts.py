"""Unfinished applications: one DRAFT item each, that ends by itself. A draft is opened by the signed
cookie that its start set, never by its id alone. It stays, emptied, after it was sent, so that the
confirmation can be shown again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from pynamodb.attributes import MapAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from functions.cases.domain import Case, Document
from functions.core import clock, ids, keys
from functions.core.context import Context
from functions.core.store import CityModel

Typed = dict[str, str]


class DraftItem(CityModel):
    """`answers` field id -> answer, `files` field id -> JSON of a Document, `attempts` page id -> JSON of
    what was typed and refused. `case_id` and `asked` are set when a case is being completed instead of a
    new one made."""

    service = UnicodeAttribute()
    lang = UnicodeAttribute()
    answers: Any = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    files: Any = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    attempts: Any = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    case_id = UnicodeAttribute(null=True)
    asked = UnicodeAttribute(null=True)
    reference = UnicodeAttribute(null=True)
    sent_to = UnicodeAttribute(null=True)
    done_at = UnicodeAttribute(null=True)


@dataclass(frozen=True)
class Draft:
    """A draft as read. `asked` maps the questions of a completion to the clerk's words; it is empty for a
    new one."""

    id: str
    service: str
    answers: dict[str, str]
    files: dict[str, Document]
    attempts: dict[str, Typed] = field(default_factory=dict)
    case_id: str | None = None
    asked: dict[str, str] = field(default_factory=dict)
    reference: str = ""
    sent_to: str = ""
    done: bool = False

    @property
    def owner(self) -> str:
        """With what its files lie: the draft, whose id becomes the case's, or the case that is being
        completed."""
        return self.case_id or self.id


def start_draft(ctx: Context, service: str, days: int) -> str:
    """A new empty draft that ends after `days`; one call."""
    draft_id = ids.new_id(ctx.now)
    _write(ctx, draft_id, service, days)
    return draft_id


def start_completion(ctx: Context, case: Case, days: int) -> str:
    """A draft for what a clerk asked for, filled with the answers of the case; one call."""
    draft_id = ids.new_id(ctx.now)
    _write(
        ctx,
        draft_id,
        case.service,
        days,
        answers={name: str(value) for name, value in case.answers.items()},
        files={document.field: _to_json(document) for document in case.documents},
        case_id=case.id,
        asked=json.dumps({item.field: item.note for item in case.missing}, ensure_ascii=False),
        reference=case.reference,
    )
    return draft_id


def _write(ctx: Context, draft_id: str, service: str, days: int, **more: Any) -> None:
    ends = clock.epoch(ctx.now + timedelta(days=days))
    item = DraftItem(keys.draft(draft_id), keys.META, service=service, lang=ctx.lang, ttl=ends, **more)
    item.save(condition=DraftItem.pk.does_not_exist())


def find_draft(ctx: Context, draft_id: str) -> Draft | None:
    """The draft, or None when there is none or it has ended (the table removes ended items late); one
    call."""
    try:
        item = DraftItem.get(keys.draft(draft_id), keys.META, consistent_read=True)
    except DraftItem.DoesNotExist:
        return None
    if int(item.ttl or 0) < clock.epoch(ctx.now):
        return None
    return Draft(
        draft_id,
        item.service,
        _plain(item.answers),
        {name: Document(**json.loads(value)) for name, value in _plain(item.files).items()},
        {name: json.loads(value) for name, value in _plain(item.attempts).items()},
        item.case_id,
        json.loads(item.asked) if item.asked else {},
        item.reference or "",
        item.sent_to or "",
        item.done_at is not None,
    )


def _plain(value: Any) -> dict[str, str]:
    return {name: str(one) for name, one in (value.as_dict() if value is not None else {}).items()}


def _to_json(document: Document) -> str:
    return json.dumps(asdict(document), ensure_ascii=False)


def save_answers(draft_id: str, page_id: str, answers: dict[str, str]) -> None:
    """Keep a page's accepted answers; other pages of the draft are not touched. One call."""
    changes = [DraftItem.answers[name].set(value) for name, value in answers.items()]
    DraftItem(keys.draft(draft_id), keys.META).update(
        actions=[*changes, DraftItem.attempts[page_id].remove()], condition=DraftItem.done_at.does_not_exist()
    )


def keep_attempt(draft_id: str, page_id: str, typed: Typed) -> None:
    """Keep what was typed and refused, to show it again. One call."""
    text = json.dumps(typed, ensure_ascii=False)
    DraftItem(keys.draft(draft_id), keys.META).update(
        actions=[DraftItem.attempts[page_id].set(text)], condition=DraftItem.done_at.does_not_exist()
    )


def attach_file(draft_id: str, document: Document) -> None:
    """Keep a file that was handed in for its question, in place of an earlier one. One call."""
    DraftItem(keys.draft(draft_id), keys.META).update(
        actions=[DraftItem.files[document.field].set(_to_json(document))],
        condition=DraftItem.done_at.does_not_exist(),
    )


def detach_file(draft_id: str, field_id: str) -> None:
    """Forget the file of a question. One call."""
    DraftItem(keys.draft(draft_id), keys.META).update(
        actions=[DraftItem.files[field_id].remove()], condition=DraftItem.done_at.does_not_exist()
    )


def _finished(ctx: Context, reference: str, sent_to: str) -> list[Any]:
    return [
        DraftItem.done_at.set(clock.iso(ctx.now)),
        DraftItem.reference.set(reference),
        DraftItem.sent_to.set(sent_to),
        DraftItem.answers.set({}),
        DraftItem.files.set({}),
        DraftItem.attempts.set({}),
    ]


def finish_with(tx: TransactWrite, ctx: Context, draft_id: str, reference: str, sent_to: str) -> None:
    """Empty the draft and mark it sent, in the transaction that makes the case."""
    tx.update(DraftItem(keys.draft(draft_id), keys.META), actions=_finished(ctx, reference, sent_to))


def finish(ctx: Context, draft: Draft) -> None:
    """Empty the draft and mark it sent. One call; a repeat changes nothing that is shown."""
    DraftItem(keys.draft(draft.id), keys.META).update(actions=_finished(ctx, draft.reference, draft.sent_to))
