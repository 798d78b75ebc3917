"""Rules that look at two others: raised while both are, on one device or on two."""

from __future__ import annotations

from functions.core.context import Context
from functions.sensing.alarms import definitions, opening, store
from functions.sensing.alarms.definitions import Definition
from functions.sensing.alarms.domain import Alarm
from functions.sensing.domain import Reading
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import Device
from functions.sensing.rules.domain import Change


def check(ctx: Context, device: Device, rule_id: str) -> None:
    """See to every ``both`` that looks at a rule of this device which has just changed."""
    for host, rule in definitions.joined_rules(ctx, device.thing, device.profile, rule_id):
        on = device if host == device.thing else registry.find(host)
        if on is not None:
            _check(ctx, on, rule)


def _check(ctx: Context, host: Device, rule: Definition) -> None:
    parts = [(definitions.thing_of_part(ctx, host.thing, part), part) for part in rule["both"]]
    found = store.get_many([*parts, (host.thing, rule["id"])])
    alarms = [found.get(pair) for pair in parts]
    own = found.get((host.thing, rule["id"]))
    together = all(alarm is not None and alarm.active for alarm in alarms)
    if together == bool(own and own.active):
        return
    opening.raise_alone(ctx, host, [_change(rule, [alarm for alarm in alarms if alarm], together)])


def _change(rule: Definition, alarms: list[Alarm], together: bool) -> Change:
    """It begins with the later of the two and ends with the first that does."""
    if together:
        at = max(alarm.episode.raised for alarm in alarms)
        rows = sorted(row for alarm in alarms for row in alarm.episode.rows)
    else:
        over = [alarm.episode for alarm in alarms if not alarm.active]
        at = min((one.cleared or one.raised for one in over), default=0)
        rows = sorted(row for one in over for row in one.closing)
    readings = tuple(Reading(row[0], "", row[1], row[2]) for row in rows)
    reading = readings[-1] if readings else Reading(at, "", 0.0)
    severity = rule["severity"]
    return Change(
        rule["id"],
        "",
        "raised" if together else "cleared",
        severity,
        at,
        reading,
        readings,
        reading.value,
        None,
    )
