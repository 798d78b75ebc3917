"""Finds cities. The only module that makes a ``City``; holding one is the right to open its scope.

What was found is kept for 30 seconds at most; a configuration for as long as it is the active one and
nothing new was decided about the rules in it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Any, TypeVar

from functions.core.city import CITY_ID, City, Compiled, seal
from functions.core.errors import NotFound
from functions.core.scope import platform_scope, tenant_scope
from functions.tenancy import store
from functions.tenancy.domain import LIVE, CityRow
from functions.tenancy.rule_decisions import lay_over

T = TypeVar("T")
KEEP_SECONDS = 30.0
KEEP_CITIES = 512
_lock = threading.Lock()
_found: OrderedDict[str, tuple[float, City]] = OrderedDict()
_unknown: OrderedDict[str, float] = OrderedDict()  # apart, so that guessing names pushes no city out


def find_city(city_id: str) -> City | None:
    """The live city with that id, or None. Two reads at most, none within 30 seconds of the last."""
    if not CITY_ID.fullmatch(city_id):
        return None
    now = time.monotonic()
    with _lock:
        kept, unknown_until = _found.get(city_id), _unknown.get(city_id, 0.0)
    if kept and kept[0] > now:
        return kept[1]
    if unknown_until > now:
        return None
    city = _load(city_id, kept[1] if kept else None)
    with _lock:
        _found.pop(city_id, None)
        if city is None:
            _keep(_unknown, city_id, now + KEEP_SECONDS)
        else:
            _unknown.pop(city_id, None)
            _keep(_found, city_id, (now + KEEP_SECONDS, city))
    return city


def _keep(kept: OrderedDict[str, T], city_id: str, value: T) -> None:
    """The oldest are dropped."""
    kept[city_id] = value
    kept.move_to_end(city_id)
    while len(kept) > KEEP_CITIES:
        kept.popitem(last=False)


def _load(city_id: str, known: City | None) -> City | None:
    with platform_scope("find a city"):
        row = store.read_row(city_id)
    if row is None or row.state != LIVE:
        return None
    bare = city_before_live(row)
    if not row.active:
        return bare
    with tenant_scope(bare):  # the purpose of the pages, so that they share its session
        if known and _is_of(known, row) and _decided(known) == store.decided():
            return known
        config, decisions, number = store.read_live(row.active)
    return _seal(row, lay_over(_there(row, config), decisions, number))


def _seal(row: CityRow, config: Compiled) -> City:
    return seal(row.id, row.state, config, row.active, row.created_at)


def _is_of(city: City, row: CityRow) -> bool:
    """Whether it is the same configuration of the same city: another one may have had the id before."""
    return (city.version, city.created) == (row.active, row.created_at)


def _decided(city: City) -> int:
    return int(city.config.get("devices", {}).get("decided", 0))


def _there(row: CityRow, config: dict[str, Any] | None) -> dict[str, Any]:
    if config is None:
        raise LookupError(f"configuration {row.active} of {row.id} is not in its table")
    return config


def _with_config(row: CityRow) -> City:
    """The city with its active configuration as its file says it; an empty one before the first is live."""
    bare = city_before_live(row)
    if not row.active:
        return bare
    with tenant_scope(bare):
        record = store.read_config(row.active)
    return _seal(row, _there(row, record.config if record else None))


def city_for_admin(city_id: str) -> City:
    """A city in whatever state, read afresh, as its file says it. Raises NotFound."""
    if not CITY_ID.fullmatch(city_id):
        raise NotFound("There is no city of that name")
    with platform_scope("administer a city"):
        row = store.read_row(city_id)
    if row is None:
        raise NotFound("There is no city of that name")
    return _with_config(row)


def city_before_live(row: CityRow) -> City:
    """For onboarding: the city of a row, without its configuration."""
    return _seal(row, {"names": row.names, "languages": row.languages})


def live_city_ids() -> list[str]:
    """Ids of the cities that are live; reads the registry's list only."""
    with platform_scope("list the live cities"):
        return list(store.city_ids(LIVE))


def live_city_names() -> list[tuple[str, dict[str, str], list[str]]]:
    """``(id, names, languages)`` of the live cities by id; reads the registry's list only."""
    with platform_scope("list the live cities"):
        return [
            (city_id, names, languages)
            for city_id, state, names, languages in store.read_list()
            if state == LIVE
        ]


def live_bare_cities() -> list[City]:
    """Every live city by id, without its configuration: enough to open its scope. Reads the registry's list
    only."""
    return [
        seal(city_id, LIVE, {"names": names, "languages": languages}, 0)
        for city_id, names, languages in live_city_names()
    ]


def forget(city_id: str | None = None) -> None:
    """Drop what is kept, for one city or for all: after an apply in the same process, and in tests."""
    with _lock:
        for kept in (_found, _unknown):
            if city_id is None:
                kept.clear()
            else:
                kept.pop(city_id, None)
