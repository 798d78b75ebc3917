"""What changed, for programs of the city: one small row in the transaction of each change of a case, without
anything personal. Programs read them in one order that never changes, and webhooks are told of them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from functions.adapters import queue as tasks
from functions.adapters.queue import Queue
from functions.cases.domain import Case
from functions.core import clock, keys
from functions.core.context import Context
from functions.core.errors import Invalid
from functions.core.i18n import N_
from functions.core.store import CityModel

KEEP = timedelta(days=90)
# A change is listed when it is so old: no function that writes one lives longer (the tasks worker a minute),
# so none can come before it any more.
SETTLED = timedelta(seconds=60)
PENDING = "pending"
TASK = "change"  # the kind of task that follows a change
LISTENER = "functions.api.webhooks:wanted"  # called with the context: does anybody want to be told?
_POSITION = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(#[0-9A-Za-z]{1,64}#\d{6})?")


class ChangeItem(CityModel):
    """One change. ``told`` is set while webhooks of the city are still to be told of it."""

    case_id = UnicodeAttribute()
    reference = UnicodeAttribute()
    kind = UnicodeAttribute()
    service = UnicodeAttribute(default="")
    department = UnicodeAttribute()
    action = UnicodeAttribute()
    state = UnicodeAttribute()
    version = NumberAttribute()
    at = UnicodeAttribute()
    told = UnicodeAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Change:
    """A change as programs see it. ``id`` is its place in the order."""

    id: str
    case: str
    reference: str
    kind: str
    service: str
    department: str
    action: str
    state: str
    version: int
    at: str


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the list. ``position`` is where to go on, always; ``more`` whether something waits there
    already."""

    changes: tuple[Change, ...]
    position: str
    more: bool


def note(tx: TransactWrite, ctx: Context, case: Case, action: str) -> str | None:
    """Add the row to the transaction of the change. Answers its id when a webhook of the city may want it:
    hand that to :func:`tell` after the commit.

    Its time is that of the writing, not the request's: the order must hold for who reads it meanwhile."""
    now = clock.now()
    at, wanted = clock.iso(now), _wanted(ctx)
    item = ChangeItem(
        keys.change_list(now), keys.change(at, case.id, case.version), case_id=case.id,
        reference=case.reference, kind=case.kind, service=case.service, department=case.department,
        action=action, state=case.state, version=case.version, at=at, told=PENDING if wanted else None,
        ttl=clock.epoch(now + KEEP),
    )  # fmt: skip
    tx.save(item)
    return str(item.sk) if wanted else None


def _wanted(ctx: Context) -> bool:
    module, _, name = LISTENER.partition(":")
    return bool(getattr(import_module(module), name)(ctx))


def tell(ctx: Context, change_id: str | None, delay: int = 0, queue: Queue | None = None) -> None:
    """After the commit: let the webhooks know. With a ``delay`` (seconds) it may be said before, too; a row
    that is not there is dropped."""
    if change_id:
        tasks.point(ctx.city.id, TASK, change_id, delay, queue)


def find(change_id: str) -> Change | None:
    """One change; None when it is gone, was never written or is no id. One call."""
    if not _POSITION.fullmatch(change_id) or "#" not in change_id:
        return None
    try:
        return _change(ChangeItem.get(_partition(change_id), change_id, consistent_read=True))
    except ChangeItem.DoesNotExist:
        return None


def mark_told(change_id: str) -> None:
    """Every webhook has its own row for it now."""
    try:
        ChangeItem(_partition(change_id), change_id).update(
            actions=[ChangeItem.told.remove()], condition=ChangeItem.pk.exists()
        )
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def untold(now: datetime, days: int = 3) -> Iterator[str]:
    """Ids of the changes of the last days of which webhooks were not told yet, oldest first."""
    for month in _months(clock.iso(now - timedelta(days=days)), clock.iso(now)):
        found = ChangeItem.query(
            month,
            ChangeItem.sk > clock.iso(now - timedelta(days=days)),
            filter_condition=ChangeItem.told == PENDING,
        )
        yield from (str(item.sk) for item in found)


def since(position: str, departments: tuple[str, ...], limit: int, now: datetime) -> Page:
    """Changes behind a position in the order of their times, as far as they are settled. ``limit`` rows are
    looked at, those of other departments left out. One call a month that has to be looked through."""
    until, more = clock.iso(now - SETTLED), False
    seen: list[Change] = []
    for month in _months(position, until):
        lower = position + "!" if "#" in position else position
        if lower >= until:
            break
        found = ChangeItem.query(
            month, ChangeItem.sk.between(lower, until), limit=limit - len(seen), consistent_read=True
        )
        seen += [_change(item) for item in found]
        if len(seen) >= limit:
            more = True
            break
    mine = tuple(change for change in seen if change.department in departments)
    return Page(mine, seen[-1].id if seen else position, more)


def start_of(moment: datetime | None, now: datetime) -> str:
    """The position of a moment; without one, of the oldest change that is kept."""
    oldest = now - KEEP
    return clock.iso(max(moment, oldest) if moment else oldest)


def to_cursor(position: str) -> str:
    """A position as programs get it: opaque."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def from_cursor(cursor: str) -> str:
    """The inverse; raises Invalid for anything that we did not give out."""
    try:
        position = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        clock.parse(position.partition("#")[0])
    except (binascii.Error, ValueError) as error:
        raise Invalid({"after": N_("This is no cursor of ours")}) from error
    if not _POSITION.fullmatch(position):
        raise Invalid({"after": N_("This is no cursor of ours")})
    return position


def _partition(change_id: str) -> str:
    return keys.change_list(clock.parse(change_id.partition("#")[0]))


def _months(first: str, last: str) -> Iterator[str]:
    """Partitions from the month of one time to that of another, at most those that are kept."""
    year, month = int(first[:4]), int(first[5:7])
    for _ in range(5):
        if (text := f"{year:04d}-{month:02d}") > last[:7]:
            return
        yield keys.change_list(clock.parse(f"{text}-01T00:00:00.000Z"))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _change(item: ChangeItem) -> Change:
    return Change(
        str(item.sk), item.case_id, item.reference, item.kind, item.service or "", item.department,
        item.action, item.state, int(item.version), item.at,
    )  # fmt: skip
