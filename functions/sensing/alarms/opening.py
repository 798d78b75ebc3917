"""A device's changes become alarms, inside the transaction that stores the readings which bring them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pynamodb.transactions import TransactWrite

from functions.core import clock, i18n, ids
from functions.core.context import Context
from functions.sensing.alarms import definitions, due, quiet, replaying, store
from functions.sensing.alarms.domain import CLEARED, Alarm, Folded, fold, rank

if TYPE_CHECKING:
    from functions.sensing.registry.domain import Device
    from functions.sensing.rules.domain import Change

OPERATIONS = 90  # of a replay in one transaction, which takes a hundred


@dataclass(frozen=True)
class After:
    """What is to be done when the transaction is committed: the row of the due list, "" for nothing;
    ``more``: not all differences fitted, and the same is to be done again."""

    row: str = ""
    more: bool = False

    def point(self, ctx: Context) -> None:
        """Tell the tasks worker. Left out, the tick finds the row within two minutes."""
        if self.row:
            due.point(ctx, self.row)


def apply(tx: TransactWrite, ctx: Context, device: Device, changes: Sequence[Change]) -> After:
    """Add what the changes (in order of time) do to the device's alarms: per rule one operation and one per
    episode, and one more. One read.

    The transaction fails when an alarm was changed meanwhile (somebody acknowledged it): call again, with a
    new transaction."""
    by_rule: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_rule[change.rule].append(change)
    stored = store.get_many((device.thing, rule) for rule in by_rule)
    touched = []
    for rule, own in by_rule.items():
        before = stored.get((device.thing, rule))
        folded = fold(device.thing, rule, before, own)
        if folded.alarm is not None:
            _put(tx, ctx, device, folded, before)
            touched.append(rule)
    return _follow(tx, ctx, device.thing, touched)


def reconcile(
    tx: TransactWrite,
    ctx: Context,
    device: Device,
    since_ms: int,
    changes: Sequence[Change],
    rules: Sequence[str],
    standing: Sequence[Change] = (),
) -> After:
    """Make the stored alarms what a replay from ``since_ms`` on found: ``changes`` are all changes of that
    stretch, ``rules`` all rules that were judged, ``standing`` what was raised when it began. An episode that
    late readings brought is new; one that they took back stays as withdrawn. Of very many the newest come
    first (:attr:`After.more`). Reads: two per rule at most. The transaction fails as :func:`apply`'s does."""
    by_rule: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_rule[change.rule].append(change)
    stored = store.get_many((device.thing, rule) for rule in rules)
    stood = {change.rule: change for change in standing}
    touched, room, more = [], OPERATIONS, False
    for rule in rules:
        before = stored.get((device.thing, rule))
        if before is None and not by_rule[rule] and rule not in stood:
            continue
        kept = store.episodes_since(device.thing, rule, 0) if before else []
        own = by_rule[rule]
        found = replaying.compare(device.thing, rule, before, kept, since_ms, own, stood.get(rule))
        if found is not None and room > 1:
            part = replaying.newest(found, room - 1)
            for gone in part.moved:
                store.delete_episode(tx, device.thing, rule, gone)
            _put(tx, ctx, device, part.folded, before)
            touched.append(rule)
            room -= 1 + part.size
        more = more or (found is not None and (rule not in touched or part.size < found.size))
    return replace(_follow(tx, ctx, device.thing, touched), more=more)


def reconcile_rest(
    ctx: Context,
    device: Device,
    since_ms: int,
    changes: Sequence[Change],
    rules: Sequence[str],
    standing: Sequence[Change] = (),
) -> After:
    """What :func:`reconcile` left over, in as many transactions as it takes."""
    from functions.sensing.alarms.writing import again

    after = After(more=True)
    while after.more:
        after = again(lambda tx: reconcile(tx, ctx, device, since_ms, changes, rules, standing))
    return after


def _follow(tx: TransactWrite, ctx: Context, thing: str, rules: Sequence[str]) -> After:
    if not rules:
        return After()
    subject = f"{thing}#{ids.new_id(ctx.now)}"
    return After(due.add(tx, ctx.now + due.SAFETY, "follow", subject, {"thing": thing, "rules": list(rules)}))


def _put(tx: TransactWrite, ctx: Context, device: Device, folded: Folded, before: Alarm | None) -> None:
    assert folded.alarm is not None
    rule = definitions.rule_of(ctx, device.thing, device.profile, folded.alarm.rule)
    alarm = replace(folded.alarm, version=before.version if before else 0)
    if folded.fresh or not alarm.since_iso:
        alarm = _named(ctx, device, rule, alarm)
    elif before and alarm.active and rank(alarm.episode.severity) > rank(before.episode.severity):
        alarm = replace(alarm, tell_at=_told_from(ctx, rule))  # what got worse is told anew
    store.put(tx, alarm, listed=not rule.get("silent") and device.thing != definitions.TRIAL)
    now_s = clock.epoch(ctx.now)
    for episode in folded.episodes:
        store.put_episode(tx, alarm, episode, now_s)


def _named(ctx: Context, device: Device, rule: definitions.Definition, alarm: Alarm) -> Alarm:
    """A new episode: whose it is, what it is called, from when people are told. The title is in the city's
    first language; pages take the one of the rule while there is one."""
    with i18n.use_language(ctx.city.languages[0]):
        title = definitions.title_of(ctx, rule, alarm.rule)
    return replace(
        alarm,
        department=definitions.department_of(ctx, device.department, rule),
        kind=str(rule.get("kind") or alarm.rule),
        title=title,
        since_iso=clock.iso(ctx.now),
        profile=device.profile,
        name=device.title,
        tell_at=_told_from(ctx, rule),
        by="",
        at="",
        case="",
        noted=False,
        reminders=0,
        note="",
    )


def _told_from(ctx: Context, rule: definitions.Definition) -> str:
    if rule.get("silent"):
        return ""
    # Of this very moment, not of the batch's beginning: a mail that went out meanwhile has not told of it.
    now, quiet_hours = max(ctx.now, clock.now()), rule.get("quiet")
    return clock.iso(quiet.end_of(quiet_hours, now, ctx.city.zone) if quiet_hours else now)


def raise_alone(ctx: Context, device: Device, changes: Sequence[Change]) -> None:
    """Changes that no reading brings (silence, two rules together): a transaction of its own, tried again
    when somebody was faster."""
    from functions.sensing.alarms.writing import again

    def write(tx: TransactWrite) -> After:
        return apply(tx, ctx, device, changes)

    again(write).point(ctx)


def end(ctx: Context, device: Device, rules: Iterable[str], note: str) -> None:
    """End what is active of a device's alarms without a reading, and note why (``alarm_views.NOTES``)."""
    from functions.sensing.alarms.writing import again

    pairs = [(device.thing, rule) for rule in rules]

    def write(tx: TransactWrite) -> After:
        active = [alarm for alarm in store.get_many(pairs).values() if alarm.active]
        for alarm in active:
            over = replace(alarm.episode, cleared=max(clock.epoch(ctx.now) * 1000, alarm.episode.raised))
            ended = replace(alarm, state=CLEARED, episode=over, note=note)
            rule = definitions.rule_of(ctx, device.thing, device.profile, alarm.rule)
            store.put(tx, ended, listed=not rule.get("silent"))
            store.put_episode(tx, ended, over, clock.epoch(ctx.now))
        return _follow(tx, ctx, device.thing, [alarm.rule for alarm in active])

    again(write).point(ctx)
