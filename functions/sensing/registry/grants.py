"""What a city gives out for a time: claim certificates and links for installers. Each has a name and an end,
can be ended before, and every change of it is an event of the audit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist

from functions.core import audit, clock
from functions.core.context import Context
from functions.core.errors import NotFound
from functions.core.store import CityModel, transaction

LIVE, ENDED = "live", "ended"


class GrantItem(CityModel):
    """What both have; the sort key is the id."""

    name = UnicodeAttribute()
    department = UnicodeAttribute(default="")
    until = UnicodeAttribute()
    made_at = UnicodeAttribute()
    made_by = UnicodeAttribute()
    state = UnicodeAttribute(default=LIVE)


Item = TypeVar("Item", bound=GrantItem)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """As the console shows it: moments in ISO, ``made_by`` a member of staff."""

    id: str
    name: str
    department: str
    until: str
    made_at: str
    made_by: str
    state: str

    def is_live(self, now: datetime) -> bool:
        """Whether it is still good for something."""
        return self.state == LIVE and clock.iso(now) < self.until


Kind = TypeVar("Kind", bound=Grant)


def shared(item: GrantItem) -> dict[str, Any]:
    """The fields of a :class:`Grant`."""
    return {
        "id": item.sk,
        "name": item.name,
        "department": item.department or "",
        "until": item.until,
        "made_at": item.made_at,
        "made_by": item.made_by,
        "state": item.state,
    }


def live(found: Iterable[Grant], now: datetime) -> int:
    """How many are still good for something."""
    return sum(one.is_live(now) for one in found)


def newest_first(found: Iterable[Kind]) -> list[Kind]:
    """In the order in which the console lists them."""
    return sorted(found, key=lambda one: one.made_at, reverse=True)


def get(model: type[Item], key: str, grant_id: str) -> Item:
    """One of them, as it is now. Raises NotFound."""
    try:
        return model.get(key, grant_id, consistent_read=True)
    except DoesNotExist as error:
        raise NotFound from error


def write(ctx: Context, item: GrantItem, chain_of: str, action: str, detail: dict[str, Any]) -> None:
    """With its event in the city's chain of these."""
    chain = audit.read_chain(chain_of, ctx.city.id)
    with transaction() as tx:
        tx.save(item)
        audit.append(tx, chain, action, ctx, detail)
        audit.close(tx, chain)
