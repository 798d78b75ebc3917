"""Sealing days and verifying the whole record of the open scope's city."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

from functions.audit import store
from functions.audit.domain import (
    Event,
    Finding,
    Report,
    Seal,
    check_chain,
    check_day,
    check_seals,
    leaves_root,
)
from functions.core import log
from functions.core.context import Context
from functions.core.scope import current_city

# No request or message lives longer than a quarter of an hour, so an hour after midnight no event of the day
# can come.
SETTLED = timedelta(hours=1)
FIRST_LOOK_BACK = 40  # days to search for the first event of a city that has no root yet
MOST_AT_ONCE = 400


def root_task(ctx: Context, _day: str = "") -> None:
    """The tasks worker's kind ``audit-root``, fanned out every night; it does whatever is due."""
    seal_days(ctx.now)


def seal_days(now: datetime) -> list[str]:
    """Seal every day that is over and not sealed yet, oldest first, and name the days sealed. Doing it
    twice, or at two places at once, changes nothing."""
    last = _last_settled_day(now)
    days = store.sealed_days()
    previous = store.read_seal(days[-1]) if days else None
    first = date.fromisoformat(previous.day) + timedelta(days=1) if previous else _first_day(last)
    sealed: list[str] = []
    while first <= last and len(sealed) < MOST_AT_ONCE:
        previous = _seal(first, previous)
        sealed.append(previous.day)
        first += timedelta(days=1)
    return sealed


def _last_settled_day(now: datetime) -> date:
    return (now.astimezone(UTC) - SETTLED).date() - timedelta(days=1)


def _first_day(last: date) -> date:
    """The first day with an event, else the last settled day."""
    for ago in range(FIRST_LOOK_BACK, 0, -1):
        day = last - timedelta(days=ago)
        if store.leaves_of(day):
            return day
    return last


def _seal(day: date, previous: Seal | None) -> Seal:
    leaves = sorted(store.leaves_of(day))
    seal = Seal(
        day=day.isoformat(),
        count=len(leaves),
        root=leaves_root(leaves),
        previous_day=previous.day if previous else None,
        previous_root=previous.root if previous else None,
    )
    if store.write_seal(seal, leaves):
        # a second place, out of a city session's reach, that remembers the root
        log.info("audit day sealed", city=current_city().id, day=seal.day, root=seal.root, events=seal.count)
        return seal
    return store.read_seal(seal.day) or seal


def verify_record() -> Report:
    """Re-walk every chain, compare heads, recompute every daily root, and follow the roots from first to
    last."""
    events, heads = store.everything()
    report = Report(current_city().id, events=len(events))
    chains = _by(events, lambda event: event.key[0])
    for chain in sorted(chains.keys() | heads.keys()):
        report.chains += 1
        report.findings += check_chain(chain, chains.get(chain, []), heads.get(chain))
    _verify_seals(report, events)
    return report


def _verify_seals(report: Report, events: Iterable[Event]) -> None:
    by_day = _by(events, lambda event: event.day)
    seals: list[Seal] = []
    for day in store.sealed_days():
        report.days += 1
        try:
            if (seal := store.read_seal(day)) is None:
                raise ValueError(day)
            leaves = store.read_leaves(seal)
        except (KeyError, TypeError, ValueError):
            report.findings.append(
                Finding("seal", day, "the day's root or its list of leaves cannot be read")
            )
            continue
        seals.append(seal)
        report.findings += check_day(seal, leaves, by_day.get(day, []))
    report.last_seal = max(seals, key=lambda seal: seal.day, default=None)
    report.findings += check_seals(seals)


def _by(events: Iterable[Event], key: Callable[[Event], str]) -> dict[str, list[Event]]:
    grouped: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        grouped[key(event)].append(event)
    return grouped
