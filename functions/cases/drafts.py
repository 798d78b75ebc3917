"""Unfinished applications: one DRAFT item each, that ends by itself at the end of a day of the city.

A draft is opened by the signed cookie that its start set, or by its number and code, never by its id alone.
It stays, emptied, after it was sent, so that the confirmation can be shown again. Changing one:
functions/cases/saving.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from functions.cases.domain import Case, Channel, Document
from functions.core import clock, ids, keys
from functions.core.city import City
from functions.core.context import Context
from functions.core.store import CityModel, TextMap

Typed = dict[str, str]
Files = dict[str, tuple[Document, ...]]


class DraftItem(CityModel):
    """`answers` field id -> JSON of the answer, `files` file id -> JSON of a Document, `attempts` page id ->
    JSON of what was typed and not accepted, `stamps` page id -> the `rev` of its last save, `rev` counts
    changes.
    `about` says who applies how; `changes` what a new version of the form changed. `case_id` and `asked` are
    set when a case is being completed instead of a new one made."""

    service = UnicodeAttribute()
    lang = UnicodeAttribute()
    definition = UnicodeAttribute(default="")
    answers = TextMap(default=dict)
    files = TextMap(default=dict)
    attempts = TextMap(default=dict)
    stamps = JSONAttribute(default=dict)
    rev = NumberAttribute(default=0)
    about = JSONAttribute(null=True)
    changes = JSONAttribute(null=True)
    number = UnicodeAttribute(null=True)
    mail_to = UnicodeAttribute(null=True)
    case_id = UnicodeAttribute(null=True)
    asked = UnicodeAttribute(null=True)
    reference = UnicodeAttribute(null=True)
    sent_to = UnicodeAttribute(null=True)
    done_at = UnicodeAttribute(null=True)


@dataclass(frozen=True, slots=True)
class About:
    """Who applies, for whom and how. `by` is the staff member who types for somebody else, `person` the
    signed-in person's id, `applicant` one of the definition's applicants, `for_name` their name when it is
    somebody else, `ground` by what right."""

    channel: Channel = "online"
    by: str = ""
    person: str = ""
    applicant: str = "self"
    for_name: str = ""
    ground: str = ""


@dataclass(frozen=True)
class Draft:
    """A draft as read. `answers` are JSON values, `files` documents by field id. `asked` maps the questions
    of a completion to the clerk's words; it is empty for a new one."""

    id: str
    service: str
    definition: str
    answers: dict[str, Any]
    files: Files
    ends: datetime
    attempts: dict[str, Typed] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)
    rev: int = 0
    about: About = About()
    changes: dict[str, list[str]] = field(default_factory=dict)
    lang: str = "en"
    number: str = ""
    mail_to: str = ""
    reminder: bool = False
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

    def with_answers(self, answers: Mapping[str, Any]) -> Draft:
        """The same with these answers; None takes one away."""
        merged = {**self.answers, **answers}
        return replace(self, answers={name: value for name, value in merged.items() if value is not None})


def ends_after(city: City, now: datetime, days: int) -> datetime:
    """The last second of the day in the city that is `days` after today. Counted in calendar days, so a
    change of the clocks moves nothing."""
    zone = ZoneInfo(city.zone)
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def start_draft(
    ctx: Context,
    service: str,
    days: int,
    about: About | None = None,
    answers: Mapping[str, Any] | None = None,
) -> str:
    """A new draft of the service's present definition that ends after `days`, with the answers that were
    given before the start; one call."""
    draft_id = ids.new_id(ctx.now)
    definition = str((ctx.city.service(service) or {}).get("digest", ""))
    given = {name: to_json(value) for name, value in (answers or {}).items() if value is not None}
    _write(ctx, draft_id, service, days, definition=definition, about=asdict(about or About()), answers=given)
    return draft_id


def start_completion(ctx: Context, case: Case, days: int, by: str = "") -> str:
    """A draft for what a clerk asked for, filled with the answers of the case and on the definition that the
    case began with; one call. `by` is who types it for the applicant at the counter."""
    draft_id = ids.new_id(ctx.now)
    _write(
        ctx,
        draft_id,
        case.service,
        days,
        definition=case.definition,
        answers={name: to_json(value) for name, value in case.answers.items()},
        files={document.id: to_json(asdict(document)) for document in case.documents},
        about=asdict(About(channel=case.channel, by=by)),
        case_id=case.id,
        asked=to_json({item.field: item.note for item in case.missing}),
        reference=case.reference,
    )
    return draft_id


def _write(ctx: Context, draft_id: str, service: str, days: int, **more: Any) -> None:
    ends = clock.epoch(ends_after(ctx.city, ctx.now, days))
    item = DraftItem(keys.draft(draft_id), keys.META, service=service, lang=ctx.lang, ttl=ends, **more)
    item.save(condition=DraftItem.pk.does_not_exist())


def find_draft(ctx: Context, draft_id: str) -> Draft | None:
    """The draft, or None when there is none or it has ended (the table removes ended items late); one
    call."""
    found = read_draft(draft_id)
    return found if found and found.ends >= ctx.now.replace(microsecond=0) else None


def read_draft(draft_id: str) -> Draft | None:
    """The draft, ended or not, or None when there is none; one call."""
    try:
        item = DraftItem.get(keys.draft(draft_id), keys.META, consistent_read=True)
    except DraftItem.DoesNotExist:
        return None
    return _draft_of(draft_id, item)


def _draft_of(draft_id: str, item: DraftItem) -> Draft:
    files: Files = {}
    for _, raw in sorted(_plain(item.files).items()):
        document = Document(**raw)
        files[document.field] = (*files.get(document.field, ()), document)
    return Draft(
        draft_id,
        item.service,
        item.definition,
        _plain(item.answers),
        files,
        datetime.fromtimestamp(int(item.ttl or 0), UTC),
        _plain(item.attempts),
        dict(item.stamps),
        int(item.rev),
        About(**(item.about or {})),
        item.changes or {},
        item.lang,
        item.number or "",
        item.mail_to or "",
        item.list_key is not None,
        item.case_id,
        json.loads(item.asked) if item.asked else {},
        item.reference or "",
        item.sent_to or "",
        item.done_at is not None,
    )


def _plain(value: Mapping[str, str]) -> dict[str, Any]:
    return {name: json.loads(text) for name, text in value.items()}


def to_json(value: Any) -> str:
    """A value as it is kept inside a draft."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _finished(ctx: Context, reference: str, sent_to: str) -> list[Any]:
    return [
        DraftItem.done_at.set(clock.iso(ctx.now)),
        DraftItem.reference.set(reference),
        DraftItem.sent_to.set(sent_to),
        DraftItem.answers.set({}),
        DraftItem.files.set({}),
        DraftItem.attempts.set({}),
        DraftItem.mail_to.remove(),
        DraftItem.list_key.remove(),
        DraftItem.list_sort.remove(),
    ]


def finish_with(tx: TransactWrite, ctx: Context, draft: Draft, reference: str, sent_to: str) -> None:
    """Empty the draft and mark it sent, in the transaction that makes the case, on the condition that nothing
    was saved since it was read: what another device has just been told is kept must be in the case."""
    unchanged = (
        DraftItem.rev == draft.rev if draft.rev else DraftItem.rev.does_not_exist() | (DraftItem.rev == 0)
    )
    tx.update(
        DraftItem(keys.draft(draft.id), keys.META),
        actions=_finished(ctx, reference, sent_to),
        condition=unchanged & DraftItem.done_at.does_not_exist(),
    )


def finish(ctx: Context, draft: Draft) -> None:
    """Empty the draft and mark it sent. One call; a repeat changes nothing that is shown."""
    DraftItem(keys.draft(draft.id), keys.META).update(actions=_finished(ctx, draft.reference, draft.sent_to))
