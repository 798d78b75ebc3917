"""Chains of events hold together, and hold up two writers at once."""

from __future__ import annotations

import pytest

from functions.core import audit
from functions.core.errors import Conflict
from functions.core.scope import tenant_scope
from functions.core.store import transaction
from tests.world import World


def _events(world: World, subject: str) -> list[audit.EventItem]:
    return list(audit.EventItem.query(f"CHAIN#staff#{subject}", audit.EventItem.sk.startswith("EVENT#")))


def test_events_are_chained_by_hash(world: World) -> None:
    ctx = world.context(world.oakville)
    with tenant_scope(world.oakville):
        for action in ("signed-in", "viewed", "signed-out"):
            audit.record("staff", "ana@oakville.example", action, ctx, {"n": 1})
        events = _events(world, "ana@oakville.example")
        assert [event.action for event in events] == ["signed-in", "viewed", "signed-out"]
        previous = audit.GENESIS
        for event in events:
            assert event.prev == previous
            assert event.hash == audit.event_hash(audit.body_of(event))
            previous = event.hash
        assert audit.read_chain("staff", "ana@oakville.example").hash == previous


def test_several_events_fit_one_transaction(world: World) -> None:
    ctx = world.context(world.oakville)
    with tenant_scope(world.oakville):
        chain = audit.read_chain("staff", "x")
        with transaction() as tx:
            audit.append(tx, chain, "one", ctx)
            audit.append(tx, chain, "two", ctx)
            audit.close(tx, chain)
        assert [int(event.seq) for event in _events(world, "x")] == [1, 2]


def test_a_stale_chain_is_read_again_and_the_view_is_recorded(world: World) -> None:
    ctx = world.context(world.oakville)
    with tenant_scope(world.oakville):
        stale = audit.read_chain("staff", "x")
        audit.record("staff", "x", "first", ctx)
        audit.record("staff", "x", "second", ctx, chain=stale)
        assert [event.action for event in _events(world, "x")] == ["first", "second"]


def test_what_cannot_be_recorded_is_not_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = world.context(world.oakville)
    with tenant_scope(world.oakville):
        audit.record("staff", "x", "first", ctx)
        monkeypatch.setattr(audit, "read_chain", lambda kind, subject: audit.Chain(kind, subject))
        with pytest.raises(Conflict):
            audit.record("staff", "x", "never", ctx)
        assert len(_events(world, "x")) == 1


def test_an_event_lists_under_its_day(world: World) -> None:
    with tenant_scope(world.oakville):
        audit.record("staff", "x", "first", world.context(world.oakville))
        rows = list(audit.EventItem.listed.query("DAY#2026-11-20"))
        assert [row.chain for row in rows] == ["CHAIN#staff#x"]
