"""Alarms in the city's table: ``ALARM#<thing>`` holds for each rule META (what it is now, in the index of its
department) and its episodes. Models never leave this file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from functions.core import keys
from functions.core.store import CityModel
from functions.sensing.alarms.domain import ACTIVE, Alarm, Episode, rank

EPISODES_SHOWN = 25
LISTED_AT_MOST = 200
YEAR_S = 366 * 86_400


class AlarmItem(CityModel):
    """The alarm of a rule on a device. The index carries a fixed set of names (functions/core/store.py):
    ``group`` is the severity, ``due_at`` from when people are told, ``service`` the incident, ``reference``
    who acknowledged."""

    state = UnicodeAttribute()
    severity = UnicodeAttribute(attr_name="group")
    kind = UnicodeAttribute(default="")
    title = UnicodeAttribute(default="")
    since_iso = UnicodeAttribute(attr_name="submitted_at")
    tell_at = UnicodeAttribute(attr_name="due_at", null=True)
    case = UnicodeAttribute(attr_name="service", null=True)
    by = UnicodeAttribute(attr_name="reference", null=True)
    version = NumberAttribute(attr_name="seq", default=1)
    department = UnicodeAttribute(default="")
    at = UnicodeAttribute(null=True)
    noted = NumberAttribute(default=0)
    reminders = NumberAttribute(default=0)
    note = UnicodeAttribute(null=True)
    profile = UnicodeAttribute(default="")
    name = UnicodeAttribute(default="")
    episode = JSONAttribute()


class EpisodeItem(CityModel):
    """One time that the rule was raised, with the readings that did it."""

    body = JSONAttribute()
    by = UnicodeAttribute(null=True)
    at = UnicodeAttribute(null=True)
    case = UnicodeAttribute(null=True)


@dataclass(frozen=True)
class Listed:
    """A line of the list: what the index carries."""

    thing: str
    rule: str
    state: str
    severity: str
    kind: str
    title: str
    since_iso: str
    tell_at: str
    case: str
    by: str

    @property
    def key(self) -> str:
        """As :attr:`Alarm.key`."""
        return f"{self.thing}.{self.rule}"


@dataclass(frozen=True)
class PastEpisode:
    """An episode as it is kept, with who acknowledged it and its incident."""

    episode: Episode
    by: str
    at: str
    case: str


def get_many(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Alarm]:
    """Alarms by (thing, rule), as they are at this moment: one call per hundred."""
    wanted = [(keys.alarms(thing), keys.alarm_now(rule)) for thing, rule in dict.fromkeys(pairs)]
    found = AlarmItem.batch_get(wanted, consistent_read=True) if wanted else ()
    return {(alarm.thing, alarm.rule): alarm for item in found for alarm in [_alarm(item)]}


def get(thing: str, rule: str) -> Alarm | None:
    """One alarm."""
    return get_many([(thing, rule)]).get((thing, rule))


def get_with_past(
    thing: str, rule: str, episodes: int = EPISODES_SHOWN
) -> tuple[Alarm | None, list[PastEpisode]]:
    """An alarm and its last episodes, the newest first: one call."""
    connection = AlarmItem._get_connection()
    answer = connection.query(
        keys.alarms(thing), AlarmItem.sk.startswith(keys.alarm_prefix(rule)), scan_index_forward=False,
        limit=episodes + 1, consistent_read=True,
    )  # fmt: skip
    now: Alarm | None = None
    past = []
    for raw in answer["Items"]:
        if raw["sk"]["S"] == keys.alarm_now(rule):
            now = _alarm(AlarmItem.from_raw_data(raw))
        else:
            past.append(_past(EpisodeItem.from_raw_data(raw)))
    return now, past


def episodes_since(thing: str, rule: str, since_ms: int) -> list[Episode]:
    """The kept episodes of a rule that were raised at or after a moment, in order: one call."""
    found = EpisodeItem.query(
        keys.alarms(thing),
        EpisodeItem.sk.between(keys.alarm_episode(rule, since_ms), keys.alarm_episode(rule, 10**15 - 1)),
        consistent_read=True,
    )
    return [_past(item).episode for item in found]


def put(tx: TransactWrite, alarm: Alarm, listed: bool = True) -> None:
    """Store an alarm as it follows from the version that was read; the transaction fails when somebody else
    was faster. One operation."""
    unchanged = AlarmItem.version == alarm.version if alarm.version else AlarmItem.pk.does_not_exist()
    tx.save(_item(replace(alarm, version=alarm.version + 1), listed), condition=unchanged)


def put_episode(tx: TransactWrite, alarm: Alarm, episode: Episode, now_s: int) -> None:
    """Store an episode; it ends a year later. One operation."""
    mine = episode.raised == alarm.episode.raised
    tx.save(
        EpisodeItem(
            keys.alarms(alarm.thing), keys.alarm_episode(alarm.rule, episode.raised), body=asdict(episode),
            by=(mine and alarm.by) or None, at=(mine and alarm.at) or None, case=(mine and alarm.case) or
            None, ttl=now_s + YEAR_S,
        )
    )  # fmt: skip


def require(tx: TransactWrite, thing: str, rule: str, version: int) -> None:
    """Let the transaction fail when an alarm is not as it was read (0: there was none). One operation."""
    unchanged = AlarmItem.version == version if version else AlarmItem.pk.does_not_exist()
    tx.condition_check(AlarmItem, keys.alarms(thing), keys.alarm_now(rule), condition=unchanged)


def delete_episode(tx: TransactWrite, thing: str, rule: str, raised_ms: int) -> None:
    """Forget an episode that now begins at another moment. One operation."""
    tx.delete(EpisodeItem(keys.alarms(thing), keys.alarm_episode(rule, raised_ms)))


def list_open(department: str, limit: int = LISTED_AT_MOST) -> list[Listed]:
    """The active alarms of a department, the worst first, then the oldest: one call."""
    return _list(department, "0#", forward=True, limit=limit)


def list_closed(department: str, limit: int = LISTED_AT_MOST, since_iso: str = "") -> list[Listed]:
    """The alarms that are over, the last one first: one call."""
    return _list(department, f"1#{since_iso}" if since_iso else "1#", forward=False, limit=limit)


def _list(department: str, start: str, *, forward: bool, limit: int) -> list[Listed]:
    found = AlarmItem.listed.query(
        keys.alarm_list(department), AlarmItem.list_sort.between(start, f"{start[:2]}~"),
        scan_index_forward=forward, limit=limit,
    )  # fmt: skip
    return [_listed(item) for item in found]


def _listed(item: AlarmItem) -> Listed:
    return Listed(
        item.pk.partition("#")[2], item.sk.partition("#")[0], item.state, item.severity, item.kind or "",
        item.title or "", item.since_iso, item.tell_at or "", item.case or "", item.by or "",
    )  # fmt: skip


def _item(alarm: Alarm, listed: bool) -> AlarmItem:
    item = AlarmItem(
        keys.alarms(alarm.thing), keys.alarm_now(alarm.rule), state=alarm.state,
        severity=alarm.episode.severity, kind=alarm.kind, title=alarm.title, since_iso=alarm.since_iso,
        tell_at=alarm.tell_at or None, case=alarm.case or None, by=alarm.by or None, version=alarm.version,
        department=alarm.department, at=alarm.at or None, noted=int(alarm.noted), reminders=alarm.reminders,
        note=alarm.note or None,
        profile=alarm.profile, name=alarm.name, episode=asdict(alarm.episode),
    )  # fmt: skip
    if listed and alarm.department:
        item.list_key = keys.alarm_list(alarm.department)
        item.list_sort = _sort(alarm)
    return item


def _sort(alarm: Alarm) -> str:
    if alarm.state in ACTIVE:
        return f"0#{9 - rank(alarm.episode.severity)}#{alarm.since_iso}#{alarm.key}"
    return f"1#{alarm.since_iso}#{alarm.key}"


def _alarm(item: AlarmItem) -> Alarm:
    return Alarm(
        item.pk.partition("#")[2], item.sk.partition("#")[0], item.state, _episode(item.episode),
        item.department or "", item.kind or "", item.title or "", item.since_iso, item.tell_at or "",
        item.by or "", item.at or "", item.case or "", bool(item.noted), int(item.reminders or 0),
        item.note or "", item.profile or "", item.name or "", int(item.version),
    )  # fmt: skip


def _episode(body: dict[str, Any]) -> Episode:
    many = {name: tuple(tuple(row) for row in body.get(name) or ()) for name in ("rows", "steps", "closing")}
    return Episode(**{**body, **many})


def _past(item: EpisodeItem) -> PastEpisode:
    return PastEpisode(_episode(item.body), item.by or "", item.at or "", item.case or "")
