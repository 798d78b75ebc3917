"""Whatever is changed, removed, swapped or added in a whole record is found; an untouched record is whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.audit.domain import (
    Event,
    Finding,
    Leaf,
    Seal,
    check_chain,
    check_day,
    check_seals,
    leaf_of,
    leaves_root,
)
from functions.core import clock, keys
from functions.core.audit import GENESIS, event_hash

START = datetime(2026, 11, 20, 8, tzinfo=UTC)
CHAIN = "CASE#abc"
lengths = st.integers(min_value=1, max_value=8)


def whole_chain(length: int, chain: str = CHAIN) -> list[Event]:
    """A chain as functions/core/audit.py writes it: a minute between events."""
    events, prev = [], GENESIS
    for seq in range(1, length + 1):
        at = clock.iso(START + timedelta(minutes=seq))
        body = {
            "chain": chain,
            "seq": seq,
            "at": at,
            "actor": "staff:a",
            "action": "viewed",
            "detail": None,
            "prev": prev,
        }
        digest = event_hash(body)
        listed = (keys.day_list(START.date()), f"{at}#{chain}#{seq:08d}")
        events.append(Event(chain, seq, at, prev, digest, body, (chain, keys.event(seq)), listed))
        prev = digest
    return events


def head_of(events: list[Event]) -> tuple[int, str]:
    return events[-1].seq, events[-1].hash


def sealed(events: list[Event]) -> tuple[Seal, list[Leaf]]:
    leaves = sorted(leaf_of(event) for event in events)
    return Seal("2026-11-20", len(leaves), leaves_root(leaves), None, None), leaves


def everything_found(
    events: list[Event], head: tuple[int, str], seal: Seal, leaves: list[Leaf]
) -> list[Finding]:
    return check_chain(CHAIN, events, head) + check_day(seal, leaves, events) + check_seals([seal])


@given(lengths)
def test_an_untouched_record_is_whole(length: int) -> None:
    events = whole_chain(length)
    assert everything_found(events, head_of(events), *sealed(events)) == []


@given(lengths, st.data())
def test_a_changed_event_is_found(length: int, data: st.DataObject) -> None:
    events = whole_chain(length)
    head, place = head_of(events), data.draw(st.integers(0, length - 1))
    field = data.draw(st.sampled_from(["actor", "action", "detail", "at", "prev", "chain", "seq"]))
    body = {**events[place].body, field: "somebody else"}
    changed = [*events[:place], replace(events[place], body=body), *events[place + 1 :]]
    assert check_chain(CHAIN, changed, head)


@given(lengths, st.data())
def test_an_event_changed_together_with_all_hashes_after_it_is_found_by_the_seal(
    length: int, data: st.DataObject
) -> None:
    events = whole_chain(length)
    seal, leaves = sealed(events)
    place = data.draw(st.integers(0, length - 1))
    forged, prev = events[:place], events[place].prev
    for event in events[place:]:
        body = {**event.body, "prev": prev, "actor": "staff:nobody"}
        prev = event_hash(body)
        forged.append(replace(event, body=body, prev=str(body["prev"]), hash=prev))
    assert check_chain(CHAIN, forged, head_of(forged)) == []
    assert {finding.kind for finding in check_day(seal, leaves, forged)} == {"changed"}


@given(lengths, st.data())
def test_a_removed_event_is_found(length: int, data: st.DataObject) -> None:
    events = whole_chain(length)
    place = data.draw(st.integers(0, length - 1))
    left = events[:place] + events[place + 1 :]
    assert "missing" in {finding.kind for finding in check_chain(CHAIN, left, head_of(events))}


@given(lengths, st.data())
def test_a_tail_removed_together_with_its_head_is_found_by_the_seal(length: int, data: st.DataObject) -> None:
    events = whole_chain(length)
    seal, leaves = sealed(events)
    left = events[: data.draw(st.integers(0, length - 1))]
    assert check_chain(CHAIN, left, head_of(left) if left else None) == []
    assert {finding.kind for finding in check_day(seal, leaves, left)} == {"missing"}


@given(st.integers(min_value=2, max_value=8), st.data())
def test_swapped_events_are_found(length: int, data: st.DataObject) -> None:
    events = whole_chain(length)
    first, second = data.draw(st.sampled_from([(i, j) for i in range(length) for j in range(i)]))
    swapped = list(events)
    swapped[first] = replace(events[first], key=events[second].key)
    swapped[second] = replace(events[second], key=events[first].key)
    assert "reordered" in {finding.kind for finding in check_chain(CHAIN, swapped, head_of(events))}


@given(st.integers(min_value=2, max_value=8), st.data())
def test_swapped_numbers_are_found(length: int, data: st.DataObject) -> None:
    events = whole_chain(length)
    first, second = data.draw(st.sampled_from([(i, j) for i in range(length) for j in range(i)]))
    swapped = list(events)
    swapped[first] = replace(events[first], seq=events[second].seq, key=events[second].key)
    swapped[second] = replace(events[second], seq=events[first].seq, key=events[first].key)
    assert "reordered" in {finding.kind for finding in check_chain(CHAIN, swapped, head_of(events))}


@given(lengths)
def test_an_event_added_after_the_seal_is_found(length: int) -> None:
    events = whole_chain(length + 1)
    seal, leaves = sealed(events[:-1])
    assert {finding.kind for finding in check_day(seal, leaves, events)} == {"added"}


def test_an_event_hidden_from_its_day_is_found() -> None:
    events = whole_chain(2)
    hidden = [events[0], replace(events[1], listed=("", ""))]
    assert [finding.kind for finding in check_chain(CHAIN, hidden, head_of(events))] == ["changed"]


def test_an_event_without_a_readable_time_is_found() -> None:
    events = [replace(whole_chain(1)[0], at="")]
    assert check_chain(CHAIN, events, head_of(events))


def test_a_missing_or_wrong_head_is_found() -> None:
    events = whole_chain(3)
    assert [finding.kind for finding in check_chain(CHAIN, events, None)] == ["head"]
    assert [finding.kind for finding in check_chain(CHAIN, events, (3, "0" * 64))] == ["head"]
    assert [finding.kind for finding in check_chain(CHAIN, events, (2, events[1].hash))] == ["head"]


def days(count: int) -> list[Seal]:
    seals: list[Seal] = []
    for n in range(count):
        before = seals[-1] if seals else None
        day = (date(2026, 11, 1) + timedelta(days=n)).isoformat()
        seals.append(
            Seal(day, 0, f"{n:064x}", before.day if before else None, before.root if before else None)
        )
    return seals


@given(st.integers(min_value=1, max_value=10))
def test_seals_in_a_row_are_whole(count: int) -> None:
    assert check_seals(days(count)) == []


@given(st.integers(min_value=3, max_value=10), st.data())
def test_a_removed_or_changed_day_is_found(count: int, data: st.DataObject) -> None:
    seals = days(count)
    place = data.draw(st.integers(0, count - 2))
    assert check_seals(seals[:place] + seals[place + 1 :]) if place else check_seals(seals[1:])
    changed = [*seals[:place], replace(seals[place], root="f" * 64), *seals[place + 1 :]]
    assert check_seals(changed)


def test_a_reordered_leaf_list_is_found() -> None:
    events = whole_chain(3)
    seal, leaves = sealed(events)
    assert [finding.kind for finding in check_day(seal, leaves[::-1], events)] == ["seal"]
