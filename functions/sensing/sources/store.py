"""Sources in the city's table: SOURCES/<id>, what each sent by day, and what was seen already. Models never
leave this file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from functions.core import clock, keys
from functions.core.store import CityModel
from functions.sensing.sources.domain import KEEP_COUNTS, KEEP_REVOKED, KEEP_SEEN, Source

_CONDITION = "ConditionalCheckFailedException"


class SourceItem(CityModel):
    """One source. ``shown`` is the generation whose secret has been seen by who made it."""

    kind = UnicodeAttribute()
    name = UnicodeAttribute()
    made_by = UnicodeAttribute()
    made_at = UnicodeAttribute()
    mapping = UnicodeAttribute(default="")
    shapes = JSONAttribute(null=True)
    generation = NumberAttribute(default=1)
    changed_by = UnicodeAttribute()
    changed_at = UnicodeAttribute()
    overlap_until = UnicodeAttribute(null=True)
    revoked_at = UnicodeAttribute(null=True)
    shown = NumberAttribute(default=0)


class DayItem(CityModel):
    """What a source sent on a day (UTC)."""

    taken = NumberAttribute(default=0)
    refused = NumberAttribute(default=0)
    last = UnicodeAttribute(default="")


class SeenItem(CityModel):
    """A message that has been dealt with."""


@dataclass(frozen=True)
class Day:
    """Messages taken and refused on a day, and when the last one came (ISO)."""

    day: str
    taken: int
    refused: int
    last: str


def _source(item: SourceItem) -> Source:
    return Source(
        item.sk, item.kind, item.name, item.made_by, item.made_at, item.mapping or "",
        tuple((rows, device) for rows, device in item.shapes or ()), int(item.generation),
        item.changed_at, item.overlap_until or "", item.revoked_at or "",
    )  # fmt: skip


def add(tx: TransactWrite, source: Source) -> None:
    """A new source in the caller's transaction."""
    item = SourceItem(
        keys.SOURCES, source.id, kind=source.kind, name=source.name, made_by=source.made_by,
        made_at=source.made_at, mapping=source.mapping, shapes=[list(one) for one in source.shapes],
        changed_by=source.made_by, changed_at=source.made_at,
    )  # fmt: skip
    tx.save(item, condition=SourceItem.pk.does_not_exist())


def get(source_id: str) -> Source | None:
    """One source, consistent, so that a revocation works at the next message. One call."""
    try:
        return _source(SourceItem.get(keys.SOURCES, source_id, consistent_read=True))
    except SourceItem.DoesNotExist:
        return None


def every() -> list[Source]:
    """All sources that are kept, the newest first. One call."""
    found = SourceItem.query(keys.SOURCES, consistent_read=True, scan_index_forward=False)
    return [_source(item) for item in found]


def renew(tx: TransactWrite, source: Source, by: str, now: datetime, overlap_until: str) -> None:
    """The next secret, in the caller's transaction; it fails when somebody else renewed or revoked first."""
    tx.update(
        SourceItem(keys.SOURCES, source.id),
        actions=[
            SourceItem.generation.set(source.generation + 1),
            SourceItem.overlap_until.set(overlap_until),
            SourceItem.changed_at.set(clock.iso(now)),
            SourceItem.changed_by.set(by),
        ],
        condition=(SourceItem.generation == source.generation) & SourceItem.revoked_at.does_not_exist(),
    )


def revoke(tx: TransactWrite, source_id: str, now: datetime) -> None:
    """In the caller's transaction; it fails for a source that is gone or revoked already."""
    tx.update(
        SourceItem(keys.SOURCES, source_id),
        actions=[
            SourceItem.revoked_at.set(clock.iso(now)),
            SourceItem.ttl.set(clock.epoch(now + KEEP_REVOKED)),
        ],
        condition=SourceItem.pk.exists() & SourceItem.revoked_at.does_not_exist(),
    )


def mark_shown(source: Source, by: str, since: datetime) -> bool:
    """True once for each secret, for the person who made it, and only if that was after ``since``."""
    try:
        SourceItem(keys.SOURCES, source.id).update(
            actions=[SourceItem.shown.set(source.generation)],
            condition=(SourceItem.changed_by == by)
            & (SourceItem.changed_at >= clock.iso(since))
            & (SourceItem.generation == source.generation)
            & (SourceItem.shown < source.generation)
            & SourceItem.revoked_at.does_not_exist(),
        )
    except UpdateError as error:
        if error.cause_response_code == _CONDITION:
            return False
        raise
    return True


def count(source_id: str, now: datetime, taken: int, refused: int) -> None:
    """Add to the day's counts."""
    moment = clock.iso(now)
    DayItem(keys.source(source_id), moment[:10]).update(
        actions=[
            DayItem.taken.add(taken),
            DayItem.refused.add(refused),
            DayItem.last.set(moment),
            DayItem.ttl.set(clock.epoch(now + KEEP_COUNTS)),
            DayItem.v.set(1),
        ]
    )


def days(sources: Sequence[Source], wanted: Sequence[str]) -> dict[str, list[Day]]:
    """What the sources sent on some days (ISO), by source. One call."""
    names = [(keys.source(one.id), day) for one in sources for day in wanted]
    found: dict[str, list[Day]] = {one.id: [] for one in sources}
    for item in DayItem.batch_get(names):
        found[item.pk.partition("#")[2]].append(
            Day(item.sk, int(item.taken), int(item.refused), item.last or "")
        )
    return {source_id: sorted(rows, key=lambda row: row.day) for source_id, rows in found.items()}


def is_seen(source_id: str, digest: str) -> bool:
    """Whether a message has been dealt with already. One call."""
    return SeenItem.count(keys.source_seen(source_id, digest), SeenItem.sk == keys.META) > 0


def mark_seen(source_id: str, digest: str, now: datetime) -> None:
    """Remember that a message has been dealt with."""
    ends = clock.epoch(now + KEEP_SEEN)
    SeenItem(keys.source_seen(source_id, digest), keys.META, ttl=ends).save()
