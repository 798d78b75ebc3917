"""Counters: exact ones in transactions, cheap ones in memory, limits with an end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pynamodb.exceptions import UpdateError

from functions.core import clock, limits, usage
from functions.core.errors import RateLimited
from functions.core.scope import tenant_scope
from functions.core.store import transaction
from tests.world import NOW, World


def test_a_page_is_counted_without_a_write_of_its_own(world: World) -> None:
    with tenant_scope(world.oakville), usage.measured() as spent:
        for _ in range(50):
            usage.count("pages", 1, NOW)
            usage.flush_if_due()
        assert spent.calls == 0
        usage.flush_if_due(force=True)
        assert spent.calls == 1
        assert usage.of_day("2026-11-20") == {"pages": 50}


def test_a_full_memory_is_written(world: World) -> None:
    with tenant_scope(world.oakville):
        for _ in range(usage.FLUSH_AT):
            usage.count("pages", 1, NOW)
        usage.flush_if_due()
        assert usage.of_day("2026-11-20")["pages"] == usage.FLUSH_AT


def test_a_count_that_cannot_be_written_waits_for_the_next_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise UpdateError

    with tenant_scope(world.oakville):
        usage.count("pages", 2, NOW)
        with monkeypatch.context() as broken:
            broken.setattr(usage.UsageItem, "update", refuse)
            usage.flush_if_due(force=True)
        assert usage.of_day("2026-11-20") == {}
        usage.flush_if_due(force=True)
        assert usage.of_day("2026-11-20") == {"pages": 2}


def test_a_request_adds_its_capacity_units_to_its_city(world: World) -> None:
    with tenant_scope(world.oakville), usage.measured():
        usage.UsageItem("USAGE", "2000-01-01").save()
        usage.count_units()
        usage.flush_if_due(force=True)
        day = usage.clock.now().date().isoformat()
        assert usage.of_day(day)["wcu_tenths"] >= 10


def test_counts_of_one_city_never_reach_another(world: World) -> None:
    with tenant_scope(world.oakville):
        usage.count("pages", 3, NOW)
    with tenant_scope(world.qinghe):
        usage.count("pages", 5, NOW)
        usage.flush_if_due(force=True)
        assert usage.of_day("2026-11-20") == {"pages": 5}
    with tenant_scope(world.oakville):
        assert usage.of_day("2026-11-20") == {}
        usage.flush_if_due(force=True)
        assert usage.of_day("2026-11-20") == {"pages": 3}


def test_an_exact_count_is_written_with_its_transaction_or_not_at_all(world: World) -> None:
    with tenant_scope(world.oakville):
        with transaction() as tx:
            usage.add_to(tx, "applications", 1, NOW)
        with pytest.raises(RuntimeError), transaction() as tx:
            usage.add_to(tx, "applications", 1, NOW)
            raise RuntimeError
        assert usage.of_day("2026-11-20") == {"applications": 1}


def test_calls_and_units_of_a_request_are_measured(world: World) -> None:
    with tenant_scope(world.oakville), usage.measured() as spent:
        usage.of_day("2026-11-20")
        usage.UsageItem("USAGE", "x").save()
    assert spent.calls == 2
    assert spent.wcu >= 1


def test_the_limit_is_reached_and_ends_with_its_window(world: World) -> None:
    with tenant_scope(world.oakville):
        with clock.frozen(NOW):
            for n in range(3):
                assert limits.hit("x", 3, 60) == n + 1
            with pytest.raises(RateLimited) as caught:
                limits.hit("x", 3, 60)
            assert 0 < caught.value.retry_after <= 60
            with pytest.raises(RateLimited):
                limits.check("x", 3, 60)
        with clock.frozen(NOW + timedelta(seconds=61)):
            limits.check("x", 3, 60)
            assert limits.hit("x", 3, 60) == 1


def test_a_limit_of_one_city_does_not_count_in_another(world: World) -> None:
    with tenant_scope(world.oakville), clock.frozen(NOW):
        limits.hit("x", 1, 60)
    with tenant_scope(world.qinghe), clock.frozen(NOW):
        assert limits.hit("x", 1, 60) == 1
