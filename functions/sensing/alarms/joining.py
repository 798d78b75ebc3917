"""Rules that look at two others: raised while both are, on one device or on two.

Their episodes follow from the episodes of the two, so that it does not matter in which order those came
about, nor whether both rose and ended before anybody looked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from functions.core import clock
from functions.core.context import Context
from functions.sensing.alarms import definitions, opening, store
from functions.sensing.alarms.definitions import Definition
from functions.sensing.alarms.domain import Alarm, Episode
from functions.sensing.domain import Reading
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import RETIRED, REVOKED, Device
from functions.sensing.rules.domain import Change
from functions.sensing.rules.intervals import beside

if TYPE_CHECKING:
    from pynamodb.transactions import TransactWrite

LOOKED_AT = 60  # of the newest episodes of each of the two
LOOKED_BACK_MS = 300 * 86_400_000  # less than the year for which episodes are kept


def check(ctx: Context, device: Device, rule_id: str) -> None:
    """See to every ``both`` that looks at a rule of this device which has just changed."""
    for host, rule in definitions.joined_rules(ctx, device.thing, device.profile, rule_id):
        on = device if host == device.thing else registry.find(host)
        if on is not None and on.state not in (RETIRED, REVOKED):
            _check(ctx, on, rule)


def _check(ctx: Context, host: Device, rule: Definition) -> None:
    from functions.sensing.alarms.writing import again

    parts = [(definitions.thing_of_part(ctx, host.thing, part), part) for part in rule["both"]]

    def write(tx: TransactWrite) -> opening.After:
        found = [store.get_with_past(*part, episodes=LOOKED_AT) for part in parts]
        kept = [_kept(alarm, [one.episode for one in past]) for alarm, past in found]
        since = clock.epoch(ctx.now) * 1000 - LOOKED_BACK_MS
        since = max([since, *(own[0].raised for own in kept if len(own) >= LOOKED_AT)])
        standing, changes = together(rule, kept, since)
        after = opening.reconcile(tx, ctx, host, since, changes, [rule["id"]], standing)
        if after.row:  # another worker may have seen more of the two by now
            for part, (alarm, _) in zip(parts, found, strict=True):
                store.require(tx, *part, alarm.version if alarm else 0)
        return after

    again(write).point(ctx)


def _kept(alarm: Alarm | None, past: Sequence[Episode]) -> list[Episode]:
    """In order, withdrawn ones as well. The item of an episode that has lasted for very long may be gone."""
    found = {one.raised: one for one in past}
    if alarm is not None:
        found.setdefault(alarm.episode.raised, alarm.episode)
    return [found[key] for key in sorted(found)]


def together(
    rule: Definition, parts: Sequence[Sequence[Episode]], since: int
) -> tuple[list[Change], list[Change]]:
    """What two rules' episodes (each in order) make of a ``both``: its alarm that stands at ``since`` (ms),
    and its changes from then on."""
    standing, changes = [], []
    first, second = ([one for one in own if not one.withdrawn] for own in parts)
    for one, other in beside(first, second, lambda episode: episode.cleared):
        begin = max(one.raised, other.raised)
        ends = [pair for pair in (one, other) if pair.cleared is not None]
        end = min((pair.cleared for pair in ends if pair.cleared is not None), default=None)
        if end is not None and (end <= begin or end < since):
            continue
        raised = _change(rule, "raised", begin, sorted(row for pair in (one, other) for row in pair.rows))
        if begin < since:
            standing.append(raised._replace(at=since))
        else:
            changes.append(raised)
        if end is not None:
            rows = sorted(row for pair in ends if pair.cleared == end for row in pair.closing)
            changes.append(_change(rule, "cleared", end, rows))
    return standing, changes


def _change(rule: Definition, what: Any, at: int, rows: Sequence[tuple[int, float, int]]) -> Change:
    """It begins with the later of the two and ends with the first that does."""
    readings = tuple(Reading(row[0], "", row[1], row[2]) for row in rows)
    reading = readings[-1] if readings else Reading(at, "", 0.0)
    severity = rule["severity"]
    return Change(rule["id"], "", what, severity, at, reading, readings, reading.value, None)
