"""From alarms to incidents: alarms of one kind in one place, on one department's list, are one incident while
it is open.

``INCIDENTS`` holds a row per open incident with the places of its sensors, and one per department and kind
that counts how many were opened: two workers that open at the same moment cannot both, so the slower one
joins. ``n`` of an incident's row counts the places that were written, so that of two that join at the same
moment the slower one looks again. A row that nothing joined for 90 days ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.cases import incidents as cases
from functions.core import clock, ids, keys, limits
from functions.core.context import Actor, Context
from functions.core.errors import Conflict, RateLimited
from functions.core.store import CityModel, contended, failed_conditions, transaction
from functions.sensing.alarms import definitions, store
from functions.sensing.alarms.domain import OUT_OF_USE, RULE_GONE, WITHDRAWN, Alarm, near
from functions.sensing.alarms.writing import TRIES, again
from functions.sensing.registry.domain import Device

PER_DAY = 1000
DAY_S = 86_400
STALE = timedelta(days=1)  # an alarm that was over before, when we learn of it, opens nothing
ROWS_SHOWN = 8
OVER_LIMIT = "over-limit"
PLACES = 100
KEPT = timedelta(days=90)


class OpenItem(CityModel):
    """An open incident's row, or (no ``case``) the counter of a department's kind."""

    case = JSONAttribute(null=True)
    places = JSONAttribute(null=True)
    n = NumberAttribute(default=0)


def link(ctx: Context, device: Device, alarm: Alarm) -> Alarm:
    """Put the alarm on its incident, opening one when none is near; the alarm as it is then. Doing it twice
    changes nothing. Raises Conflict when too many others write."""
    if alarm.case:
        return _update(ctx, device, alarm)
    if alarm.note or alarm.state == WITHDRAWN or _is_stale(ctx, alarm):
        return alarm
    try:
        limits.hit("alarms-day", ctx.city.limit("alarms_per_day", PER_DAY), DAY_S)
    except RateLimited:
        again(lambda tx: store.put(tx, replace(alarm, note=OVER_LIMIT)))
        return replace(alarm, note=OVER_LIMIT, version=alarm.version + 1)
    return _link(ctx, device, alarm)


def _link(ctx: Context, device: Device, alarm: Alarm) -> Alarm:
    """Join or open by one and the same list of what is open: a writer that was faster makes it look again."""
    for _ in range(TRIES):
        rows = _open_rows(_group(alarm))
        joined = _join(ctx, device, alarm, rows)
        if joined is not None:
            return joined
        try:
            return _open(ctx, device, alarm, next((int(row.n) for row in rows if not row.case), 0))
        except TransactWriteError as error:
            if not (failed_conditions(error) or contended(error)):
                raise
    raise Conflict


def _is_stale(ctx: Context, alarm: Alarm) -> bool:
    return not alarm.active and _moment(alarm.episode.cleared or 0) < ctx.now - STALE


def _update(ctx: Context, device: Device, alarm: Alarm) -> Alarm:
    noted = replace(alarm, noted=not alarm.active)
    entry = entry_of(ctx, device, alarm)
    cases.note_alarm(_speaker(ctx, device), alarm.case, entry, lambda tx: None, new=False)
    if noted.noted == alarm.noted:
        return alarm
    again(lambda tx: store.put(tx, noted))
    return replace(noted, version=alarm.version + 1)


def _join(ctx: Context, device: Device, alarm: Alarm, rows: list[OpenItem]) -> Alarm | None:
    here, entry = _place(ctx, device), entry_of(ctx, device, alarm)
    for row in rows:
        if not row.case or not any(near(here, place) for place in row.places or ()):
            continue
        case_id = str(row.case)
        linked = replace(alarm, case=case_id, noted=not alarm.active)
        first = [row]

        def also(
            tx: TransactWrite, linked: Alarm = linked, first: list[OpenItem] = first, sk: str = row.sk
        ) -> None:
            seen = first.pop() if first else _row(sk)  # when a try fails, as the row is by then
            _write(tx, ctx, linked)
            places = [one for one in seen.places if one.get("thing") != device.thing][-PLACES:]
            _save_row(tx, ctx, sk, case=linked.case, places=[*places, here], n=int(seen.n or 0))

        if cases.note_alarm(_speaker(ctx, device), case_id, entry, also, new=True):
            return store.get(alarm.thing, alarm.rule)
        OpenItem(keys.INCIDENTS, row.sk).delete()
    return None


def _open(ctx: Context, device: Device, alarm: Alarm, count: int) -> Alarm:
    """A new incident, unless another worker has opened one of this kind since they were ``count``."""
    case_id = ids.new_id(ctx.now)
    linked = replace(alarm, case=case_id, noted=not alarm.active)
    entry = entry_of(ctx, device, alarm)
    opened = cases.Alarm(
        case_id, alarm.thing, alarm.rule, alarm.title, alarm.department, alarm.episode.severity,
        {"alarms": [entry], "more": 0},
    )  # fmt: skip

    with transaction() as tx:
        cases.open_incident(tx, _speaker(ctx, device), opened)
        _write(tx, ctx, linked)
        group = _group(alarm)
        _save_row(tx, ctx, f"{group}{case_id}", case=case_id, places=[_place(ctx, device)], n=0)
        _save_row(tx, ctx, group, n=count)
    return replace(linked, version=alarm.version + 1)


def _save_row(tx: TransactWrite, ctx: Context, sk: str, *, n: int, **more: Any) -> None:
    """A row after its ``n``-th writing; the transaction fails when somebody else was faster."""
    unchanged = OpenItem.n == n if n else OpenItem.pk.does_not_exist()
    tx.save(
        OpenItem(keys.INCIDENTS, sk, n=n + 1, ttl=clock.epoch(ctx.now + KEPT), **more), condition=unchanged
    )


def _write(tx: TransactWrite, ctx: Context, alarm: Alarm) -> None:
    store.put(tx, alarm)
    store.put_episode(tx, alarm, alarm.episode, clock.epoch(ctx.now))


def _group(alarm: Alarm) -> str:
    """Whose alarms of which kind: another department's clerks cannot open the incident."""
    return f"{alarm.department}#{alarm.kind}#"


def _open_rows(group: str) -> list[OpenItem]:
    found = OpenItem.query(keys.INCIDENTS, OpenItem.sk.startswith(group), consistent_read=True)
    return list(found)


def _row(sk: str) -> OpenItem:
    try:
        return OpenItem.get(keys.INCIDENTS, sk, consistent_read=True)
    except OpenItem.DoesNotExist:
        return OpenItem(keys.INCIDENTS, sk, places=[], n=0)


def _place(ctx: Context, device: Device) -> dict[str, Any]:
    """Where an incident is. Two people who call for help are two, though they live in one house."""
    if definitions.profile_of(ctx, device.profile).get("emergency"):
        return {"thing": device.thing}
    place = device.place
    return {"thing": device.thing, "lat": place.lat, "lon": place.lon, "area": place.area}


def entry_of(ctx: Context, device: Device, alarm: Alarm) -> dict[str, Any]:
    """The alarm as an incident keeps it (functions/cases/incidents.py)."""
    episode = alarm.episode
    rule = definitions.rule_of(ctx, device.thing, device.profile, alarm.rule)
    quantity, compared = definitions.quantities_of(ctx, device.profile, rule, episode.metric)
    same = quantity.get("unit") == compared.get("unit")  # per cent would stand beside readings
    names = definitions.names_of(ctx, device.thing)
    entry: dict[str, Any] = {
        "thing": device.thing,
        "names": dict(names) if names else {},
        "name": device.title,
        "rule": alarm.rule,
        "title": dict(rule.get("title") or {}),
        "metric": episode.metric,
        "metric_names": dict(quantity.get("names") or {}),
        "unit": quantity.get("unit"),
        "value": episode.value if same else episode.rows[-1][1],
        "level": episode.limit if same else None,
        "severity": episode.severity,
        "raised": episode.raised,
        "at": clock.iso(_moment(episode.raised)),
        "rows": [[clock.iso(_moment(at)), value] for at, value, _ in episode.rows[-ROWS_SHOWN:]],
    }
    if episode.withdrawn:
        entry["withdrawn"] = True
    elif episode.cleared is not None:
        last = episode.closing[-1][1] if episode.closing else None
        entry["cleared"] = {"at": clock.iso(_moment(episode.cleared)), "value": last}
        if alarm.note in (OUT_OF_USE, RULE_GONE):
            entry["ended"] = alarm.note
    return entry


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _speaker(ctx: Context, device: Device) -> Context:
    return Context(ctx.city, Actor("device", device.thing), ctx.lang, ctx.now, ctx.request_id)
