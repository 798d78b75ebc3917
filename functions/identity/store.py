"""Staff records of a city: STAFF/<e-mail in lower case>."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from functions.core import keys
from functions.core.store import CityModel
from functions.identity.domain import HELPER, Staff


class StaffItem(CityModel):
    """One member. Written from the city's file only."""

    email = UnicodeAttribute()
    name = UnicodeAttribute()
    roles = JSONAttribute()
    departments = JSONAttribute()


def get(email: str) -> Staff | None:
    """The member with that address: one call, consistent, so that a removal works at the next request."""
    try:
        item = StaffItem.get(keys.STAFF, keys.staff(email), consistent_read=True)
    except StaffItem.DoesNotExist:
        return None
    return _member(item)


def every() -> list[Staff]:
    """All members, by address."""
    return [_member(item) for item in StaffItem.query(keys.STAFF, consistent_read=True)]


def _member(item: StaffItem) -> Staff:
    """Who only helps sees no department's cases, whatever the city's file says."""
    roles = tuple(item.roles)
    return Staff(item.email, item.name, roles, () if roles == (HELPER,) else tuple(item.departments))


def replace(records: Iterable[Mapping[str, Any]]) -> None:
    """Write the given members and remove all others."""
    wanted = {keys.staff(str(record["email"])): record for record in records}
    present = {item.sk for item in StaffItem.query(keys.STAFF, consistent_read=True)}
    for sk in sorted(present - wanted.keys()):
        StaffItem(keys.STAFF, sk).delete()
    with StaffItem.batch_write() as batch:
        for sk, record in wanted.items():
            batch.save(
                StaffItem(
                    keys.STAFF,
                    sk,
                    email=sk,
                    name=str(record["name"]),
                    roles=list(record.get("roles", ())),
                    departments=list(record.get("departments", ())),
                )
            )
