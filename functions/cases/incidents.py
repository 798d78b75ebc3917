"""An incident that a sensor's alarm opens, and the alarms on it: each is noted once with its readings,
becomes worse and ends in place.

``evidence`` of such a case is ``{"alarms": [entry, ...], "more": n}``. An entry is plain JSON: ``thing``,
``names``, ``rule``, ``title``, ``metric``, ``metric_names``, ``unit``, ``value``, ``level``, ``severity``,
``raised`` (ms), ``at`` (ISO), ``rows`` ([ISO, value]...), and when it ended ``cleared`` {at, value} or
``withdrawn``; ``ended`` ("out-of-use", "rule-gone") when no reading ended it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pynamodb.transactions import TransactWrite

from functions.cases import changes
from functions.cases.domain import Case
from functions.cases.store import CaseFile
from functions.cases.writing import Outcome, change_case, put_new
from functions.core import clock, ids, usage
from functions.core.context import Context
from functions.core.errors import NotFound

Entry = Mapping[str, Any]
SHOWN = 50  # alarms with readings on one incident; more are counted
SEVERITIES = ("low", "medium", "high", "critical")
Also = Callable[[TransactWrite], None]
COMMITTED = 20  # seconds by which a caller's transaction is written, or never


@dataclass(frozen=True)
class Alarm:
    """What raised an incident. ``evidence`` holds the readings that did, for the console."""

    id: str
    thing: str
    rule: str
    title: str
    department: str
    severity: str
    evidence: dict[str, Any]


def open_incident(tx: TransactWrite, ctx: Context, alarm: Alarm) -> Case:
    """Add a new incident to the caller's transaction. ``alarm.id`` becomes the case's id: opening twice
    fails."""
    case = Case(
        id=alarm.id,
        kind="incident",
        reference=ids.new_reference(),
        state="open",
        department=alarm.department,
        title=alarm.title,
        submitted_at=clock.iso(ctx.now),
        version=1,
        thing=alarm.thing,
        rule=alarm.rule,
        severity=alarm.severity,
        evidence=alarm.evidence,
    )
    change = put_new(tx, ctx, case, "opened", {"thing": alarm.thing, "rule": alarm.rule})
    changes.tell(ctx, change, COMMITTED)
    usage.add_to(tx, "incidents", 1, ctx.now)
    return case


def note_alarm(ctx: Context, case_id: str, entry: Entry, also: Also, *, new: bool) -> bool:
    """Put an alarm's present state on an incident, with what ``also`` adds to the transaction. The same again
    changes nothing. False, with nothing written, for an incident that is gone, and with ``new`` also for one
    that is resolved or belongs to nobody's sensor."""
    state = {"taken": True}

    def step(tx: TransactWrite, found: CaseFile) -> Outcome | None:
        case, action = found.case, "alarm_noted"
        if new and (case.state == "resolved" or "alarms" not in case.evidence):
            state["taken"] = False
            return None
        noted, action = _noted(case, entry)
        if noted is None:
            return None
        also(tx)
        return noted, action, {"thing": entry["thing"], "rule": entry["rule"]}, None

    try:
        change_case(ctx, case_id, step)
    except NotFound:
        return False
    return state["taken"]


def _noted(case: Case, entry: Entry) -> tuple[Case | None, str]:
    alarms: list[Entry] = list(case.evidence.get("alarms") or ())
    more = int(case.evidence.get("more") or 0)
    place = next((n for n, one in enumerate(alarms) if _same(one, entry)), None)
    if place is not None:
        if alarms[place] == entry:
            return None, ""
        action = _action(alarms[place], entry)
        alarms[place] = entry
    elif len(alarms) >= SHOWN:
        action, more = "alarm_noted", more + 1
    else:
        action = "alarm_noted"
        alarms.append(entry)
    return replace(case, **_summary(case, alarms), evidence={"alarms": alarms, "more": more}), action


def _same(one: Entry, other: Entry) -> bool:
    return all(one[name] == other[name] for name in ("thing", "rule", "raised"))


def _action(before: Entry, after: Entry) -> str:
    if after.get("withdrawn"):
        return "alarm_withdrawn"
    if after.get("cleared") and not before.get("cleared"):
        return "alarm_ended" if after.get("ended") else "cleared"
    return "alarm_changed"


def _summary(case: Case, alarms: Sequence[Entry]) -> dict[str, Any]:
    """The incident is as bad as its worst alarm ever was; its sensors are back to normal when all of them
    are."""
    worst = max([case.severity, *(one["severity"] for one in alarms)], key=_rank)
    ends = [one["cleared"]["at"] for one in alarms if one.get("cleared")]
    over = all(one.get("cleared") or one.get("withdrawn") for one in alarms)
    return {"severity": worst, "cleared_at": max(ends, default=case.submitted_at) if over else None}


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1
